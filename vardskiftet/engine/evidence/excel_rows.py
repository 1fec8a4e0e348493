"""How is a workbook of evidence read? The one sheet that has the columns; stored results instead of formulas."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from vardskiftet.engine.evidence.raw import MOST_BYTES, RawFile, Unusable, below, header_at
from vardskiftet.engine.sources.excel_cells import BROKEN, text_of, workbook

WIDEST = 1_000
"""Columns. A cell far out makes every cell before it, and a file of a few bytes fills the memory."""


_DAMAGED = (
    EOFError,  # a part that ends early
    zipfile.LargeZipFile,  # a size that no archive of this kind may have
    NotImplementedError,  # Python's own reader of archives raises it for a way to pack or to lock that it does not know
    AttributeError,  # the reader of workbooks, for a part that is missing or is another kind of part
    TypeError,  # the same, for a mark that stands where it may not
)
"""What those two raise over bytes that are damaged, beside what they say of them in words."""


def read(content: bytes, wanted: tuple[str, ...]) -> RawFile:
    """The rows of the sheet that holds the columns. Raises Unusable if none does, several do, or the file is no whole workbook."""
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _hold_size(content)
        with workbook(io.BytesIO(content)) as book:
            sheets = {sheet.title: _rows(sheet) for sheet in book.worksheets}
    except Unusable:
        raise
    except (*BROKEN, InvalidFileException, *_DAMAGED) as error:
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
    for number, whole in enumerate(sheet.iter_rows(), 1):
        cells = whole[: max((place for place, cell in enumerate(whole, 1) if cell.value is not None), default=0)]
        if len(cells) > WIDEST:
            raise Unusable(f"has more than {WIDEST:,} columns.", "Keep the ones that are asked for.", number)
        wrong = next((cell for cell in cells if cell.value is not None and cell.data_type == "e"), None)
        if wrong is not None:
            raise Unusable("holds a cell with an error of Excel's.", "Correct it in the workbook.", number)
        texts = tuple("" if cell.value is None else text_of(cell) or "" for cell in cells)
        if any(text.strip() for text in texts):
            found.append((number, texts))
    return found


def _hold_size(content: bytes) -> None:
    """What the parts of a workbook say of their own size is all that is ever unpacked of them."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        unpacked = sum(part.file_size for part in parts.infolist())
    if unpacked > MOST_BYTES:
        what = f"unpacks to {unpacked // 1_000_000:,} MB; at most {MOST_BYTES // 1_000_000} are read."
        raise Unusable(what, "Keep the rows that are asked for.")


def _has(rows: list[tuple[int, tuple[str, ...]]], wanted: tuple[str, ...]) -> bool:
    try:
        header_at([cells for _, cells in rows], wanted)
    except Unusable:
        return False
    return True
