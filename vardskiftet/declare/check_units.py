"""Is every organisation declared once, under names that nobody else has, and for a time that makes sense?"""

from __future__ import annotations

import unicodedata

from vardskiftet.declare.faults import Faults
from vardskiftet.declare.node import Node, found
from vardskiftet.declare.order import circles
from vardskiftet.declare.reading import Declarations, Declared
from vardskiftet.declare.words import nearest, quoted
from vardskiftet.model.unit import Unit, UnitKind


def check_units(units: list[Declared[Unit]], declared: Declarations, faults: Faults) -> None:
    """Every unit, HSA-id and title once, every system and every replaced unit known. `units` are all entries, in the order of the files."""
    names: dict[str, Node] = {}
    for entry in units:
        unit, node = entry.value, entry.node
        if unit.unit and unit.unit in names:
            first = names[unit.unit]
            message = f"{quoted(unit.unit)} is declared twice; first at {first.path}:{first.line}."
            faults.at(found(node, "unit"), message, "Keep one of them.")
        elif unit.unit in tuple(UnitKind):
            faults.at(found(node, "unit"), f"{quoted(unit.unit)} is the name of a kind of unit.", "Choose another name.")
        names.setdefault(unit.unit, node)
        for place, system in enumerate(unit.systems):
            if system and system not in declared.system_names:
                hint = nearest(system, declared.system_names)
                faults.at(found(node, "systems", place), f"{quoted(system)} is not a system of this programme.", hint)
    _check_twins(units, faults)
    for entry in units:
        _check_life(entry, {other.value.unit: other.value for other in units}, declared.all_units_read, faults)
    waits = {entry.value.unit: frozenset(entry.value.replaces) - {entry.value.unit} for entry in units if entry.value.unit}
    for way in circles(waits):
        at = found(names[way[0]], "replaces")
        faults.at(at, f"the units replace each other: {' → '.join(way)}.", "Break the circle.")


def _check_twins(units: list[Declared[Unit]], faults: Faults) -> None:
    """One organisation under two names: the same HSA-id or title, whatever the case, the blanks, or how å, ä and ö are composed."""
    hsa_ids: dict[str, str] = {}
    titles: dict[str, str] = {}
    for entry in units:
        unit, node = entry.value, entry.node
        if unit.unit and hsa_ids.get(_folded(unit.hsa_id)) == unit.unit:
            continue  # declared twice: told already
        if unit.hsa_id and _folded(unit.hsa_id) in hsa_ids:
            owner = hsa_ids[_folded(unit.hsa_id)]
            faults.at(found(node, "hsa_id"), f"{unit.hsa_id} belongs to {quoted(owner)} already.", "An HSA-id names one unit.")
        elif unit.title and titles.get(_folded(unit.title), unit.unit) != unit.unit:
            owner = titles[_folded(unit.title)]
            message = f"{quoted(unit.title)} is the title of {quoted(owner)} already, but for case, blanks or how letters are composed."
            faults.at(found(node, "title"), message, "If it is the same organisation, keep one; if not, tell them apart by title.")
        hsa_ids.setdefault(_folded(unit.hsa_id), unit.unit)
        titles.setdefault(_folded(unit.title), unit.unit)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _check_life(entry: Declared[Unit], units: dict[str, Unit], whole: bool, faults: Faults) -> None:
    """It opens before it closes, and what it replaces exists, closes, and is another."""
    unit, node = entry.value, entry.node
    if unit.opens and unit.closes and unit.closes < unit.opens:
        faults.at(found(node, "closes"), f"closes on {unit.closes}, before it opens on {unit.opens}.")
    for place, name in enumerate(unit.replaces):
        at = found(node, "replaces", place)
        if name == unit.unit:
            faults.at(at, "a unit cannot replace itself.", "Remove it.")
        elif name and name not in units:
            if whole:
                faults.at(at, f"{quoted(name)} is not a unit of this programme.", nearest(name, units))
        elif name and not units[name].closes:
            faults.at(at, f"{quoted(name)} is replaced, but does not close.", f"Add `closes:` to {name}.")
