"""What does the page of a wave's readiness know? One object for HTML, Markdown and JSON alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from vardskiftet.judge.heat import HeatRow
from vardskiftet.judge.lines import Line
from vardskiftet.judge.trend import Point, Trend
from vardskiftet.model.check import Check, Criteria, Gate
from vardskiftet.model.evidence import AddedEvidence, EvidenceSource
from vardskiftet.model.measurement import Measurement
from vardskiftet.model.outcome import BAD, GOOD, UNKNOWN, Outcome, Severity
from vardskiftet.model.readiness import CriteriaChange, Readiness, Result
from vardskiftet.report.spark import Spark

OUR_PROPOSAL = "our proposal"


@dataclass(frozen=True, slots=True)
class FreezingFacts:
    """One freezing of criteria: when, by whom, why, and what it changed."""

    at: datetime
    digest: str
    name: str
    role: str
    reason: str
    changes: tuple[CriteriaChange, ...]


@dataclass(frozen=True, slots=True)
class Since:
    """What moved since an earlier day."""

    day: date
    better: int
    """Checks that pass now and did not."""
    worse: int
    """Checks that passed and do not now."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A check that keeps the gate from go, with everything that a person wants to see of it."""

    line: Line
    source: EvidenceSource | None
    evidence: AddedEvidence | None
    measurement: Measurement | None
    points: tuple[Point, ...]
    trend: Trend | None
    spark: Spark | None

    @property
    def kind(self) -> str:
        """blocker, unknown or reservation: by what it does to the verdict."""
        hard = self.line.check.severity is Severity.HARD
        if hard and self.line.outcome in BAD:
            return "blocker"
        return "unknown" if hard and self.line.outcome in UNKNOWN else "reservation"


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """One kind of evidence: what is in force of it, and whether it is fresh."""

    source: EvidenceSource
    held: AddedEvidence | None
    state: str
    """missing, stale or fresh."""


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """A unit's page: every check that is asked of it, with its result."""

    unit: str
    title: str
    kind: str
    scope: str
    results: tuple[tuple[Check, Result], ...]
    """The worst first."""

    @property
    def passing(self) -> int:
        """Checks that pass."""
        return sum(result.outcome in GOOD for _, result in self.results)

    @property
    def unmet(self) -> tuple[tuple[Check, Result], ...]:
        """Checks that do not."""
        return tuple(one for one in self.results if one[1].outcome not in GOOD)

    @property
    def outcome(self) -> Outcome:
        """The worst of its checks; they stand in that order."""
        return self.results[0][1].outcome if self.results else Outcome.NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class ReadinessFacts:
    """Everything that the page may say. Moments are in the programme's zone."""

    programme_title: str
    timezone: str
    synthetic: bool
    clock: datetime | None
    now: datetime
    tool: str
    store_length: int
    store_head: str
    wave: str
    wave_title: str
    go_live: datetime | None
    season: str
    days_to_go_live: int | None
    gate: Gate
    gate_day: date
    days_to_gate: int
    readiness: Readiness
    criteria: Criteria
    lines: tuple[Line, ...]
    matters: tuple[Matter, ...]
    heat: tuple[HeatRow, ...]
    units: tuple[UnitFacts, ...]
    titles: dict[str, str]
    """Unit to its title."""
    evidence: tuple[EvidenceFacts, ...]
    freezings: tuple[FreezingFacts, ...]
    since: Since | None
    people: dict[str, str]
    """Role to the name of whoever has it."""

    @property
    def asked(self) -> tuple[Line, ...]:
        """Checks that this gate asks."""
        return tuple(one for one in self.lines if one.asked)

    @property
    def passing(self) -> int:
        """Asked checks that pass on every unit."""
        return sum(one.outcome in GOOD for one in self.asked)

    @property
    def shadows(self) -> tuple[Line, ...]:
        """Checks that are shown and have no weight yet."""
        return tuple(one for one in self.lines if one.check.shadow)

    @property
    def later(self) -> tuple[Line, ...]:
        """Checks that only a later gate asks."""
        return tuple(one for one in self.lines if not one.asked and not one.check.shadow and one.outcome is not Outcome.NOT_APPLICABLE)

    @property
    def proposals(self) -> int:
        """Asked checks whose threshold has no source."""
        return sum(one.check.threshold_from.startswith(OUR_PROPOSAL) for one in self.asked)

    def due(self, check: Check) -> date:
        """By when a check is meant to pass: its target while that lies ahead, else the gate's day."""
        day = check.target.after(self.go_live.date()) if check.target and self.go_live else self.gate_day
        return day if day >= self.now.date() else max(self.gate_day, self.now.date())

    def of_kind(self, kind: str) -> tuple[Matter, ...]:
        """Matters that are blockers, unknowns or reservations."""
        return tuple(one for one in self.matters if one.kind == kind)

    @property
    def actors(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Who must act, with the checks they answer for, in the order of gravity."""
        found: dict[str, list[str]] = {}
        for matter in self.matters:
            found.setdefault(matter.line.check.owner, []).append(matter.line.check.check)
        return tuple((owner, tuple(checks)) for owner, checks in found.items())
