"""Which rows does delimited text hold? The parser that rows are read with: Arrow for what is sound, record by record for the rest."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.csv as arrow_csv

from vardskiftet.engine.encoding import with_damage
from vardskiftet.engine.sources.csv_dialect import Dialect
from vardskiftet.engine.sources.csv_record import Careful, Found
from vardskiftet.engine.sources.csv_run import may_run, sound_run
from vardskiftet.errors import IntegrityBroken

QUOTES = "row: quotes do not balance"
ROWS = 32_768
"""Rows of a batch, about."""
FEW, MANY = 64, 65_536
"""Records that go the careful way before the quick way is tried again: more and more, while it gets nowhere."""


class Records:
    """The records of one text, in order. `pieces` are UTF-8; what is not marks a damaged row. `encoding`: what the file is written in."""

    def __init__(self, pieces: Iterator[bytes], dialect: Dialect, encoding: str = "utf-8") -> None:
        self._pieces = pieces
        self._dialect = dialect
        self._encoding = encoding
        self._careful = Careful(dialect)
        self._text = b""
        self._at = 0
        self._last = False

    def header(self) -> list[str] | None:
        """The first record's texts; None if there is none. Raises IntegrityBroken if it cannot be read."""
        found = self._one()
        while found is not None and found.blank:
            found = self._one()
        if found is None:
            return None
        try:
            return [(value or b"").decode() for value in found.values] if not found.torn else _no_header()
        except UnicodeDecodeError:
            return _no_header()

    def batches(self, names: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        """The records that are left, as columns of text and `vs_damaged`. Ragged and torn ones are among them, damaged."""
        waiting: list[pa.RecordBatch] = []
        for batch in self._parts(names):
            waiting.append(batch)
            if sum(len(one) for one in waiting) >= ROWS:
                yield _joined(waiting)
                waiting = []
        if waiting:
            yield _joined(waiting)

    def _parts(self, names: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        careful, width = FEW, len(names)
        quicker = self._careful.whole(width)
        while self._more():
            if may_run(self._dialect):
                end = sound_run(self._text, self._at, width, self._dialect)
                careful = FEW if end - self._at > 1 << 16 else min(2 * careful, MANY)
                if end > self._at:
                    piece, self._at = self._text[self._at : end], end
                    yield with_damage(_quickly(piece, names, self._dialect), written=self._encoding)
            rows, marks = [], []
            for _ in range(careful):
                if (found := quicker(self._text, self._at)) is not None:
                    self._at = found.end
                elif (found := self._one()) is None:
                    break
                if found.blank and width > 1:
                    continue
                for values, mark in _rows(found, width):
                    rows.append(values)
                    marks.append(mark)
                if self._at >= len(self._text):
                    break
            if rows:
                yield _carefully(rows, marks, names, self._encoding)

    def _one(self) -> Found | None:
        """The next record, however much text it takes; None at the end."""
        while self._more():
            found = self._careful.record(self._text, self._at, self._last)
            if found is not None:
                self._at = found.end
                return found
            # Twice as much each time: a record of many pieces is looked at a few times, not once a piece.
            enough = 2 * (len(self._text) - self._at)
            while not self._last and len(self._text) - self._at < enough:
                self._read()
        return None

    def _more(self) -> bool:
        """Whether any text is left; a piece is fetched where the present one is used up, or ends between CR and LF."""
        while not self._last and (self._at >= len(self._text) or self._text.endswith(b"\r")):
            self._read()
        return self._at < len(self._text)

    def _read(self) -> None:
        """One more piece. The last line may lack its end, which is added."""
        piece = next(self._pieces, None)
        self._last = piece is None
        self._text = self._text[self._at :] + (piece or b"")
        self._at = 0
        if self._last and self._text and not self._text.endswith((b"\r", b"\n")):
            self._text += b"\n"


def _no_header() -> list[str]:
    raise IntegrityBroken(
        "The line that names the columns cannot be read.",
        hint="Is the encoding the declared one, and do its quotes balance? `columns:` names them without it.",
    )


def _quickly(piece: bytes, names: tuple[str, ...], dialect: Dialect) -> pa.RecordBatch:
    """Sound records, through Arrow."""
    table = arrow_csv.read_csv(
        pa.BufferReader(piece),
        arrow_csv.ReadOptions(column_names=list(names), use_threads=False, block_size=len(piece) + 1),
        arrow_csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote or False,
            double_quote=bool(dialect.quote),
            newlines_in_values=True,
            ignore_empty_lines=len(names) > 1,
        ),
        arrow_csv.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(names, pa.string()),
            null_values=sorted(dialect.null),
            strings_can_be_null=bool(dialect.null),
            quoted_strings_can_be_null=False,
        ),
    )
    return table.combine_chunks().to_batches()[0] if table.num_rows else pa.RecordBatch.from_pylist([], table.schema)


def _rows(found: Found, width: int) -> Iterator[tuple[tuple[bytes | None, ...], str | None]]:
    """A record as the row, or the rows, that it is: as wide as the table, and with what is wrong with it."""
    values = (*found.values[:width], *[None] * (width - len(found.values)))
    if found.torn:
        yield values, QUOTES
        yield from (((None,) * width, QUOTES) for _ in range(found.torn - 1))
    else:
        yield values, None if len(found.values) == width else f"row: fields: {len(found.values)} of {width}"


def _carefully(rows: list[tuple[bytes | None, ...]], marks: list[str | None], names: tuple[str, ...], encoding: str) -> pa.RecordBatch:
    columns = [pa.array(column, pa.binary()).view(pa.string()) for column in zip(*rows, strict=True)]
    judged = with_damage(pa.record_batch(columns, names=names), written=encoding)
    spoken = [mark or found for mark, found in zip(marks, judged.column(len(names)).to_pylist(), strict=True)]
    return pa.record_batch([*judged.columns[:-1], pa.array(spoken, pa.string())], names=judged.schema.names)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)
