"""What is asked before a wave may go, of whom, against which threshold, and at which gate?"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from vardskiftet.model.evidence import EvidenceSource
from vardskiftet.model.frozen import Frozen
from vardskiftet.model.outcome import Severity
from vardskiftet.model.own import SHARES
from vardskiftet.model.threshold import Threshold
from vardskiftet.model.unit import Unit, UnitKind
from vardskiftet.model.wave import Offset, Scope


class Per(StrEnum):
    """Whether a check is asked of every unit, or once for the wave."""

    UNIT = "unit"
    PROGRAMME = "programme"


class How(StrEnum):
    """Ways to measure."""

    SHARE = "share"
    """Rows that are as wanted among those that count."""
    RATIO = "ratio"
    """The sum of one column in the sum of another."""
    COUNT = "count"
    """Rows that are so."""
    LARGEST = "largest"
    SMALLEST = "smallest"
    DAYS_SINCE = "days_since"
    """Days since the newest of some days, told anew whenever it is asked."""
    SQL = "sql"
    """Rows of a query on a source or the record; each is a fault."""
    OWN = "own"
    """What this tool knows itself."""


ABOVE_ONE_IS_ODD = (How.SHARE,)
GROWS_WITH_TIME = (How.DAYS_SINCE,)


class Measure(Frozen):
    """How a check's value comes about, from raw rows."""

    how: How
    evidence: str = ""
    that: str = ""
    """SQL over a row: what is wanted, counted, or weighed."""
    whole: str = ""
    """The column of the whole, in a ratio."""
    of: str = ""
    """SQL over a row: which rows count; the others are told as excluded."""
    command: str = ""
    """The digest of the command that tells the evidence; empty where people hand it in."""
    by: tuple[str, ...] = ()
    """Columns that make groups; the worst group speaks for the unit."""
    at_least: int = 1
    """Below so many (rows, or of the whole) there is no data."""
    own: str = ""
    sql: str = ""
    file: str = ""
    """Where the query stands, in the project."""
    on: str = ""
    """A system, or `record`."""


class AppliesTo(Frozen):
    """Which units a check is asked of; what is empty does not narrow."""

    kinds: tuple[UnitKind, ...] = ()
    scopes: tuple[Scope, ...] = ()
    units: tuple[str, ...] = ()

    def holds(self, unit: Unit, scope: Scope) -> bool:
        """Whether a unit of this scope is asked."""
        return (
            (not self.kinds or unit.kind in self.kinds)
            and (not self.scopes or scope in self.scopes)
            and (not self.units or unit.unit in self.units)
        )


class Waivable(Frozen):
    """Who may accept a result that does not pass, and for how many days."""

    by: tuple[str, ...]
    days: int


class Check(Frozen):
    """A question with a threshold."""

    check: str
    topic: str
    title: str
    title_sv: str = ""
    question: str
    question_sv: str = ""
    why: str
    source: str = ""
    """Why it exists: keys of sources."""
    per: Per
    applies_to: AppliesTo = AppliesTo()
    measure: Measure
    threshold: Threshold
    threshold_from: str = "our proposal"
    severity: Severity
    gate: str
    """The first gate that asks it; all later ones do too."""
    target: Offset | None = None
    """By when it is meant to pass."""
    max_age: timedelta
    owner: str
    deputy: str = ""
    remedy: str
    remedy_sv: str = ""
    waivable: Waivable | None = None
    shadow: bool = False
    """Asked and shown, but of no weight yet."""
    was: str = ""
    """The name that it had before: its history follows."""


def is_share(check: Check) -> bool:
    """Whether a check's value is a part of a whole."""
    measure = check.measure
    return measure.how in (How.SHARE, How.RATIO) or (measure.how is How.OWN and measure.own in SHARES)


class Gate(Frozen):
    """A point in time at which checks must hold: its own and those of all gates before it."""

    gate: str
    title: str
    title_sv: str = ""
    question: str
    question_sv: str = ""
    at: Offset


class Topic(Frozen):
    """A domain of checks: a column of the heat map."""

    topic: str
    title: str
    title_sv: str = ""


class Criteria(Frozen):
    """Everything that is asked: evidence, checks, gates."""

    topics: tuple[Topic, ...] = ()
    sources: tuple[EvidenceSource, ...] = ()
    checks: tuple[Check, ...] = ()
    gates: tuple[Gate, ...] = ()
    """In the order of time."""
    freeze: str = ""
    """The gate by which the criteria are frozen; empty where nothing freezes them."""
    files: tuple[tuple[str, str], ...] = ()
    """(path in the project, SHA-256) of every file of checks, sorted."""

    def source(self, name: str) -> EvidenceSource:
        """The source of that name; KeyError if there is none."""
        return {one.evidence: one for one in self.sources}[name]

    def check(self, name: str) -> Check:
        """The check of that name; KeyError if there is none."""
        return {one.check: one for one in self.checks}[name]

    def gate(self, name: str) -> Gate:
        """The gate of that name; KeyError if there is none."""
        return {one.gate: one for one in self.gates}[name]

    def place(self, gate: str) -> int:
        """A gate's place in time; KeyError if there is none of that name."""
        return {one.gate: place for place, one in enumerate(self.gates)}[gate]
