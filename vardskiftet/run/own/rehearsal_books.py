"""Did the books of the wave's last rehearsal close, within their budgets?"""

from __future__ import annotations

from collections.abc import Sequence

from vardskiftet.model.event import Event
from vardskiftet.model.measurement import UnitValue
from vardskiftet.run.desk import Desk
from vardskiftet.run.last_books import REHEARSED
from vardskiftet.run.own.books import of_books

KINDS = (REHEARSED,)


def values(_desk: Desk, _wave: str, event: Event, _units: Sequence[str]) -> tuple[UnitValue, ...]:
    """What is wrong, counted."""
    return (of_books(event),)
