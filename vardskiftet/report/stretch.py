"""Where on the axis does a day lie? Stretches of days, for the terminal's bars and for the picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from vardskiftet.plan.calendar import Calendar, WaveCalendar


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days from the first to the last, both included."""

    begins: date
    ends: date

    def share(self, day: date) -> float:
        """How far along a day lies, from 0 to 1; days outside lie at the ends."""
        days = (self.ends - self.begins).days
        return min(1.0, max(0.0, (day - self.begins).days / days)) if days else 0.0

    def place(self, day: date, cells: int) -> int:
        """The cell of a day among so many, from 0."""
        return min(cells - 1, int(self.share(day) * cells))


def before_go_live(wave: WaveCalendar) -> Stretch | None:
    """From a wave's first milestone to the day before go-live can first be; None without an earlier milestone."""
    first = min((one.when.earliest for one in wave.milestones), default=wave.when.earliest)
    return Stretch(first, wave.when.earliest - timedelta(days=1)) if first < wave.when.earliest else None


def after_go_live(wave: WaveCalendar) -> Stretch | None:
    """From the day after a wave's go-live to its last milestone; None without a later one."""
    last = max((one.when.latest for one in wave.milestones), default=wave.when.latest)
    return Stretch(wave.when.latest + timedelta(days=1), last) if last > wave.when.latest else None


def whole(calendar: Calendar, now: date) -> Stretch:
    """The months that hold every wave and the present."""
    days = [now]
    for wave in calendar.waves:
        for stretch in (before_go_live(wave), after_go_live(wave), Stretch(wave.when.earliest, wave.when.latest)):
            days += [stretch.begins, stretch.ends] if stretch else []
    last = max(days) + timedelta(days=31)
    return Stretch(min(days).replace(day=1), last.replace(day=1) - timedelta(days=1))
