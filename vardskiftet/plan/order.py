"""In which order do mappings go? Parents first; otherwise as the programme lists its systems, then by name."""

from __future__ import annotations

from graphlib import TopologicalSorter

from vardskiftet.model.mapping import Mapping
from vardskiftet.model.programme import Programme


def parents_of(programme: Programme, mapping: Mapping) -> tuple[str, ...]:
    """Mappings that must be loaded before this one: those that fill what it finds; for persons by identifier, every system's."""
    names: set[str] = set()
    for find in (field.find for field in mapping.fields if field.find is not None):
        if find.mapping:
            names.add(find.mapping)
            continue
        own_system = find.step is None
        names |= {
            other.mapping for other in programme.mappings if other.into == find.table and (not own_system or other.system == mapping.system)
        }
    return tuple(sorted(names - {mapping.mapping}))


def ordered(programme: Programme) -> tuple[Mapping, ...]:
    """All mappings, parents before children. Raises graphlib.CycleError for a circle, which declarations do not pass."""
    rank = {name: place for place, name in enumerate(programme.systems_in_order)}
    sorter: TopologicalSorter[str] = TopologicalSorter({one.mapping: parents_of(programme, one) for one in programme.mappings})
    sorter.prepare()
    found: list[Mapping] = []
    while sorter.is_active():
        ready = sorted((programme.mapping(name) for name in sorter.get_ready()), key=lambda one: (rank[one.system], one.mapping))
        found += ready
        sorter.done(*(one.mapping for one in ready))
    return tuple(found)
