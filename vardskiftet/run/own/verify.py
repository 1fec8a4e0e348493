"""What did the comparison of source and record leave unexplained?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from vardskiftet.model.event import Event
from vardskiftet.model.measurement import WHOLE_WAVE, UnitValue
from vardskiftet.model.programme import Programme
from vardskiftet.run.last_books import DRAWN, UNDONE

KINDS = ("verify.done", DRAWN, UNDONE)
"""A load, or a wave taken back, after the comparison makes it one of another record: then there is none."""


def values(_programme: Programme, event: Event, _units: Sequence[str]) -> tuple[UnitValue, ...]:
    """Differences that nobody explained; none where the event does not count them."""
    unexplained = event.payload.get("unexplained")
    if event.kind != KINDS[0] or not isinstance(unexplained, int) or isinstance(unexplained, bool):
        return ()
    return (UnitValue(WHOLE_WAVE, Fraction(unexplained), rows=1),)
