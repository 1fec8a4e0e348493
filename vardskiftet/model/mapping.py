"""How do rows of one source become rows of one record table? A mapping as it is declared."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field as field

from vardskiftet.model.frozen import Frozen

WHOLE_ROW = "whole_row"


class Step(Frozen):
    """One named transform with its options, as its own option schema has checked them."""

    transform: str
    options: dict[str, Any] = {}


class Find(Frozen):
    """A reference: the row of `table` that the source column `by` names.

    With a transform the identifier is a person's national one; without, it is the key in the parent mapping
    (`through_mapping`; the only mapping of the same system into `table` unless named).
    """

    table: str
    by: str
    step: Step | None = None
    mapping: str = ""
    missing: Literal["reject", "empty"] = "reject"


REFERENCE_EMPTY = "REFERENCE_EMPTY"
"""The flag of a row whose reference was left empty (`missing: empty`), though its source names a row: which may come with a later wave."""


def emptied(column: str) -> str:
    """The flag and the field of which it speaks, as one text."""
    return f"{REFERENCE_EMPTY}: field {column}"


def where(line: int, file: str) -> str:
    """A line, with its file where that is another than the one in hand."""
    return f"line {line} of {file}" if file else f"line {line}"


class Field(Frozen):
    """What fills one record column: exactly one of `source`, `sql`, `find`, `constant`."""

    column: str
    source: str = ""
    sql: str = ""
    find: Find | None = None
    constant: str | None = None
    steps: tuple[Step, ...] = ()
    line: int = 0
    file: str = ""
    """The file of `line`, where it is another than the mapping's own: one that it extends. So too below."""

    @property
    def where(self) -> str:
        """The line, with its file where that must be said."""
        return where(self.line, self.file)


class Identity(Frozen):
    """A source column that holds a person's identifier, and the transform that tells its domain."""

    source: str
    step: Step


class Piece(Frozen):
    """One named item that a row may hold: when it does, and what the item's own columns then say."""

    item: str
    when: str
    columns: tuple[tuple[str, str], ...] = ()
    """(column, DuckDB SQL over the row)."""


class Split(Frozen):
    """One row, several items: named pieces, or each part of a cell that holds a list."""

    pieces: tuple[Piece, ...] = ()
    each: str = ""
    """The source column that holds a list."""
    by: str = ","
    column: str = ""
    """The column that each part stands in."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that items have and rows have not."""
        return (self.column,) if self.each else tuple(dict.fromkeys(name for piece in self.pieces for name, _ in piece.columns))


class UnitRule(Frozen):
    """Which unit a row belongs to: its own column, another table's by a path, a fixed unit, or, for persons, wherever they have care."""

    source: str = ""
    via: str = ""
    on: str = ""
    to: str = ""
    unit: str = ""
    codebook: str = ""
    """The codebook that gives the unit's slug or HSA-id for what stands in the column."""
    wherever: tuple[str, ...] = ()
    """`table.column` pairs that hold this mapping's key."""


class Condition(Frozen):
    """A DuckDB SQL condition over the row, with the reason that its rows leave."""

    when: str
    reason: str = ""
    because: str = ""
    line: int = 0
    file: str = ""

    @property
    def where(self) -> str:
        """The line, with its file where that must be said."""
        return where(self.line, self.file)


class Conflict(StrEnum):
    """What happens when two source rows claim one key, or two source persons one identifier."""

    REVIEW = "review"
    FIRST = "first"
    LATEST = "latest"
    EARLIEST = "earliest"


class FollowParent(StrEnum):
    """What becomes of the child of an excluded parent."""

    REJECT = "reject"
    EXCLUDE = "exclude"


class WithoutNumber(StrEnum):
    """What becomes of a person whose row has no number where the mapping names columns of numbers."""

    REJECT = "reject"
    OWN_KEY = "own_key"
    """The system's own key is the person, as where a source has no national number at all."""


class OnVanish(StrEnum):
    """What is said of a row that stands in the record, and whose source row is gone, struck out, or elsewhere. It is never deleted."""

    FLAG = "flag"
    KEEP = "keep"


class Example(Frozen):
    """A source row, and what the mapping must make of it."""

    row: dict[str, str | None]
    gives: dict[str, Any]
    line: int = 0
    file: str = ""


class Mapping(Frozen):
    """How rows of one source table become rows of one record table."""

    mapping: str
    system: str
    information: str
    reads: str
    """The source table whose rows are accounted for."""
    sql: str = ""
    """The rows themselves, in the source's own SQL over several tables; empty where they are the table's."""
    into: str
    key: tuple[str, ...]
    unit: UnitRule
    changed: str = ""
    """The source column that says when a row was changed last: a moment, or a number that only grows."""
    overlap: int = 60
    """How far before the last mark a delta reads again: minutes, or steps of the number."""
    on_vanish: OnVanish = OnVanish.FLAG
    split: Split | None = None
    exclude: tuple[Condition, ...] = ()
    identities: tuple[Identity, ...] = ()
    without_number: WithoutNumber = WithoutNumber.REJECT
    fields: tuple[Field, ...]
    reject: tuple[Condition, ...] = ()
    flag: tuple[Condition, ...] = ()
    """Rows that are loaded as they are, and counted and listed under the reason."""
    conflict: Conflict = Conflict.REVIEW
    conflict_by: str = ""
    """The source column that says which copy is the latest or the earliest."""
    follow_parent: FollowParent = FollowParent.REJECT
    correct: tuple[str, ...] = ()
    """Source columns that a person may correct in a rejected row; never one of the key, nor one that says whose the row is."""
    examples: tuple[Example, ...] = ()
    path: str = field(default="", exclude=True)

    @property
    def name(self) -> str:
        """The mapping's own part of its full name `system.name`."""
        return self.mapping.partition(".")[2]

    @property
    def may_be_emptied(self) -> tuple[tuple[int, Field], ...]:
        """Fields, with their places, that are left empty where the row that they name is not in the record."""
        return tuple((place, one) for place, one in enumerate(self.fields) if one.find is not None and one.find.missing == "empty")

    @property
    def has_flags(self) -> bool:
        """Whether an item may be kept and flagged: by the mapping's own rules, or for a reference that is left empty."""
        return bool(self.flag or self.may_be_emptied)

    @property
    def for_persons(self) -> bool:
        """Whether its rows are persons, counted once per wave on the line `unit: *`."""
        return bool(self.unit.wherever)
