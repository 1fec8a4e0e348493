"""Have the critical flows between waves an approved temporary routine? Told from waves/coexistence.yaml as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from vardskiftet.model.event import Event
from vardskiftet.model.measurement import WHOLE_WAVE, UnitValue
from vardskiftet.model.programme import Programme

KINDS = ()
FILE = "waves/coexistence.yaml"


def digest(programme: Programme) -> str:
    """What it stands on: the declared flows; empty where none is declared."""
    return dict(programme.files).get(FILE, "")


def values(programme: Programme, _event: Event | None, _units: Sequence[str]) -> tuple[UnitValue, ...]:
    """Critical flows with a routine that somebody approved, among all critical flows; none where no flow is declared critical."""
    critical = [one for one in programme.flows if one.critical]
    good = Fraction(sum(bool(one.routine and one.approved) for one in critical))
    whole = Fraction(len(critical))
    return (UnitValue(WHOLE_WAVE, good / whole if critical else None, good, whole, rows=len(programme.flows)),)
