"""Do the books of the wave's last load close, within their budgets?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from vardskiftet.model.event import Event
from vardskiftet.model.measurement import WHOLE_WAVE, UnitValue
from vardskiftet.run.desk import Desk
from vardskiftet.run.last_books import DRAWN, UNDONE

KINDS = (DRAWN, UNDONE)


def values(_desk: Desk, _wave: str, event: Event, _units: Sequence[str]) -> tuple[UnitValue, ...]:
    """What is wrong, counted: books that do not close, budgets that were passed. A wave that was taken back has no books."""
    if event.kind == UNDONE:
        return ()
    return (of_books(event),)


def of_books(event: Event) -> UnitValue:
    """The value of books as an event tells of them; what it does not say is wrong."""
    wrong = (event.payload.get("closes") is not True) + (event.payload.get("within_budget") is not True)
    return UnitValue(WHOLE_WAVE, Fraction(wrong), rows=1)
