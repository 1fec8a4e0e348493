"""Where do the lines of the timeline picture lie? Geometry only; the template draws it and writes the words."""

from __future__ import annotations

from datetime import date

from vardskiftet.model.frozen import Frozen
from vardskiftet.plan.calendar import Calendar, WaveCalendar
from vardskiftet.report.stretch import Stretch, after_go_live, before_go_live, whole

WIDE, NARROW = 960, 358
"""Widths in SVG user units: for a page, and for a telephone."""

BELOW = 600
"""Pictures narrower than this drop what would not fit: quarters, titles."""

_TOP, _ROW, _BAR, _HEAD = 34.0, 58.0, 16.0, 22.0
_KEY_WIDE, _KEY_NARROW, _KEY_LINE = 136.0, 179.0, 22.0


class Bar(Frozen):
    """A stretch of days as a rectangle."""

    x: float
    width: float


class Tick(Frozen):
    """A year or a quarter on the axis; `label` is empty where there is no room."""

    x: float
    label: str
    year: bool


class Row(Frozen):
    """One wave: its bars, its go-live as a point or as a season, its milestones."""

    wave: str
    title: str
    y: float
    """Baseline of its words."""
    bar_y: float
    before: Bar | None
    after: Bar | None
    season: Bar | None
    go_live: float | None
    milestones: tuple[tuple[str, float], ...]
    """(title, x) of those whose day is known."""


class FreezeBand(Frozen):
    """A freeze of the programme, over all rows."""

    title: str
    x: float
    width: float


class Key(Frozen):
    """A sign of the legend."""

    sign: str
    """before, go_live, season, after, milestone, freeze, now."""
    x: float
    y: float


class TimelinePicture(Frozen):
    """The waves by date in a box of the given size."""

    width: float
    height: float
    top: float
    bottom: float
    bar: float
    narrow: bool
    now: float
    ticks: tuple[Tick, ...]
    rows: tuple[Row, ...]
    freezes: tuple[FreezeBand, ...]
    keys: tuple[Key, ...]


def timeline_picture(calendar: Calendar, now: date, width: int = WIDE) -> TimelinePicture:
    """The picture of a calendar; lengths are SVG user units, as many as pixels at full size."""
    time, narrow = whole(calendar, now), width < BELOW
    bottom = _TOP + _ROW * len(calendar.waves)
    keys = _keys(calendar, width, bottom + 26)
    return TimelinePicture(
        width=width,
        height=keys[-1].y + 10,
        top=_TOP,
        bottom=bottom,
        bar=_BAR,
        narrow=narrow,
        now=_x(time, now, width),
        ticks=_ticks(time, width, narrow),
        rows=tuple(_row(wave, time, width, _TOP + place * _ROW) for place, wave in enumerate(calendar.waves)),
        freezes=tuple(
            FreezeBand(title=one.title, **_span(time, Stretch(one.begins.earliest, one.ends.latest), width).model_dump())
            for one in calendar.freezes
        ),
        keys=keys,
    )


def _row(wave: WaveCalendar, time: Stretch, width: int, y: float) -> Row:
    before, after = before_go_live(wave), after_go_live(wave)
    return Row(
        wave=wave.wave,
        title=wave.title,
        y=y + _HEAD,
        bar_y=y + _HEAD + 10,
        before=_span(time, before, width) if before else None,
        after=_span(time, after, width) if after else None,
        season=None if wave.go_live else _span(time, Stretch(wave.when.earliest, wave.when.latest), width),
        go_live=_x(time, wave.when.earliest, width) if wave.go_live else None,
        milestones=tuple((one.title, _x(time, one.when.earliest, width)) for one in wave.milestones if one.when.exact),
    )


def _x(time: Stretch, day: date, width: int) -> float:
    return round(time.share(day) * (width - 2) + 1, 1)


def _span(time: Stretch, stretch: Stretch, width: int) -> Bar:
    """A stretch's rectangle; the shortest is still seen."""
    x, end = _x(time, stretch.begins, width), _x(time, stretch.ends, width)
    return Bar(x=x, width=round(max(end - x, 2.0), 1))


def _ticks(time: Stretch, width: int, narrow: bool) -> tuple[Tick, ...]:
    """Years, and quarters where there is room; a year's label keeps clear of the one before and of the edge."""
    ticks, free = [], 0.0
    for year in range(time.begins.year, time.ends.year + 1):
        for month in (1,) if narrow else (1, 4, 7, 10):
            day = date(year, month, 1)
            first = month == 1 and day < time.begins
            if not (first or time.begins <= day <= time.ends):
                continue
            x = _x(time, max(day, time.begins), width)
            fits = month == 1 and x >= free and x + 36 <= width
            free = x + 44 if fits else free
            ticks.append(Tick(x=x, label=str(year) if fits else "", year=month == 1))
    return tuple(ticks)


def _keys(calendar: Calendar, width: int, y: float) -> tuple[Key, ...]:
    """The signs that the picture uses, in lines as long as it is wide."""
    used = {
        "before": any(before_go_live(wave) for wave in calendar.waves),
        "milestone": any(one.when.exact for wave in calendar.waves for one in wave.milestones),
        "go_live": any(wave.go_live for wave in calendar.waves),
        "season": any(wave.go_live is None for wave in calendar.waves),
        "after": any(after_go_live(wave) for wave in calendar.waves),
        "freeze": bool(calendar.freezes),
        "now": True,
    }
    step = _KEY_NARROW if width < BELOW else _KEY_WIDE
    columns = max(1, int(width // step))
    signs = [sign for sign, seen in used.items() if seen]
    return tuple(Key(sign=sign, x=(n % columns) * step + 1, y=y + (n // columns) * _KEY_LINE) for n, sign in enumerate(signs))
