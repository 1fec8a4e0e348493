"""Have the critical flows between waves an approved temporary routine? Told from waves/coexistence.yaml as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from vardskiftet.model.event import Event
from vardskiftet.model.measurement import WHOLE_WAVE, UnitValue
from vardskiftet.model.programme import Programme
from vardskiftet.run.desk import Desk
from vardskiftet.store.reader import StoreReader

KINDS = ()
FILE = "waves/coexistence.yaml"


def digest(_store: StoreReader, programme: Programme, _wave: str) -> str:
    """What it stands on: the declared flows; empty where none is declared."""
    return dict(programme.files).get(FILE, "")


def values(desk: Desk, _wave: str, _event: Event | None, _units: Sequence[str]) -> tuple[UnitValue, ...]:
    """Critical flows with a routine that somebody approved, among all critical flows; none where no flow is declared critical."""
    critical = [one for one in desk.programme.flows if one.critical]
    good = Fraction(sum(bool(one.routine and one.approved) for one in critical))
    whole = Fraction(len(critical))
    return (UnitValue(WHOLE_WAVE, good / whole if critical else None, good, whole, rows=len(desk.programme.flows)),)
