"""Of which types are the columns of a drop? In Arrow for its Parquet files, in words for its description, in SQL for questions."""

from __future__ import annotations

import pyarrow as pa
import sqlalchemy as sa

from vardskiftet.engine.names import quoted
from vardskiftet.errors import IntegrityBroken

ENTRY = "_entry"
"""Column of each Parquet file of rows: the entry that wrote it. Of two rows of one key the later entry's stands."""
OWN = ("_batch", "_unit", "_key", "_digest")
"""Columns of a record table that the record's own description does not have."""


def word_of(column: sa.Column[object]) -> str:
    """A column's type in words."""
    match column.type:
        case sa.Uuid():
            return "uuid"
        case sa.Integer():
            return "integer"
        case sa.Numeric():
            return "decimal"
        case sa.Boolean():
            return "boolean"
        case sa.DateTime():
            return "instant"
        case sa.Date():
            return "date"
        case sa.LargeBinary():
            return "bytes"
        case _:
            return "text"


# Decimals are text: exact, with the places that they came with.
_ARROW = {
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "instant": pa.timestamp("us", "UTC"),
    "date": pa.date32(),
    "bytes": pa.binary(),
}


def schema_of(table: sa.Table) -> pa.Schema:
    """A table's columns in Arrow."""
    return pa.schema([(column.name, _ARROW.get(word_of(column), pa.string())) for column in table.columns])


def in_form(table: sa.Table, rows: pa.Table) -> pa.Table:
    """Rows with all columns of their table, in its order and types; columns that are not given are NULL.

    Raises IntegrityBroken where a required one is empty.
    """
    schema = schema_of(table)
    given = set(rows.column_names)
    columns = [
        rows[name].cast(kind) if name in given else pa.nulls(rows.num_rows, kind) for name, kind in zip(*_parts(schema), strict=True)
    ]
    for column, values in zip(table.columns, columns, strict=True):
        if not column.nullable and values.null_count:
            said = f"The record refused rows: column '{table.name}.{column.name}' must not be empty."
            raise IntegrityBroken(said, where=table.name, hint="The batch was left out whole.")
    return pa.table(columns, schema=schema)


def _parts(schema: pa.Schema) -> tuple[list[str], list[pa.DataType]]:
    return list(schema.names), list(schema.types)


def as_asked(table: sa.Table) -> str:
    """SQL of a Parquet file's columns as a question sees them: instants as UTC without a zone."""
    return ", ".join(
        f"timezone('UTC', file.{quoted(one.name)}) as {quoted(one.name)}" if word_of(one) == "instant" else f"file.{quoted(one.name)}"
        for one in table.columns
    )
