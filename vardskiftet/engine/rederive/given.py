"""What stood in the record before this load, by other waves and earlier plans? Taken as given: each is verified in its own turn."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import sqlalchemy as sa

from vardskiftet.engine.rederive.stage import fill, fill_new
from vardskiftet.engine.targets.protocol import BatchEntry, Target
from vardskiftet.engine.targets.tables import layout
from vardskiftet.model.fate import CHANGED
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.programme import Programme


@dataclass(frozen=True, slots=True)
class Before:
    """Batches that came before a mapping's own: of other waves, and of the plans that this one stands on."""

    batches: tuple[BatchEntry, ...]

    @property
    def ids(self) -> list[int]:
        """Their numbers."""
        return [one.batch for one in self.batches]


def before(every: tuple[BatchEntry, ...], wave: str, plan: str, mapping: str) -> Before:
    """What was committed when the mapping's first batch of this plan was."""
    first = min((one.committed_at for one in every if one.plan == plan and one.mapping == mapping), default="")
    return Before(tuple(one for one in every if one.plan != plan and (one.wave == wave or not first or one.committed_at <= first)))


def fill_persons(stage: duckdb.DuckDBPyConnection, programme: Programme, target: Target, mapping: Mapping, then: Before) -> None:
    """Persons whom those batches brought, with every number that leads to them, and who owns their rows."""
    tables = layout(programme.record).tables
    name = mapping.into
    given, links, rows, batch = tables["vs_contribution"], tables["vs_identity"], tables[name], tables["vs_batch"]
    key = programme.record.table(name).key
    brought = sa.select(given.c.target_id).where(given.c.record_table == name, given.c.batch.in_(then.ids))
    query = sa.select(links.c.record_table, links.c.domain, links.c.identifier, links.c.target_id.label("id"))
    # Several mappings bring persons into one table, and each asks for all who were there: nobody may stand there twice.
    fill_new(stage, "person", target.arrow(query.where(links.c.record_table == name, links.c.target_id.in_(brought))))
    owners = sa.select(sa.literal(name).label("record_table"), rows.c[key].label("id"), batch.c.mapping, rows.c._key.label("key"))
    owned = owners.join_from(rows, batch, batch.c.batch == rows.c._batch).where(batch.c.batch.in_(then.ids))
    fill_new(stage, "owner", target.arrow(owned))
    own = [one.batch for one in then.batches if one.mapping == mapping.mapping]
    keys = sa.select(sa.literal(mapping.mapping).label("mapping"), given.c.source_key.label("key")).distinct()
    fill(stage, "brought", target.arrow(keys.where(given.c.record_table == name, given.c.batch.in_(own))))


def fill_parents(stage: duckdb.DuckDBPyConnection, programme: Programme, target: Target, parent: Mapping, then: Before) -> None:
    """What became of a parent mapping's rows in those batches: key, id and fate."""
    own = [one.batch for one in then.batches if one.mapping == parent.mapping]
    if not own:
        return
    tables, table = layout(programme.record).tables, programme.record.table(parent.into)
    rows, fates, given, batch = tables[table.table], tables["vs_fate"], tables["vs_contribution"], tables["vs_batch"]
    image = tables["vs_image"]
    name, came = sa.literal(parent.mapping).label("mapping"), batch.c.committed_at.label("came")
    if table.identity:
        loaded = sa.select(name, given.c.source_key.label("key"), given.c.target_id.label("id"), sa.literal("L").label("fate"), came)
        loaded = loaded.join_from(given, batch, batch.c.batch == given.c.batch)
        loaded = loaded.where(given.c.record_table == table.table, given.c.batch.in_(own))
    else:
        loaded = sa.select(name, rows.c._key.label("key"), rows.c[table.key].label("id"), sa.literal("L").label("fate"), came)
        loaded = loaded.join_from(rows, batch, batch.c.batch == rows.c._batch).where(rows.c._batch.in_(own))
        # Written anew since, by a batch that came later: it stood there then all the same.
        stood = sa.select(name, image.c.before_key.label("key"), image.c.target_id.label("id"), sa.literal("L").label("fate"), came)
        stood = stood.join_from(image, batch, batch.c.batch == image.c.before_batch)
        fill(stage, "elsewhere", target.arrow(stood.where(image.c.record_table == table.table, image.c.before_batch.in_(own))))
    fill(stage, "elsewhere", target.arrow(loaded))
    # Only the record can say that its users changed a row: it is left alone, and stands for its children.
    stands = sa.and_(fates.c.reason == CHANGED, fates.c.target_id.is_not(None))
    short = sa.case((stands, "L"), else_=sa.func.upper(sa.func.substr(fates.c.fate, 1, 1))).label("fate")
    others = sa.select(name, fates.c.source_key.label("key"), fates.c.target_id.label("id"), short, came)
    others = others.join_from(fates, batch, batch.c.batch == fates.c.batch)
    fill(stage, "elsewhere", target.arrow(others.where(fates.c.batch.in_(own), fates.c.source_key.is_not(None))))
