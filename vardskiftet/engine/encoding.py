"""Which rows hold bytes that are no text? Arrow is validated in full before any SQL sees it."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

DAMAGED = "vs_damaged"
"""Name of the column that lists, per row, the text columns whose bytes could not be decoded."""


def with_damage(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with a last column `vs_damaged`: names of columns whose bytes are not UTF-8 (their value is then NULL), else NULL."""
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        return _repaired(batch)
    return batch.append_column(DAMAGED, pa.nulls(batch.num_rows, pa.string()))


def _repaired(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Value by value, for the rare batch that holds damage."""
    columns: list[pa.Array] = []
    damaged: list[str | None] = [None] * batch.num_rows
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if column.type != pa.string():
            columns.append(column)
            continue
        raw = pa.Array.from_buffers(pa.binary(), len(column), column.buffers(), column.null_count, column.offset)
        keep = []
        for place, value in enumerate(raw.to_pylist()):
            if value is not None and not is_text(value):
                before = damaged[place]
                damaged[place] = name if before is None else f"{before}, {name}"
            keep.append(value is None or is_text(value))
        columns.append(pc.if_else(pa.array(keep), raw, pa.scalar(None, pa.binary())).cast(pa.string()))
    return pa.record_batch([*columns, pa.array(damaged, pa.string())], names=[*batch.schema.names, DAMAGED])


def is_text(value: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
