"""Which runs that never said how they ended are dead? Asked of the machine, since a killed process tells nobody."""

from __future__ import annotations

import socket

import psutil

from vardskiftet.model.run import Run
from vardskiftet.store.runs import OPEN

KILLED = "killed"


def with_the_dead(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """The same runs; one that is open, was on this host, and whose process is no more, was killed."""
    return tuple(run.model_copy(update={"outcome": KILLED}) if run.outcome == OPEN and _dead(run) else run for run in runs)


def _dead(run: Run) -> bool:
    if run.host != socket.gethostname() or run.pid is None:
        return False
    try:
        # A number is given out anew: a process that began after the run did is another one.
        return psutil.Process(run.pid).create_time() > run.recorded_at.timestamp()
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False
