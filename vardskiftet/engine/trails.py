"""What do the record and its books say of an item? Asked by source key, by the record's id, or by person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.tables import asked_table, layout
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.plan import Plan
from vardskiftet.model.programme import Programme
from vardskiftet.model.trail import Trail

AT_A_TIME = 400


class Trails:
    """Read-only questions to a record with these declarations; `plans` by fingerprint, for the rules that were frozen."""

    def __init__(self, programme: Programme, target: Target, plans: Iterable[Plan]) -> None:
        self.programme, self.target = programme, target
        self.plans = {plan.fingerprint: plan for plan in plans}
        self.tables = layout(programme.record).tables
        self.batch = self.tables["vs_batch"]

    def of_keys(self, mapping: Mapping, keys: Sequence[str]) -> Iterator[Trail]:
        """Every item of these source keys that the record knows of, loaded or not, in whichever wave."""
        table = self.programme.record.table(mapping.into)
        rows, fates, given = self.tables[table.table], self.tables["vs_fate"], self.tables["vs_contribution"]
        for start in range(0, len(keys), AT_A_TIME):
            some = list(keys[start : start + AT_A_TIME])
            if table.identity:
                loaded = self._asked(given, given.c.source_key, sa.literal("*"), given.c.fate, given.c.target_id)
                loaded = loaded.where(given.c.source_key.in_(some), given.c.record_table == table.table, given.c.fate != "merged")
            else:
                loaded = self._asked(rows, rows.c._key, rows.c._unit, sa.literal("loaded"), rows.c[table.key], owner=rows.c._batch)
                loaded = loaded.where(rows.c._key.in_(some))
            yield from self._trails(mapping, loaded)
            others = self._asked(fates, fates.c.source_key, fates.c.unit, fates.c.fate, fates.c.target_id, fates.c.reason, fates.c.item)
            yield from self._trails(mapping, others.where(fates.c.source_key.in_(some)))

    def of_row(self, table: str, id: str) -> Iterator[Trail]:
        """Every item that stands behind a row of the record: the one that filled it, and those that were merged into it."""
        rows, fates = self.tables[table], self.tables["vs_fate"]
        key = self.programme.record.table(table).key
        for mapping in (one for one in self.programme.mappings if one.into == table):
            loaded = self._asked(rows, rows.c._key, rows.c._unit, sa.literal("loaded"), rows.c[key], owner=rows.c._batch)
            yield from self._trails(mapping, loaded.where(rows.c[key] == id))
            merged = self._asked(fates, fates.c.source_key, fates.c.unit, fates.c.fate, fates.c.target_id, fates.c.reason, fates.c.item)
            yield from self._trails(mapping, merged.where(fates.c.target_id == id))

    def persons(self, table: str, identifier: str) -> list[str]:
        """Ids of the persons to whom a number leads, whatever its domain; or the id itself."""
        links = self.tables["vs_identity"]
        query = sa.select(links.c.target_id).where(links.c.record_table == table)
        wanted = sa.or_(links.c.identifier == identifier, links.c.target_id == identifier)
        return sorted({str(one) for (one,) in self.target.rows(query.where(wanted))})

    def stands(self, table: str, id: str) -> bool:
        """Whether the record holds a row of this id: one that was taken back is known still."""
        declared = self.programme.record.table(table)
        key = sa.cast(asked_table(declared).c[declared.key], sa.Text)
        return bool(self.target.rows(sa.select(key.label("id")).where(key == id)))

    def keys_of_person(self, table: str, id: str) -> dict[str, list[str]]:
        """Mapping to the source keys that it brought for a person."""
        given = self.tables["vs_contribution"]
        query = sa.select(self.batch.c.mapping, given.c.source_key).join_from(given, self.batch, self.batch.c.batch == given.c.batch)
        found: dict[str, list[str]] = {}
        for mapping, key in self.target.rows(
            query.where(given.c.record_table == table, given.c.target_id == id).order_by(self.batch.c.mapping, given.c.source_key)
        ):
            if key not in found.setdefault(str(mapping), []):
                found[str(mapping)].append(str(key))
        return found

    def _asked(
        self,
        of: sa.Table,
        key: sa.ColumnElement[Any],
        unit: sa.ColumnElement[Any],
        fate: sa.ColumnElement[Any],
        id: sa.ColumnElement[Any],
        reason: sa.ColumnElement[Any] | None = None,
        item: sa.ColumnElement[Any] | None = None,
        owner: sa.ColumnElement[Any] | None = None,
    ) -> sa.Select[Any]:
        batch, nothing = self.batch, sa.literal("")
        told = (key, nothing if item is None else item, unit, fate, nothing if reason is None else reason, id)
        beside = (batch.c.wave, batch.c.plan, batch.c.number, batch.c.run_id, batch.c.committed_at, batch.c.mapping)
        joined = of.join(batch, batch.c.batch == (of.c.batch if owner is None else owner))
        return sa.select(*(one.label(f"c{place}") for place, one in enumerate((*told, *beside)))).select_from(joined)

    def _trails(self, mapping: Mapping, query: sa.Select[Any]) -> Iterator[Trail]:
        found = self.target.rows(query.where(self.batch.c.mapping == mapping.mapping))
        for key, item, unit, fate, reason, id, wave, plan, number, run_id, at, _ in sorted(found, key=str):
            yield Trail(
                system=mapping.system,
                table=mapping.reads,
                mapping=mapping.mapping,
                key=key or "",
                item=item or "",
                unit=unit or "",
                fate=fate,
                reason=reason or "",
                record_table=mapping.into,
                id="" if fate in ("rejected", "excluded") else str(id or ""),
                wave=wave,
                plan=plan,
                batch=int(number),
                run_id=run_id,
                committed_at=at,
                rules=self._rules(mapping, plan),
            )

    def _rules(self, mapping: Mapping, plan: str) -> tuple[tuple[str, str], ...]:
        """The mapping and what it names, as the plan froze them."""
        frozen = self.plans[plan].declarations if plan in self.plans else dict[str, str]()
        named = {mapping.path}
        for step in (step for one in mapping.fields for step in one.steps):
            if "codebook" in step.options:
                named.add(f"mappings/codes/{step.options['codebook']}.csv")
            if "function" in step.options:
                named.add(f"mappings/python/{str(step.options['function']).partition('.')[0]}.py")
        return tuple(sorted((path, frozen[path]) for path in named if path in frozen))
