"""Which files may a worklist be? A workbook, or a folder of CSV files: the ending of its name says which."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vardskiftet.engine.worksheets import csv_sheet, excel_sheet
from vardskiftet.engine.worksheets.sheet import ReadSheet, Sheet
from vardskiftet.errors import Usage

EXCEL = ".xlsx"
MOST_BYTES = 200_000_000


def write_sheets(path: Path, sheets: Sequence[Sheet]) -> tuple[Path, ...]:
    """Write the sheets for the owner alone, each file whole or not at all; returns the files. Raises Usage for another kind of file."""
    if path.suffix == EXCEL:
        return (excel_sheet.write(path, sheets),)
    if path.suffix:
        raise Usage(
            f"'{path.name}' is neither a workbook nor a folder of CSV files.",
            hint="Name a file that ends in .xlsx, or a folder for CSV files.",
        )
    return tuple(csv_sheet.write(path / f"{sheet.name}.csv", sheet) for sheet in sheets)


def read_sheets(path: Path) -> tuple[ReadSheet, ...]:
    """What a person brings back: a workbook, a CSV file, or a folder of them. Raises Usage for what is no such file."""
    if path.is_dir():
        return tuple(csv_sheet.read(_not_too_large(one)) for one in sorted(path.glob("*.csv")))
    if not path.is_file():
        raise Usage(f"There is no file '{path.name}'.", hint="Name the workbook, the CSV file or the folder that was mended.")
    return excel_sheet.read(_not_too_large(path)) if path.suffix == EXCEL else (csv_sheet.read(_not_too_large(path)),)


def _not_too_large(path: Path) -> Path:
    if path.stat().st_size > MOST_BYTES:
        raise Usage(f"'{path.name}' has more than {MOST_BYTES // 1_000_000} MB: that is no worklist.", where=path.name)
    return path
