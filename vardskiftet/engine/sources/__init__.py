"""Which kinds of source are there? A new kind is one module here and one line below."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from vardskiftet.engine.sources import csv, excel, fixed_width, mysql, oracle, parquet, postgresql, sqlalchemy, sqlite, sqlserver
from vardskiftet.engine.sources.protocol import Order, Source, SourceKind
from vardskiftet.model.system import System

KINDS: dict[str, SourceKind] = {
    "csv": csv,
    "excel": excel,
    "fixed_width": fixed_width,
    "mysql": mysql,
    "oracle": oracle,
    "parquet": parquet,
    "postgresql": postgresql,
    "sqlalchemy": sqlalchemy,
    "sqlite": sqlite,
    "sqlserver": sqlserver,
}


def open_source(system: System, root: Path) -> Source:
    """The live source of a system, read-only. Raises Unreachable if it is not there."""
    return KINDS[system.source.kind].open_source(system, root)


def open_held(system: System, folder: Path) -> Source | None:
    """What an earlier run held still in `folder`; None if there is nothing, or nothing whole."""
    return KINDS[system.source.kind].open_held(system, folder)


def hold_source(system: System, root: Path, folder: Path, orders: Iterable[Order] = ()) -> Source:
    """A source held still in `folder`: what was held there already, proved, or the live source held now, for reading in these orders.

    A resumed run needs the live source no more. Raises Unreachable, or IntegrityBroken if the copy was changed.
    """
    held = open_held(system, folder)
    if held is not None:
        held.prove()
        return held
    live = open_source(system, root)
    try:
        return live.hold(folder, orders)
    finally:
        live.close()
