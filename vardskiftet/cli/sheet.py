"""How do words lie on a page of this width? Tables side by side where they fit, else one row under the other; sentences by words."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

GAP = "  "
ASCII = str.maketrans(
    {"›": ">", "·": "-", "…": "...", "–": "-", "—": "-", "✔": "+", "✖": "x", "▲": "^", "→": "->", "×": "x", "“": '"', "”": '"', "’": "'"}
)
"""What our own signs become where only ASCII can be shown."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of texts; columns of numbers stand right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]

    def lines(self, width: int | None) -> list[str]:
        """Its lines, each within `width` as far as its words allow; None for a page without an edge."""
        title = [self.title] if self.title else []
        if width is None or self._room(0) <= width:
            return [*title, *(self._beside(row, 0) for row in (self.columns, *self.rows))]
        firsts = [row[0] for row in self.rows]
        if len(set(firsts)) < len(firsts) and self._room(1) <= width:
            return [*title, *self._grouped()]
        return [*title, *(line for row in self.rows for line in self._under(row, width))]

    def _widths(self) -> list[int]:
        return [max(cell_len(row[at]) for row in (self.columns, *self.rows)) for at in range(len(self.columns))]

    def _room(self, first: int) -> int:
        """What the columns from `first` on take, side by side."""
        widths = self._widths()[first:]
        return sum(widths) + len(GAP) * (len(widths) - 1)

    def _beside(self, row: Sequence[str], first: int) -> str:
        cells = []
        for cell, room, right in list(zip(row, self._widths(), self.numeric, strict=True))[first:]:
            blank = " " * (room - cell_len(cell))
            cells.append(blank + cell if right else cell + blank)
        return GAP.join(cells).rstrip()

    def _grouped(self) -> list[str]:
        """What the first column repeats stands once, on a line of its own, above its rows."""
        lines = [self._beside(self.columns, 1)]
        above = None
        for row in self.rows:
            if row[0] != above:
                lines.append(row[0])
                above = row[0]
            lines.append(self._beside(row, 1))
        return lines

    def _under(self, row: Sequence[str], width: int) -> list[str]:
        """One row: what names it on a line, then each other cell with its column's name, as many to a line as fit."""
        head = self.numeric.index(True) if True in self.numeric else 1
        named = [f"{column} {cell}".strip() for column, cell in zip(self.columns[head:], row[head:], strict=True) if cell]
        lines = folded(GAP.join(row[:head]), width)
        line = ""
        for cell in named:
            if line and cell_len(line) + len(GAP) + cell_len(cell) > width:
                lines += folded(line, width)
                line = ""
            line = f"{line}{GAP}{cell}" if line else f"{GAP}{cell}"
        return lines + (folded(line, width) if line else [])


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A text whose lines stay as they are, whatever the width."""

    text: str

    def lines(self, _width: int | None) -> list[str]:
        """Its lines."""
        return self.text.split("\n")


def sheet(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Sheet:
    """A table of any values; whole numbers get their thousands' signs."""
    numeric = tuple(bool(rows) and all(isinstance(row[at], int) for row in rows) for at in range(len(columns)))
    texts = tuple(tuple(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row) for row in rows)
    return Sheet(title, tuple(columns), texts, numeric)


def folded(text: str, width: int | None) -> list[str]:
    """A line as lines within `width`, cut between words and set in as far as it begins; a longer word stays whole."""
    if width is None or cell_len(text) <= width:
        return [text]
    indent = text[: len(text) - len(text.lstrip())]
    return textwrap.wrap(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [text]


def in_ascii(text: str) -> str:
    """The nearest that ASCII can show: our signs by others, letters without their marks, anything else as a question mark."""
    plain = unicodedata.normalize("NFKD", text.translate(ASCII))
    return "".join(char for char in plain if not unicodedata.combining(char)).encode("ascii", "replace").decode()
