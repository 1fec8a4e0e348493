"""How does the rollout look over time, in a terminal? Lines of plain text that fit any width from 40 columns on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from vardskiftet.plan.calendar import Calendar, WaveCalendar
from vardskiftet.plan.days_off import weekday
from vardskiftet.report.stretch import Stretch, after_go_live, before_go_live, whole

NARROWEST = 40


@dataclass(frozen=True, slots=True)
class Signs:
    """What the bars are drawn with."""

    before: str
    season: str
    go_live: str
    after: str
    freeze: str
    now: str
    crossed: str
    """The present where a bar lies over it."""
    tick: str
    cut: str


DRAWN = Signs("─", "▒", "◆", "┄", "▓", "│", "┼", "┴", "…")
ASCII = Signs("-", "=", "X", "~", "#", "|", "+", "'", "~")


def gantt(calendar: Calendar, statuses: Mapping[str, str], now: datetime, width: int, signs: Signs = DRAWN) -> tuple[str, ...]:
    """The waves as bars under their names, by date, with freezes, an axis and a legend; no line is longer than `width`."""
    width = max(width, NARROWEST)
    time = whole(calendar, now.date())
    lines = [_axis(time, width, signs)]
    for wave in calendar.waves:
        lines += [_head(wave, statuses.get(wave.wave, ""), width, signs), _bar(wave, calendar, time, now.date(), width, signs)]
    if calendar.freezes:
        lines += ["freezes", _freezes(calendar, time, now.date(), width, signs)]
    return (*lines, *_legend(calendar, now, width, signs))


def _head(wave: WaveCalendar, status: str, width: int, signs: Signs) -> str:
    when = f"{weekday(wave.go_live.date())} {wave.go_live:%Y-%m-%d %H:%M}" if wave.go_live else wave.season
    short = "  ".join((wave.wave, when, status.replace("_", " "))).rstrip()
    full = f"{short}  {wave.title}"
    return _cut(full if len(short) + 12 < width else short, width, signs)


def _bar(wave: WaveCalendar, calendar: Calendar, time: Stretch, now: date, width: int, signs: Signs) -> str:
    cells = _empty(time, now, width, signs)
    _fill(cells, time, before_go_live(wave), signs.before)
    _fill(cells, time, after_go_live(wave), signs.after)
    present = time.place(now, width)
    cells[present] = signs.now if cells[present] == signs.now else signs.crossed
    if wave.go_live:
        cells[time.place(wave.when.earliest, width)] = signs.go_live
    else:
        _fill(cells, time, Stretch(wave.when.earliest, wave.when.latest), signs.season)
    return "".join(cells).rstrip()


def _freezes(calendar: Calendar, time: Stretch, now: date, width: int, signs: Signs) -> str:
    cells = _empty(time, now, width, signs)
    for freeze in calendar.freezes:
        _fill(cells, time, Stretch(freeze.begins.earliest, freeze.ends.latest), signs.freeze)
    return "".join(cells).rstrip()


def _empty(time: Stretch, now: date, width: int, signs: Signs) -> list[str]:
    cells = [" "] * width
    cells[time.place(now, width)] = signs.now
    return cells


def _fill(cells: list[str], time: Stretch, stretch: Stretch | None, sign: str) -> None:
    if stretch is None:
        return
    for place in range(time.place(stretch.begins, len(cells)), time.place(stretch.ends, len(cells)) + 1):
        cells[place] = sign


def _axis(time: Stretch, width: int, signs: Signs) -> str:
    """Years where they begin, and a tick at each quarter that has room."""
    cells = [" "] * width
    for year in range(time.begins.year, time.ends.year + 1):
        for month in (4, 7, 10):
            if time.begins <= (day := date(year, month, 1)) <= time.ends:
                cells[time.place(day, width)] = signs.tick
    free = 0
    for year in range(time.begins.year, time.ends.year + 1):
        at = time.place(max(date(year, 1, 1), time.begins), width)
        if at >= free and at + 4 <= width:
            cells[at : at + 4] = str(year)
            free = at + 5
    return "".join(cells).rstrip()


def _legend(calendar: Calendar, now: datetime, width: int, signs: Signs) -> tuple[str, ...]:
    told = [f"{signs.before} preparation", f"{signs.go_live} go-live"]
    if any(wave.go_live is None for wave in calendar.waves):
        told.append(f"{signs.season} season of go-live")
    if any(after_go_live(wave) for wave in calendar.waves):
        told.append(f"{signs.after} after go-live")
    if calendar.freezes:
        told.append(f"{signs.freeze} freeze")
    told.append(f"{signs.now} now, {now:%Y-%m-%d}")
    lines = [""]
    for one in told:
        room = len(lines[-1]) + 2 + len(one) <= width
        if lines[-1] and not room:
            lines.append(one)
        else:
            lines[-1] = f"{lines[-1]}  {one}" if lines[-1] else one
    return tuple(lines)


def _cut(line: str, width: int, signs: Signs) -> str:
    return line if len(line) <= width else f"{line[: width - 1]}{signs.cut}"
