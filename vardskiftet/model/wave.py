"""Who goes live, when, and what may be lost on the way? A wave as it is declared."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from enum import StrEnum

from vardskiftet.model.frozen import Frozen


class Precision(StrEnum):
    """How exactly a go-live is known."""

    MOMENT = "moment"
    SEASON = "season"


class Scope(StrEnum):
    """How much of the new system a unit takes (domain facts §1.1, §7.1)."""

    HOSPITAL = "hospital"
    PRIMARY_CARE = "primary_care"
    LABORATORY = "lab"
    BASE = "base"
    SCHOOL_HEALTH = "school_health"
    FULL_RECORD = "full_record"


SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
"""Season to its first month; each has three, and winter ends in the following year."""


def season_days(season: str) -> tuple[date, date]:
    """First and last day of a season such as `2025-autumn`: spring begins on 1 March, summer on 1 June, autumn on 1 September,
    winter on 1 December."""
    year, _, name = season.partition("-")
    first = date(int(year), SEASONS[name], 1)
    return first, Offset(months=3, days=-1).after(first)


class Move(Frozen):
    """A unit's change of wave: which decision, when, why."""

    origin: str
    decision: str
    date: date
    because: str


class Membership(Frozen):
    """A unit in a wave, with its scope level, and how it came there if it was moved."""

    unit: str
    scope: Scope
    moved: tuple[Move, ...] = ()


class Offset(Frozen):
    """A distance from go-live, in whole months and days of the calendar: `T-16mo`, `T-90d`, `T+28d`."""

    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        """The day at this distance from `day`: months first, kept within a shorter month, then days."""
        months = day.year * 12 + day.month - 1 + self.months
        year, month = months // 12, months % 12 + 1
        return date(year, month, min(day.day, monthrange(year, month)[1])) + timedelta(days=self.days)


class Milestone(Frozen):
    """Something that is due at a distance from go-live, or on a fixed day."""

    milestone: str
    title: str
    offset: Offset | None = None
    on: date | None = None
    """A fixed day; exactly one of `offset` and `on` is given."""
    owner: str = ""
    """A person of the programme, or a role in words."""


class Freeze(Frozen):
    """A stretch of days, both ends included, in which something may not change: by date, or by distance from a wave's go-live."""

    freeze: str
    title: str
    because: str
    begins: date | Offset
    ends: date | Offset
    no_go_live: bool = False
    """Whether no wave may go live in it."""


class Duty(Frozen):
    """A person's work for a wave, around its go-live."""

    person: str
    role: str
    begins: Offset
    ends: Offset


class Budgets(Frozen):
    """How much may be lost before the wave's load is a finding. What is not named may not happen at all."""

    no_unit: int = 0
    rejected: dict[str, int] = {}
    """Reject reason to the number of items allowed."""


class Wave(Frozen):
    """Units that go live together."""

    wave: str
    title: str
    go_live: datetime | None = None
    """Local moment in the programme's time zone; None while only a season is known."""
    season: str = ""
    """For instance `2025-autumn`; empty when the moment is known."""
    precision: Precision
    after: tuple[str, ...] = ()
    """Waves that must be stabilised first."""
    units: tuple[Membership, ...]
    budgets: Budgets = Budgets()
    distance_days: int = 0
    """At least so many days after the latest go-live of the waves in `after`."""
    cutover_hours: int = 10
    runbook: str = ""
    """What is done in these hours; empty where it is not written down yet."""
    """How many hours before go-live the cutover begins."""
    milestones: tuple[Milestone, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    duties: tuple[Duty, ...] = ()
    tolerance: float = 0.1
    """How far a count may lie from the plan's, as a share of it, before it is a finding."""

    @property
    def days(self) -> tuple[date, date]:
        """Earliest and latest day of go-live: the same where the moment is known, otherwise those of the season."""
        if self.go_live is not None:
            return self.go_live.date(), self.go_live.date()
        return season_days(self.season)
