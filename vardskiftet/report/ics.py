"""Which dates does a wave bring into somebody's calendar? Milestones and go-live as iCalendar (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar as File
from icalendar import Event

from vardskiftet.model.programme import Programme
from vardskiftet.plan.calendar import Calendar, WaveCalendar
from vardskiftet.plan.dates import Span

PRODUCT = "-//vardskiftet//waves//EN"


def calendar_file(programme: Programme, calendar: Calendar, waves: tuple[str, ...], now: datetime) -> bytes:
    """The dates of these waves: milestones as whole days, go-live in UTC, a season as a tentative stretch of days.

    The same declarations at the same `now` give the same bytes; a date that moves keeps its UID, so that calendars follow it.
    """
    file = File()
    file.add("prodid", PRODUCT)
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    file.add("x-wr-calname", programme.title)
    for name in waves:
        for event in _events(programme, calendar.wave(name)):
            event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
            file.add_component(event)
    return bytes(file.to_ical())


def _events(programme: Programme, wave: WaveCalendar) -> list[Event]:
    synthetic = " (synthetic)" if programme.synthetic else ""
    title = f"{wave.wave}: go-live{synthetic}"
    events = [_moment(programme, wave, title, wave.go_live)] if wave.go_live else [_days(programme, wave, "go-live", title, wave.when)]
    events[0].add("description", wave.title)
    for one in wave.milestones:
        event = _days(programme, wave, f"milestone-{one.milestone}", f"{wave.wave}: {one.title}{synthetic}", one.when)
        if one.owner:
            event.add("description", f"Owner: {one.owner}")
        events.append(event)
    return events


def _moment(programme: Programme, wave: WaveCalendar, title: str, at: datetime) -> Event:
    event = _event(programme, wave, "go-live", title)
    event.add("dtstart", at.astimezone(UTC))
    event.add("dtend", at.astimezone(UTC) + timedelta(hours=1))
    event.add("status", "CONFIRMED")
    return event


def _days(programme: Programme, wave: WaveCalendar, part: str, title: str, when: Span) -> Event:
    event = _event(programme, wave, part, title)
    event.add("dtstart", when.earliest)
    event.add("dtend", _next(when.latest))
    event.add("status", "CONFIRMED" if when.exact else "TENTATIVE")
    event.add("transp", "TRANSPARENT")
    return event


def _event(programme: Programme, wave: WaveCalendar, part: str, title: str) -> Event:
    event = Event()
    event.add("uid", f"{programme.programme}-{wave.wave}-{part}@vardskiftet")
    event.add("summary", title)
    return event


def _next(day: date) -> date:
    """A whole day's end is the day after it (RFC 5545 §3.6.1)."""
    return day + timedelta(days=1)
