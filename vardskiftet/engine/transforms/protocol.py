"""What is a transform? A function from an SQL expression of text to SQL of its value and of its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vardskiftet.model.record import ColumnType


@dataclass(frozen=True, slots=True)
class Join:
    """A look-up table that must stand beside the row: `left join TABLE as ALIAS on CONDITION`, at most one row of it per row."""

    table: str
    alias: str
    on: str


@dataclass(frozen=True, slots=True)
class Expression:
    """SQL of a value and, beside it, SQL of the reason code if the value could not be made (NULL if it could).

    `stages` are columns, (name, SQL), computed before: each may name those before it, in its own stage too; joins, value and
    reason may name all. What is dear stands there, so that it is computed once.
    """

    value: str
    reason: str = "null"
    type: ColumnType = ColumnType.TEXT
    stages: tuple[tuple[tuple[str, str], ...], ...] = ()
    joins: tuple[Join, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """What a transform may know beside its options: the system's time zone, and a prefix for names of its own."""

    timezone: str = "UTC"
    prefix: str = "own"


@dataclass(frozen=True, slots=True)
class Example:
    """A text, the options, and what must come of it: a value or a reason. Examples are the transform's tests."""

    text: str | None
    options: Mapping[str, Any] = field(default_factory=dict)
    value: object = None
    reason: str | None = None
    beside: Mapping[str, str] = field(default_factory=dict)
    """Other columns of the row that the transform reads."""
