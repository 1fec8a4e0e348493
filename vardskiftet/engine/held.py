"""What does a target hold that a mapping's rows may lead to? Questions about persons, their origins, and the parents of rows."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from vardskiftet.engine.targets.tables import layout
from vardskiftet.model.fate import CHANGED
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.record import Record


class Held:
    """Questions to a target with this record; `Target.arrow` answers them."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.tables = layout(record).tables
        self.batch, self.given = self.tables["vs_batch"], self.tables["vs_contribution"]

    def known_persons(self, table: str, *, standing: bool = False) -> sa.Select[Any]:
        """`record_table, domain, identifier, id` of all persons that were ever known, or of those that stand in the record."""
        identity, rows = self.tables["vs_identity"], self.tables[table]
        query = sa.select(identity.c.record_table, identity.c.domain, identity.c.identifier, identity.c.target_id.label("id"))
        if standing:
            query = query.select_from(identity.join(rows, self._is(table, identity.c.target_id)))
        return query.where(identity.c.record_table == table)

    def origins(self, table: str) -> sa.Select[Any]:
        """`record_table, id, mapping, key` of a table's rows that a batch owns: not of what the new system wrote, or kept after an undo."""
        rows = self.tables[table]
        columns: list[sa.ColumnElement[Any]] = [
            sa.literal(table).label("record_table"),
            self._id(table).label("id"),
            self.batch.c.mapping,
            sa.func.coalesce(rows.c._key, "").label("key"),
        ]
        query = sa.select(*columns)
        return query.select_from(rows.join(self.batch, self.batch.c.batch == rows.c._batch))

    def brought(self, mapping: Mapping) -> sa.Select[Any]:
        """`key, id` of the persons that a mapping brought, in any wave, loaded or merged."""
        given = self.given
        query = sa.select(given.c.source_key.label("key"), given.c.target_id.label("id"))
        query = query.select_from(given.join(self.batch, self.batch.c.batch == given.c.batch))
        return query.where(given.c.record_table == mapping.into, self.batch.c.mapping == mapping.mapping)

    def keys_brought(self, mapping: Mapping) -> sa.Select[Any]:
        """`key` of the same, once each."""
        return self.brought(mapping).with_only_columns(self.given.c.source_key.label("key")).distinct()

    def fates_of(self, parent: Mapping) -> sa.CompoundSelect[Any]:
        """`key, id, fate, came` of what a mapping's rows came to: those that stand in the record, and those that have another fate."""
        rows, fate, came = self.tables[parent.into], self.tables["vs_fate"], self.batch.c.committed_at.label("came")
        if self.record.table(parent.into).identity:
            # By what this very mapping brought, not by the system's keys: another mapping of the system may use the same ones.
            there = sa.exists().where(self._is(parent.into, self.given.c.target_id))
            loaded = self.brought(parent).add_columns(sa.literal("loaded").label("fate"), came).where(there)
        else:
            # All rows of a table, of whatever wave: read as they lie, not by the index of their batch, which goes to and fro among them.
            standing = rows.join(self.batch, self.batch.c.batch == rows.c._batch + 0)
            columns = (rows.c._key.label("key"), self._id(parent.into).label("id"), sa.literal("loaded").label("fate"))
            loaded = (
                sa.select(*columns, self.batch.c.committed_at.label("came"))
                .select_from(standing)
                .where(self.batch.c.mapping == parent.mapping)
            )
        # A row that the new system's users changed stands, and its children belong to it as before.
        stands = sa.and_(fate.c.reason == CHANGED, fate.c.target_id.is_not(None))
        others = sa.select(fate.c.source_key, fate.c.target_id, sa.case((stands, "loaded"), else_=fate.c.fate), came)
        others = others.select_from(fate.join(self.batch, self.batch.c.batch == fate.c.batch)).where(self.batch.c.mapping == parent.mapping)
        return sa.union_all(loaded, others)

    def _is(self, table: str, written: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
        """Whether a row's key is one that the books have written. The books' side is converted: the key's own index must serve."""
        key = self.tables[table].c[self.record.table(table).key]
        return key == sa.cast(written, key.type)

    def _id(self, table: str) -> sa.ColumnElement[str]:
        """A table's key as the books write it, as text."""
        return sa.cast(self.tables[table].c[self.record.table(table).key], sa.Text)
