"""What differs between the servers that rows are read from? How a name, a bound value, a value's text and a key's order are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vardskiftet.engine.names import literal, quoted
from vardskiftet.model.batch import KeyPart

HOLE = "\0"
"""Where a value goes in a statement that is not written for a driver yet: no name and no query can hold it."""


@dataclass(frozen=True, slots=True)
class Form:
    """How values of one declared type are written; `{c}` is a column, `{v}` a value that is bound."""

    text: str
    """The value as text (or, for bytes, as it is)."""
    order: str = "{c}"
    """What puts rows in order: the column itself, wherever the server can compare it."""
    told: str = ""
    """The text of what puts rows in order, as a border of a range is written down; empty where that is `text`."""
    bound: str = "{v}"
    """A border's text as the server compares it with `order`."""
    single: bool = False
    """A real of single precision that arrives with the digits of a double."""

    @property
    def border(self) -> str:
        """The text that a border of a range has in a plan."""
        return self.told or self.text


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of server: a value, so that the statements are built in one place for all of them."""

    name: str
    form: Callable[[str], Form]
    """A declared type to its forms."""
    marks: str = '""'
    """Opening and closing mark of a name."""
    bound: str = ""
    """How a driver wants a bound value; `{n}` counts from 1. Empty where values are written as literals."""
    percent: bool = False
    """Whether a percent sign must be doubled in a statement with bound values."""
    compares_rows: bool = False
    """Whether `(a, b) >= (x, y)` is known, and finds its way in an index."""
    modulo: str = "{a} % {b}"
    typed: bool = False
    """Whether a border is bound with the type that it has; else as a text, which the column's form makes a value of."""
    literal: Callable[[str], str] = literal

    def quoted(self, name: str) -> str:
        """A name of this server. Raises ValueError for a NUL."""
        return quoted(name, self.marks)


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with holes, and the values that fill them, in order."""

    sql: str
    values: tuple[KeyPart, ...] = ()

    def bound(self, dialect: Dialect) -> str:
        """As the driver wants it with its values beside it."""
        sql = self.sql.replace("%", "%%") if dialect.percent and self.values else self.sql
        for number in range(1, len(self.values) + 1):
            sql = sql.replace(HOLE, dialect.bound.format(n=number), 1)
        return sql

    def written(self, dialect: Dialect) -> str:
        """With the values in it as literals: for statements that a driver runs as a copy, which can bind nothing."""
        first, *rest = self.sql.split(HOLE)
        return first + "".join(dialect.literal(str(value)) + part for value, part in zip(self.values, rest, strict=True))
