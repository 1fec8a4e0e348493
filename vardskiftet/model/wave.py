"""Who goes live, when, and what may be lost on the way? A wave as it is declared."""

from __future__ import annotations

from datetime import date, datetime
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
    tolerance: float = 0.1
    """How far a count may lie from the plan's, as a share of it, before it is a finding."""
