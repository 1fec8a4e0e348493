"""Which runs that never said how they ended are dead? Asked of the machine, since a killed process tells nobody."""

from __future__ import annotations

from vardskiftet.model.run import Run
from vardskiftet.run.process import is_gone
from vardskiftet.store.runs import OPEN

KILLED = "killed"


def with_the_dead(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """The same runs; one that is open, was on this host, and whose process is no more, was killed."""
    return tuple(run.model_copy(update={"outcome": KILLED}) if run.outcome == OPEN and _dead(run) else run for run in runs)


def _dead(run: Run) -> bool:
    return run.pid is not None and bool(run.pid_started) and is_gone(run.host, run.pid, run.pid_started)
