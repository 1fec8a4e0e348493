"""What is known of a wave's readiness? Results, changes of criteria, and the verdict, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from vardskiftet.model.outcome import Outcome, Severity, Verdict


@dataclass(frozen=True, slots=True)
class Result:
    """A check on one unit, judged. `why` is a word for the reason where the outcome is not the threshold's alone."""

    check: str
    unit: str
    outcome: Outcome
    why: str
    value: Fraction | None
    part: Fraction | None
    whole: Fraction | None
    severity: Severity
    asked: bool
    """Whether this gate asks it: its own gate is not later than this one, and it is not in shadow."""
    as_of: datetime | None
    rows: int = 0
    excluded: int = 0
    group: str = ""
    groups: int = 0
    waived: str = ""
    """Who accepted it and until when; empty where nobody did."""


@dataclass(frozen=True, slots=True)
class CriteriaChange:
    """A change of criteria since they were frozen."""

    what: str
    """A check, a source, a gate or a unit."""
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """A wave at a gate: the verdict and everything that it stands on."""

    wave: str
    gate: str
    unit: str
    """The one unit that was asked of; empty for the whole wave."""
    as_of: datetime
    verdict: Verdict
    results: tuple[Result, ...]
    """Every declared check, sorted by check and unit."""
    frozen_at: datetime | None
    changes: tuple[CriteriaChange, ...]
    """Unsigned changes of criteria."""

    @property
    def asked(self) -> tuple[Result, ...]:
        """Results that count at this gate."""
        return tuple(one for one in self.results if one.asked)
