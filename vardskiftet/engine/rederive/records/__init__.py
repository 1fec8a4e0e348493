"""Who reads delivered files a second time? One module a kind: it opens a system's files, and gives their sound records as texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from vardskiftet.engine.rederive.records import delimited, fixed, parquet
from vardskiftet.engine.rederive.records.cannot import Cannot
from vardskiftet.engine.sources.options import FolderOptions
from vardskiftet.model.system import System

__all__ = ["Cannot", "Opened", "opened"]


class Opened(Protocol):
    """A system's files, and how they are read."""

    endings: tuple[str, ...]

    @property
    def options(self) -> FolderOptions:
        """What is declared of the folder."""
        ...

    def records(self, path: Path, table: str, columns: Mapping[str, str]) -> Iterator[list[str | None]]:
        """The sound records of a file; `columns` are names and types as the copy has them. Raises Cannot for what nobody reads here."""
        ...

    def kept(self, text: str | None, kind: str) -> str | None:
        """A text of the copy as `records` gives the same value."""
        ...


KINDS: dict[str, Callable[[System], Opened]] = {"csv": delimited.Delimited, "fixed_width": fixed.Fixed, "parquet": parquet.Parquet}


def opened(system: System) -> Opened | None:
    """The files of a system; None for a kind that has no second reader."""
    return KINDS[system.source.kind](system) if system.source.kind in KINDS else None
