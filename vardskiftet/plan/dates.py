"""On which day does something fall? Seasons, and distances from a day that may be known as a season only."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from vardskiftet.model.frozen import Frozen
from vardskiftet.model.programme import Programme
from vardskiftet.model.wave import Offset, Wave

SEASONS = {"spring": (3, 5, 0), "summer": (6, 8, 0), "autumn": (9, 11, 0), "winter": (12, 2, 1)}
"""First month, last month, and how many years later the last month lies."""


class Span(Frozen):
    """A day that is known, or the days between which it lies, both ends included."""

    earliest: date
    latest: date

    @property
    def exact(self) -> bool:
        """Whether there is only one day that it can be."""
        return self.earliest == self.latest

    def later(self, offset: Offset) -> Span:
        """The span at a distance from this one."""
        return Span(earliest=shift(self.earliest, offset), latest=shift(self.latest, offset))

    def in_words(self) -> str:
        """`2024-11-12`, or `2025-09-01 – 2025-11-30`."""
        return f"{self.earliest}" if self.exact else f"{self.earliest} – {self.latest}"


def on(day: date) -> Span:
    """The span of one known day."""
    return Span(earliest=day, latest=day)


def season_span(season: str) -> Span:
    """The days of a season such as `2025-autumn`.

    Meteorological seasons: spring 1 March to 31 May, summer 1 June to 31 August, autumn 1 September to 30 November, and winter
    1 December to the last of February of the year after. Raises ValueError or KeyError for anything else, which declarations do not pass.
    """
    year, _, name = season.partition("-")
    first, last, years = SEASONS[name]
    ends = int(year) + years
    return Span(earliest=date(int(year), first, 1), latest=date(ends, last, monthrange(ends, last)[1]))


def shift(day: date, offset: Offset) -> date:
    """The day at a distance: months first, a day that the month lacks becoming its last, then days."""
    months = day.year * 12 + day.month - 1 + offset.months
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])) + timedelta(days=offset.days)


def go_live_at(programme: Programme, wave: Wave) -> datetime | None:
    """A wave's go-live in the programme's zone; None while only its season is known."""
    if wave.go_live is None:
        return None
    zone = ZoneInfo(programme.timezone)
    return wave.go_live.replace(tzinfo=zone) if wave.go_live.tzinfo is None else wave.go_live.astimezone(zone)


def go_live_span(programme: Programme, wave: Wave) -> Span:
    """The day of a wave's go-live, or the days of its season."""
    at = go_live_at(programme, wave)
    return on(at.date()) if at else season_span(wave.season)
