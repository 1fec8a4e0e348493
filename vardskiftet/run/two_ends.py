"""Is a source the target itself, by whatever name or URL it is called? A record that this tool wrote carries its mark, and is no source."""

from __future__ import annotations

from collections.abc import Mapping

from vardskiftet.engine.sources.protocol import Schema
from vardskiftet.errors import Usage

MARK = "vs_meta"
FILE_MARKS = frozenset({"_batch", "_digest", "_entry"})
"""Columns of each file of rows of a drop."""


def refuse_own_records(schemas: Mapping[str, Schema]) -> None:
    """Raise Usage for the first system whose source holds the books of a target."""
    for system, schema in sorted(schemas.items()):
        files = (frozenset(column.name for column in columns) for columns in schema.values())
        if MARK in schema or any(names >= FILE_MARKS for names in files):
            raise Usage(
                f"System '{system}' is read from a record that this tool wrote: source and target are one, or were exchanged.",
                where=f"mappings/{system}/system.yaml",
                hint="Look at what `source:` there and `target:` in waves/programme.yaml name. Nothing was run.",
            )
