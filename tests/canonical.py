"""Do two records hold the same, whatever keeps them? Every table of the record and the books in the texts that digests are made of."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from ward import Done, Ward

from vardskiftet.engine.targets import open_target
from vardskiftet.engine.targets.tables import layout

RUNS = {"batch", "_batch", "plan", "run_id", "committed_at", "before_batch"}
"""Columns that tell one run, or one plan, from another."""


def content(ward: Ward, but: Collection[str] = ("vs_lock", "vs_meta")) -> dict[str, list[str]]:
    """Every table but these: its rows as texts, sorted. Kinds tell bytes that are missing as nothing, or as no bytes."""
    programme = ward.programme()
    target = open_target(programme)
    found: dict[str, list[str]] = {}
    for name, table in layout(programme.record).tables.items():
        if name not in but:
            kept = [column for column in table.columns if column.name not in RUNS]
            rows = target.arrow(sa.select(*kept)).to_pylist()
            found[name] = sorted(repr(tuple(value if value != "" else None for value in row.values())) for row in rows)
    target.close()
    return found


def books(ward: Ward, wave: str) -> dict[str, object]:
    """The books' document without what tells one plan, or one source's stillness, from another."""
    done: Done = ward.ask("books", wave, "--json")
    assert done.code in (0, 1), done.told
    return {key: value for key, value in done.document.items() if key not in ("plan", "owes_delta", "next_steps")}
