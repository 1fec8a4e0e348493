"""What do the books in the target say? Read from the target each time, by queries that any database answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import sqlalchemy as sa

from vardskiftet.engine.originals import RejectedItem
from vardskiftet.engine.standing import numbers, taken_over
from vardskiftet.engine.targets.protocol import BatchEntry, Lock, Target
from vardskiftet.engine.targets.tables import layout
from vardskiftet.model.fate import Fate, Left, Place, Tally
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import Record

PARENT_MISSING = "PARENT_MISSING"
FATES = tuple(fate.value for fate in Fate)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Everything that the books of one plan of one wave are made of."""

    batches: tuple[BatchEntry, ...] = ()
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    """(mapping, unit) to its items."""
    places: dict[str, dict[Place, int]] = field(default_factory=dict)
    """Mapping to source rows by place."""
    in_target: dict[tuple[str, str], int] = field(default_factory=dict)
    """(mapping, unit) to rows counted in the record's own tables."""
    rejected: dict[tuple[str, str], int] = field(default_factory=dict)
    """(mapping, reason) to items."""
    excluded: dict[tuple[str, str], int] = field(default_factory=dict)
    instances: dict[tuple[str, str], str] = field(default_factory=dict)
    """(mapping, reason) to the detail of one reject: where it stands, and what of it is wrong."""
    flagged: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """(mapping, flag, detail) to items that were kept, or values that were read in the second encoding."""
    left: dict[tuple[str, str, Left], int] = field(default_factory=dict)
    """(mapping, unit, why) to rows of the record that no item of this plan is."""
    taken_over: dict[tuple[str, str], int] = field(default_factory=dict)
    """(mapping, other wave) to rows that this wave brought and that the other one wrote since."""


class Ledger:
    """Read-only questions to a target's books."""

    def __init__(self, target: Target, record: Record) -> None:
        self.target = target
        self.tables = dict(layout(record).tables)

    def batches(self, wave: str) -> tuple[BatchEntry, ...]:
        """Committed batches of a wave, in order of commitment."""
        batch = self.tables["vs_batch"]
        query = sa.select(batch).where(batch.c.wave == wave).order_by(batch.c.committed_at, batch.c.plan, batch.c.mapping, batch.c.number)
        return tuple(BatchEntry(*row) for row in self.target.rows(query))

    def locks(self) -> tuple[Lock, ...]:
        """Who holds which wave."""
        lock = self.tables["vs_lock"]
        return tuple(Lock(*row) for row in self.target.rows(sa.select(*(lock.c[one.name] for one in fields(Lock))).order_by(lock.c.wave)))

    def rejected(self, wave: str, plan: str) -> tuple[RejectedItem, ...]:
        """Every rejected item of a plan, by mapping, batch, key and item."""
        batch, fate = self.tables["vs_batch"], self.tables["vs_fate"]
        told = (batch.c.mapping, batch.c.number, fate.c.source_key, fate.c.item, fate.c.unit, fate.c.reason, fate.c.detail)
        query = sa.select(*told).select_from(fate.join(batch, batch.c.batch == fate.c.batch)).order_by(*told)
        query = query.where(batch.c.wave == wave, batch.c.plan == plan, fate.c.fate == Fate.REJECTED.value)
        return tuple(
            RejectedItem(mapping, number, key, item, unit or "", reason or "", detail or "")
            for mapping, number, key, item, unit, reason, detail in self.target.rows(query)
        )

    def vanished(self, wave: str, plan: str, mapping: str) -> set[str]:
        """Source keys of a mapping's rows that a plan found gone from the source."""
        batch, left = self.tables["vs_batch"], self.tables["vs_left"]
        query = sa.select(left.c.source_key).select_from(left.join(batch, batch.c.batch == left.c.batch))
        mine = (batch.c.wave == wave, batch.c.plan == plan, batch.c.mapping == mapping, left.c.why == Left.VANISHED.value)
        return {str(key) for (key,) in self.target.rows(query.where(*mine))}

    def tallies_of(self, batch: int) -> dict[str, Tally]:
        """Unit to the items of one batch. A delta by marks has two lines for a unit: what was judged, and what was carried over."""
        tally = self.tables["vs_tally"]
        names = ("extracted", *FATES)
        query = sa.select(tally.c.unit, *(sa.func.sum(tally.c[name]) for name in names)).where(tally.c.batch == batch)
        found = self.target.rows(query.group_by(tally.c.unit))
        return {str(unit): Tally(**dict(zip(names, map(int, figures), strict=True))) for unit, *figures in found}

    def has_rows_of_others(self, mapping: str, plan: str, table: str) -> bool:
        """Whether the target holds rows of this mapping from another plan, or rows of its table that no batch owns."""
        batch, rows = self.tables["vs_batch"], self.tables[table]
        earlier = self.target.rows(
            sa.select(sa.literal(1)).select_from(batch).where(batch.c.mapping == mapping, batch.c.plan != plan).limit(1)
        )
        own = self.target.rows(sa.select(sa.literal(1)).select_from(rows).where(rows.c._batch.is_(None)).limit(1))
        return bool(earlier or own)

    def leaning(self, record: Record, wave: str, plan: str = "") -> dict[tuple[str, str], int]:
        """(other wave, table) to rows of that table that would go with this wave, or with one plan, and that the other's rows refer to.

        A person whom another batch brought too is passed on to it, and a row with a before-image of another batch gets that back.
        """
        batch, given, image = self.tables["vs_batch"], self.tables["vs_contribution"], self.tables["vs_image"]
        of_wave = sa.select(batch.c.batch).where(batch.c.wave == wave, *([batch.c.plan == plan] if plan else []))
        found: dict[tuple[str, str], int] = {}
        for child in record.tables:
            for column in (one for one in child.columns if one.references):
                parent = record.table(column.references)
                rows, to = self.tables[child.table], self.tables[parent.table].alias("referred")
                key = to.c[parent.key]
                joined = rows.join(to, rows.c[column.column] == key).join(batch, batch.c.batch == rows.c._batch)
                query = sa.select(batch.c.wave, sa.func.count(key.distinct())).select_from(joined)
                query = query.where(to.c._batch.in_(of_wave), batch.c.wave != wave)
                for kept in (given.c.batch, image.c.before_batch) if parent.identity else (image.c.before_batch,):
                    beside = kept.table
                    others = sa.select(sa.cast(beside.c.target_id, key.type)).where(beside.c.record_table == parent.table)
                    query = query.where(key.not_in(others.where(sa.or_(kept.is_(None), kept.not_in(of_wave)))))
                for other, number in self.target.rows(query.group_by(batch.c.wave)):
                    found[other, parent.table] = found.get((other, parent.table), 0) + int(number)
        return found

    def left_standing(self, record: Record) -> dict[str, int]:
        """Table to rows that a load brought and that stayed when it was taken back: no batch owns them any more."""
        found = {}
        for table in record.tables:
            rows = self.tables[table.table]
            query = sa.select(sa.func.count()).select_from(rows).where(rows.c._batch.is_(None), rows.c._key.is_not(None))
            ((number,),) = self.target.rows(query) or [(0,)]
            if number:
                found[table.table] = int(number)
        return found

    def accounts(self, programme: Programme, wave: str, plan: str) -> Accounts:
        """The books of one plan; `in_target` counts the record's tables themselves."""
        batch, tally, rows, fate, left = (self.tables[name] for name in ("vs_batch", "vs_tally", "vs_rows", "vs_fate", "vs_left"))
        mine = (batch.c.wave == wave, batch.c.plan == plan)
        ask = self.target.rows
        names = ("extracted", *FATES)
        sums = [sa.func.sum(tally.c[name]) for name in names]
        places: dict[str, dict[Place, int]] = {}
        for mapping, place, number in ask(_joined(batch, rows, (batch.c.mapping, rows.c.place), [sa.func.sum(rows.c.rows)], mine)):
            places.setdefault(mapping, {})[Place(place)] = int(number)
        counted = [sa.func.count()]
        rejected = ask(_joined(batch, fate, (batch.c.mapping, fate.c.reason), counted, (*mine, fate.c.fate == Fate.REJECTED.value)))
        named = [sa.func.min(fate.c.detail)]
        instances = ask(_joined(batch, fate, (batch.c.mapping, fate.c.reason), named, (*mine, fate.c.fate == Fate.REJECTED.value)))
        flag = self.tables["vs_flag"]
        told = (batch.c.mapping, flag.c.flag, flag.c.detail)
        flagged = ask(_joined(batch, flag, told, [sa.func.sum(flag.c["items"])], mine))
        excluded = ask(_joined(batch, fate, (batch.c.mapping, fate.c.reason), counted, (*mine, fate.c.fate == Fate.EXCLUDED.value)))
        return Accounts(
            batches=tuple(BatchEntry(*row) for row in ask(sa.select(batch).where(*mine).order_by(batch.c.mapping, batch.c.number))),
            tallies={
                (mapping, unit): Tally(**dict(zip(names, map(int, figures), strict=True)))
                for mapping, unit, *figures in ask(_joined(batch, tally, (batch.c.mapping, tally.c.unit), sums, mine))
            },
            places=places,
            in_target=self._in_target(programme, wave),
            rejected={(mapping, reason or ""): int(items) for mapping, reason, items in rejected},
            left={
                (mapping, unit, Left(why)): int(number)
                for mapping, unit, why, number in ask(_joined(batch, left, (batch.c.mapping, left.c.unit, left.c.why), counted, mine))
            },
            excluded={(mapping, because or ""): int(items) for mapping, because, items in excluded},
            instances={(mapping, reason or ""): detail for mapping, reason, detail in instances if detail},
            flagged={(mapping, kind, detail or ""): int(items) for mapping, kind, detail, items in flagged},
            taken_over={
                (mapping, by): int(number)
                for table in programme.record.tables
                if not table.identity
                for mapping, by, number in ask(taken_over(self.tables, table, wave))
            },
        )

    def missing_parents(self, wave: str, plan: str) -> tuple[tuple[str, str, int], ...]:
        """(mapping, source key of a parent that does not exist, items that look for it): keys may be patients' numbers."""
        batch, fate = self.tables["vs_batch"], self.tables["vs_fate"]
        mine = (batch.c.wave == wave, batch.c.plan == plan, fate.c.reason == PARENT_MISSING, fate.c.parent_key.is_not(None))
        found = self.target.rows(_joined(batch, fate, (batch.c.mapping, fate.c.parent_key), [sa.func.count()], mine))
        return tuple((mapping, key, int(items)) for mapping, key, items in found)

    def _in_target(self, programme: Programme, wave: str) -> dict[tuple[str, str], int]:
        """Rows of the record by mapping and unit: all that this wave brought, whichever of its plans."""
        found: dict[tuple[str, str], int] = {}
        for table in programme.record.tables:
            query = numbers(self.tables, table, wave)
            found |= {(mapping, unit): int(number) for mapping, unit, number in self.target.rows(query)}
        return found


def _joined(
    batch: sa.Table,
    other: sa.Table,
    groups: Sequence[sa.ColumnElement[Any]],
    figures: Sequence[sa.ColumnElement[Any]],
    where: Sequence[sa.ColumnElement[bool]],
) -> sa.Select[Any]:
    query = sa.select(*groups, *figures).select_from(other.join(batch, batch.c.batch == other.c.batch))
    return query.where(*where).group_by(*groups).order_by(*groups)
