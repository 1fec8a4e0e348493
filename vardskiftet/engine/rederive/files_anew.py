"""Does the copy that was made of delivered files hold what they hold? The very files are read anew, by other readers."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from vardskiftet.engine.files import sha256_of
from vardskiftet.engine.names import quoted
from vardskiftet.engine.rederive.records import Cannot, Opened, opened
from vardskiftet.engine.sources.delivery import files_by_table
from vardskiftet.engine.sources.files_copy import table_of_all
from vardskiftet.engine.sqlite_uri import sqlite_uri
from vardskiftet.errors import VardskiftetError
from vardskiftet.model.system import System

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
    """Tables of which the held copy is not what another reader finds in the very files.

    None where nobody else reads such files, or where the files cannot be asked any more.
    """
    how = opened(system)
    if how is None:
        return None
    folder = root / (os.environ.get(how.options.path_from, "") if how.options.path_from else how.options.path)
    note = json.loads(held.with_name(f"{held.name}.json").read_text(encoding="utf-8"))
    ignored = set(note["ignored"])
    try:
        pieces = files_by_table(folder, how.options.patterns(), how.endings, how.options.manifest)
    except (VardskiftetError, OSError):
        return None
    wrong = []
    for table in sorted(set(tables)):
        paths = [piece.path for piece in pieces.get(table, ()) if piece.name not in ignored]
        known = {piece.path: note["files"].get(piece.name) for piece in pieces.get(table, ())}
        if not paths or any(not path.is_file() or sha256_of(path) != known[path] for path in paths):
            return None
        columns = {str(name): str(kind) for name, kind in note["schema"][table]}
        try:
            if _summed(how, paths, table, columns) != _of_copy(held, table, columns, how):
                wrong.append(table)
        except Cannot:
            return None
    return tuple(wrong)


def _summed(how: Opened, paths: Sequence[Path], table: str, columns: Mapping[str, str]) -> Sum:
    found = Sum()
    for path in paths:
        for record in how.records(path, table, columns):
            found.add(record)
    return found


def _of_copy(held: Path, table: str, columns: Mapping[str, str], how: Opened) -> Sum:
    found = Sum()
    for row in _copied(held, table, columns):
        found.add([how.kept(text, kind) for text, kind in zip(row, columns.values(), strict=True)])
    return found


def _copied(held: Path, table: str, columns: Iterable[str]) -> Iterator[tuple[str | None, ...]]:
    names = ", ".join(quoted(name) for name in columns)
    with closing(sqlite3.connect(sqlite_uri(held, read_only=True), uri=True)) as copy:
        for row in copy.execute(f"select {names} from {quoted(table_of_all(table))} where vs_damaged is null"):
            yield tuple(None if one is None else str(one) for one in row)
