"""What stands at the declared places of a line? Cut by Arrow; lines that do not decode one by one."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from vardskiftet.engine.encoding import DAMAGED, byte_as
from vardskiftet.engine.sources.options import FixedColumn, FixedTable
from vardskiftet.engine.sources.transcode import is_utf8

ROWS = 32_768
BLANK = " "


def text_lines(pieces: Iterator[bytes]) -> Iterator[pa.Array]:
    """Lines without their ends (CR, LF or both), as binary arrays of at most so many."""
    rest = b""
    for piece in pieces:
        rest += piece
        # A CR at the very end may be one half of a line's end.
        whole = max(rest.rfind(b"\n"), rest.rfind(b"\r", 0, -1)) + 1
        yield from _arrays(rest[:whole].splitlines())
        rest = rest[whole:]
    yield from _arrays(rest.splitlines())


def _arrays(lines: list[bytes]) -> Iterator[pa.Array]:
    for first in range(0, len(lines), ROWS):
        yield pa.array(lines[first : first + ROWS], pa.binary())


def cut_lines(lines: pa.Array, table: FixedTable, encoding: str) -> pa.RecordBatch:
    """The columns of a table as text, and `vs_damaged`: lines of another length, and columns that do not decode, with the byte."""
    texts = lines.view(pa.string())
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        return _one_by_one(lines, table, encoding)
    columns = [_cut(texts, column) for column in table.columns]
    return pa.record_batch([*columns, _lengths(texts, table)], names=[*(one.column for one in table.columns), DAMAGED])


def _cut(texts: pa.Array, column: FixedColumn) -> pa.Array:
    raw = pc.utf8_slice_codeunits(texts, column.start - 1, column.start - 1 + column.width)
    if column.strip == "none":
        return raw
    return pc.utf8_rtrim(raw, BLANK) if column.strip == "right" else pc.utf8_trim(raw, BLANK)


def _lengths(texts: pa.Array, table: FixedTable) -> pa.Array:
    """What is wrong with lines that are too short or too long; NULL for the others."""
    lengths = pc.utf8_length(texts)
    least, most = 0 if table.short_lines else table.length, lengths if table.long_lines else table.length
    odd = pc.or_(pc.less(lengths, least), pc.greater(lengths, most))
    said = pc.binary_join_element_wise("row: length: ", lengths.cast(pa.string()), f" of {table.length}", "")
    return pc.if_else(odd, said, pa.scalar(None, pa.string()))


def _one_by_one(lines: pa.Array, table: FixedTable, encoding: str) -> pa.RecordBatch:
    """The same for lines among which some hold bytes that are no text: each such byte takes the place of one character."""
    marks = "surrogateescape" if is_utf8(encoding) else "surrogatepass"
    rows, spoken = [], []
    for line in lines.to_pylist():
        text = line.decode("utf-8", marks)
        values = [_value(text, column) for column in table.columns]
        undecoded = [_place(text, column, encoding) for column, value in zip(table.columns, values, strict=True) if value is None]
        rows.append(values)
        odd = (len(text) < table.length and not table.short_lines) or (len(text) > table.length and not table.long_lines)
        spoken.append(f"row: length: {len(text)} of {table.length}" if odd else ", ".join(undecoded) or None)
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    return pa.record_batch([*columns, pa.array(spoken, pa.string())], names=[*(one.column for one in table.columns), DAMAGED])


def _place(text: str, column: FixedColumn, encoding: str) -> str:
    """The column and its first byte that is no text, counted from 1 within the column as it is written."""
    raw = text[column.start - 1 : column.start - 1 + column.width]
    before = raw[: next(place for place, sign in enumerate(raw) if _is_mark(sign))]
    return f"{column.column} byte {byte_as(before.encode(), len(before.encode()) + 1, encoding)}"


def _is_mark(sign: str) -> bool:
    """Whether it stands for a byte that could not be decoded."""
    return "\ud800" <= sign <= "\udfff"


def _value(text: str, column: FixedColumn) -> str | None:
    raw = text[column.start - 1 : column.start - 1 + column.width]
    if not raw.isascii() and any(_is_mark(sign) for sign in raw):
        return None
    return {"right": raw.rstrip(BLANK), "both": raw.strip(BLANK), "none": raw}[column.strip]
