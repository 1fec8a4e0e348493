"""What is a sheet of a worklist, going out and coming back? Texts only, with the places that a person may write in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that goes out: texts as they are (None for NULL), and the columns that may be changed."""

    name: str
    heading: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    free: frozenset[int]
    """Places in the heading, from 0."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row that came back. `wrong` names cells that hold something else than text, and what."""

    number: int
    """Its place in the file, as the person sees it: the heading is row 1."""
    cells: tuple[str | None, ...]
    wrong: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """A sheet that came back."""

    name: str
    heading: tuple[str, ...]
    rows: tuple[ReadRow, ...]
    encoding: str = ""
    """The encoding that a CSV file was read in; empty for a workbook."""
