"""Which kinds of target are there? A new kind is one module here and one line below."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from vardskiftet.engine.targets import file_drop, postgresql, sqlite
from vardskiftet.engine.targets.protocol import Target, TargetKind
from vardskiftet.model.programme import Programme

KINDS: dict[str, TargetKind] = {"file_drop": file_drop, "postgresql": postgresql, "sqlite": sqlite}


def open_target(programme: Programme) -> Target:
    """The programme's own target. Nothing is created before `prepare`."""
    return KINDS[programme.target.kind].open_target(programme)


def open_scratch(programme: Programme, folder: Path) -> Target:
    """A target of the same kind in a folder of its own, for a rehearsal."""
    return KINDS[programme.target.kind].open_scratch(programme, folder)


def stray_scratches(programme: Programme, folders: Collection[Path]) -> tuple[str, ...]:
    """Scratch targets that lie outside the rehearsals' folders, and belong to none of these; by name, sorted."""
    return KINDS[programme.target.kind].strays(programme, folders)
