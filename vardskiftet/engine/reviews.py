"""Whom might a row under review be? Its numbers and its key, followed to the persons who are there, as the mapping itself does."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import duckdb
import pyarrow as pa
import sqlalchemy as sa

from vardskiftet.engine.compile import Compiled
from vardskiftet.engine.compile.identity import numbers_sql, own_person
from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.tables import layout
from vardskiftet.model.identity import Doubt, Person, Review
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.record import Record


def review_id(mapping: str, key: str) -> str:
    """A review's name for good: no spreadsheet takes it for a number."""
    return "i" + hashlib.sha256(f"{len(mapping)}:{mapping}{key}".encode()).hexdigest()[:15]


def reviews(duck: duckdb.DuckDBPyConnection, compiled: Compiled, rows: pa.Table, keys: Sequence[str]) -> tuple[Review, ...]:
    """Reviews of these keys among a batch's rows. Places, persons and guarded rows of the mapping must stand in DuckDB."""
    mapping = compiled.mapping
    _place(duck, compiled, rows)
    known = ", ".join(f"known{n}_id" for n in range(1, len(mapping.identities) + 1))
    duck.register("asked_keys", pa.table({"key": pa.array(list(keys), pa.string())}))
    found = duck.execute(
        f"select vs_key, {numbers_sql(len(mapping.identities))}, self_id, brought.key is not null, [{known}]::varchar[],"
        f" exists (select 1 from guarded where guarded.mapping = {literal(mapping.mapping)} and guarded.key = vs_key),"
        f" exists (select 1 from origin where origin.id = self_id and origin.mapping = {literal(mapping.mapping)} and origin.key = vs_key)"
        f" from ({compiled.judged}) left join (select distinct key from brought) as brought on brought.key = vs_key"
        " where vs_key in (select key from asked_keys) order by vs_row"
    ).fetchall()
    duck.unregister("asked_keys")
    made: dict[str, Review] = {}
    for key, numbers, self_id, brought, others, guarded, owns in found:
        known_ids = {one for one in others if one is not None}
        own = self_id if owns else own_person(compiled.table, mapping, key)
        candidates = tuple(sorted((known_ids | ({self_id} if self_id else set())) - {own}))
        doubt = _doubt(self_id, known_ids, is_its_own=brought, is_guarded=guarded)
        review = Review(
            review=review_id(mapping.mapping, key),
            mapping=mapping.mapping,
            key=key,
            numbers=numbers,
            doubt=doubt,
            candidates=candidates,
            own=own,
        )
        made.setdefault(key, review)
    return tuple(made.values())


def _doubt(self_id: str | None, known: set[str], *, is_its_own: bool, is_guarded: bool) -> Doubt:
    if self_id and not is_its_own and known != {self_id}:
        return Doubt.SHARED_KEY
    if self_id and known - {self_id}:
        return Doubt.KEY_AND_NUMBER
    if len(known) > 1:
        return Doubt.NUMBERS
    return Doubt.CORRECTED if is_guarded else Doubt.CLAIMED


def said_of(duck: duckdb.DuckDBPyConnection, compiled: Compiled, rows: pa.Table, key: str) -> dict[str, str | None]:
    """What a row would say of its person: the record's columns as texts. They are a patient's values."""
    _place(duck, compiled, rows)
    columns = [one.column for one in compiled.table.columns if one.column != compiled.table.key]
    filled = {field.column for field in compiled.mapping.fields}
    named = ", ".join(f"{quoted(one)}::varchar" if one in filled else "null" for one in columns)
    found = duck.execute(f"select {named} from ({compiled.judged}) where vs_key = ? order by vs_row limit 1", [key]).fetchall()
    return dict(zip(columns, found[0], strict=True)) if found else {}


def _place(duck: duckdb.DuckDBPyConnection, compiled: Compiled, rows: pa.Table) -> None:
    duck.register("extract", rows)
    duck.execute(compiled.place)
    duck.unregister("extract")


def person_of(target: Target, record: Record, mapping: Mapping, person: str) -> Person:
    """Who a candidate is: who brought them, what leads to them, and whether they stand."""
    tables = layout(record).tables
    given, batch, links, rows = tables["vs_contribution"], tables["vs_batch"], tables["vs_identity"], tables[mapping.into]
    brought = sa.select(batch.c.mapping, batch.c.wave).join_from(given, batch, batch.c.batch == given.c.batch).distinct()
    brought = brought.where(given.c.record_table == mapping.into, given.c.target_id == person)
    known = sa.select(links.c.domain).distinct().where(links.c.record_table == mapping.into, links.c.target_id == person)
    there = sa.select(sa.func.count()).select_from(rows).where(rows.c[record.table(mapping.into).key] == person)
    return Person(
        person=person,
        stands=target.rows(there)[0][0] == 1,
        brought_by=tuple(sorted(f"{name} in {wave}" for name, wave in target.rows(brought))),
        known_by=tuple(sorted(str(domain) for (domain,) in target.rows(known))),
    )
