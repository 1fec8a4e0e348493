"""How is a SQLite file named in a URI? With every sign escaped that would mean something there."""

from __future__ import annotations

from pathlib import Path


def sqlite_uri(path: Path, *, read_only: bool) -> str:
    """The URI of a file, for any driver that takes one; `read_only` refuses to create it or to write."""
    escaped = str(path.resolve()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{escaped}{'?mode=ro' if read_only else ''}"
