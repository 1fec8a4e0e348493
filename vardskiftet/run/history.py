"""How did a check come out over time? Each measurement by its own threshold, the newest first."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from itertools import islice

from vardskiftet.judge.results import value_of
from vardskiftet.judge.trend import Point
from vardskiftet.model.check import Check
from vardskiftet.model.event import Event
from vardskiftet.model.frozen import Frozen
from vardskiftet.model.measurement import Measurement
from vardskiftet.model.outcome import Outcome, worst
from vardskiftet.model.threshold import Bound, Threshold
from vardskiftet.run.desk import Desk
from vardskiftet.run.measured import as_of, different_values, events_of, history_of
from vardskiftet.store.reader import StoreReader


class Past(Frozen):
    """One measurement of a check, judged as it was then."""

    name: str
    """Under which name it was measured."""
    at: datetime
    as_of: datetime
    outcome: Outcome
    threshold: str
    units: int
    passing: int
    worst_value: float | None
    error: str
    seq: int


def history(desk: Desk, check: Check, wave: str, last: int) -> tuple[tuple[Past, ...], bool]:
    """The newest measurements, and whether there are more. Raises Usage for an unknown wave."""
    desk.wave(wave)
    with desk.reading_store() as store:
        found = list(islice(history_of(store, check, wave, desk.clock()), last + 1))
    return tuple(past(check, one) for one in found[:last]), len(found) > last


MOST_POINTS = 60
"""Points of a way: a year of weeks, and the newest of any longer one."""


def points_of(store: StoreReader, check: Check, wave: str, until: datetime) -> tuple[Point, ...]:
    """The worst value of each measurement as of its evidence, oldest first; one of several on the same evidence."""
    found = [(as_of(event), _worst(event, check)) for event in islice(events_of(store, check, wave, until), MOST_POINTS)]
    told = {at: value for at, value in reversed(found) if value is not None}
    return tuple(Point(at, told[at]) for at in sorted(told))


def _worst(event: Event, check: Check) -> Fraction | None:
    values = [value for unit in different_values(event) if (value := value_of(check, unit, event.at)) is not None]
    return min(values, default=None) if check.threshold.more_is_better else max(values, default=None)


def past(check: Check, one: Measurement) -> Past:
    """A measurement as it was judged when it was made."""
    threshold = threshold_of(one.threshold) or check.threshold
    values = [(unit, value_of(check, unit, one.at)) for unit in one.units]
    told: list[Fraction] = [value for unit, value in values if value is not None and not unit.small]
    outcomes = [threshold.of(value) for value in told] + [Outcome.NO_DATA] * (len(values) - len(told))
    worst_value = min(told, default=None) if threshold.more_is_better else max(told, default=None)
    return Past(
        name=one.check,
        at=one.at,
        as_of=one.as_of,
        outcome=Outcome.ERROR if one.error else worst(tuple(outcomes)) if outcomes else Outcome.NO_DATA,
        threshold=one.threshold,
        units=len(values),
        passing=outcomes.count(Outcome.PASS),
        worst_value=float(worst_value) if worst_value is not None else None,
        error=one.error,
        seq=one.seq,
    )


def threshold_of(text: str) -> Threshold | None:
    """A threshold from its words, `pass >= 0.95, warn >= 0.9`; None if they are none."""
    parts = dict(part.strip().split(" ", 1) for part in text.split(",") if " " in part.strip())
    if "pass" not in parts:
        return None
    bounds = {name: Bound(sign=words.split(" ")[0], number=words.split(" ")[1]) for name, words in parts.items()}
    return Threshold(passes=bounds["pass"], warns=bounds.get("warn"))
