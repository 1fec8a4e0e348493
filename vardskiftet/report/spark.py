"""How did a value move towards its threshold? A small line with the target across it; geometry only, the template draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vardskiftet.judge.trend import Point
from vardskiftet.model.threshold import Threshold

WIDTH, HEIGHT, MARGIN = 220.0, 56.0, 8.0


@dataclass(frozen=True, slots=True)
class Spark:
    """A line of points in a box, the height of the target, and the last point."""

    width: float
    height: float
    path: str
    target: float
    dots: tuple[tuple[float, float], ...]


def spark(points: Sequence[Point], threshold: Threshold) -> Spark | None:
    """The picture of at least two points; None for fewer."""
    ordered = sorted(points, key=lambda one: one.at)
    if len(ordered) < 2:
        return None
    times = [one.at.timestamp() for one in ordered]
    values = [float(one.value) for one in ordered]
    target = float(threshold.passes.value)
    low, high = min(*values, target), max(*values, target)
    span, length = (high - low) or 1.0, (times[-1] - times[0]) or 1.0

    def x(time: float) -> float:
        return round(MARGIN + (time - times[0]) / length * (WIDTH - 2 * MARGIN), 1)

    def y(value: float) -> float:
        return round(HEIGHT - MARGIN - (value - low) / span * (HEIGHT - 2 * MARGIN), 1)

    dots = tuple((x(time), y(value)) for time, value in zip(times, values, strict=True))
    path = "M" + " L".join(f"{left},{top}" for left, top in dots)
    return Spark(WIDTH, HEIGHT, path, y(target), dots)
