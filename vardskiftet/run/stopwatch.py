"""How long did something take? By the wall, and by the processors of this process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class Took:
    """Seconds; nothing until it is over."""

    seconds: float = 0.0
    cpu: float = 0.0


@contextmanager
def stopwatch() -> Iterator[Took]:
    """Measure what is done meanwhile. A measurement of cost only: no verdict reads it."""
    took, started, worked = Took(), time.perf_counter(), time.process_time()
    try:
        yield took
    finally:
        took.seconds, took.cpu = time.perf_counter() - started, time.process_time() - worked
