"""Which rows hold bytes that are no text? Arrow is validated in full before any SQL sees it."""

from __future__ import annotations

import pyarrow as pa

DAMAGED = "vs_damaged"
"""Name of the column that lists, per row, the text columns whose bytes could not be decoded."""


def with_damage(batch: pa.RecordBatch, encoding: str = "utf-8") -> pa.RecordBatch:
    """The batch with a last column `vs_damaged`: names of columns whose bytes are no text (their value is then NULL), else NULL.

    A value that is not UTF-8 is read in the declared encoding, each for itself; what that does not know either is damaged.
    """
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        return _repaired(batch, encoding)
    return batch.append_column(DAMAGED, pa.nulls(batch.num_rows, pa.string()))


def _repaired(batch: pa.RecordBatch, encoding: str) -> pa.RecordBatch:
    """Value by value, for the rare batch that holds damage."""
    columns: list[pa.Array] = []
    damaged: list[str | None] = [None] * batch.num_rows
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if column.type != pa.string():
            columns.append(column)
            continue
        raw = pa.Array.from_buffers(pa.binary(), len(column), column.buffers(), column.null_count, column.offset)
        texts = [_text(value, encoding) for value in raw.to_pylist()]
        for place, (value, text) in enumerate(zip(raw.to_pylist(), texts, strict=True)):
            if value is not None and text is None:
                before = damaged[place]
                damaged[place] = name if before is None else f"{before}, {name}"
        columns.append(pa.array(texts, pa.string()))
    return pa.record_batch([*columns, pa.array(damaged, pa.string())], names=[*batch.schema.names, DAMAGED])


def _text(value: bytes | None, encoding: str) -> str | None:
    """UTF-8, else the declared encoding; None for what is neither."""
    if value is None:
        return None
    for one in ("utf-8", encoding):
        try:
            return value.decode(one)
        except UnicodeDecodeError:
            continue
    return None


def is_text(value: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
