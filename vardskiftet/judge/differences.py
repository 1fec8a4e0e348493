"""What does a difference look like? From the two texts, the column's type, and how rows that differ in the same column exchanged theirs."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from vardskiftet.model.difference import Difference, Kind
from vardskiftet.model.record import Column, ColumnType, Table

_MISREAD = ("cp1252", "latin-1", "cp850")
_ASCII_OF = str.maketrans({"ø": "o", "Ø": "O", "æ": "a", "Æ": "A", "ß": "s"})


class UnlikeCell(NamedTuple):
    """One cell of a row that stands on both sides, with other texts. `patient` is whom the row should belong to."""

    id: str
    key: str
    unit: str
    patient: str
    column: str
    expected: str | None
    stored: str | None
    stands_as_written: bool
    """Whether the whole stored row is still the one whose digest was written at the load."""
    exchanged: bool = False
    """Whether a row of another patient has the two texts the other way round; known of all cells together."""
    due_elsewhere: bool = False
    """Whether what stands here should stand in another patient's row that differs as well; known of all cells together."""


def kind_of(cell: UnlikeCell, column: Column, patients: str) -> Kind:
    """The kind of a cell of this column. `patients` is the table that patient references lead to."""
    telling = column.type is not ColumnType.BOOLEAN
    if patients and column.references == patients and cell.stored:
        return Kind.WRONG_PATIENT
    if telling and cell.exchanged:
        return Kind.WRONG_PATIENT  # two patients' rows hold each other's value
    looks = likeness(cell.expected, cell.stored, column.type)
    if looks is not None:
        return looks
    # A code stands in many rows by itself; any other value that another differing row should have came from there.
    if cell.due_elsewhere and telling and cell.stored and not column.code_system:
        return Kind.WRONG_PATIENT
    return Kind.OTHER if cell.stands_as_written else Kind.CHANGED_IN_TARGET


def likeness(expected: str | None, stored: str | None, kind: ColumnType) -> Kind | None:
    """What two texts that differ look like; None where they look like nothing that has a name."""
    if expected is None or stored is None:
        return Kind.NULL_EMPTY if not expected and not stored else None
    if kind is ColumnType.INSTANT:
        return _of_instants(expected, stored)
    if kind is ColumnType.DECIMAL:
        return _of_numbers(expected, stored)
    return _of_texts(expected, stored) if kind is ColumnType.TEXT else None


def _of_instants(expected: str, stored: str) -> Kind | None:
    try:
        one, other = (datetime.fromisoformat(text) for text in (expected, stored))
    except ValueError:
        return None
    apart = abs(one - other)
    if apart < timedelta(minutes=1) and one.replace(microsecond=0, second=0) == other.replace(microsecond=0, second=0):
        return Kind.PRECISION
    # Zones lie whole quarters of an hour apart, and never more than fourteen hours from UTC.
    return Kind.TIMEZONE if apart <= timedelta(hours=14) and apart % timedelta(minutes=15) == timedelta() else None


def _of_numbers(expected: str, stored: str) -> Kind | None:
    try:
        one, other = Decimal(expected), Decimal(stored)
    except InvalidOperation:
        return None
    if one == other or _rounded(one, other) or _rounded(other, one):
        return Kind.PRECISION
    # A point that moved: the same digits, another power of ten.
    return Kind.PRECISION if other and one and _digits(one) == _digits(other) and one.is_signed() == other.is_signed() else None


def _rounded(long: Decimal, short: Decimal) -> bool:
    """Whether the short number is the long one with fewer places."""
    here, there = short.as_tuple().exponent, long.as_tuple().exponent
    return isinstance(here, int) and isinstance(there, int) and there < here and abs(long - short) < Decimal(1).scaleb(here)


def _digits(number: Decimal) -> tuple[int, ...]:
    return number.normalize().as_tuple().digits


def _of_texts(expected: str, stored: str) -> Kind | None:
    if "".join(expected.split()) == "".join(stored.split()):
        return Kind.WHITESPACE
    if _misread(expected, stored) or _misread(stored, expected) or "\ufffd" in stored or _questioned(expected, stored):
        return Kind.ENCODING
    if _folded(expected) == _folded(stored):
        return Kind.NORMALISATION
    return Kind.TRUNCATED if len(stored) < len(expected) and expected.startswith(stored.rstrip("….")) else None


def _misread(text: str, other: str) -> bool:
    """Whether one is the other's UTF-8 taken for something else."""
    for encoding in _MISREAD:
        try:
            if text.encode().decode(encoding) == other:
                return True
        except UnicodeDecodeError:
            continue
    return False


def _questioned(expected: str, stored: str) -> bool:
    """Letters beyond ASCII that became question marks, one for one."""
    return len(expected) == len(stored) and all(
        one == other or (other == "?" and not one.isascii()) for one, other in zip(expected, stored, strict=True)
    )


def _folded(text: str) -> str:
    """Without case and without rings and dots."""
    plain = unicodedata.normalize("NFKD", text.translate(_ASCII_OF)).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def bare(text: str | None, kind: ColumnType) -> str | None:
    """A stored text as it is compared: a decimal without plus sign and leading zeros, which exact databases do not keep."""
    if text is None or kind is not ColumnType.DECIMAL:
        return text
    digits = text.lstrip("+-").lstrip("0")
    minus = "-" if text.startswith("-") and digits.strip("0.") else ""
    return f"{minus}{'0' if not digits or digits.startswith('.') else ''}{digits}"


ZERO = {"allerg": "alerts", "alert": "alerts", "warning": "alerts", "medication": "medication", "prescription": "medication"}
"""Parts of a table's name, and which zero-tolerance class its rows stand in."""


def zero_tolerance(table: Table, column: Column | None, kind: Kind) -> str:
    """Why not one difference of this sort may stand, whatever its cause; empty where it may."""
    if kind is Kind.WRONG_PATIENT:
        return "wrong patient"
    if column is not None and column.protected and column.type is ColumnType.BOOLEAN:
        return "protection"
    if column is not None and column.safety_critical:
        return "protection"
    if table.identity and (column is None or column.column.startswith("identifier")):
        return "identity"
    return next((name for word, name in ZERO.items() if word in table.table), "")


def by_kind(differences: Iterable[Difference]) -> dict[str, int]:
    """How many of each kind, every kind named, sorted as the design lists them."""
    found = {kind.value: 0 for kind in Kind}
    for one in differences:
        found[one.kind.value] += 1
    return found
