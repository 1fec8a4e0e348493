"""How are sheets written as a workbook and read back? Every cell a text; what a spreadsheet made a number, a date or a formula is told."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from vardskiftet.engine.files import place_file
from vardskiftet.engine.worksheets.cells import exact, inert
from vardskiftet.engine.worksheets.sheet import ReadRow, ReadSheet, Sheet
from vardskiftet.errors import Usage

LONGEST = 32_767
"""Characters that a cell can hold."""
LONGEST_NAME = 31

# What XML cannot hold is written as spreadsheets write it: _x000D_ (ECMA-376 part 1, 22.9.2.19).
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_WRITTEN = re.compile("_x([0-9A-Fa-f]{4})_")

_NOT_TEXT = {
    "n": "is held as a number, and so may have lost digits or zeros",
    "d": "is held as a date",
    "b": "is held as a truth value",
    "f": "holds a formula",
    "e": "holds a spreadsheet's error",
}


def write(path: Path, sheets: Sequence[Sheet]) -> Path:
    """The workbook, whole or not at all. Raises Usage for a text that no cell can hold."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font, PatternFill, Protection

    texts = [[[_fitting(value, sheet.name) for value in row] for row in sheet.rows] for sheet in sheets]
    book = Workbook(write_only=True)
    for name, sheet, rows in zip(_names(sheets), sheets, texts, strict=True):
        page = book.create_sheet(name)
        page.protection.sheet = True
        page.protection.sort = page.protection.autoFilter = page.protection.formatColumns = False
        page.freeze_panes = "B2"
        free = [place in sheet.free for place, _ in enumerate(sheet.heading)]

        def cell(text: str, may_change: bool, page: Any = page) -> Any:
            made = WriteOnlyCell(page, value=text)
            made.data_type = "s"
            made.number_format = "@"
            made.protection = Protection(locked=not may_change)
            if may_change:
                made.fill = PatternFill("solid", fgColor="FFF6DD")
            return made

        heading = [cell(_writable(column), False) for column in sheet.heading]
        for one in heading:
            one.font = Font(bold=True)
        page.append(heading)
        for row in rows:
            page.append([cell(text, change) for text, change in zip(row, free, strict=True)])
    if not sheets:
        book.create_sheet("nothing")
    content = io.BytesIO()
    book.save(content)
    place_file(path, content.getvalue())
    return path


def read(path: Path) -> tuple[ReadSheet, ...]:
    """All sheets that hold anything. Raises Usage for what is no workbook."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, data_only=False)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError) as error:
        hint = "Save it again as .xlsx from the spreadsheet; nothing was taken in."
        raise Usage(f"'{path.name}' is no workbook that can be read.", where=path.name, hint=hint) from error
    found = []
    for page in book.worksheets:
        rows = page.iter_rows()
        heading = tuple(_text(cell)[0] or "" for cell in next(rows, ()))
        while heading and not heading[-1]:
            heading = heading[:-1]
        if heading:
            found.append(ReadSheet(page.title, heading, tuple(_rows(rows, len(heading)))))
    return tuple(found)


def _rows(rows: Iterator[Sequence[Any]], width: int) -> Iterator[ReadRow]:
    for number, cells in enumerate(rows, 2):
        told = [_text(cell) for cell in cells]
        if not any(text or wrong for text, wrong in told):
            continue
        beyond = any(text or wrong for text, wrong in told[width:])
        wrong = [(place, what) for place, (_, what) in enumerate(told[:width]) if what]
        wrong += [(0, "has cells beyond the heading")] if beyond else []
        yield ReadRow(number, tuple(text for text, _ in told[:width]), tuple(wrong))


def _text(cell: Any) -> tuple[str | None, str]:
    """A cell's text, and what is wrong with it if it is none."""
    if cell.value is None:
        return "", ""
    if cell.data_type in _NOT_TEXT:
        return "", _NOT_TEXT[cell.data_type]
    return exact(_WRITTEN.sub(lambda found: chr(int(found[1], 16)), str(cell.value))), ""


def _fitting(value: str | None, sheet: str) -> str:
    text = _writable(inert(value))
    if len(text) > LONGEST:
        raise Usage(
            f"A text of {sheet} is longer than the {LONGEST:,} characters that a spreadsheet's cell can hold.",
            where=sheet,
            hint="Write CSV files instead: --out FOLDER. Nothing was written.",
        )
    return text


def _writable(text: str) -> str:
    return _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _names(sheets: Sequence[Sheet]) -> list[str]:
    """Names that a workbook takes: short, and no two alike."""
    names: list[str] = []
    for number, sheet in enumerate(sheets, 1):
        name = re.sub(r"[\[\]:*?/\\]", "_", sheet.name)[:LONGEST_NAME]
        names.append(name if name not in names else f"{name[: LONGEST_NAME - 4]}~{number}")
    return names
