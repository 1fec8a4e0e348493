"""What is a clash of dates, and how grave is it? The values that the calendar's questions are answered in."""

from __future__ import annotations

from enum import StrEnum

from vardskiftet.model.frozen import Frozen


class Severity(StrEnum):
    """How grave a clash or a consequence is, the gravest first."""

    HARD = "hard"
    """It must not be: a finding, and exit 1."""
    WARNING = "warning"
    """Somebody must decide or do something."""
    NOTE = "note"
    """A date that follows."""
    RELIEF = "relief"
    """A clash that is gone."""


class Kind(StrEnum):
    """What a clash or a consequence is about, in the order in which they are told."""

    GO_LIVE = "go_live"
    MISSING_MOMENT = "missing_moment"
    REPEATED_MOMENT = "repeated_moment"
    GO_LIVE_PAST = "go_live_past"
    GO_LIVE_FROZEN = "go_live_frozen"
    OVERTAKEN = "overtaken"
    DISTANCE = "distance"
    GO_LIVE_DAY_OFF = "go_live_day_off"
    NIGHT = "night"
    CUTOVER_CLOCK = "cutover_clock"
    MILESTONE = "milestone"
    MILESTONE_PAST = "milestone_past"
    MILESTONE_FROZEN = "milestone_frozen"
    MILESTONE_DAY_OFF = "milestone_day_off"
    FREEZE = "freeze"
    DOUBLE_BOOKED = "double_booked"
    RETIREMENT = "retirement"
    SYSTEM_NEEDED = "system_needed"
    COEXISTENCE = "coexistence"


class Clash(Frozen):
    """Two dates that do not go together, or a date that asks for care."""

    kind: Kind
    severity: Severity
    subject: str
    """What it is about; one clash per kind and subject."""
    state: str
    """How it stands, short enough for a table."""
    message: str
    hint: str = ""
    certain: bool = True
    """Whether it is so on every day that a season allows; otherwise only a fixed date will settle it."""
