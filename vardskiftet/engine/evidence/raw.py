"""What does a file of evidence hold before anything is understood? Texts with their lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from vardskiftet.declare.words import nearest_of
from vardskiftet.judge.masking import inert

MOST_BYTES = 100_000_000
"""Of a file, packed or unpacked: a register of people and tests is never as large, and what is read lies in memory."""

SEARCHED = 10
"""Rows among which the header is looked for: people write titles above it."""


class Unusable(ValueError):
    """A file that is no evidence at all: what is wrong, the remedy, and the line where that is known."""

    def __init__(self, message: str, hint: str = "", line: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.line = line


@dataclass(frozen=True, slots=True)
class RawFile:
    """Rows as texts under their headings. Empty cells are empty texts."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """(line in the file, cells)."""
    encoding: str = ""


def plain(heading: str) -> str:
    """A heading as it is compared: one Unicode form, one case, single blanks."""
    return " ".join(unicodedata.normalize("NFC", heading).replace("\ufeff", "").split()).casefold()


def header_at(rows: Sequence[Sequence[str]], wanted: Sequence[str]) -> int:
    """The place of the row that holds all wanted headings, among the first ones. Raises Unusable naming what is missing."""
    names = {plain(one): one for one in wanted}
    best, most = 0, -1
    for place, row in enumerate(rows[:SEARCHED]):
        held = {plain(cell) for cell in row} & set(names)
        if len(held) == len(names):
            return place
        if len(held) > most:
            best, most = place, len(held)
    have = [cell for cell in (rows[best] if rows else ()) if cell.strip()]
    missing = [name for key, name in names.items() if key not in {plain(cell) for cell in have}]
    near = {name: nearest_of(plain(name), [plain(cell) for cell in have if plain(cell) not in names]) for name in missing}
    told = ", ".join(f"'{name}'" + (f" (is it '{inert(near[name])}' now?)" if near[name] else "") for name in missing)
    which = "the column" if len(missing) == 1 else "the columns"
    raise Unusable(f"lacks {which} {told}.", "Export it with these headings, or correct checks/sources.yaml.", best + 1)


def below(rows: Sequence[tuple[int, tuple[str, ...]]], wanted: Sequence[str], encoding: str = "") -> RawFile:
    """The rows below the header. Raises Unusable for a missing heading, one that stands twice, or a row of another width."""
    at = header_at([cells for _, cells in rows], wanted)
    line, header = rows[at]
    header = _trimmed(header)
    names = [plain(one) for one in header]
    twice = sorted({one for one in names if names.count(one) > 1 and one in {plain(name) for name in wanted}})
    if twice:
        raise Unusable(f"has the column '{inert(twice[0])}' {names.count(twice[0])} times.", "Keep one of them.", line)
    found: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in rows[at + 1 :]:
        held = _trimmed(cells)
        if len(held) > len(header):
            what = f"has {len(held)} cells in this row, and {len(header)} columns."
            raise Unusable(what, "Is a text with the delimiter in it not quoted?", number)
        if any(cell.strip() for cell in held):
            found.append((number, (*held, *[""] * (len(header) - len(held)))))
    return RawFile(header, tuple(found), encoding)


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    """Without empty cells at the end."""
    last = max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return tuple(cells[:last])
