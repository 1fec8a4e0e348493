"""How do rows come to lie in files, and are they still as they were written? Parquet and CSV, each with rows, bytes and digest."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from vardskiftet.engine.files import place_file, sha256_of, sync_folder
from vardskiftet.engine.sources.csv_count import count_rows
from vardskiftet.engine.sources.csv_dialect import Dialect
from vardskiftet.engine.targets.drop_entries import FileLine
from vardskiftet.engine.targets.drop_options import CsvForm
from vardskiftet.engine.targets.drop_place import RESTORE, DropPlace
from vardskiftet.errors import IntegrityBroken
from vardskiftet.model.record import ColumnType, Table


def parquet_of(rows: pa.Table) -> bytes:
    """Rows as the bytes of a Parquet file."""
    content = io.BytesIO()
    pq.write_table(rows, content)
    return content.getvalue()


def csv_of(table: Table, rows: pa.Table, form: CsvForm) -> bytes:
    """The record's own columns as CSV: UTF-8, a header, every value in quotes, NULL a field without them, instants as ISO 8601 in UTC."""
    names = [column.column for column in table.columns if column.column in rows.column_names]
    texts = pa.table({name: _text(rows[name], table.column(name).type, form) for name in names})
    content = io.BytesIO()
    options = pyarrow.csv.WriteOptions(delimiter=form.delimiter, quoting_style="all_valid")
    pyarrow.csv.write_csv(texts, content, options)
    return content.getvalue()


def _text(values: pa.ChunkedArray, kind: ColumnType, form: CsvForm) -> pa.ChunkedArray:
    match kind:
        case ColumnType.INSTANT:
            # Microseconds only where there are any, as everywhere else in the record.
            moments = pc.strftime(values, "%Y-%m-%dT%H:%M:%S")
            return pc.binary_join_element_wise(pc.replace_substring_regex(moments, r"\.0+$", ""), "Z", "")
        case ColumnType.DECIMAL if form.decimal == ",":
            return pc.replace_substring(values, ".", ",")
        case _:
            return values.cast(pa.string())


class DropFiles:
    """Writes files, and looks whether those that were written still stand as they were."""

    def __init__(self, place: DropPlace, form: CsvForm) -> None:
        self.place = place
        self.form = form
        self._seen: dict[str, tuple[int, int]] = {}

    def write(self, name: str, table: str, holds: str, rows: int, content: bytes) -> FileLine:
        """Place a file, and read it back. Raises IntegrityBroken if it does not hold so many rows."""
        path = self.place.root / name
        if not path.parent.is_dir():
            path.parent.mkdir(mode=0o700)
            sync_folder(path.parent.parent)
        place_file(path, content)
        read = _parquet_rows(path) if name.endswith(".parquet") else _csv_rows(path, self.form)
        if read != rows:
            raise IntegrityBroken(f"A file of {rows} rows reads back as {read}.", where=f"{self.place.name}/{name}")
        digest = sha256_of(path)
        self._note(name)
        made = {"file": name, "table": table, "holds": holds, "rows": rows, "bytes": len(content), "sha256": digest}
        return FileLine.model_validate(made)

    def demand(self, files: Iterable[FileLine]) -> None:
        """Look at every file; its digest is computed when it is first seen, and whenever size or time of it changed.

        Raises IntegrityBroken for one that is missing or another.
        """
        for line in files:
            path = self.place.root / line.file
            where = f"{self.place.name}/{line.file}"
            if not path.is_file():
                raise IntegrityBroken("A file of the drop is missing.", where=where, hint=RESTORE)
            if self._seen.get(line.file) == self._stamp(line.file):
                continue
            if sha256_of(path) != line.sha256:
                raise IntegrityBroken("A file of the drop is not as it was written.", where=where, hint=RESTORE)
            self._note(line.file)

    def _stamp(self, name: str) -> tuple[int, int]:
        state = (self.place.root / name).stat()
        return state.st_size, state.st_mtime_ns

    def _note(self, name: str) -> None:
        self._seen[name] = self._stamp(name)


def _parquet_rows(path: Path) -> int:
    """Rows that are read, not those that the footer promises."""
    return int(pq.read_table(path).num_rows)


def _csv_rows(path: Path, form: CsvForm) -> int:
    """Rows below the header, by a parser that shares nothing with the one that wrote them."""
    return count_rows(path, "utf-8", Dialect(delimiter=form.delimiter), header=True, one_column=False)
