"""Which rows did an undo not delete, and why? Read from the target, and exported for whoever must look at each of them."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

import sqlalchemy as sa

from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.tables import layout
from vardskiftet.model.record import Record
from vardskiftet.run.desk import Desk
from vardskiftet.run.listing import place_list

LEFT = ("edited", "referred")
"""Reasons why a row could not be taken back: the new system's users changed it, or rows there refer to it."""


@dataclass(frozen=True, slots=True)
class Stayed:
    """A row of the record that stands after an undo: `edited`, `referred`, `restored` to what stood before, `shared` with another batch."""

    mapping: str
    table: str
    id: str
    source_key: str
    what: str


def stayed(target: Target, record: Record, undo: str) -> tuple[Stayed, ...]:
    """The rows that an undo listed, however often it was broken off. A row that several batches restored in turn is told once."""
    lines = layout(record).tables["vs_undone"]
    query = sa.select(*(lines.c[name] for name in ("mapping", "record_table", "target_id", "source_key", "what")))
    found = target.rows(query.where(lines.c.undo == undo).distinct().order_by(*query.selected_columns))
    return tuple(Stayed(*map(str, row)) for row in found)


def export(desk: Desk, wave: str, undo: str, rows: tuple[Stayed, ...]) -> str:
    """Write the list as CSV into the work folder, readable for the owner alone; returns its name in the project, empty without rows."""
    if not rows:
        return ""
    path = desk.work / "undo" / f"{wave}-{undo}.csv"
    place_list(path, [one.name for one in fields(Stayed)], [astuple(row) for row in rows])
    return path.relative_to(desk.programme.root).as_posix()
