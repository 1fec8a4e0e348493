"""What did the comparison of source and record leave unexplained?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from vardskiftet.model.difference import Level, Verdict
from vardskiftet.model.event import Event
from vardskiftet.model.measurement import WHOLE_WAVE, UnitValue
from vardskiftet.run.desk import Desk
from vardskiftet.run.last_books import DRAWN, UNDONE
from vardskiftet.run.verify import VERIFIED

KINDS = (VERIFIED, DRAWN, UNDONE)
"""A load, or a wave taken back, after the comparison makes it one of another record: then there is none."""


def values(_desk: Desk, _wave: str, event: Event, _units: Sequence[str]) -> tuple[UnitValue, ...]:
    """Differences that nobody explained, or that nothing may explain, and one for books that stay open.

    None where the rows were not compared, where a level could not be looked at, or where it does not call itself equal.
    """
    if event.kind != VERIFIED:
        return ()
    levels = {str(level): str(verdict) for level, verdict in dict(event.payload.get("levels", {})).items()}
    told = dict(event.payload.get("differences", {}))
    unlooked = Verdict.NOT_VERIFIED.value in levels.values() or Level.ROWS.value not in levels
    if unlooked or event.payload.get("stale") or not {"total", "explained"} <= set(told):
        return ()
    forbidden = sum(int(number) for number in dict(event.payload.get("zero_tolerance", {})).values())
    wrong = int(told["total"]) - int(told["explained"]) + forbidden + (Verdict.OPEN.value in levels.values())
    if wrong == 0 and event.payload.get("equal") is not True:
        return ()
    return (UnitValue(WHOLE_WAVE, Fraction(wrong), rows=len(levels)),)
