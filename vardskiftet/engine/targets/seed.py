"""What must a scratch target know before a rehearsal? The persons that other waves brought, and their identifiers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.tables import layout
from vardskiftet.model.programme import Programme

CHUNK = 10_000


def seed(programme: Programme, real: Target, scratch: Target, wave: str) -> None:
    """Copy identities, and the identity tables' rows of other waves with their batches, into an empty scratch target."""
    tables = layout(programme.record).tables
    batch = tables["vs_batch"]
    others = sa.select(batch.c.batch).where(batch.c.wave != wave)
    copies: list[tuple[sa.Table, sa.Select[Any]]] = [(batch, sa.select(batch).where(batch.c.wave != wave))]
    copies.append((tables["vs_identity"], sa.select(tables["vs_identity"])))
    for declared in programme.record.tables:
        if declared.identity:
            rows = tables[declared.table]
            copies.append((rows, sa.select(rows).where(rows.c._batch.in_(others) | rows.c._batch.is_(None))))
    for table, query in copies:
        names = [column.name for column in table.columns]
        found = real.rows(query)
        for start in range(0, len(found), CHUNK):
            scratch.copy_in(table, [dict(zip(names, row, strict=True)) for row in found[start : start + CHUNK]])
