"""Does a path written in a file stay inside the project? Anything else could read or write what nobody meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from vardskiftet.declare.scalars import Unreadable
from vardskiftet.declare.words import quoted


def inside(root: Path) -> Callable[[str], str]:
    """A reader of paths relative to the project, written with `/`; links are followed before the path is judged."""

    def read(value: str) -> str:
        path = PurePosixPath(value)
        if not value.isprintable() or not value.strip() or "\\" in value or value.startswith("~"):
            raise Unreadable(f"{quoted(value)} is not a path.", "Write names with / between them, such as journals/elvis.sqlite.")
        if path.is_absolute() or (len(value) > 1 and value[1] == ":"):
            raise Unreadable(f"{quoted(value)} is absolute.", "Write it from the project's folder.")
        if ".." in path.parts:
            raise Unreadable(f"{quoted(value)} leads out of the project.", "Write it without `..`.")
        try:
            resolved = (root / path).resolve()
        except (OSError, RuntimeError):
            raise Unreadable(f"{quoted(value)} goes through links in a circle.") from None
        if resolved == root:
            raise Unreadable(f"{quoted(value)} is the project itself.", "Name a file in it.")
        if not resolved.is_relative_to(root):
            raise Unreadable(f"{quoted(value)} leads out of the project.", "Write a path that stays in it; links are followed.")
        return value

    return read
