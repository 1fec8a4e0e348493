"""How are files of fixed width read? Each line cut at declared places, counted in characters of the declared encoding."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from vardskiftet.engine.sources.delivery import Piece, files_by_table, folder_of
from vardskiftet.engine.sources.files_held import LiveFiles, open_held
from vardskiftet.engine.sources.fixed_lines import cut_lines, text_lines
from vardskiftet.engine.sources.options import FixedTable, FixedWidthOptions
from vardskiftet.engine.sources.packed import text_of
from vardskiftet.engine.sources.protocol import Source, SourceColumn
from vardskiftet.engine.sources.transcode import unreadable, utf8_pieces, without_mark
from vardskiftet.model.system import System

OPTIONS = FixedWidthOptions
MAIN = "path"
SAYS = "A folder of text files in columns of fixed width; held still as a database made from them."

__all__ = ["MAIN", "OPTIONS", "SAYS", "FixedFiles", "open_held", "open_source"]


def open_source(system: System, root: Path) -> Source:
    """The files of a system. Raises Unreachable if their folder is missing."""
    options = FixedWidthOptions.model_validate(system.source.options)
    folder = folder_of(system, options, root)
    return LiveFiles(system.system, folder, options, FixedFiles(options, system.encoding), root / "work" / "spill")


class FixedFiles:
    """Lines in one encoding; an empty line is no record."""

    def __init__(self, options: FixedWidthOptions, encoding: str) -> None:
        self.encoding = encoding
        self._options = options

    def pieces(self, folder: Path, manifest: str) -> dict[str, tuple[Piece, ...]]:
        """Tables and their files."""
        return files_by_table(folder, self._options.patterns(), (), manifest)

    def columns(self, table: str, piece: Piece) -> tuple[SourceColumn, ...]:
        """The declared columns, with their places as their type: a column that moves is another."""
        return tuple(SourceColumn(one.column, f"text {one.start}-{one.start + one.width - 1}") for one in self._table(table).columns)

    def read(self, table: str, piece: Piece, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        """Rows in the order of the file; a line of another length is a damaged row."""
        for lines in text_lines(utf8_pieces(piece.path, self.encoding)):
            filled = lines.filter(pc.not_equal(pc.binary_length(lines), 0))
            if len(filled):
                yield cut_lines(filled, self._table(table), self.encoding)

    def count(self, table: str, piece: Piece, columns: tuple[str, ...]) -> int:
        """Lines by the standard library's reader of text."""
        try:
            with text_of(piece.path, self.encoding, None) as text:
                marks = ("", "\N{ZERO WIDTH NO-BREAK SPACE}")
                return sum(line.removesuffix("\n") not in (marks if number == 0 else ("",)) for number, line in enumerate(text))
        except OSError as error:
            raise unreadable(piece.path, error) from error
        except UnicodeError as error:
            raise without_mark(piece.path, self.encoding) from error

    def _table(self, table: str) -> FixedTable:
        return self._options.tables[table]
