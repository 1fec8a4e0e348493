"""How are CSV files read? As text in a declared dialect; nothing is inferred, nothing is mended, no row is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from vardskiftet.engine.sources.csv_count import count_rows
from vardskiftet.engine.sources.csv_dialect import Dialect
from vardskiftet.engine.sources.csv_records import Records
from vardskiftet.engine.sources.delivery import Piece, files_by_table, folder_of
from vardskiftet.engine.sources.files_held import LiveFiles, open_held
from vardskiftet.engine.sources.options import CsvOptions
from vardskiftet.engine.sources.packed import with_packings
from vardskiftet.engine.sources.protocol import Source, SourceColumn
from vardskiftet.engine.sources.transcode import utf8_pieces
from vardskiftet.errors import IntegrityBroken, Usage
from vardskiftet.model.system import System

OPTIONS = CsvOptions
MAIN = "path"
SAYS = "A folder of CSV files, a table each or several a table; held still as a database made from them."
ENDINGS = with_packings((".csv",))

__all__ = ["MAIN", "OPTIONS", "SAYS", "CsvFiles", "open_held", "open_source"]


def open_source(system: System, root: Path) -> Source:
    """The CSV files of a system. Raises Unreachable if their folder is missing."""
    options = CsvOptions.model_validate(system.source.options)
    folder = folder_of(system, options, root)
    return LiveFiles(system.system, folder, options, CsvFiles(options, system.encoding), root / "work" / "spill")


class CsvFiles:
    """Delimited text in one dialect and one encoding."""

    def __init__(self, options: CsvOptions, encoding: str) -> None:
        self.encoding = encoding
        self._options = options
        self._dialect = Dialect(options.delimiter, options.quote, options.escape, frozenset(options.null))

    def pieces(self, folder: Path, manifest: str) -> dict[str, tuple[Piece, ...]]:
        """Tables and their files."""
        return files_by_table(folder, self._options.tables, ENDINGS, manifest)

    def columns(self, table: str, piece: Piece) -> tuple[SourceColumn, ...] | None:
        """The columns that are declared, or that the first line names."""
        declared = self._options.columns.get(table)
        if not self._options.header:
            if declared is None:
                raise Usage(
                    f"The columns of table '{table}' are named nowhere.",
                    where=piece.name,
                    hint="Its files have no header, so name them under `columns:` in the system's file.",
                )
            return _columns(declared)
        named = self._records(piece).header()
        if named is None or declared is None:
            return None if named is None else _columns(named)
        if len(named) != len(declared):
            raise IntegrityBroken(
                f"The file has {len(named)} columns where `columns:` names {len(declared)}.",
                where=piece.name,
                hint="Correct `columns:` in the system's file, or ask for the file again.",
            )
        return _columns(declared)

    def read(self, table: str, piece: Piece, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        """Rows in the order of the file."""
        records = self._records(piece)
        if self._options.header:
            records.header()
        return records.batches(columns)

    def count(self, table: str, piece: Piece, columns: tuple[str, ...]) -> int:
        """Rows by the standard library's parser."""
        return count_rows(piece.path, self.encoding, self._dialect, header=self._options.header, one_column=len(columns) == 1)

    def _records(self, piece: Piece) -> Records:
        return Records(utf8_pieces(piece.path, self.encoding), self._dialect, self.encoding)


def _columns(names: list[str]) -> tuple[SourceColumn, ...]:
    return tuple(SourceColumn(name, "text") for name in names)
