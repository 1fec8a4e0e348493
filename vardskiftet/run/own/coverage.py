"""How much of the wave's coded values do the codebooks cover?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from vardskiftet.model.event import Event
from vardskiftet.model.measurement import WHOLE_WAVE, UnitValue
from vardskiftet.run.coverage import MEASURED
from vardskiftet.run.desk import Desk

KINDS = (MEASURED,)


def values(_desk: Desk, _wave: str, event: Event, _units: Sequence[str]) -> tuple[UnitValue, ...]:
    """Rows with an answer among all rows with a code; none where there is no coded row."""
    figures = [(int(part), int(whole)) for part, whole in event.payload.get("mapped", {}).values()]
    part, whole = Fraction(sum(one for one, _ in figures)), Fraction(sum(one for _, one in figures))
    return (UnitValue(WHOLE_WAVE, part / whole if whole else None, part, whole, rows=int(whole)),)
