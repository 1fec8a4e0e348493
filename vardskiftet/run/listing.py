"""How are rows of the record listed for people? As CSV beside the data, under the same protection, by id and source key."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import sqlalchemy as sa

from vardskiftet.engine.files import place_file
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.tables import layout
from vardskiftet.engine.worksheets.cells import inert
from vardskiftet.failpoint import reach
from vardskiftet.model.plan import Plan
from vardskiftet.model.record import Record

LEFT = ("mapping", "table", "id", "source_key", "unit", "why")


def place_list(path: Path, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write the lines under their name, whole or not at all, readable for the owner alone."""
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(heads)
    lines.writerows([[inert(value) for value in row] for row in rows])
    reach("list.write.before")
    place_file(path, text.getvalue().encode(), lambda: reach("list.rename.before"))
    reach("list.rename.after")


def list_left(target: Target, record: Record, plan: Plan, folder: Path) -> Path | None:
    """List the rows that earlier plans of the wave brought and that no item of this one is; None if there are none."""
    left, batch = (layout(record).tables[name] for name in ("vs_left", "vs_batch"))
    asked = (batch.c.mapping, left.c.record_table, left.c.target_id, left.c.source_key, left.c.unit, left.c.why)
    query = sa.select(*asked).select_from(left.join(batch, batch.c.batch == left.c.batch))
    found = target.rows(query.where(batch.c.wave == plan.wave, batch.c.plan == plan.fingerprint).order_by(*asked))
    if not found:
        return None
    path = folder / f"left-{plan.name}.csv"
    place_list(path, LEFT, [[str(value) for value in row] for row in found])
    return path
