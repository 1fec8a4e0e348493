"""What is kept of each side on its way past? Keys, fates and digests in the stage; whole rows only where they differ."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from vardskiftet.engine.names import literal
from vardskiftet.engine.reconcile.digests import differing, hashes, in_differing
from vardskiftet.engine.rederive.derive import Deriver, stored_columns
from vardskiftet.engine.rederive.stage import arrow
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.record import Column

Row = dict[str, str | None]


def lay_derived(stage: duckdb.DuckDBPyConnection, deriver: Deriver) -> int:
    """Make `fresh` of the items that were derived just now, with their digests. Returns how many rows are to stand."""
    columns = hashes(stored_columns(deriver.programme, deriver.mapping))
    told = "_key as key, _item as item, _unit as unit, _fate as fate, _reason as reason, _id as id"
    stage.execute(f"create or replace temp table fresh as select {told}, {columns} from ({deriver.expected_sql('true')})")
    return _standing(stage)


def lay_again(stage: duckdb.DuckDBPyConnection, mapping: str, batch: int | None) -> int:
    """Make `fresh` of what is kept of a batch of derived items; of none, nothing. Returns how many rows are to stand."""
    where = f"mapping = {literal(mapping)} and batch = {batch}" if batch is not None else "false"
    stage.execute(f"create or replace temp table fresh as select key, item, unit, fate, reason, id, h1, h2 from derived where {where}")
    return _standing(stage)


def _standing(stage: duckdb.DuckDBPyConnection) -> int:
    ((rows,),) = stage.execute("select count(*) from fresh where fate = 'L'").fetchall()
    return int(rows)


def keep_derived(stage: duckdb.DuckDBPyConnection, mapping: Mapping, batch: int, where: str) -> None:
    """Those of the items in `fresh` that are needed later, and the flags of the batch that was derived just now."""
    name = literal(mapping.mapping)
    stage.execute(f"insert into derived select {name}, key, item, unit, fate, reason, id, h1, h2, {batch} from fresh where {where}")
    if mapping.has_flags:
        stage.execute(
            f"insert into flagged select {name}, vs_key, vs_item, vs_unit, vs_id, unnest(vs_flags), {batch} from fated where vs_fate = 'L'"
        )


def expected_of(stage: duckdb.DuckDBPyConnection, mapping: Mapping, rows: pa.Table, without: Sequence[str]) -> pa.Table:
    """Of rows of the record, those that an item of this mapping was derived to be, without these ids."""
    rows = rows.filter(pc.invert(pc.is_in(rows["_id"], pa.array(without, pa.string()))))
    stage.register("met", rows)
    name = literal(mapping.mapping)
    found = arrow(stage, f"select * from met where _id in (select id from derived where mapping = {name} and fate = 'L')")
    stage.unregister("met")
    return found


def keep_unlike(stage: duckdb.DuckDBPyConnection, mapping: Mapping, columns: Sequence[Column], rows: pa.Table, batch: int | None) -> None:
    """Hold rows of the record against those in `fresh`, and keep of both what lies in buckets that differ."""
    name = literal(mapping.mapping)
    stage.register("met", rows)
    stage.execute(f"create or replace temp table met_now as select _id as id, _key as key, {hashes(columns)} from met")
    stage.unregister("met")
    differing(stage, "select id, h1, h2 from fresh where fate = 'L'", "select id, h1, h2 from met_now")
    number = "null" if batch is None else str(batch)
    stage.execute(f"insert into unmet select {name}, id, key, item, h1, h2, {number} from fresh where fate = 'L' and {in_differing()}")
    stage.execute(f"insert into stood select {name}, id, key, h1, h2 from met_now where {in_differing()}")


def unequal_parts(stage: duckdb.DuckDBPyConnection) -> list[tuple[int | None, int]]:
    """(batch, part) of what `unequal` found, in order; rows that nothing was derived for have no batch, and come last."""
    found = stage.execute("select distinct batch, part from unequal order by batch nulls last, part").fetchall()
    return [(batch, int(part)) for batch, part in found]


def unequal_lines(stage: duckdb.DuckDBPyConnection, batch: int | None, part: int) -> list[dict[str, object]]:
    """One part of what `unequal` found, by id: id, why, batch, key, stood_key."""
    which = f"batch is not distinct from {'null' if batch is None else int(batch)} and part = {int(part)}"
    return list(arrow(stage, f"select id, why, batch, key, stood_key from unequal where {which} order by id").to_pylist())


def unequal_keys(stage: duckdb.DuckDBPyConnection, most: int) -> list[str] | None:
    """Source keys of what `unequal` found; None if they are more than `most`."""
    found = stage.execute(f"select distinct key from unequal where key is not null order by key limit {most + 1}").fetchall()
    return [str(key) for (key,) in found] if len(found) <= most else None


def without_merged(stage: duckdb.DuckDBPyConnection, mapping: str) -> None:
    """Take out of `unequal` extra rows to which a mapping's items only add: their row is another's, whichever batch owns it now."""
    merged = f"select id from derived where mapping = {literal(mapping)} and fate = 'M'"
    stage.execute(f"delete from unequal where why = 'extra' and id in ({merged})")


def settled_rows(stage: duckdb.DuckDBPyConnection, deriver: Deriver, wanted: Sequence[str]) -> dict[str, Row]:
    """Of rows that were looked at once more, those with these ids.

    Whose row it is was settled when it was derived in its turn: it is looked up by key and item, never anew.
    """
    stage.register("wanted", pa.table({"id": pa.array(wanted, pa.string())}))
    rows = arrow(
        stage,
        f"select d.id as _settled, e.* from ({deriver.expected_sql('true')}) as e join unmet as d"
        f" on d.mapping = {literal(deriver.mapping.mapping)} and d.key = e._key and d.item = e._item"
        " where d.id in (select id from wanted)",
    ).to_pylist()
    stage.unregister("wanted")
    found: dict[str, Row] = {}
    for row in sorted(rows, key=lambda one: one["_fate"] != "L"):  # a copy that was merged comes after the one that stands
        found.setdefault(str(row["_settled"]), row)
    return found


def sides(stage: duckdb.DuckDBPyConnection, mapping: str) -> tuple[int, int]:
    """How many rows are to stand, and how many stand, of the parts that are done."""
    ((derived, stood),) = stage.execute(
        "select coalesce(sum(rows) filter (side = 'expected'), 0), coalesce(sum(rows) filter (side = 'stood'), 0) from done"
        " where mapping = $1",
        [mapping],
    ).fetchall()
    return int(derived), int(stood)


def forget_stood(stage: duckdb.DuckDBPyConnection, mapping: str) -> None:
    """Forget what was read of a mapping in the record, at every level, so that it is read again."""
    name = literal(mapping)
    for table in ("stood", "unmet"):
        stage.execute(f"delete from {table} where mapping = {name}")
    stage.execute(f"delete from done where mapping = {name} and side = 'stood'")
    there = {str(one) for (one,) in stage.execute("select table_name from information_schema.tables").fetchall()}
    for table in sorted(there & {"total", "different", "negation", "pair", "mark", "receiver"}):
        stage.execute(f"delete from {table} where mapping = {name} and side = 'stood'")
    if "waiting" in there:
        stage.execute(f"delete from waiting where mapping = {name}")
