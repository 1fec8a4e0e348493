"""When may a wave touch a table of persons? They belong to all waves: one at a time looks who is there and brings others."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from vardskiftet.engine.targets.protocol import Target
from vardskiftet.model.progress import Progress
from vardskiftet.model.record import Table
from vardskiftet.run.desk import Desk


def persons_turn(desk: Desk, target: Target, table: Table) -> AbstractContextManager[None]:
    """This wave's turn with the table, if persons are in it; who must wait for another wave is told so."""
    if not table.identity:
        return nullcontext()
    said = f"wait until another wave has loaded {table.table}"
    return target.turn(table, lambda: desk.notify(Progress(said, 0, 0)))
