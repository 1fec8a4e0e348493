"""What value does a text stand for, once a key asks for one? Each reader returns it or says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from vardskiftet.declare.words import nearest, quoted

SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
NAME = re.compile(r"(?!vs_)[a-z][a-z0-9_]*")
MILESTONE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
REASON = re.compile(r"[A-Z][A-Z0-9_]*")
USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]*")
INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?: ?([+-])([0-9]{2}):([0-9]{2}))?")
SEASON = re.compile(r"[0-9]{4}-(spring|summer|autumn|winter)")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
HSA_ID = re.compile(r"SE[0-9]{10}-[A-Za-z0-9]+")
LONGEST_HSA_ID = 31

Choice = TypeVar("Choice", bound=StrEnum)


class Unreadable(ValueError):
    """A text is not what its key asks for: what is wrong, and the remedy."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def text(value: str) -> str:
    """The text itself, unchanged; blank is a fault."""
    if not value.strip():
        raise Unreadable("is blank.", "Give it a value or remove it.")
    return value


def shaped(pattern: re.Pattern[str], what: str, hint: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if not pattern.fullmatch(value):
            raise Unreadable(f"{quoted(value)} is not {what}.", hint)
        return value

    return read


def variable(value: str) -> str:
    """The name of an environment variable. What is none is not repeated: it may be the secret itself."""
    if not VARIABLE.fullmatch(value):
        raise Unreadable("is not the name of an environment variable.", "Write its name, such as VGR_STORE; the URL stays in it.")
    return value


slug = shaped(SLUG, "a name", "Write a-z, 0-9, - and _; begin with a letter or a digit.")
record_name = shaped(NAME, "a name for the record", "Write a-z, 0-9 and _; begin with a letter, and not with vs_.")
reason = shaped(REASON, "a reason", "Write A-Z, 0-9 and _, such as FUTURE_DATE.")
milestone = shaped(MILESTONE, "a milestone's name", "Write letters, digits, - and _, such as G90.")
user = shaped(USER, "a user's name", "Write letters, digits, . _ - and @, without spaces.")


def hsa_id(value: str) -> str:
    """An HSA-id: SE, ten digits of the organisation, a hyphen, and at least one letter or digit; at most 31 characters."""
    if not HSA_ID.fullmatch(value) or len(value) > LONGEST_HSA_ID:
        raise Unreadable(f"{quoted(value)} is not an HSA-id.", "Write SE, ten digits, - and letters or digits; 31 characters at most.")
    return value


def integer(value: str) -> int:
    """A whole number in plain digits."""
    if not INTEGER.fullmatch(value):
        raise Unreadable(f"{quoted(value)} is not a whole number.", "Write plain digits, such as 1200.")
    return int(value)


def count(value: str) -> int:
    """A whole number that is not negative."""
    number = integer(value)
    if number < 0:
        raise Unreadable(f"{number} is negative.", "Write 0 or more.")
    return number


def decimal(value: str) -> str:
    """A decimal number with a point, as text."""
    if not DECIMAL.fullmatch(value):
        raise Unreadable(f"{quoted(value)} is not a number.", "Write digits with a decimal point, such as 0.1.")
    return value


def share(value: str) -> float:
    """A part of a whole, 0 to 1."""
    part = float(decimal(value))
    if not 0 <= part <= 1:
        raise Unreadable(f"{value} is not between 0 and 1.", "Ten percent is 0.1.")
    return part


def boolean(value: str) -> bool:
    """`true` or `false`; nothing else."""
    if value not in ("true", "false"):
        raise Unreadable(f"{quoted(value)} is neither true nor false.", "Write true or false.")
    return value == "true"


def day(value: str) -> date:
    """A calendar day, YYYY-MM-DD."""
    if not DAY.fullmatch(value):
        raise Unreadable(f"{quoted(value)} is not a day.", "Write YYYY-MM-DD, such as 2024-11-12.")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Unreadable(f"{quoted(value)} is not in the calendar.") from None


def season(value: str) -> str:
    """A season of a year, such as 2025-autumn."""
    return shaped(SEASON, "a season", "Write a year and spring, summer, autumn or winter, such as 2025-autumn.")(value)


def zone_name(value: str) -> str:
    """The name of a time zone."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Unreadable(f"{quoted(value)} is not a time zone.", nearest_zone(value)) from None
    return value


def nearest_zone(value: str) -> str:
    """The remedy for an unknown time zone."""
    hint = nearest(value, available_timezones())
    return hint if hint.startswith("Did") else "Write a name such as Europe/Stockholm."


def encoding(value: str) -> str:
    """The name of a text encoding."""
    try:
        "å".encode(value, "replace")
    except (LookupError, ValueError):
        raise Unreadable(f"{quoted(value)} is not a text encoding.", "Known are utf-8, cp1252, iso-8859-1, cp850 and others.") from None
    return value


def choice(kinds: type[Choice]) -> Callable[[str], Choice]:
    """A reader of one of a kind's words."""

    def read(value: str) -> Choice:
        try:
            return kinds(value)
        except ValueError:
            raise Unreadable(f"{quoted(value)} is not possible here.", nearest(value, kinds)) from None

    return read


def one_of(words: Iterable[str]) -> Callable[[str], str]:
    """A reader of one of some words."""
    known = tuple(words)

    def read(value: str) -> str:
        if value not in known:
            raise Unreadable(f"{quoted(value)} is not possible here.", nearest(value, known))
        return value

    return read


def moment(zone: ZoneInfo | None) -> Callable[[str], datetime]:
    """A reader of local moments; they come out aware, in `zone` (UTC while the zone itself is faulty)."""

    def read(value: str) -> datetime:
        match = MOMENT.fullmatch(value)
        if not match:
            raise Unreadable(f"{quoted(value)} is not a moment.", "Write YYYY-MM-DD HH:MM in local time, such as 2024-11-12 04:00.")
        try:
            local = datetime.fromisoformat(f"{match[1]} {match[2]}")
        except ValueError:
            raise Unreadable(f"{quoted(value)} is not in the calendar.") from None
        if zone is None:
            return local.replace(tzinfo=UTC)
        offset = timedelta(hours=int(match[4]), minutes=int(match[5])) if match[3] else None
        return _placed(local, zone, -offset if offset is not None and match[3] == "-" else offset)

    return read


def _placed(local: datetime, zone: ZoneInfo, offset: timedelta | None) -> datetime:
    candidates = [local.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    real = [one for one in candidates if one.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local]
    if not real:
        raise Unreadable(f"{local:%Y-%m-%d %H:%M} is missing in {zone.key}: the clock is set forward.", "Name a moment before or after.")
    fitting = [one for one in real if offset is None or one.utcoffset() == offset]
    if not fitting:
        raise Unreadable(f"{zone.key} does not have that offset then.", f"Write {_offset(real[0])}, or leave the offset out.")
    if len({one.utcoffset() for one in fitting}) > 1:
        first, second = (f"{local:%Y-%m-%d %H:%M}{_offset(one)}" for one in fitting)
        raise Unreadable(f"{local:%Y-%m-%d %H:%M} comes twice in {zone.key}.", f"Write {first} or {second}.")
    return fitting[0]


def _offset(one: datetime) -> str:
    return one.isoformat()[-6:]
