"""Which rows did an undo not delete, and why? Read from the target, and exported for whoever must look at each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields

import sqlalchemy as sa

from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.tables import asked_table, layout
from vardskiftet.model.record import Record
from vardskiftet.run.desk import Desk
from vardskiftet.run.listing import place_list

LEFT = ("edited", "referred")
"""Reasons why a row could not be taken back: the new system's users changed it, or rows there refer to it."""

RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Stayed:
    """A row of the record that stands after an undo: `edited`, `referred`, `restored` to what stood before, `shared` with another batch."""

    mapping: str
    table: str
    id: str
    source_key: str
    what: str


def stayed(target: Target, record: Record, undo: str) -> tuple[Stayed, ...]:
    """The rows that an undo listed, however often it was broken off, and that stand.

    A row that several batches restored in turn is told once; one that a later batch of the undo took out after all is not told.
    """
    lines = layout(record).tables["vs_undone"]
    query = sa.select(*(lines.c[name] for name in ("mapping", "record_table", "target_id", "source_key", "what")))
    found = target.rows(query.where(lines.c.undo == undo).distinct().order_by(*query.selected_columns))
    listed = [Stayed(*map(str, row)) for row in found]
    restored = sorted({one.table for one in listed if one.what == RESTORED})
    standing = {(name, id) for name in restored for id in _standing(target, record, undo, name)}
    return tuple(one for one in listed if one.what != RESTORED or (one.table, one.id) in standing)


def _standing(target: Target, record: Record, undo: str, name: str) -> Iterator[str]:
    """Ids of the restored rows of a table that the record holds."""
    lines, table = layout(record).tables["vs_undone"], record.table(name)
    id = sa.cast(asked_table(table).c[table.key], sa.Text)
    mine = sa.select(lines.c.target_id).where(lines.c.undo == undo, lines.c.what == RESTORED, lines.c.record_table == name)
    yield from (str(one) for (one,) in target.rows(sa.select(id.label("id")).where(id.in_(mine))))


def export(desk: Desk, wave: str, undo: str, rows: tuple[Stayed, ...]) -> str:
    """Write the list as CSV into the work folder, readable for the owner alone; returns its name in the project, empty without rows."""
    if not rows:
        return ""
    path = desk.work / "undo" / f"{wave}-{undo}.csv"
    place_list(path, [one.name for one in fields(Stayed)], [astuple(row) for row in rows])
    return path.relative_to(desk.programme.root).as_posix()
