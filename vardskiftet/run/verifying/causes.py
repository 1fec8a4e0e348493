"""Was a cause written down for a difference, for that very key? What the books themselves say was left alone, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from vardskiftet.engine.reconcile.fates import LEFT_ALONE
from vardskiftet.engine.standing import the_row
from vardskiftet.engine.targets.tables import layout
from vardskiftet.model.difference import Kind
from vardskiftet.model.fate import Left
from vardskiftet.run.verifying.bench import Bench

_SAYS = {
    "CHANGED_IN_TARGET": "changed in the new system; the load left it alone and counted it",
    "KEY_TAKEN": "another row of the record has this id; the load rejected and counted it",
}
_WHY = {
    Left.MOVED.value: "moved; the source has it outside of this wave now: in another wave, in an excluded unit,"
    " or in no unit, and then nobody takes it over"
}
BY_HAND = "its row was corrected by hand and claims the number of another person; left for a person to decide"


@dataclass
class Causes:
    """Causes by (mapping, source key)."""

    known: dict[tuple[str, str], str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    """Id of a row to why it was left standing, though no item is it any more."""
    handed: dict[str, str] = field(default_factory=dict)
    """Id of a row to the wave that brought it after this one."""

    def of(self, mapping: str, key: str, id: str, kind: Kind) -> str:
        """The cause of a difference at this key, or this row; empty if none was written down."""
        if kind is Kind.WRONG_PATIENT:
            return ""
        if kind is Kind.EXTRA and id in self.left:
            return f"left standing, and listed: {_WHY.get(self.left[id], self.left[id])}"
        if kind is Kind.MISSING and id in self.handed:
            return f"brought anew by wave {self.handed[id]}, with what stood before kept"
        return self.known.get((mapping, key), "")


def causes_of(bench: Bench) -> Causes:
    """Causes that the record's books hold for this plan's items, and for rows of this wave."""
    tables = layout(bench.frozen.record).tables
    fates, batch, left = tables["vs_fate"], tables["vs_batch"], tables["vs_left"]
    query = sa.select(batch.c.mapping, fates.c.source_key, fates.c.reason).join_from(fates, batch, batch.c.batch == fates.c.batch)
    query = query.where(batch.c.plan == bench.plan.fingerprint, fates.c.reason.in_(LEFT_ALONE))
    known = {(str(mapping), str(key)): _SAYS[str(reason)] for mapping, key, reason in bench.target.rows(query)}
    stays = sa.select(left.c.target_id, left.c.why).join_from(left, batch, batch.c.batch == left.c.batch)
    stays = stays.where(batch.c.plan == bench.plan.fingerprint)
    return Causes(known, {str(id): str(why) for id, why in bench.target.rows(stays)}, handed_over(bench))


def handed_over(bench: Bench) -> dict[str, str]:
    """Id of a row of this wave to the wave that brought it anew after it. A row that is gone was taken over by nobody."""
    tables, found = layout(bench.frozen.record).tables, dict[str, str]()
    batch, image = tables["vs_batch"], tables["vs_image"]
    before = batch.alias("before")
    later = sa.select(image.c.target_id, batch.c.wave).join_from(image, batch, batch.c.batch == image.c.batch)
    later = later.join(before, before.c.batch == image.c.before_batch)
    later = later.where(before.c.wave == bench.plan.wave, batch.c.wave != bench.plan.wave).order_by(image.c.place)
    for table in bench.frozen.record.tables:
        rows = tables[table.table]
        standing = later.join(rows, the_row(rows, table, image.c.target_id)).where(image.c.record_table == table.table)
        found |= {str(id): str(wave) for id, wave in bench.target.rows(standing)}
    return found
