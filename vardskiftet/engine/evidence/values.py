"""Which value did somebody write into a cell? `95 %`, `0,95`, `1 234`, `ja`; what can be read in two ways is refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from vardskiftet.declare import days, scalars
from vardskiftet.declare.scalars import Unreadable

Value = str | int | Decimal | date | datetime | bool

_BLANKS = "\u0020\u00a0\u202f\u2009"
_GROUPED = re.compile(rf"[0-9]{{1,3}}([{_BLANKS}][0-9]{{3}})+([.,][0-9]+)?")
_PLAIN = re.compile(r"[0-9]+([.,][0-9]+)?([eE][-+]?[0-9]{1,2})?")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+")
_LONGEST = 30
_YES = frozenset({"ja", "j", "yes", "y", "true", "sant", "1"})
_NO = frozenset({"nej", "n", "no", "false", "falskt", "0"})
_DIGITS = 9


def text(value: str) -> str:
    """A text in one Unicode form, without blanks around it."""
    return unicodedata.normalize("NFC", value).strip()


def number(value: str) -> Decimal:
    """A decimal number with a point or a comma; blanks between thousands. `1,234` is refused: it is written for two numbers."""
    plain = value.strip().replace("\u2212", "-")
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    if len(digits) > _LONGEST or not (_GROUPED.fullmatch(digits) or _PLAIN.fullmatch(digits)):
        raise Unreadable("is not a number.", "Write digits, with a decimal point or comma, such as 12.5.")
    if _THOUSANDS.fullmatch(digits):
        raise Unreadable("can be thousands or a decimal comma.", "Write 1234, or 1.234.")
    for blank in _BLANKS:
        digits = digits.replace(blank, "")
    found = Decimal(sign + digits.replace(",", "."))
    exponent = found.as_tuple().exponent
    if isinstance(exponent, int) and (-exponent > _DIGITS or found.adjusted() > 18):
        found = found.quantize(Decimal(1).scaleb(-_DIGITS)) if found.adjusted() <= 18 else _too_large()
    return found + 0  # and so that there is no −0


def _too_large() -> Decimal:
    raise Unreadable("is too large a number.", "Nineteen digits at the most.")


def count(value: str) -> int:
    """A whole number that is not negative."""
    found = number(value)
    if found != found.to_integral_value():
        raise Unreadable("is not a whole number.", "Count whole things.")
    if found < 0:
        raise Unreadable("is negative.", "A count is 0 or more.")
    return int(found)


def share(value: str) -> Decimal:
    """A part of a whole: `95 %`, or 0 to 1. A bare number above 1 can mean two things and is refused."""
    plain = value.strip()
    if plain.endswith("%"):
        return _between(number(plain[:-1]) / 100)
    found = number(plain)
    if found > 1:
        raise Unreadable("can be percent or a share.", "Write 95 %, or 0.95; or declare `kind: percent`.")
    return _between(found)


def percent(value: str) -> Decimal:
    """A part of a whole in hundredths; a bare number of 1 or less can mean two things and is refused."""
    plain = value.strip()
    found = number(plain.removesuffix("%"))
    if 0 < found <= 1 and not plain.endswith("%"):
        raise Unreadable("can be percent or a share.", "Write it with its sign, such as 0.5 %.")
    return _between(found / 100)


def _between(found: Decimal) -> Decimal:
    if not 0 <= found <= 1:
        raise Unreadable("lies outside 0 to 100 %.", "A part is never more than the whole.")
    return found


def day(value: str) -> date:
    """A day as YYYY-MM-DD; a workbook's own days arrive so. `12/11/2024` can mean two days and is refused."""
    plain = value.strip().removesuffix("T00:00:00").removesuffix(" 00:00:00")
    try:
        return days.day(plain)
    except Unreadable as wrong:
        raise Unreadable("is not a day.", "Write YYYY-MM-DD, such as 2024-11-12.") from wrong


def moment_in(zone: ZoneInfo) -> Callable[[str], datetime]:
    """A reader of moments: local ones, or with an offset that the zone has then, or in UTC with a Z. A day alone is its beginning.

    They come out in UTC: two local moments of one zone compare by the clock on the wall, which shows an hour twice in autumn.
    """

    def read(value: str) -> datetime:
        plain = value.strip()
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", plain):
            plain = f"{plain} 00:00"
        plain = re.sub(r"(:[0-9]{2})[.,][0-9]+", r"\1", plain.replace("T", " ", 1))
        if plain.endswith("Z"):
            return scalars.moment(ZoneInfo("UTC"))(plain[:-1]).replace(tzinfo=UTC)
        try:
            return scalars.moment(zone)(plain).astimezone(UTC)
        except Unreadable as wrong:
            told = str(wrong) if "twice" in str(wrong) or "missing" in str(wrong) or "offset" in str(wrong) else "is not a moment."
            raise Unreadable(told, wrong.hint) from wrong

    return read


def yes_no(value: str) -> bool:
    """Yes or no, in Swedish or English."""
    plain = value.strip().casefold()
    if plain in _YES or plain in _NO:
        return plain in _YES
    raise Unreadable("is neither yes nor no.", "Write ja or nej, yes or no.")


def one_of_names(names: dict[str, str], what: str) -> Callable[[str], str]:
    """A reader of names that are known under several spellings; the names are given in their plain form."""

    def read(value: str) -> str:
        found = names.get(plain_name(value))
        if found is None:
            raise Unreadable(f"is not a {what} of this programme.", "Write its name, as `vardskiftet waves list` or waves/ shows it.")
        return found

    return read


def plain_name(value: str) -> str:
    """A name as it is compared: one Unicode form, one case, single blanks."""
    return " ".join(unicodedata.normalize("NFC", value).split()).casefold()
