"""Which number does a text hold? Exact, in Python's decimals; powers of ten are written out, units converted by declared factors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from vardskiftet.engine.rederive.meaning.answer import NOTHING, Answer, Reader, bare, because

_BLANK = r"[\t\n\f\r ]"
_SIGNS = {"≤": "<=", "≥": ">="}
_NINE = Decimal("1e-9")


def plain(options: Mapping[str, Any]) -> Reader:
    """A number in plain digits with a point. Reason: INVALID_NUMBER."""
    sign = "," if options.get("separator", ".") == "," else r"\."
    form = re.compile(rf"([-+]?)([0-9]+)(?:{sign}([0-9]+))?(?:[eE]([-+]?(?:0?[0-9]|[1-3][0-9]|40)))?")

    def read(text: str | None) -> Answer:
        if text is None or not bare(text):
            return NOTHING
        found = form.fullmatch(bare(text))
        if found is None:
            return because("INVALID_NUMBER")
        minus = "-" if found[1] == "-" else ""
        part, power = found[3] or "", found[4]
        if power is None:
            return minus + found[2] + (f".{part}" if part else ""), None
        return minus + _moved(found[2], part, int(power)), None

    return read


def _moved(whole: str, part: str, power: int) -> str:
    """The digits with the point moved by so many places."""
    digits, place = whole + part, len(whole) + power
    if place <= 0:
        return f"0.{'0' * -place}{digits}"
    if place >= len(digits):
        return digits + "0" * (place - len(digits))
    return f"{digits[:place]}.{digits[place:]}"


def measured(options: Mapping[str, Any]) -> Reader:
    """One part of a laboratory value: number, comparator or unit. Reason: INVALID_NUMBER."""
    sign = "," if options.get("separator", ".") == "," else r"\."
    form = re.compile(
        rf"{_BLANK}*(<=|>=|<|>|≤|≥|=)?{_BLANK}*([-+]?[0-9]+(?:{sign}[0-9]+)?){_BLANK}*"
        rf"([^\t\n\f\r 0-9<>=,.;](?:.*[^\t\n\f\r ])?)?{_BLANK}*"
    )
    gives = str(options.get("gives", "number"))

    def read(text: str | None) -> Answer:
        found = None if text is None else form.fullmatch(text)
        if text is None or found is None:
            return because("INVALID_NUMBER") if text is not None and bare(text) else NOTHING
        if gives == "comparator":
            return _SIGNS.get(found[1], found[1]) or None, None
        if gives == "unit":
            return found[3] or None, None
        return found[2].lstrip("+").replace(",", "."), None

    return read


def converted(options: Mapping[str, Any]) -> Reader:
    """A number in the record's unit; the second argument is the unit as written. Reasons: UNKNOWN_UNIT, INVALID_NUMBER."""
    to, factors = str(options["to"]), {str(unit): str(factor) for unit, factor in options["factors"].items()}

    def read(text: str | None, written: str | None) -> Answer:
        if text is None:
            return NOTHING
        unit = bare(written or "")
        factor = "1" if unit == to else factors.get(unit)
        if factor is None:
            return because("UNKNOWN_UNIT")
        number = _decimal(text)
        if number is None:
            return because("INVALID_NUMBER")
        if factor == "1":
            return text, None
        with localcontext() as context:
            context.prec = 60
            product = number * Decimal(factor)
            told = f"{product:f}"
        return (told.rstrip("0").rstrip(".") if "." in told else told), None

    return read


def _decimal(text: str) -> Decimal | None:
    """The number, rounded to nine decimals; None for no number, or one of more than ten whole digits."""
    if not re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?", text):
        return None
    with localcontext() as context:
        context.prec = 60
        found = Decimal(text).quantize(_NINE, ROUND_HALF_UP)
    return found if abs(found) < 10**10 else None
