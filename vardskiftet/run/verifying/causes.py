"""Was a cause written down for a difference, for that very key? What the books themselves say was left alone, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from vardskiftet.engine.reconcile.fates import LEFT_ALONE
from vardskiftet.engine.targets.tables import layout
from vardskiftet.model.difference import Kind
from vardskiftet.run.verifying.bench import Bench

_SAYS = {
    "CHANGED_IN_TARGET": "changed in the new system; the load left it alone and counted it",
    "KEY_TAKEN": "another row of the record has this id; the load rejected and counted it",
}


@dataclass
class Causes:
    """Causes by (mapping, source key)."""

    known: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, mapping: str, key: str, kind: Kind) -> str:
        """The cause of a difference at this key; empty if none was written down."""
        return "" if kind is Kind.WRONG_PATIENT else self.known.get((mapping, key), "")


def causes_of(bench: Bench) -> Causes:
    """Causes that the record's books hold for this plan's items."""
    tables = layout(bench.frozen.record).tables
    fates, batch = tables["vs_fate"], tables["vs_batch"]
    query = sa.select(batch.c.mapping, fates.c.source_key, fates.c.reason).join_from(fates, batch, batch.c.batch == fates.c.batch)
    query = query.where(batch.c.plan == bench.plan.fingerprint, fates.c.reason.in_(LEFT_ALONE))
    found = bench.target.arrow(query).to_pylist()
    return Causes({(str(one["mapping"]), str(one["source_key"])): _SAYS[str(one["reason"])] for one in found})
