"""Do waves keep their order and their distance? Every wave against all that it depends on, directly or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from vardskiftet.plan.calendar import Calendar, WaveCalendar
from vardskiftet.plan.clash import Clash, Kind, Severity


def distances(calendar: Calendar) -> Iterator[Clash]:
    """Waves that are overtaken by one that they depend on, or that lie too near to it; each pair once."""
    for later in calendar.waves:
        for name, days in sorted(days_after(calendar, later.wave).items()):
            if clash := _clash(calendar.wave(name), later, days):
                yield clash


def days_after(calendar: Calendar, wave: str) -> dict[str, int]:
    """Every wave that must be stabilised before this one, to the days that must lie between: along the longest way."""
    found: dict[str, int] = {}
    ways = [(wave, 0)]
    while ways:
        at, days = ways.pop()
        here = calendar.wave(at)
        for before in here.after:
            so_far = days + here.distance_days
            if so_far > found.get(before, -1):
                found[before] = so_far
                ways.append((before, so_far))
    return found


def _clash(earlier: WaveCalendar, later: WaveCalendar, days: int) -> Clash | None:
    surest = (later.when.earliest - earlier.when.latest).days
    widest = (later.when.latest - earlier.when.earliest).days
    subject = f"{later.wave} · {earlier.wave}"
    gap = _gap(surest, widest)
    first = earlier.when.latest + timedelta(days=max(days, 1))
    hint = f"{later.wave} fits from {first} on, or move {earlier.wave} less far."
    if surest <= 0:
        how = "overtakes" if widest <= 0 else "lies inside the season of" if earlier.when.exact else "may overtake"
        message = f"{earlier.wave}, {earlier.when.in_words()}, {how} {later.wave}, {later.when.in_words()}, which depends on it."
        return Clash(
            kind=Kind.OVERTAKEN, severity=Severity.HARD, subject=subject, state=gap, message=message, hint=hint, certain=widest <= 0
        )
    if surest < days:
        how = "lies" if widest < days else "may lie"
        message = f"{later.wave} {how} {gap} after {earlier.wave}; it needs {days}."
        return Clash(
            kind=Kind.DISTANCE, severity=Severity.WARNING, subject=subject, state=gap, message=message, hint=hint, certain=widest < days
        )
    return None


def _gap(surest: int, widest: int) -> str:
    """A distance in days, or the least and the most of it; below nothing it is said as too early."""
    if widest <= 0:
        return f"{-widest} days too early" if surest == widest else f"{-widest}–{-surest} days too early"
    if surest <= 0:
        return f"from {-surest} days too early to {widest} days after"
    return f"{widest} days" if surest == widest else f"{surest}–{widest} days"
