"""Is every unit in exactly one wave, and do the waves follow upon each other?"""

from __future__ import annotations

from vardskiftet.declare.check_moves import check_moves
from vardskiftet.declare.faults import Faults
from vardskiftet.declare.node import Node, found
from vardskiftet.declare.order import circles
from vardskiftet.declare.reading import Declarations, Declared
from vardskiftet.declare.words import listed, nearest, nearest_of, quoted
from vardskiftet.model.unit import Unit, UnitKind
from vardskiftet.model.wave import Membership, Scope, Wave

ONLY_OF_MUNICIPALITIES = (Scope.SCHOOL_HEALTH, Scope.FULL_RECORD)
OF_MUNICIPALITIES = (Scope.BASE, *ONLY_OF_MUNICIPALITIES)


def check_waves(declared: Declarations, faults: Faults) -> None:
    """Members, predecessors and moves name what exists; each unit is in one wave or excluded."""
    homes: dict[str, str] = {}
    meant: set[str] = set()
    for _, wave in sorted(declared.waves.items()):
        meant |= _check_members(wave, homes, declared, faults)
        _check_after(wave, declared, faults)
    for way in circles({name: frozenset(entry.value.after) - {name} for name, entry in declared.waves.items()}):
        places = [(name, found(declared.waves[name].node, "after")) for name in way[:-1]]
        hint = f"Break the circle: {', '.join(f'{name} at {at.path}:{at.line}' for name, at in places)}."
        faults.at(places[0][1], f"the waves wait for each other: {' → '.join(way)}.", hint)
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
        if member.unit in declared.units:
            _check_scope(member, declared.units[member.unit].value, found(wave.node, "units", place, "scope"), faults)
        check_moves(wave.value, member, found(wave.node, "units", place, "moved"), declared, faults)
    return meant


def _check_scope(member: Membership, unit: Unit, at: Node, faults: Faults) -> None:
    """Municipalities have scopes of their own (domain facts §1.1), and share only the base with others."""
    municipal = unit.kind is UnitKind.MUNICIPALITY
    fitting = OF_MUNICIPALITIES if municipal else tuple(scope for scope in Scope if scope not in ONLY_OF_MUNICIPALITIES)
    if member.scope not in fitting:
        whom = "a municipality" if municipal else "this kind of unit"
        faults.at(at, f"{quoted(member.scope.value)} is not a scope of {whom}.", f"Known: {listed(fitting)}.")


def _check_after(wave: Declared[Wave], declared: Declarations, faults: Faults) -> None:
    for place, before in enumerate(wave.value.after):
        node = found(wave.node, "after", place)
        if before == wave.value.wave:
            faults.at(node, "a wave cannot come after itself.", "Remove it.")
        elif before and before not in declared.wave_names:
            faults.at(node, f"{quoted(before)} is not a wave.", nearest(before, declared.wave_names - {wave.value.wave}))
