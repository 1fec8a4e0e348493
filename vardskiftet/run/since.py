"""From where may a delta read a mapping's rows? From the mark of the plan before, if that plan is whole and spoke of the same mappings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

import sqlalchemy as sa

from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.tables import layout
from vardskiftet.model.mapping import Mapping as Declared
from vardskiftet.model.plan import Plan, Since
from vardskiftet.plan.fingerprint import minor
from vardskiftet.run.decided import decided_otherwise
from vardskiftet.run.desk import Desk, plans_of

FOLDERS = ("mappings/", "base/")
"""What stands there says what a row becomes: once it has changed, every row is looked at again."""


def marks_before(
    desk: Desk, wave: str, target: Target, mappings: Iterable[Declared], schemas: Mapping[str, str], base: Iterable[str]
) -> dict[str, Since]:
    """Mapping to the mark from which a new plan of the wave reads it; those that must be read whole are not among them.

    `schemas`: system to the digest of its schema as it is now. The mark is the lowest that any run of the plan before began with, so
    that rows changed between two snapshots of a source are read again.
    """
    before = _newest(desk, wave, set(base))
    if before is None or not _is_whole(desk, target, before) or minor(before.tool) != minor(desk.tool):
        return {}
    if _of_mappings(before.declarations) != _of_mappings(dict(desk.programme.files)):
        return {}
    # Whose rows hang on a person who was decided otherwise since, no mark can tell.
    if decided_otherwise(desk, before):
        return {}
    found = {}
    for one in mappings:
        same = one.changed and before.source_schemas.get(one.system) == schemas.get(one.system)
        mark = lowest_mark(desk, target, before, one.mapping) if same else None
        if mark is not None:
            found[one.mapping] = mark
    return found


def _newest(desk: Desk, wave: str, base: set[str]) -> Plan | None:
    """The plan that stands on all the others whose rows the target holds; None if its file is gone."""
    held = [plan for plan in plans_of(desk, wave) if plan.fingerprint in base]
    newest = max(held, key=lambda plan: len(plan.base), default=None)
    return newest if newest is not None and len(newest.base) == len(base) - 1 else None


def _is_whole(desk: Desk, target: Target, plan: Plan) -> bool:
    entries = Ledger(target, desk.programme.record).batches(plan.wave)
    return sum(entry.plan == plan.fingerprint for entry in entries) == len(plan.batches)


def _of_mappings(files: Mapping[str, str]) -> dict[str, str]:
    return {path: digest for path, digest in files.items() if path.startswith(FOLDERS)}


def lowest_mark(desk: Desk, target: Target, plan: Plan, mapping: str) -> Since | None:
    """The lowest mark of the plan's batches (a part of it that one of them lacks counts for nothing); None if there is none."""
    tables = layout(desk.programme.record).tables
    mark, batch = tables["vs_mark"], tables["vs_batch"]
    query = sa.select(mark.c.number, mark.c.moment).select_from(mark.join(batch, batch.c.batch == mark.c.batch)).distinct()
    marks = target.rows(query.where(batch.c.wave == plan.wave, batch.c.plan == plan.fingerprint, batch.c.mapping == mapping))
    if not marks:
        return None
    numbers, moments = [str(number or "") for number, _ in marks], [str(moment or "") for _, moment in marks]
    number = "" if "" in numbers else min(numbers, key=Decimal)
    moment = "" if "" in moments else min(moments)
    return Since(number=number, moment=moment, plan=plan.fingerprint) if number or moment else None
