"""Which kinds of source are there? A new kind is one module here and one line below."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from vardskiftet.engine.sources import sqlite
from vardskiftet.engine.sources.protocol import Source
from vardskiftet.model.system import System

KINDS: dict[str, ModuleType] = {"sqlite": sqlite}


def open_source(system: System, root: Path) -> Source:
    """The live source of a system, read-only. Raises Unreachable if it is not there."""
    source: Source = KINDS[system.source.kind].open_source(system, root)
    return source
