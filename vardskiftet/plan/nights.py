"""How many hours does a day have, and does a local moment exist? Clock changes around a go-live."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from vardskiftet.model.frozen import Frozen

_STEP = timedelta(minutes=15)
"""Zones of our time change at whole quarters."""


class ClockChange(Frozen):
    """A calendar day in which the clock is set: its hours, and the local stretch that comes twice or not at all."""

    day: date
    hours: float
    begins: str
    """Local time, for instance `02:00`."""
    ends: str
    repeated: bool
    """Whether the stretch comes twice; otherwise it is missing."""

    def in_words(self) -> str:
        """One clause for a person."""
        what = "comes twice" if self.repeated else "is missing"
        return f"{self.day} has {self.hours:g} hours: {self.begins}–{self.ends} {what}"


def clock_change(day: date, zone: ZoneInfo) -> ClockChange | None:
    """The clock change of a calendar day in a zone; None for a day of 24 hours."""
    at, end = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    hours = (end - at) / timedelta(hours=1)
    if hours == 24:
        return None
    before = _offset(at, zone)
    while _offset(at, zone) == before:
        at += _STEP
    change = at.replace(tzinfo=None)
    edges = sorted((change + before, change + _offset(at, zone)))
    return ClockChange(day=day, hours=hours, begins=f"{edges[0]:%H:%M}", ends=f"{edges[1]:%H:%M}", repeated=hours > 24)


def elapsed_before(moment: datetime, hours: int) -> datetime:
    """The moment that lies so many hours of elapsed time before this one, in its own zone."""
    return (moment.astimezone(UTC) - timedelta(hours=hours)).astimezone(moment.tzinfo)


def crossed(begins: datetime, ends: datetime, zone: ZoneInfo) -> ClockChange | None:
    """The clock change inside a window; None if its two ends have the same offset."""
    if begins.astimezone(zone).utcoffset() == ends.astimezone(zone).utcoffset():
        return None
    day, last = begins.astimezone(zone).date(), ends.astimezone(zone).date()
    while day <= last:
        if found := clock_change(day, zone):
            return found
        day += timedelta(days=1)
    return None


def exists(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks of a zone ever show this local time on this day. A zone that the moment itself carries is left aside."""
    local = moment.replace(tzinfo=None, fold=0)
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local


def comes_twice(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks of a zone show this local time twice on this day."""
    first, second = moment.replace(tzinfo=zone, fold=0), moment.replace(tzinfo=zone, fold=1)
    return exists(moment, zone) and first.utcoffset() != second.utcoffset()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
