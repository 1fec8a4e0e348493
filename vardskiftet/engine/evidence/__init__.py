"""In which forms do people hand in evidence? A new form is one module here and one line below."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

from vardskiftet.engine.evidence import csv_rows, excel_rows, json_rows, junit_rows
from vardskiftet.engine.evidence.raw import MOST_BYTES, RawFile, Unusable
from vardskiftet.model.evidence import EvidenceSource, Format

READERS: dict[Format, Callable[[bytes, tuple[str, ...]], RawFile]] = {
    Format.CSV: csv_rows.read,
    Format.EXCEL: excel_rows.read,
    Format.JSON: json_rows.read,
    Format.JUNIT: junit_rows.read,
}
ENDINGS = {
    ".csv": Format.CSV,
    ".txt": Format.CSV,
    ".tsv": Format.CSV,
    ".xlsx": Format.EXCEL,
    ".xlsm": Format.EXCEL,
    ".json": Format.JSON,
    ".xml": Format.JUNIT,
}
LOCKED = "~$"
"""How Excel begins the name of the note that somebody has a workbook open."""


def format_of(source: EvidenceSource, path: Path) -> Format:
    """The form of a file, by declaration or by its ending. Raises Unusable if neither says."""
    found = source.format or ENDINGS.get(path.suffix.lower())
    if found is None:
        hint = "Known are .csv, .xlsx, .json and .xml (JUnit); or declare `format:`."
        raise Unusable("has an ending that says nothing of its form.", hint)
    return found


def content_of(path: Path) -> bytes:
    """A file's bytes, read once: what is understood, digested and kept is the same, whatever becomes of the file meanwhile.

    Raises Unusable for what is no file of evidence, OSError if it is not there.
    """
    if path.name.startswith(LOCKED):
        raise Unusable("is Excel's note that somebody has the workbook open.", "Close the workbook, and name the workbook itself.")
    told = path.stat()
    if not stat.S_ISREG(told.st_mode):
        raise Unusable("is a folder." if stat.S_ISDIR(told.st_mode) else "is not a file.", "Name the file itself.")
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Unusable(f"has more than {MOST_BYTES // 1_000_000} MB.", "Keep the rows that are asked for.")
    return content


def read_rows(source: EvidenceSource, path: Path, content: bytes) -> RawFile:
    """The rows of a file as texts, with their lines. Raises Unusable if it is none that can be read."""
    if not content:
        raise Unusable("is empty: not one byte.", "Was it copied to the end? Export it anew.")
    return READERS[format_of(source, path)](content, tuple(one.heading for one in source.columns))
