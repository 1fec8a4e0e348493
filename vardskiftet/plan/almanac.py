"""What does the calendar look like as lines of text? One line per date, so that two calendars can be laid side by side."""

from __future__ import annotations

from collections.abc import Iterator

from vardskiftet.model.programme import Programme
from vardskiftet.plan.calendar import Calendar, WaveCalendar
from vardskiftet.plan.coexistence import coexistence
from vardskiftet.plan.dates import Span
from vardskiftet.plan.days_off import weekday


def almanac(programme: Programme, calendar: Calendar) -> list[str]:
    """Every date of the programme, wave by wave, then freezes, retirements and coexistence."""
    lines = [line for wave in sorted(calendar.waves, key=lambda one: one.wave) for line in _wave(wave)]
    lines += [f"freeze {one.freeze}: {one.begins.earliest} – {one.ends.latest}" for one in calendar.freezes]
    lines += [f"{one.system} retires: {_day(one.when)}" for one in calendar.retirements]
    lines += [
        f"coexistence {one.flow}, {one.earlier} to {one.later}: {one.units} units, {one.unit_days.in_words()} unit-days"
        for one in sorted(coexistence(programme, calendar), key=lambda one: (one.flow, *sorted((one.earlier, one.later))))
    ]
    return lines


def _wave(wave: WaveCalendar) -> Iterator[str]:
    at = f"{weekday(wave.go_live.date())} {wave.go_live:%Y-%m-%d %H:%M %z}" if wave.go_live else f"{wave.season}, {wave.when.in_words()}"
    yield f"{wave.wave} go-live: {at}"
    if wave.cutover:
        yield f"{wave.wave} cutover: from {wave.cutover.begins:%Y-%m-%d %H:%M %z}, {wave.cutover.hours} hours"
    for one in sorted(wave.milestones, key=lambda one: one.milestone):
        yield f"{wave.wave} {one.milestone}: {_day(one.when)}"
    for freeze in wave.freezes:
        yield f"{wave.wave} freeze {freeze.freeze}: {freeze.begins.earliest} – {freeze.ends.latest}"
    for duty in wave.duties:
        yield f"{wave.wave} {duty.person}, {duty.role}: {duty.begins.earliest} – {duty.ends.latest}"


def _day(when: Span) -> str:
    return f"{weekday(when.earliest)} {when.earliest}" if when.exact else when.in_words()
