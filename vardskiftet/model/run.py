"""What was done in one go, by whom, and how did it end? The events that share a run id."""

from __future__ import annotations

from datetime import datetime

from vardskiftet.model.frozen import Frozen


class Run(Frozen):
    """One run. What its events did not say is empty."""

    run_id: str
    verb: str
    wave: str
    plan: str
    command: str = ""
    owner: str
    host: str
    pid: int | None = None
    pid_started: str = ""
    """When its process began, as its machine counts; empty where that was not written down."""
    started_at: datetime
    """By the programme's clock."""
    recorded_at: datetime
    """When its first event was written, by the machine."""
    finished_at: datetime | None = None
    """By the programme's clock; None while nobody said that it ended."""
    exit_code: int | None = None
    outcome: str
    """done, finding, failed, interrupted; open while nobody said that it ended, killed where its process is proved dead."""
    seconds: float
    """By a clock that nobody sets, without the time that the machine slept; of a run that never ended, to its last event, at least 0."""
    events: int
