"""How much of what is moved by hand was done, and checked by a second person?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from vardskiftet.model.event import Event
from vardskiftet.model.measurement import UnitValue
from vardskiftet.model.programme import Programme

KINDS = ("manual.counted",)


def values(_programme: Programme, event: Event, units: Sequence[str]) -> tuple[UnitValue, ...]:
    """Double-checked items among all, unit by unit: `units` of the event is unit to [double-checked, all]."""
    told = event.payload.get("units", {})
    found = []
    for unit in units:
        if unit in told:
            part, whole = (Fraction(int(one)) for one in told[unit])
            found.append(UnitValue(unit, part / whole if whole else None, part, whole, rows=int(whole)))
    return tuple(found)
