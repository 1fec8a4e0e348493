"""How do Arrow rows get into a PostgreSQL table by the million? As CSV text through COPY: every type arrives exactly as it is written.

ADBC's own ingest sends the binary form of Arrow's types, which has no uuid, and decimals only with one number of places for a whole
column: 30.50 would come back as 30.500. Text is what the server itself reads, and what digests are made of.
"""

from __future__ import annotations

import binascii
import io

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from vardskiftet.engine.names import quoted
from vardskiftet.errors import IntegrityBroken

PIECE = 8_192
"""Rows of one piece of text: what is under way stays small however large the batch is."""

_STYLE = pyarrow.csv.WriteOptions(include_header=False, quoting_style="all_valid")
"""Values in quotes, NULL as nothing: '' and NULL stay apart."""


def copy_rows(cursor: psycopg.Cursor, table: str, rows: pa.Table, name: str) -> None:
    """Send rows into a table, columns by name. Raises IntegrityBroken if the server took more or fewer than were sent, psycopg.Error."""
    columns = ", ".join(quoted(column) for column in rows.column_names)
    with cursor.copy(f"copy {quoted(table)} ({columns}) from stdin (format csv)".encode()) as copy:
        for piece in rows.to_batches(max_chunksize=PIECE):
            copy.write(csv_of(piece))
    taken(cursor, rows.num_rows, table, name)


def taken(cursor: psycopg.Cursor, sent: int, table: str, name: str) -> None:
    """Raise IntegrityBroken if the last statement did not concern as many rows as it should: a trigger or a rule of the server's."""
    if cursor.rowcount != sent:
        raise IntegrityBroken(
            f"The record took {cursor.rowcount:,} of {sent:,} rows of table '{table}', and called it done.",
            where=name,
            hint="The batch was rolled back. A trigger or a rule on the table leaves rows out: take it away for the load.",
        )


def without_nul(rows: pa.Table) -> pa.Table:
    """The same lines of the books with the picture of NUL for NUL: a rejected row's key may hold one."""
    for place, column in enumerate(rows.columns):
        if pa.types.is_string(column.type) and pc.any(pc.match_substring(column, "\0")).as_py():
            rows = rows.set_column(place, rows.schema.names[place], pc.replace_substring(column, "\0", "\u2400"))
    return rows


def csv_of(rows: pa.RecordBatch) -> bytes:
    """Rows as CSV text; bytes as PostgreSQL writes them in hex."""
    columns = [_hex(column) if pa.types.is_binary(column.type) else column for column in rows.columns]
    out = io.BytesIO()
    pyarrow.csv.write_csv(pa.RecordBatch.from_arrays(columns, names=rows.schema.names), out, _STYLE)
    return out.getvalue()


def _hex(column: pa.Array) -> pa.Array:
    r"""Bytes as `\x…`, without a Python object per value: the buffer is turned whole, and its borders with it."""
    _, places, content = column.buffers()
    borders = pa.Array.from_buffers(pa.int32(), len(column) + 1, [None, places], 0, column.offset)
    first, last = borders[0].as_py(), borders[-1].as_py()
    digits = pa.py_buffer(binascii.hexlify(memoryview(content)[first:last]) if last > first else b"")
    doubled = pc.multiply(pc.subtract(borders, pa.scalar(first, pa.int32())), pa.scalar(2, pa.int32()))
    text = pa.Array.from_buffers(pa.string(), len(column), [None, doubled.buffers()[1], digits])
    written = pc.binary_join_element_wise(pa.scalar("\\x"), text, "")
    return pc.if_else(pc.is_valid(column), written, pa.scalar(None, pa.string()))
