"""Which target code stands for a source code? A codebook's CSV file."""

from __future__ import annotations

import csv
import io
import re

from vardskiftet.declare.files import File
from vardskiftet.declare.node import Node
from vardskiftet.declare.reading import Declared, Reading
from vardskiftet.declare.sheet import decoded
from vardskiftet.declare.words import quoted
from vardskiftet.model.codebook import Codebook

COMMENT = re.compile(r"# code_system: ([a-z0-9][a-z0-9_-]*)\s*")
HEADER = ["source", "target"]


def read_codebook(file: File, reading: Reading) -> Declared[Codebook] | None:
    """The codebook of a file; None if the file cannot be read.

    The first line is `# code_system: NAME`, the second `source,target`; codes are kept letter by letter.
    """
    text = decoded(file.path, file.content, reading.faults)
    if text is None:
        return None
    first, _, rest = text.partition("\n")
    match = COMMENT.fullmatch(first)
    at = Node(file.path, 1, (file.stem,))
    if not match:
        reading.faults.at(at, "does not begin with its code system.", "Write `# code_system: NAME` on the first line.")
        rest = rest if first.startswith("#") else text
    entries = _entries(rest, file, 1 if rest is not text else 0, reading)
    if entries is None:
        return None
    return Declared(Codebook(codebook=file.stem, code_system=match[1] if match else "", entries=tuple(entries.items())), at)


def _entries(text: str, file: File, above: int, reading: Reading) -> dict[str, str] | None:
    """Source to target; None if the table cannot be read. `above` counts the lines before it."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    entries: dict[str, str] = {}
    lines: dict[str, int] = {}
    try:
        if next(rows, None) != HEADER:
            at = Node(file.path, above + 1, (file.stem,))
            reading.faults.at(at, "lacks its heading.", "Write `source,target` above the codes, with a comma.")
            return None
        for row in rows:
            if not row:
                continue
            at = Node(file.path, above + rows.line_num, (file.stem, row[0]))
            if _is_pair(row, at, reading) and row[0] in entries:
                reading.faults.at(at, f"{quoted(row[0])} stands twice; first on line {lines[row[0]]}.", "Keep one of them.")
            elif len(row) == len(HEADER):
                entries[row[0]], lines[row[0]] = row[1], at.line
    except csv.Error as wrong:
        at = Node(file.path, above + max(rows.line_num, 1), (file.stem,))
        reading.faults.at(at, f"is not readable as CSV: {wrong}.", "Write one pair a line, with a comma between.")
        return None
    if not entries:
        reading.faults.at(Node(file.path, above + 1, (file.stem,)), "holds no codes.")
    return entries


def _is_pair(row: list[str], at: Node, reading: Reading) -> bool:
    if len(row) != len(HEADER):
        reading.faults.at(at, f"has {len(row)} columns, not 2.", "Put a code that holds a comma in double quotes.")
        return False
    for name, code in zip(HEADER, row, strict=True):
        if not code.strip():
            reading.faults.at(at, f"the {name} is empty.", "Write both codes.")
            return False
    if row[1] != row[1].strip():
        reading.faults.at(at, f"the target {quoted(row[1])} has blanks around it.", "Remove them.")
    return True
