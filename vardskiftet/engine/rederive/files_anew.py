"""Does the copy that was made of delivered CSV files hold what they hold? The files are read anew by the standard library's parser."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from vardskiftet.engine.files import sha256_of
from vardskiftet.engine.names import quoted
from vardskiftet.engine.sources.delivery import files_by_table
from vardskiftet.engine.sources.files_copy import table_of_all
from vardskiftet.engine.sources.options import CsvOptions
from vardskiftet.engine.sources.packed import bytes_of
from vardskiftet.engine.sqlite_uri import sqlite_uri
from vardskiftet.errors import VardskiftetError
from vardskiftet.model.system import System

KIND = "csv"
ENDINGS = (".csv", ".csv.gz", ".csv.zst", ".csv.bz2", ".csv.xz")
_MOST = 1 << 64


@dataclass
class Sum:
    """Sound rows of a table, in whatever order: how many, and the sum of their digests modulo 2^64."""

    rows: int = 0
    total: int = 0

    def add(self, values: Sequence[str | None]) -> None:
        """One row, its values apart from each other and NULL apart from the empty text."""
        told = json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass")
        self.rows += 1
        self.total = (self.total + int.from_bytes(hashlib.blake2b(told, digest_size=8).digest())) % _MOST


def disagreeing(system: System, root: Path, held: Path, tables: Iterable[str]) -> tuple[str, ...] | None:
    """Tables of which the held copy is not what another parser reads in the very files; None where the files cannot be asked any more."""
    if system.source.kind != KIND:
        return None
    options = CsvOptions.model_validate(system.source.options)
    folder = root / (os.environ.get(options.path_from, "") if options.path_from else options.path)
    note = json.loads(held.with_name(f"{held.name}.json").read_text(encoding="utf-8"))
    ignored = set(note["ignored"])
    try:
        pieces = files_by_table(folder, options.patterns(), ENDINGS, options.manifest)
    except (VardskiftetError, OSError):
        return None
    wrong = []
    for table in sorted(set(tables)):
        paths = [piece.path for piece in pieces.get(table, ()) if piece.name not in ignored]
        known = {piece.path: note["files"].get(piece.name) for piece in pieces.get(table, ())}
        if not paths or any(not path.is_file() or sha256_of(path) != known[path] for path in paths):
            return None
        columns = [str(name) for name, _ in note["schema"][table]]
        if _of_files(paths, options, system.encoding, len(columns)) != _of_copy(held, table, columns, options):
            wrong.append(table)
    return tuple(wrong)


def _of_files(paths: Sequence[Path], options: CsvOptions, encoding: str, width: int) -> Sum:
    found = Sum()
    for path in paths:
        with bytes_of(path) as raw, io.TextIOWrapper(raw, encoding=encoding, errors="surrogateescape", newline="") as text:
            for record in _records(text, options, width):
                found.add(record)
    return found


def _records(text: Iterable[str], options: CsvOptions, width: int) -> Iterator[list[str | None]]:
    """Sound records below the header: of the right width, and of letters alone."""
    before = csv.field_size_limit(1 << 30)
    nothing = set(options.null)
    reader = csv.reader(
        text,
        delimiter=options.delimiter,
        quotechar=options.quote or None,
        escapechar=options.escape or None,
        quoting=csv.QUOTE_MINIMAL if options.quote else csv.QUOTE_NONE,
    )
    try:
        for number, record in enumerate(reader):
            if (number == 0 and options.header) or len(record) != width or any(_spoilt(one) for one in record):
                continue
            # Whether a text that means NULL stood in quotes, this parser does not tell: on both sides it counts as NULL.
            yield [None if one in nothing else one for one in record]
    finally:
        csv.field_size_limit(before)


def _spoilt(text: str) -> bool:
    return not text.isascii() and any("\udc80" <= letter <= "\udcff" for letter in text)


def _of_copy(held: Path, table: str, columns: Sequence[str], options: CsvOptions) -> Sum:
    found, nothing = Sum(), set(options.null)
    names = ", ".join(quoted(name) for name in columns)
    with closing(sqlite3.connect(sqlite_uri(held, read_only=True), uri=True)) as copy:
        for row in copy.execute(f"select {names} from {quoted(table_of_all(table))} where vs_damaged is null"):
            found.add([None if one is None or one in nothing else str(one) for one in row])
    return found
