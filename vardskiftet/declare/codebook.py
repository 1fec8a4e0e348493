"""Which target code stands for a source code? A codebook's CSV file."""

from __future__ import annotations

import csv
import io
import re

from vardskiftet.declare.files import File
from vardskiftet.declare.node import Node, Text
from vardskiftet.declare.reading import Declared, Reading
from vardskiftet.declare.sheet import decoded
from vardskiftet.declare.words import quoted
from vardskiftet.model.codebook import Codebook

COMMENT = re.compile(r"# code_system: ([a-z0-9][a-z0-9_-]*)\s*")
EXTENDED = re.compile(r"# extends: (\S+)[ \t]*\r?\n")
HEADER = ["source", "target"]


def read_codebook(file: File, reading: Reading, chain: tuple[str, ...] = ()) -> Declared[Codebook] | None:
    """The codebook of a file; None if the file cannot be read.

    The first line is `# code_system: NAME`, the second `source,target`; codes are kept letter by letter. Between them may stand
    `# extends: PATH`: then the codes of that file are there too, but for those that this one has itself. `chain`: who extends it.
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
    above = 1 if rest is not text else 0
    named = EXTENDED.match(rest)
    before: Codebook | None = None
    if named:
        before = _base(Text(file.path, above + 1, (file.stem,), named[1], True), file, (*chain, file.path), reading)
        above, rest = above + 1, rest[named.end() :]
    entries = _entries(rest, file, above, reading)
    if entries is None or (named and before is None):
        return None
    system = match[1] if match else ""
    if before and before.code_system != system:
        reading.faults.at(at, f"is of {quoted(system)}; what it extends is of {quoted(before.code_system)}.", "Take the same code system.")
    every = {**dict(before.entries if before else ()), **entries}
    if not every:
        reading.faults.at(Node(file.path, above + 1, (file.stem,)), "holds no codes.")
    return Declared(Codebook(codebook=file.stem, code_system=system, entries=tuple(every.items())), at)


def _base(named: Text, file: File, chain: tuple[str, ...], reading: Reading) -> Codebook | None:
    """The codebook that another extends; None after a fault."""
    base = reading.shelf.base_of(named, file, chain, reading.faults)
    found = read_codebook(base, reading, chain) if base else None
    return found.value if found else None


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
