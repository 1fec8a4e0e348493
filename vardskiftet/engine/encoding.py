"""Which rows hold bytes that are no text, and where? Arrow is validated in full before any SQL sees it."""

from __future__ import annotations

import codecs

import pyarrow as pa

DAMAGED = "vs_damaged"
"""Name of the column that lists, per row, the text columns whose bytes could not be decoded, each with its first such byte."""
RECODED = "vs_recoded"
"""Name of the column that lists, per row, the columns that were read in the second encoding; only where one is declared."""
WHERE = "vs_where"
"""Name of the column that tells where a row stands in what was delivered; only of sources that know."""
PARTED = "\x1f"
"""What parts the names in it: no column has it in its name."""


def with_damage(batch: pa.RecordBatch, encoding: str = "utf-8", written: str = "utf-8") -> pa.RecordBatch:
    """The batch with a last column `vs_damaged`: `COLUMN byte N` for each value that is no text (it is then NULL), else NULL.

    A value that is not UTF-8 is read in the declared encoding, each for itself; what that does not know either is damaged. N is
    counted from 1, within the value, as it was `written` before it became UTF-8. With another encoding than UTF-8 a column
    `vs_recoded` goes before, with the names of the columns that were read in it.
    """
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        return _repaired(batch, encoding, written)
    sound = pa.nulls(batch.num_rows, pa.string())
    if is_second(encoding):
        batch = batch.append_column(RECODED, sound)
    return batch.append_column(DAMAGED, sound)


def is_second(encoding: str) -> bool:
    """Whether the encoding is another than UTF-8, so that a value may be in the one or in the other."""
    return codecs.lookup(encoding).name not in ("utf-8", "utf-8-sig")


def _repaired(batch: pa.RecordBatch, encoding: str, written: str) -> pa.RecordBatch:
    """Value by value, for the rare batch that holds damage."""
    columns: list[pa.Array] = []
    damaged: list[list[str]] = [[] for _ in range(batch.num_rows)]
    recoded: list[list[str]] = [[] for _ in range(batch.num_rows)]
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if column.type != pa.string():
            columns.append(column)
            continue
        texts: list[str | None] = []
        raw = pa.Array.from_buffers(pa.binary(), len(column), column.buffers(), column.null_count, column.offset)
        for place, value in enumerate(raw.to_pylist()):
            text, second, byte = _text(value, encoding)
            texts.append(text)
            if byte:
                damaged[place].append(f"{name} byte {byte if is_second(encoding) else byte_as(value or b'', byte, written)}")
            elif second:
                recoded[place].append(name)
        columns.append(pa.array(texts, pa.string()))
    names = [*batch.schema.names, *([RECODED] if is_second(encoding) else []), DAMAGED]
    told = [(recoded, PARTED)] if is_second(encoding) else []
    for lists, between in (*told, (damaged, ", ")):
        columns.append(pa.array([between.join(one) or None for one in lists], pa.string()))
    return pa.record_batch(columns, names=names)


def _text(value: bytes | None, encoding: str) -> tuple[str | None, bool, int]:
    """The text, by UTF-8 or else by the declared encoding; whether it was the second; and the first byte that neither knows, or 0."""
    if value is None:
        return None, False, 0
    wrong = 0
    for one in ("utf-8", encoding):
        try:
            return value.decode(one), one != "utf-8", 0
        except UnicodeDecodeError as error:
            wrong = error.start + 1
    return None, False, wrong


def byte_as(value: bytes, byte: int, written: str) -> int:
    """The place of a byte of this UTF-8 in the encoding that the text was written in; all before it is text. Both count from 1."""
    before = value[: byte - 1].decode("utf-8")
    return len(f" {before}".encode(written)) - len(" ".encode(written)) + 1


def is_text(value: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
