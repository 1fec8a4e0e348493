"""How many rows does delimited text hold? Asked of the standard library's parser, which shares nothing with the one that reads."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from vardskiftet.engine.sources.csv_dialect import Dialect
from vardskiftet.engine.sources.packed import text_of
from vardskiftet.engine.sources.transcode import unreadable, without_mark


def count_rows(path: Path, encoding: str, dialect: Dialect, *, header: bool, one_column: bool) -> int:
    """Rows of a file, below its header if it has one. Raises Unreachable if the file cannot be read."""
    before = csv.field_size_limit(dialect.longest)
    try:
        with text_of(path, encoding, "") as text:
            return _count(text, dialect, header=header, one_column=one_column)
    except OSError as error:
        raise unreadable(path, error) from error
    except UnicodeError as error:
        raise without_mark(path, encoding) from error
    finally:
        csv.field_size_limit(before)


def _count(text: Iterable[str], dialect: Dialect, *, header: bool, one_column: bool) -> int:
    reader = csv.reader(
        _unmarked(text),
        delimiter=dialect.delimiter,
        quotechar=dialect.quote or None,
        escapechar=dialect.escape or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        strict=True,
    )
    rows, lines, named = 0, 0, not header
    while True:
        try:
            for record in reader:
                if named:
                    rows += 1 if record or one_column else 0
                else:
                    named = bool(record)
                lines = reader.line_num
            return rows
        except csv.Error:
            rows += reader.line_num - lines
            lines = reader.line_num


def _unmarked(lines: Iterable[str]) -> Iterator[str]:
    """Lines without the byte order mark of the first, and with an end to the last: an escaped line end before it confuses the parser."""
    for number, line in enumerate(lines):
        bare = line if number else line.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
        yield bare if bare.endswith(("\r", "\n")) else f"{bare}\n"
