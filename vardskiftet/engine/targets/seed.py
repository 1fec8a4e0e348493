"""What must a scratch target know before a rehearsal? What other waves brought and this one may lead to: persons, and found rows."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.tables import layout
from vardskiftet.model.programme import Programme

CHUNK = 10_000


def seed(programme: Programme, real: Target, scratch: Target, wave: str) -> None:
    """Copy identities, and the rows of other waves that finds may lead to, with their batches, into an empty scratch target."""
    tables = layout(programme.record).tables
    batch = tables["vs_batch"]
    others = sa.select(batch.c.batch).where(batch.c.wave != wave)
    copies: list[tuple[sa.Table, sa.Select[Any]]] = [(batch, sa.select(batch).where(batch.c.wave != wave))]
    copies.append((tables["vs_identity"], sa.select(tables["vs_identity"])))
    needed = _leading(programme)
    for declared in programme.record.tables:
        if declared.table in needed:
            rows = tables[declared.table]
            copies.append((rows, sa.select(rows).where(rows.c._batch.in_(others) | rows.c._batch.is_(None))))
    given = tables["vs_contribution"]
    copies.append((given, sa.select(given).where(given.c.batch.in_(others))))
    for table, query in copies:
        names = [column.name for column in table.columns]
        found = real.rows(query)
        for start in range(0, len(found), CHUNK):
            scratch.copy_in(table, [dict(zip(names, row, strict=True)) for row in found[start : start + CHUNK]])


def _leading(programme: Programme) -> frozenset[str]:
    """Tables of persons, those that a find leads to, and all that these refer to."""
    tables = {table.table: table for table in programme.record.tables}
    row = [name for name, table in tables.items() if table.identity]
    row += [field.find.table for mapping in programme.mappings for field in mapping.fields if field.find is not None]
    seen: set[str] = set()
    while row:
        name = row.pop()
        if name not in seen:
            seen.add(name)
            row += [column.references for column in tables[name].columns if column.references]
    return frozenset(seen)
