"""How is a delimited text of evidence read, in the encoding and with the delimiter that it happens to have?"""

from __future__ import annotations

import codecs
import csv
import io

from vardskiftet.engine.evidence.raw import RawFile, Unusable, below, plain

DELIMITERS = (";", ",", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read(content: bytes, wanted: tuple[str, ...]) -> RawFile:
    """The rows of a file. Raises Unusable for what is no text, or has other columns."""
    text, encoding = decoded(content)
    delimiter = max(DELIMITERS, key=lambda one: _fits(text, one, wanted))
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = [(reader.line_num, tuple(cells)) for cells in reader]
    except csv.Error as error:
        raise Unusable(f"cannot be read as rows: {error}.", "Is a quotation mark left open?", reader.line_num) from error
    return below(rows, wanted, encoding)


def decoded(content: bytes) -> tuple[str, str]:
    """The text and its encoding: by its byte order mark, else UTF-8, else Windows' Western one."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strictly(content, encoding), encoding
    if b"\0" in content:
        raise Unusable("holds bytes that are no text.", "Save it as CSV; a workbook is read as .xlsx.")
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _strictly(content, "cp1252"), "cp1252"


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Unusable(f"is not whole as {encoding}.", "Was it copied to the end? Export it anew, as UTF-8.", line) from error


def _fits(text: str, delimiter: str, wanted: tuple[str, ...]) -> int:
    """How many wanted headings a delimiter finds in the first lines."""
    names = {plain(one) for one in wanted}
    head = text.splitlines()[:10]
    return max((len(names & {plain(cell.strip('"')) for cell in line.split(delimiter)}) for line in head), default=0)
