"""What is a corruption, and what must the verifier say of it? Which rows, which column, which class, and which level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vardskiftet.engine.corrupt.copy import Copy, Row
from vardskiftet.model.difference import Kind, Level, Verdict
from vardskiftet.model.record import Column, ColumnType, Table

NEW = "00000000-0000-5000-8000-{:012d}"
"""Ids of invented rows."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was spoilt. Each of `cells` is (id, column); the column is empty where a whole row is missing or extra."""

    mappings: tuple[str, ...]
    cells: frozenset[tuple[str, str]]
    kinds: frozenset[Kind]
    also: tuple[Level, ...] = ()
    """Levels beside the rows that must see it too."""
    verdicts: tuple[tuple[Level, Verdict], ...] = ()
    """For what is no row: the verdict that a level must come to."""


@dataclass(frozen=True, slots=True)
class Corruption:
    """A silent corruption of a finished record. `seed` gives None where the record holds nothing that could be so spoilt."""

    name: str
    says: str
    seed: Callable[[Copy], Seeded | None]


def told(row: Row, table: Table, kind: Kind, *columns: str, also: tuple[Level, ...] = ()) -> Seeded:
    """One row of which these columns were spoilt, or, without a column, the row itself."""
    cells = {(str(row[table.key]), column) for column in columns or ("",)}
    return Seeded((str(row["_mapping"]),), frozenset(cells), frozenset({kind}), also)


def several(rows: list[Row], table: Table, kind: Kind, *columns: str, also: tuple[Level, ...] = ()) -> Seeded | None:
    """Several rows, spoilt alike; None if there are none."""
    if not rows:
        return None
    cells = {(str(row[table.key]), column) for row in rows for column in columns or ("",)}
    return Seeded(tuple(sorted({str(row["_mapping"]) for row in rows})), frozenset(cells), frozenset({kind}), also)


def columns_of(
    copy: Copy, kind: ColumnType, wanted: Callable[[Table, Column], bool] = lambda _table, _column: True
) -> list[tuple[Table, Column]]:
    """Columns of a type that are wanted, with their tables; those of the smallest tables first, since all of them are read again."""
    found = [
        (table, column)
        for table in copy.record.tables
        for column in table.columns
        if column.type is kind and column.column != table.key and wanted(table, column)
    ]
    sizes = {table.table: copy.size(table) for table in copy.record.tables}
    return sorted(found, key=lambda one: (sizes[one[0].table], one[0].table, one[1].column))


def children(copy: Copy) -> list[tuple[Table, Column]]:
    """Tables whose rows belong to a person, by the column that says whose."""
    persons = {table.table for table in copy.record.tables if table.identity}
    return columns_of(copy, ColumnType.UUID, lambda _table, column: column.references in persons)


def plain_text(table: Table, column: Column) -> bool:
    """Words as they were written: no code, no number of a person, and no unit's name."""
    return not column.code_system and not column.recipient and not (table.identity and column.column.startswith("identifier"))


def leaves(copy: Copy) -> list[Table]:
    """Tables to which nothing refers: a row of theirs can go without another noticing."""
    referred = {column.references for table in copy.record.tables for column in table.columns if column.references}
    found = [table for table in copy.record.tables if table.table not in referred and not table.identity and copy.rows(table, limit=2)]
    return sorted(found, key=lambda table: (copy.size(table), table.table))
