"""What is done in a cutover, in which order, and how long does it take at the least?"""

from __future__ import annotations

from datetime import timedelta
from graphlib import TopologicalSorter

from vardskiftet.model.frozen import Frozen


class CutoverStep(Frozen):
    """One step. What waits for nothing begins with the cutover."""

    step: str
    title: str
    takes: timedelta
    """How long it is planned to take; nothing for a milestone."""
    after: tuple[str, ...] = ()
    """The steps that it waits for."""
    owner: str = ""
    """A person of the programme."""


class Runbook(Frozen):
    """The steps of a cutover; none waits for itself, directly or not."""

    runbook: str
    title: str
    steps: tuple[CutoverStep, ...]

    @property
    def critical_path(self) -> tuple[CutoverStep, ...]:
        """Steps that wait for each other and together take longest; of several such chains the one whose last step is listed first."""
        steps = {one.step: one for one in self.steps}
        ends: dict[str, timedelta] = {}
        last: dict[str, str] = {}
        for name in TopologicalSorter({one.step: one.after for one in self.steps}).static_order():
            before = max(steps[name].after, key=lambda other: ends[other], default="")
            last[name] = before
            ends[name] = steps[name].takes + (ends[before] if before else timedelta())
        name = max((one.step for one in self.steps), key=lambda one: ends[one], default="")
        path: list[CutoverStep] = []
        while name:
            path.append(steps[name])
            name = last[name]
        return tuple(reversed(path))

    @property
    def takes(self) -> timedelta:
        """How long the critical path takes: the shortest time in which everything can be done."""
        return sum((one.takes for one in self.critical_path), timedelta())


def in_hours(length: timedelta) -> str:
    """A stretch of time as a person says it, to the minute."""
    hours, minutes = divmod(round(length.total_seconds() / 60), 60)
    return f"{hours} h {minutes:02} min" if minutes else f"{hours} h"
