"""Which digest did the load leave beside a row? SHA-256 over type-tagged, length-prefixed texts, written here a second time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from vardskiftet.judge.differences import bare
from vardskiftet.model.record import Column, ColumnType

TAGS = {
    ColumnType.TEXT: "t",
    ColumnType.UUID: "u",
    ColumnType.INTEGER: "i",
    ColumnType.DECIMAL: "n",
    ColumnType.BOOLEAN: "b",
    ColumnType.DATE: "d",
    ColumnType.INSTANT: "z",
}


def digest_of(columns: Sequence[tuple[Column, str | None]]) -> str:
    """Hex of a row's digest, from its columns and their stored texts."""
    told = []
    for column, text in columns:
        tag = TAGS[column.type]
        if text is None:
            told.append(f"{tag}-")
            continue
        shown = bare(text, column.type) or ""
        told.append(f"{tag}{len(shown.encode())}:{shown}")
    return hashlib.sha256("".join(told).encode()).hexdigest()
