"""Where is a value going, and when would it be where it must be? Said only of what was measured at least twice, and moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from vardskiftet.model.threshold import Threshold

LONGEST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Point:
    """A value as of a moment."""

    at: datetime
    value: Fraction


@dataclass(frozen=True, slots=True)
class Trend:
    """From the first point to the last, and on the same pace to the threshold."""

    before: Point
    reaches: date | None
    """When it would pass at this pace; None if it does not move that way."""


def trend(points: Sequence[Point], threshold: Threshold) -> Trend | None:
    """The way of a value that does not pass yet; None for fewer than two different moments, or where it passes."""
    ordered = sorted(points, key=lambda one: one.at)
    if len(ordered) < 2 or ordered[0].at == ordered[-1].at or threshold.passes.holds(ordered[-1].value):
        return None
    first, last = ordered[0], ordered[-1]
    days = Fraction((last.at - first.at) // timedelta(seconds=1), 86400)
    pace = (last.value - first.value) / days
    left = threshold.passes.value - last.value
    if pace == 0 or (left > 0) != (pace > 0):
        return Trend(first, None)
    needed = left / pace
    whole = -(-needed.numerator // needed.denominator)
    return Trend(first, last.at.date() + timedelta(days=whole) if whole <= LONGEST_DAYS else None)
