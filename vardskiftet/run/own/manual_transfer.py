"""How much of what is moved by hand was done, and checked by a second person? Counted from the sources as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from vardskiftet.errors import Usage
from vardskiftet.model.event import Event
from vardskiftet.model.measurement import UnitValue
from vardskiftet.model.programme import Programme
from vardskiftet.run.desk import Desk
from vardskiftet.run.handover import BROUGHT, handovers
from vardskiftet.store.reader import StoreReader

KINDS = ()
NOTHING_BROUGHT = "nothing was brought back"


def digest(store: StoreReader, _programme: Programme, wave: str) -> str:
    """What it stands on beside the sources: the list that was brought back last."""
    brought = store.newest(BROUGHT, wave=wave)
    return brought.hash if brought is not None else NOTHING_BROUGHT


def values(desk: Desk, wave: str, _event: Event | None, units: Sequence[str]) -> tuple[UnitValue, ...]:
    """Double-checked lines among all, unit by unit; none where no manual route says whose its rows are, or a unit has no line.

    Raises Unreachable for a source that is not there, Usage where all is checked that is listed and a route is in no list.
    """
    found = handovers(desk, wave)
    every = Counter(line.unit for line in found.lines)
    checked = Counter(line.unit for line in found.lines if line.state == "checked")
    told = [(unit, Fraction(checked[unit]), Fraction(every[unit])) for unit in units if every[unit]]
    if found.silent and checked == every:
        raise Usage(f"{', '.join(found.silent)} is in no list: the route says not whose its rows are.", hint="`patients:` in system.yaml.")
    return tuple(UnitValue(unit, part / whole, part, whole, rows=int(whole)) for unit, part, whole in told)
