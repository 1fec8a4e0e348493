"""Is there a person's identifier in a text, and how is a text shown so that it can do no harm?

What people hand in as evidence may hold a personal identity number in any cell, or signs that a terminal, a spreadsheet or a page
would act upon. Nothing of it is shown before it went through here.
"""

from __future__ import annotations

import re
import unicodedata

MASK = "[identifier]"
LONGEST = 120

_LIKE = re.compile(r"(?<![0-9A-Za-z])((?:[0-2][0-9])?[0-9]{6})[-+ ]?([0-9]{4}|[KMXkmx][0-9]{3}|[A-Za-z]{2}[0-9]{2})(?![0-9A-Za-z])")


def identifiers(text: str) -> int:
    """How many identifiers a text holds: national, coordination and reserve numbers, in any spelling, with or without century."""
    return sum(_is_identifier(match) for match in _LIKE.finditer(text))


def masked(text: str) -> str:
    """The text with every identifier taken out."""
    return _LIKE.sub(lambda match: MASK if _is_identifier(match) else match[0], text)


def inert(text: str) -> str:
    """The text as it may be shown anywhere: identifiers masked, control and direction signs spelled out, of one line's length."""
    plain = "".join(char if _harmless(char) else char.encode("unicode_escape", "surrogatepass").decode("ascii") for char in masked(text))
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"


def inert_markdown(text: str) -> str:
    """The text as it may stand in Markdown: what would be markup is escaped."""
    return re.sub(r"([\\`*_{}\[\]<>#|!~])", lambda sign: "&lt;" if sign[1] == "<" else f"\\{sign[1]}", inert(text))


def _harmless(char: str) -> bool:
    category = unicodedata.category(char)
    return category == "Zs" or (char.isprintable() and category not in ("Cf", "Cc", "Cs", "Co", "Zl", "Zp"))


def _is_identifier(match: re.Match[str]) -> bool:
    day, rest = match[1], match[2]
    month, of_month = int(day[-4:-2]), int(day[-2:])
    if not rest.isdigit():
        return month <= 12 or len(day) == 8
    possible = month <= 12 and (1 <= of_month <= 31 or 60 <= of_month <= 91 or of_month == 0)
    return possible and _luhn(day[-6:] + rest)


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(digits):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
