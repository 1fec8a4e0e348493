"""Which units does a synthetic journal serve, and how much of the care is theirs?"""

from __future__ import annotations

from vardskiftet.model.frozen import Frozen
from vardskiftet.model.programme import Programme
from vardskiftet.model.unit import UnitKind

WEIGHTS = {UnitKind.HOSPITAL: 12, UnitKind.PRIMARY_CARE: 4, UnitKind.REGIONAL_CARE: 3, UnitKind.PRIVATE: 3}
"""Shares of care by kind of unit; our own guess. Kinds that are not named get 1."""

FIRST_WAVE_FACTOR = 3
"""The demo tells of the first wave: its units get so many times the care, so that a small journal has enough of it."""


class ServedUnit(Frozen):
    """A unit as a journal knows it. `wave` is empty for a unit outside the programme; `weight` is its share of the care."""

    unit: str
    hsa_id: str
    wave: str
    weight: int


def served_by(programme: Programme, system: str) -> tuple[ServedUnit, ...]:
    """The units that use the system, in the programme's order."""
    wave_of = programme.wave_of_unit
    first = {wave.wave for wave in programme.waves if not wave.after}
    units = []
    for unit in programme.units:
        if system not in unit.systems:
            continue
        wave = wave_of.get(unit.unit, "")
        weight = WEIGHTS.get(unit.kind, 1) * (FIRST_WAVE_FACTOR if wave in first else 1)
        units.append(ServedUnit(unit=unit.unit, hsa_id=unit.hsa_id, wave=wave, weight=weight))
    return tuple(units)
