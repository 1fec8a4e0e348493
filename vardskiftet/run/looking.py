"""What does somebody see who looks at rejected rows? Why, where, what may be corrected and what is; their values stand beside it."""

from __future__ import annotations

from dataclasses import dataclass

from vardskiftet.declare.words import nearest
from vardskiftet.errors import Usage
from vardskiftet.model.reject import Original
from vardskiftet.run.desk import Desk
from vardskiftet.run.imported import corrections_in_force
from vardskiftet.run.rejects import Wanted, loaded_plan, rejected_rows
from vardskiftet.run.workbench import workbench
from vardskiftet.run.worklist import correctable


@dataclass(frozen=True, slots=True)
class Seen:
    """A rejected row. `values` and `corrected` hold patients' values: they are shown for a reason only."""

    original: Original
    may_correct: tuple[str, ...]
    corrected: tuple[tuple[str, str | None], ...]
    columns: tuple[str, ...]


def look(desk: Desk, wave: str, reject: str | None, wanted: Wanted) -> tuple[Seen, ...]:
    """The rejected rows that are wanted, or the one of that id. Raises Usage if there is no such reject."""
    plan = loaded_plan(desk, wave)
    said = {one.reject: one.values for one in corrections_in_force(desk)}
    with workbench(desk, plan, "rejects") as bench:
        rows = rejected_rows(bench, wanted)
        if reject is not None and reject not in {one.reject for one in rows}:
            known = nearest(reject, [one.reject for one in rows]) if len(rows) < 1000 else ""
            raise Usage(f"'{reject}' is no reject of wave '{wave}'.", hint=known or f"vardskiftet rejects show {wave}")
        return tuple(
            Seen(
                one,
                correctable(desk.programme.mapping(one.mapping), one),
                said.get(one.reject, ()),
                bench.compiled(one.mapping).columns,
            )
            for one in rows
            if reject in (None, one.reject)
        )
