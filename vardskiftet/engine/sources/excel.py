"""How are workbooks read? One sheet a table, every cell as the text that says exactly what its file holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from vardskiftet.engine.encoding import DAMAGED, with_damage
from vardskiftet.engine.sources.delivery import Piece, files_by_table, folder_of
from vardskiftet.engine.sources.excel_cells import header_of, rows_of, sheets_of
from vardskiftet.engine.sources.excel_count import count_rows
from vardskiftet.engine.sources.files_held import LiveFiles, open_held
from vardskiftet.engine.sources.options import ExcelOptions, Sheet
from vardskiftet.engine.sources.protocol import Source, SourceColumn
from vardskiftet.errors import Unreachable, Usage
from vardskiftet.model.system import System

OPTIONS = ExcelOptions
MAIN = "path"
SAYS = "A folder of Excel workbooks (.xlsx), one sheet a table; held still as a database made from them."
ENDINGS = (".xlsx", ".xlsm")
ROWS = 32_768

__all__ = ["MAIN", "OPTIONS", "SAYS", "ExcelFiles", "open_held", "open_source"]


def open_source(system: System, root: Path) -> Source:
    """The workbooks of a system. Raises Unreachable if their folder is missing."""
    options = ExcelOptions.model_validate(system.source.options)
    folder = folder_of(system, options, root)
    return LiveFiles(system.system, folder, options, ExcelFiles(options), root / "work" / "spill")


class ExcelFiles:
    """Workbooks; a row without any content is no record, an empty cell is NULL."""

    encoding = ""

    def __init__(self, options: ExcelOptions) -> None:
        self._options = options

    def pieces(self, folder: Path, manifest: str) -> dict[str, tuple[Piece, ...]]:
        """Declared sheets, and every other sheet with content under its own name."""
        found: dict[str, tuple[Piece, ...]] = {}
        for table, sheet in self._options.sheets.items():
            (parts,) = files_by_table(folder, {table: sheet.file}, (), manifest).values()
            found[table] = tuple(_declared(piece, sheet) for piece in parts)
        claimed = {(piece.name, piece.sheet) for parts in found.values() for piece in parts}
        for (piece,) in files_by_table(folder, {}, ENDINGS, manifest).values():
            for name in sheets_of(piece.path):
                if (piece.name, name) in claimed:
                    continue
                if name in found:
                    raise Usage(
                        f"Two sheets would be table '{name}'.", where=piece.name, hint="Give each a table of its own under `sheets:`."
                    )
                found[name] = (Piece(piece.path, piece.name, name),)
        return found

    def columns(self, table: str, piece: Piece) -> tuple[SourceColumn, ...] | None:
        """The columns that the header row names."""
        names = header_of(piece.path, piece.sheet, self._header(table))
        return tuple(SourceColumn(name, "cell") for name in names) if names else None

    def read(self, table: str, piece: Piece, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        """Rows in the order of the sheet; an error in a cell, or content beside the columns, makes a damaged row."""
        waiting: list[tuple[list[str | None], str | None]] = []
        for row in rows_of(piece.path, piece.sheet, self._header(table), len(columns)):
            waiting.append(row)
            if len(waiting) == ROWS:
                yield _batch(waiting, columns)
                waiting = []
        if waiting:
            yield _batch(waiting, columns)

    def count(self, table: str, piece: Piece, columns: tuple[str, ...]) -> int:
        """Rows by a reader of the bare XML."""
        return count_rows(piece.path, piece.sheet, self._header(table))

    def _header(self, table: str) -> int:
        return self._options.sheets[table].header if table in self._options.sheets else 1


def _declared(piece: Piece, sheet: Sheet) -> Piece:
    names = sheets_of(piece.path, empty=True)
    if sheet.sheet and sheet.sheet not in names:
        raise Unreachable(f"The workbook has no sheet '{sheet.sheet}'.", where=piece.name, hint=f"It has: {', '.join(names)}.")
    return Piece(piece.path, piece.name, sheet.sheet or names[0])


def _batch(rows: list[tuple[list[str | None], str | None]], columns: tuple[str, ...]) -> pa.RecordBatch:
    values = [pa.array(column, pa.string()) for column in zip(*(row for row, _ in rows), strict=True)]
    checked = with_damage(pa.record_batch(values, names=list(columns)))
    damage = pa.array([mark for _, mark in rows], pa.string())
    return checked.set_column(len(columns), DAMAGED, damage)
