"""How is a sheet written as CSV and read back? UTF-8 with a mark that spreadsheets know, semicolons; back in whatever they made of it."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

from vardskiftet.engine.files import place_file
from vardskiftet.engine.worksheets.cells import exact, inert
from vardskiftet.engine.worksheets.sheet import ReadRow, ReadSheet, Sheet
from vardskiftet.errors import Usage

DELIMITERS = (";", ",", "\t")


def write(path: Path, sheet: Sheet) -> Path:
    """The sheet as one file, whole or not at all."""
    content = io.StringIO(newline="")
    writer = csv.writer(content, delimiter=DELIMITERS[0], quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(sheet.heading)
    writer.writerows([inert(value) for value in row] for row in sheet.rows)
    place_file(path, content.getvalue().encode("utf-8-sig"))
    return path


def read(path: Path) -> ReadSheet:
    """The sheet of a file. Raises Usage if it is no text, or no table of ours."""
    text, encoding = _decoded(path)
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        hint = "Save it again as CSV (UTF-8) from the spreadsheet; nothing was taken in."
        raise Usage(f"'{path.name}' is no CSV file that can be read: {error}.", where=path.name, hint=hint) from error
    if not rows:
        raise Usage(f"'{path.name}' is empty.", where=path.name, hint="Nothing was taken in.")
    heading = tuple(rows[0])
    found = [_row(number, row, len(heading)) for number, row in enumerate(rows[1:], 2) if any(row)]
    return ReadSheet(path.stem, heading, tuple(found), encoding)


def _row(number: int, row: list[str], width: int) -> ReadRow:
    wrong = ((0, f"has {len(row)} cells where the heading has {width}"),) if len(row) != width else ()
    cells = [exact(cell) for cell in row[:width]] + [""] * (width - len(row))
    return ReadRow(number, tuple(cells), wrong)


def _decoded(path: Path) -> tuple[str, str]:
    """The text and its encoding: by its mark, as UTF-8, or as older spreadsheets write; a wrong guess shows in what was not to change."""
    content = path.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        tries: tuple[str, ...] = ("utf-16",)
    elif b"\0" in content and not content.startswith(codecs.BOM_UTF8):
        tries = ()
    else:
        tries = ("utf-8-sig", "cp1252")
    for encoding in tries:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise Usage(f"'{path.name}' is no text file.", where=path.name, hint="Save it as CSV (UTF-8), or as a workbook that ends in .xlsx.")
