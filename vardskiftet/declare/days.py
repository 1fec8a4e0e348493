"""Which day, or which distance from go-live, does a text stand for?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from vardskiftet.declare import scalars
from vardskiftet.declare.scalars import Unreadable
from vardskiftet.declare.words import quoted
from vardskiftet.model.wave import Offset

YEARS = range(1900, 2200)
OFFSET = re.compile(r"T([+-])(0|[1-9][0-9]{0,3})(mo|d)")
MOST = {"mo": 120, "d": 3650}
LONGEST_CUTOVER = 72


def offset(value: str) -> Offset:
    """A distance from go-live in whole months or days, such as T-16mo, T-90d, T+28d; ten years at most."""
    match = OFFSET.fullmatch(value)
    if not match:
        raise Unreadable(f"{quoted(value)} is not a distance from go-live.", "Write T-16mo, T-90d, T-0d or T+28d.")
    number = int(match[2])
    if number > MOST[match[3]]:
        raise Unreadable(f"{value} is more than ten years away.", "Write a distance within ten years, or a day.")
    signed = -number if match[1] == "-" else number
    return Offset(months=signed) if match[3] == "mo" else Offset(days=signed)


def day(value: str) -> date:
    """A calendar day of a programme's time, 1900 to 2199."""
    return _in_time(scalars.day(value))


def season(value: str) -> str:
    """A season of a programme's time."""
    name = scalars.season(value)
    _in_time(date(max(int(name[:4]), 1), 1, 1))
    return name


def moment_by(read: Callable[[str], datetime]) -> Callable[[str], datetime]:
    """A reader of moments of a programme's time."""

    def checked(value: str) -> datetime:
        moment = read(value)
        _in_time(moment.date())
        return moment

    return checked


def day_or_offset(value: str) -> date | Offset:
    """A calendar day, or a distance from go-live."""
    return offset(value) if value.startswith("T") else day(value)


STEP_LENGTH = re.compile(r"(0|[1-9][0-9]{0,3})(m|h)")
"""How a person writes how long a step of a cutover takes."""


def step_length(value: str) -> timedelta:
    """How long a step takes: `30m`, `2h`; `0m` for a milestone. No step is longer than a cutover may be."""
    match = STEP_LENGTH.fullmatch(value)
    if not match:
        raise Unreadable(f"{quoted(value)} is not a length of time.", "Write minutes or hours, such as 30m or 2h; 0m for a milestone.")
    told = timedelta(minutes=int(match[1])) if match[2] == "m" else timedelta(hours=int(match[1]))
    if told > timedelta(hours=LONGEST_CUTOVER):
        raise Unreadable(f"{quoted(value)} is longer than a cutover may be ({LONGEST_CUTOVER} hours).", "Divide the step.")
    return told


def cutover_hours(value: str) -> int:
    """How many hours a cutover takes: 1 to 72."""
    hours = scalars.integer(value)
    if not 1 <= hours <= LONGEST_CUTOVER:
        raise Unreadable(f"{hours} is not between 1 and {LONGEST_CUTOVER}.", "A cutover takes hours, three days at the most.")
    return hours


def _in_time(value: date) -> date:
    if value.year not in YEARS:
        raise Unreadable(f"the year {value.year} is not of a programme's time.", f"Write a year from {YEARS[0]} to {YEARS[-1]}.")
    return value
