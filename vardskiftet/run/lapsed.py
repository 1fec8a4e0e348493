"""Which corrections no longer fit? The source changed the row, or has it no more: what the source says then stands."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vardskiftet.engine.corrections import key_and_row
from vardskiftet.engine.ledger import Ledger
from vardskiftet.engine.targets import open_target
from vardskiftet.model.plan import Plan
from vardskiftet.model.reject import Correction
from vardskiftet.run.desk import Desk
from vardskiftet.run.imported import corrections_of
from vardskiftet.run.workbench import Workbench, workbench


@dataclass(frozen=True, slots=True)
class Lapsed:
    """A correction that speaks of nothing any more."""

    reject: str
    mapping: str
    because: str
    """changed (the source row is another now) or gone (the wave has no such row)."""


def lapsed(desk: Desk, plan: Plan) -> tuple[Lapsed, ...]:
    """The wave's corrections that the plan's sources no longer bear out, by mapping and id."""
    by: dict[str, list[Correction]] = defaultdict(list)
    for one in corrections_of(desk, plan.wave):
        by[one.mapping].append(one)
    if not by:
        return ()
    found: list[Lapsed] = []
    with workbench(desk, plan, "lapsed") as bench:
        for name in sorted(set(by) & set(plan.mappings)):
            there = _rows_there(bench, name, {one.key for one in by[name]})
            keys = {key for key, _ in there}
            # A delta that reads by marks carries on what was not changed: such a row is as it was, unless the scan of keys missed it.
            gone = _vanished(desk, plan, name) if name in plan.since else {one.key for one in by[name]}
            found += [
                Lapsed(one.reject, name, "changed" if one.key in keys else "gone")
                for one in by[name]
                if (one.key, one.row) not in there and one.key in keys | gone
            ]
    return tuple(sorted(found, key=lambda one: (one.mapping, one.reject)))


def _vanished(desk: Desk, plan: Plan, name: str) -> set[str]:
    """Source keys of rows that stand in the record and have gone from the source, as the plan found them."""
    return Ledger(open_target(desk.programme), desk.programme.record).vanished(plan.wave, plan.fingerprint, name)


def _rows_there(bench: Workbench, name: str, keys: set[str]) -> set[tuple[str, str]]:
    """(key, digest) of the rows that have these keys; which batches hold them is told by the manifests."""
    ledger = Ledger(open_target(bench.desk.programme), bench.desk.programme.record)
    plan, compiled = bench.plan, bench.compiled(name)
    found: set[tuple[str, str]] = set()
    for entry in ledger.batches(plan.wave):
        if (entry.plan, entry.mapping) != (plan.fingerprint, name):
            continue
        path = bench.desk.manifests(plan.wave) / f"{entry.manifest}.parquet"
        lines = pq.read_table(path, columns=["source_key"])
        if lines.filter(pc.is_in(lines["source_key"], value_set=pa.array(sorted(keys), pa.string()))).num_rows:
            rows = bench.rows(name, entry.number)
            found |= {pair for pair in key_and_row(bench.duck, compiled.mapping, compiled.columns, rows) if pair[0] in keys}
    return found
