"""Which day, or which instant, does a text name? Read letter by letter of its form; clock changes by the standard library's zones."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from vardskiftet.engine.rederive.meaning.answer import NOTHING, Answer, Reader, because

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_LETTERS = {
    "%Y": r"(?P<year>[0-9]{4})",
    "%y": r"(?P<short>[0-9]{2})",
    "%m": r"(?P<month>[0-9]{2})",
    "%-m": r"(?P<month>[1-9][0-9]?)",
    "%b": f"(?P<name>{'|'.join(name[:3] for name in _MONTHS)})",
    "%B": f"(?P<name>{'|'.join(_MONTHS)})",
    "%d": r"(?P<day>[0-9]{2})",
    "%-d": r"(?P<day>[1-9][0-9]?)",
    "%j": r"(?P<yearday>[0-9]{3})",
    "%H": r"(?P<hour>[0-9]{2})",
    "%-H": r"(?P<hour>0|[1-9][0-9]?)",
    "%I": r"(?P<twelfth>[0-9]{2})",
    "%-I": r"(?P<twelfth>[1-9][0-9]?)",
    "%p": r"(?P<half>AM|PM)",
    "%M": r"(?P<minute>[0-9]{2})",
    "%-M": r"(?P<minute>0|[1-9][0-9]?)",
    "%S": r"(?P<second>[0-9]{2})",
    "%-S": r"(?P<second>0|[1-9][0-9]?)",
    "%f": r"(?P<micro>[0-9]{6})",
    "%.f": r"(?:\.(?P<part>[0-9]{1,6}))?",
    "%g": r"(?P<milli>[0-9]{3})",
    "%%": "%",
}
_NUMBER = {name: number for number, month in enumerate(_MONTHS, 1) for name in (month, month[:3])}
_FIRST_LOCAL = datetime(1, 1, 2)  # noqa: DTZ001 - a local time, as it is written


def day(options: Mapping[str, Any]) -> Reader:
    """A date. Reason: INVALID_DATE; the empty text and sentinels are nothing."""
    parse = parser(str(options.get("format", "%Y-%m-%d")), options.get("years_from"))
    unknown = {"", *options.get("sentinels", ())}

    def read(text: str | None) -> Answer:
        if text is None or text in unknown:
            return NOTHING
        found = parse(text)
        return because("INVALID_DATE") if found is None else (found.date(), None)

    return read


def local(options: Mapping[str, Any], zone: str) -> Reader:
    """An instant in UTC. Reasons: INVALID_DATE, MISSING_HOUR, REPEATED_HOUR; the empty text and sentinels are nothing."""
    parse = parser(str(options.get("format", "%Y-%m-%d %H:%M:%S")), options.get("years_from"))
    unknown, place = {"", *options.get("sentinels", ())}, ZoneInfo(zone)
    repeated, missing = options.get("repeated_hour", "reject"), options.get("missing_hour", "reject")

    def read(text: str | None) -> Answer:
        if text is None or text in unknown:
            return NOTHING
        found = parse(text)
        if found is None or found < _FIRST_LOCAL:
            return because("INVALID_DATE")
        before, after = (_offset(found, place, fold) for fold in (0, 1))
        if before < after and missing == "reject":
            return because("MISSING_HOUR")
        if before > after and repeated == "reject":
            return because("REPEATED_HOUR")
        offset = after if before > after and repeated == "second" else before
        return (found - offset).replace(tzinfo=UTC), None

    return read


def _offset(found: datetime, place: ZoneInfo, fold: int) -> timedelta:
    return found.replace(tzinfo=place, fold=fold).utcoffset() or timedelta()


def parser(form: str, years_from: int | None = None) -> Callable[[str], datetime | None]:
    """A reader of one form that takes no other writing of the same moment; two digits of a year mean one of the hundred from there on."""
    pattern = re.compile("".join(_LETTERS.get(part, re.escape(part)) for part in re.findall(r"%\.f|%-?.|[^%]+", form, re.DOTALL)))

    def parse(text: str) -> datetime | None:
        found = pattern.fullmatch(text)
        return None if found is None else _moment(found.groupdict(), years_from or 0)

    return parse


def _moment(parts: Mapping[str, str], years_from: int) -> datetime | None:
    micro = int(parts.get("micro") or (parts.get("part") or "").ljust(6, "0")) + 1000 * int(parts.get("milli") or 0)
    try:
        clock = (_hour(parts), int(parts.get("minute") or 0), int(parts.get("second") or 0), micro)
        year = _year(parts["short"], years_from) if "short" in parts else int(parts["year"])
        if "yearday" in parts:
            begun = date(year, 1, 1) + timedelta(days=int(parts["yearday"]) - 1)
            if begun.year != year:
                return None
            month, number = begun.month, begun.day
        else:
            month, number = _NUMBER[parts["name"]] if "name" in parts else int(parts["month"]), int(parts["day"])
        return datetime(year, month, number, *clock)  # noqa: DTZ001 - a local time, as it is written
    except ValueError:
        return None


def _year(digits: str, years_from: int) -> int:
    """The only year with these last digits in a hundred years."""
    return next(year for year in range(years_from, years_from + 100) if year % 100 == int(digits))


def _hour(parts: Mapping[str, str]) -> int:
    """The hour of the day; twelve comes before one. Raises ValueError for a thirteenth."""
    if "twelfth" not in parts:
        return int(parts.get("hour") or 0)
    number = int(parts["twelfth"])
    if not 1 <= number <= 12:
        raise ValueError(number)
    return number % 12 + (12 if parts["half"] == "PM" else 0)
