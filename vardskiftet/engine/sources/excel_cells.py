"""What do the cells of a sheet hold, as text? Read with openpyxl, as streams."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from vardskiftet.engine.sources.transcode import unreadable

BROKEN = (OSError, zipfile.BadZipFile, KeyError, ValueError, ParseError)
"""What a reader says of a file that is no workbook, or not a whole one."""
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The workbook, its stored results instead of formulas. Raises Unreachable if it is none."""
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with workbook(path) as book:
            yield book
    except (*BROKEN, InvalidFileException) as error:
        raise unreadable(path, error) from error


@contextmanager
def workbook(held: Path | BinaryIO) -> Iterator[Any]:
    """The workbook of a file, or of its bytes. Raises what is in BROKEN, or InvalidFileException, if it is none."""
    import openpyxl

    with warnings.catch_warnings(), ExitStack() as stack:
        warnings.simplefilter("ignore")
        # Opened here: of a file that is no workbook, the library would leave it to chance when it is closed.
        file = stack.enter_context(held.open("rb")) if isinstance(held, Path) else held
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        try:
            yield book
        finally:
            book.close()


def sheets_of(path: Path, *, empty: bool = False) -> tuple[str, ...]:
    """The sheets of a workbook that hold anything; with `empty`, all of them."""
    with opened(path) as book:
        return tuple(sheet.title for sheet in book.worksheets if empty or _has_content(sheet))


def _has_content(sheet: Any) -> bool:
    return any(cell.value is not None for row in _rows(sheet, 1) for cell in row)


def _rows(sheet: Any, first: int) -> Iterator[tuple[Any, ...]]:
    # What a sheet says of its own size is often wrong.
    sheet.reset_dimensions()
    yield from sheet.iter_rows(min_row=first)


def header_of(path: Path, sheet: str, header: int) -> tuple[str, ...]:
    """The names in the header row, without empty cells at its end; () if there are none."""
    with opened(path) as book:
        cells = next(_rows(book[sheet], header), ())
        names = [text_of(cell) or "" for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def rows_of(path: Path, sheet: str, header: int, width: int) -> Iterator[tuple[list[str | None], str | None]]:
    """Rows with content below the header, as wide as the table, and what is wrong with each."""
    with opened(path) as book:
        for cells in _rows(book[sheet], header + 1):
            if all(cell.value is None for cell in cells):
                continue
            filled = max(place for place, cell in enumerate(cells, 1) if cell.value is not None)
            faults = [f"column {place}: {cell.value}" for place, cell in enumerate(cells, 1) if cell.data_type == "e"]
            damage = f"row: fields: {filled} of {width}" if filled > width else f"row: {', '.join(faults)}" if faults else None
            values = [None if cell.data_type == "e" else text_of(cell) for cell in cells[:width]]
            yield [*values, *[None] * (width - len(values))], damage


def text_of(cell: Any) -> str | None:
    """A cell's content as text; None if it is empty."""
    value = cell.value
    if value is None:
        return None
    if isinstance(value, str):
        # The format writes signs that XML cannot hold as _xHHHH_.
        return _ESCAPED.sub(lambda sign: chr(int(sign[1], 16)), value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return _moment(value, cell.number_format)


def _moment(value: object, shown: str) -> str:
    """A day where the cell shows no more and holds no more, otherwise a moment; a length of time in hours, minutes and seconds."""
    from openpyxl.styles.numbers import is_datetime

    if isinstance(value, datetime):
        if is_datetime(shown) == "date" and value.time() == time():
            return value.date().isoformat()
        return value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds, rest = divmod(value, timedelta(seconds=1))
        fraction = f".{rest.microseconds:06}" if rest else ""
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"
    raise TypeError(f"a cell cannot hold {type(value).__name__}")
