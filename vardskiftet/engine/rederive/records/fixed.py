"""Which records do files of fixed width hold, by slices of Python's own lines?"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from vardskiftet.engine.rederive.records.cannot import spoilt
from vardskiftet.engine.sources.options import FixedColumn, FixedWidthOptions
from vardskiftet.engine.sources.packed import bytes_of
from vardskiftet.model.system import System

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


class Fixed:
    """Lines that are cut at declared places."""

    endings: tuple[str, ...] = ()

    def __init__(self, system: System) -> None:
        self.options = FixedWidthOptions.model_validate(system.source.options)
        self._encoding = system.encoding

    def records(self, path: Path, table: str, columns: Mapping[str, str]) -> Iterator[list[str | None]]:
        """Sound lines that are not empty: of a length that is allowed, with letters alone at the declared places."""
        declared = self.options.tables[table]
        with bytes_of(path) as raw, io.TextIOWrapper(raw, encoding=self._encoding, errors="surrogateescape", newline=None) as text:
            for number, ended in enumerate(text):
                line = ended.removesuffix("\n")
                line = line.removeprefix(MARK) if number == 0 else line
                too_short = len(line) < declared.length and not declared.short_lines
                too_long = len(line) > declared.length and not declared.long_lines
                values = [_cut(line, one) for one in declared.columns]
                if line and not too_short and not too_long and not any(spoilt(one) for one in values):
                    yield list(values)

    def kept(self, text: str | None, kind: str) -> str | None:
        """As it is."""
        return text


def _cut(line: str, column: FixedColumn) -> str:
    raw = line[column.start - 1 : column.start - 1 + column.width]
    match column.strip:
        case "right":
            return raw.rstrip(" ")
        case "both":
            return raw.strip(" ")
    return raw
