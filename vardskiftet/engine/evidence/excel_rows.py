"""How is a workbook of evidence read? The one sheet that has the columns; stored results instead of formulas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vardskiftet.engine.evidence.raw import RawFile, Unusable, below, header_at
from vardskiftet.engine.sources.excel_cells import opened, text_of
from vardskiftet.errors import Unreachable


def read(path: Path, wanted: tuple[str, ...]) -> RawFile:
    """The rows of the sheet that holds the columns. Raises Unusable if none does, several do, or the file is no whole workbook."""
    try:
        with opened(path) as book:
            sheets = {sheet.title: _rows(sheet) for sheet in book.worksheets}
    except Unreachable as error:
        raise Unusable("is no whole workbook.", "Was it copied to the end? Close it in Excel, and copy it again.") from error
    sheets = {title: rows for title, rows in sheets.items() if rows}
    fitting = [title for title, rows in sheets.items() if _has(rows, wanted)]
    if len(fitting) > 1:
        raise Unusable(f"has these columns on {len(fitting)} sheets.", "Keep the one that is meant.")
    chosen = fitting[0] if fitting else max(sheets, key=lambda title: len(sheets[title]), default="")
    if not chosen:
        raise Unusable("holds no row at all.", "Export it anew.")
    return below(sheets[chosen], wanted)


def _rows(sheet: Any) -> list[tuple[int, tuple[str, ...]]]:
    sheet.reset_dimensions()
    found = []
    for number, cells in enumerate(sheet.iter_rows(), 1):
        wrong = next((cell for cell in cells if cell.value is not None and cell.data_type == "e"), None)
        if wrong is not None:
            raise Unusable("holds a cell with an error of Excel's.", "Correct it in the workbook.", number)
        texts = tuple("" if cell.value is None else text_of(cell) or "" for cell in cells)
        if any(text.strip() for text in texts):
            found.append((number, texts))
    return found


def _has(rows: list[tuple[int, tuple[str, ...]]], wanted: tuple[str, ...]) -> bool:
    try:
        header_at([cells for _, cells in rows], wanted)
    except Unusable:
        return False
    return True
