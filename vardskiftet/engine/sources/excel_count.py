"""How many rows does a sheet hold? Counted in the bare XML of the workbook, past the library that reads it."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, ParseError

from vardskiftet.engine.sources.transcode import unreadable
from vardskiftet.errors import IntegrityBroken

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def count_rows(path: Path, sheet: str, header: int) -> int:
    """Rows with content below the header row.

    Raises Unreachable if the file is no workbook, IntegrityBroken if it holds a formula whose result was never stored.
    """
    try:
        with zipfile.ZipFile(path) as book, book.open(_part(book, sheet)) as part:
            return sum(_has_content(row, path) for number, row in _rows(part) if number > header)
    except (OSError, zipfile.BadZipFile, KeyError, ParseError) as error:
        raise unreadable(path, error) from error


def _part(book: zipfile.ZipFile, sheet: str) -> str:
    """Where in the workbook a sheet lies. Raises KeyError if it has none of that name."""
    folder, name = posixpath.split(_target(book, "", "/officeDocument"))
    listed = ElementTree.fromstring(book.read(posixpath.join(folder, name)))
    places = {one.get("name"): one.get(_RELATION) for one in listed.iter() if _tag(one) == "sheet"}
    relations = ElementTree.fromstring(book.read(posixpath.join(folder, "_rels", f"{name}.rels")))
    targets = {one.get("Id"): str(one.get("Target")) for one in relations}
    return posixpath.normpath(posixpath.join("/", folder, targets[places[sheet]])).lstrip("/")


def _target(book: zipfile.ZipFile, folder: str, kind: str) -> str:
    relations = ElementTree.fromstring(book.read(posixpath.join(folder, "_rels/.rels")))
    return next((str(one.get("Target")).lstrip("/") for one in relations if str(one.get("Type")).endswith(kind)), "xl/workbook.xml")


def _rows(part: IO[bytes]) -> Iterator[tuple[int, Element]]:
    """Rows with their numbers; a row without one follows the last."""
    number, above = 0, None
    for event, element in ElementTree.iterparse(part, events=("start", "end")):
        if event == "start" and _tag(element) == "sheetData":
            above = element
        if event == "end" and _tag(element) == "row":
            number = int(element.get("r") or number + 1)
            yield number, element
            if above is not None:
                above.clear()


def _has_content(row: Element, path: Path) -> bool:
    found = False
    for cell in row:
        parts = {_tag(one): one for one in cell}
        stored = "v" in parts and bool(parts["v"].text)
        if "f" in parts and not stored and cell.get("t") != "str":
            raise IntegrityBroken(
                f"Cell {cell.get('r')} holds a formula whose result was never stored.",
                where=path.name,
                hint="Open the workbook in a spreadsheet program and save it, or have the values delivered.",
            )
        found = found or stored or "is" in parts
    return found


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]
