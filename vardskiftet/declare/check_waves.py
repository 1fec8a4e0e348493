"""Is every unit in exactly one wave, and do the waves follow upon each other?"""

from __future__ import annotations

from vardskiftet.declare.faults import Faults
from vardskiftet.declare.node import Node, found
from vardskiftet.declare.order import circles
from vardskiftet.declare.reading import Declarations, Declared
from vardskiftet.declare.words import nearest, nearest_of, quoted
from vardskiftet.model.unit import Unit
from vardskiftet.model.wave import Wave


def check_units(units: list[Declared[Unit]], declared: Declarations, faults: Faults) -> None:
    """Every unit once, every HSA-id once, every system known. `units` are all entries, in the order of the files."""
    names: dict[str, Node] = {}
    hsa_ids: dict[str, str] = {}
    for entry in units:
        unit, node = entry.value, entry.node
        if unit.unit and unit.unit in names:
            first = names[unit.unit]
            faults.at(
                found(node, "unit"), f"{quoted(unit.unit)} is declared twice; first at {first.path}:{first.line}.", "Keep one of them."
            )
        elif unit.hsa_id and unit.hsa_id.upper() in hsa_ids:
            owner = hsa_ids[unit.hsa_id.upper()]
            faults.at(found(node, "hsa_id"), f"{unit.hsa_id} belongs to {quoted(owner)} already.", "An HSA-id names one unit.")
        names.setdefault(unit.unit, node)
        hsa_ids.setdefault(unit.hsa_id.upper(), unit.unit)
        for place, system in enumerate(unit.systems):
            if system and system not in declared.system_names:
                hint = nearest(system, declared.system_names)
                faults.at(found(node, "systems", place), f"{quoted(system)} is not a system of this programme.", hint)


def check_waves(declared: Declarations, faults: Faults) -> None:
    """Members, predecessors and moves name what exists; each unit is in one wave or excluded."""
    homes: dict[str, str] = {}
    meant: set[str] = set()
    for _, wave in sorted(declared.waves.items()):
        meant |= _check_members(wave, homes, declared, faults)
        _check_after(wave, declared, faults)
    for way in circles({name: frozenset(entry.value.after) - {name} for name, entry in declared.waves.items()}):
        faults.at(found(declared.waves[way[0]].node, "after"), f"the waves wait for each other: {' → '.join(way)}.", "Break the circle.")
    if set(declared.waves) != declared.wave_names:
        return  # a wave that cannot be read may hold the units that seem to be in none
    for name, unit in declared.units.items():
        written = found(unit.node, "excluded") is not unit.node
        if name not in homes and name not in meant and not written:
            hint = "Name it in a wave's `units:`, or write `excluded:` with the reason."
            faults.at(found(unit.node, "unit"), f"{quoted(name)} is in no wave and not excluded.", hint)


def _check_members(wave: Declared[Wave], homes: dict[str, str], declared: Declarations, faults: Faults) -> set[str]:
    """Returns the units that misspelt names probably mean: they are not told a second time as being in no wave."""
    meant: set[str] = set()
    for place, member in enumerate(wave.value.units):
        node = found(wave.node, "units", place, "unit")
        if member.unit and member.unit not in declared.units:
            if declared.all_units_read:
                faults.at(node, f"{quoted(member.unit)} is not a unit of this programme.", nearest(member.unit, declared.units))
            meant.add(nearest_of(member.unit, declared.units))
        elif member.unit in homes:
            other = homes[member.unit]
            message = f"{quoted(member.unit)} is in the wave {quoted(other)} already."
            faults.at(node, message, "A unit is in one wave at a time; a change of wave stands under `moved:`.")
        elif member.unit:
            homes[member.unit] = wave.value.wave
            if declared.units[member.unit].value.excluded:
                faults.at(
                    node, f"{quoted(member.unit)} is excluded from the programme.", "Take it out of the wave, or remove its `excluded:`."
                )
        for number, move in enumerate(member.moved):
            at = found(wave.node, "units", place, "moved", number, "from")
            if move.origin == wave.value.wave:
                faults.at(at, f"it is moved from {quoted(move.origin)} to the same wave.", "Name the wave that it came from.")
            elif move.origin and move.origin not in declared.wave_names:
                faults.at(at, f"{quoted(move.origin)} is not a wave.", nearest(move.origin, declared.wave_names))
    return meant


def _check_after(wave: Declared[Wave], declared: Declarations, faults: Faults) -> None:
    for place, before in enumerate(wave.value.after):
        node = found(wave.node, "after", place)
        if before == wave.value.wave:
            faults.at(node, "a wave cannot come after itself.", "Remove it.")
        elif before and before not in declared.wave_names:
            faults.at(node, f"{quoted(before)} is not a wave.", nearest(before, declared.wave_names - {wave.value.wave}))
