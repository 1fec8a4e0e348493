"""Whose number is this? personnummer, samordningsnummer, VGR and national reserve ids, read by their published rules.

Domain facts §6 [L1] to [L4], [V20], [V21]; a coordination number may lack parts of its date (design §4).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from vardskiftet.engine.rederive.meaning.answer import NOTHING, Answer, Reader, bare, because

_LONG = re.compile(r"([0-9]{8})[-+]?([0-9]{4})")
_SHORT = re.compile(r"([0-9]{6})([-+]?)([0-9]{4})")
_RESERVE = re.compile(r"([0-9]{8})-?((?:[KMX][0-9]|[A-HJ-NPR-UX-Z]{2})[0-9]{2})", re.IGNORECASE | re.ASCII)
_VGR = re.compile(r"[0-9]{8}[KMX][0-9]{3}")
_NATIONAL = re.compile(r"(?:00|2[0-9])[0-9]{6}[A-Z]{2}[0-9]{2}")
_LETTER = {"K": "5", "M": "7", "X": "8"}
_YOUNGEST_CENTENARIAN = 24
"""Without a date, `+` tells the 1800s only of those whose two digits lie above this year's."""


def person(options: Mapping[str, Any]) -> Reader:
    """A person's number, its domain, or the birth date in it. Reasons: IDENTITY_MISSING, _FORMAT, _DATE, _CHECKSUM, AMBIGUOUS_CENTURY."""
    gives, as_of = str(options.get("gives", "id")), str(options.get("as_of", ""))

    def read(text: str | None) -> Answer:
        if text is None or not bare(text):
            return because("IDENTITY_MISSING")
        spelled = spelling(bare(text), as_of)
        if spelled == "?":
            return because("AMBIGUOUS_CENTURY")
        domain = domain_of(spelled) if spelled else None
        if spelled is None or domain is None:
            return because("IDENTITY_FORMAT")
        wrong = _fault(spelled, domain)
        if wrong:
            return because(wrong)
        if gives == "birth_date":
            return (_day_in(spelled), None) if domain in ("personnummer", "vgr-reserve") else NOTHING
        return (domain if gives == "domain" else spelled), None

    return read


def spelling(text: str, as_of: str) -> str | None:
    """Twelve characters; None for no known writing, `?` where the century cannot be told."""
    if found := _LONG.fullmatch(text):
        return found[1] + found[2]
    if found := _SHORT.fullmatch(text):
        century = _century(int(found[1][:2]), found[2], as_of)
        return "?" if century is None else f"{century:02d}{found[1]}{found[3]}"
    if found := _RESERVE.fullmatch(text):
        return (found[1] + found[2]).upper()
    return None


def _century(year: int, sign: str, as_of: str) -> int | None:
    if as_of:
        return (int(as_of[:4]) - year) // 100 - (1 if sign == "+" else 0)
    return 19 if sign == "+" and year <= _YOUNGEST_CENTENARIAN else None


def domain_of(spelled: str) -> str | None:
    """Which register gave the number."""
    if _VGR.fullmatch(spelled):
        return "vgr-reserve"
    if _NATIONAL.fullmatch(spelled):
        return "national-reserve"
    if not (spelled.isascii() and spelled.isdigit() and len(spelled) == 12):
        return None
    return "samordningsnummer" if 60 <= int(spelled[6:8]) <= 91 else "personnummer"


def _fault(spelled: str, domain: str) -> str:
    if domain == "national-reserve":
        return ""
    lived = spelled[:2] in ("18", "19", "20")
    if domain == "samordningsnummer":
        if not lived or int(spelled[4:6]) > 12:
            return "IDENTITY_DATE"
    elif not lived or _day_in(spelled) is None:
        return "IDENTITY_DATE"
    if domain == "vgr-reserve":
        if not _serial_fits(spelled):
            return "IDENTITY_FORMAT"
        return "" if _checks(spelled[2:8] + _LETTER[spelled[8]] + spelled[9:]) else "IDENTITY_CHECKSUM"
    if spelled[8:11] == "000":
        return "IDENTITY_FORMAT"
    return "" if _checks(spelled[2:]) else "IDENTITY_CHECKSUM"


def _serial_fits(spelled: str) -> bool:
    """06 to 79, odd for men and even for women in its last digit but one; 80 to 89 for X."""
    serial, sign = int(spelled[9:11]), spelled[8]
    if sign == "X":
        return 80 <= serial <= 89
    return 6 <= serial <= 79 and (serial % 2 == 1) == (sign == "M")


def _day_in(spelled: str) -> date | None:
    try:
        return date(int(spelled[:4]), int(spelled[4:6]), int(spelled[6:8]))
    except ValueError:
        return None


_TWICE = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def _checks(digits: str) -> bool:
    """Whether ten digits add up by the rule of Luhn."""
    total = 0
    for place, digit in enumerate(digits):
        total += int(digit) if place % 2 else _TWICE[int(digit)]
    return total % 10 == 0
