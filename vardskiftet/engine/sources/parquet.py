"""How are Parquet files read? Every value as the text that says exactly what it is."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from vardskiftet.engine.encoding import with_damage
from vardskiftet.engine.sources.arrow_text import as_text
from vardskiftet.engine.sources.delivery import Piece, files_by_table, folder_of
from vardskiftet.engine.sources.files_held import LiveFiles, open_held
from vardskiftet.engine.sources.options import ParquetOptions
from vardskiftet.engine.sources.protocol import Source, SourceColumn
from vardskiftet.engine.sources.transcode import unreadable
from vardskiftet.model.system import System

OPTIONS = ParquetOptions
MAIN = "path"
SAYS = "A folder of Parquet files, a table each or several a table; held still as a database made from them."
ENDINGS = (".parquet",)
ROWS = 32_768

__all__ = ["MAIN", "OPTIONS", "SAYS", "ParquetFiles", "open_held", "open_source"]


def open_source(system: System, root: Path) -> Source:
    """The Parquet files of a system. Raises Unreachable if their folder is missing."""
    options = ParquetOptions.model_validate(system.source.options)
    folder = folder_of(system, options, root)
    return LiveFiles(system.system, folder, options, ParquetFiles(options), root / "work" / "spill")


class ParquetFiles:
    """Files that say themselves what they hold."""

    encoding = ""

    def __init__(self, options: ParquetOptions) -> None:
        self._options = options

    def pieces(self, folder: Path, manifest: str) -> dict[str, tuple[Piece, ...]]:
        """Tables and their files."""
        return files_by_table(folder, self._options.tables, ENDINGS, manifest)

    def columns(self, table: str, piece: Piece) -> tuple[SourceColumn, ...]:
        """The columns with their types in the file."""
        try:
            with pq.ParquetFile(piece.path) as file:
                return tuple(SourceColumn(field.name, str(field.type)) for field in file.schema_arrow)
        except (pa.ArrowException, OSError) as error:
            raise unreadable(piece.path, error) from error

    def read(self, table: str, piece: Piece, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        """Rows in the order of the file."""
        try:
            with pq.ParquetFile(piece.path) as file:
                for batch in file.iter_batches(batch_size=ROWS, use_threads=False):
                    yield with_damage(pa.RecordBatch.from_arrays([as_text(column) for column in batch.columns], names=list(columns)))
        except (pa.ArrowException, OSError) as error:
            raise unreadable(piece.path, error) from error

    def count(self, table: str, piece: Piece, columns: tuple[str, ...]) -> int:
        """Rows by DuckDB's own reader of the format."""
        try:
            with duckdb.connect() as other:
                found = other.execute("select count(*) from read_parquet(?)", [[glob.escape(str(piece.path.resolve()))]]).fetchone()
        except duckdb.Error as error:
            raise unreadable(piece.path, error) from error
        return int(found[0]) if found else 0
