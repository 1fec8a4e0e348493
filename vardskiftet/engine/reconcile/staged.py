"""What is kept of each side on its way past? Keys, fates and digests in the stage; whole rows only where they differ."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from vardskiftet.engine.names import literal
from vardskiftet.engine.reconcile.digests import hashes
from vardskiftet.engine.rederive.derive import Deriver, stored_columns
from vardskiftet.engine.rederive.stage import arrow
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.record import Column

Row = dict[str, str | None]


def keep_derived(stage: duckdb.DuckDBPyConnection, deriver: Deriver, batch: int) -> None:
    """Every item of the batch that was derived just now."""
    columns = hashes(stored_columns(deriver.programme, deriver.mapping))
    stage.execute(
        f"insert into derived select {literal(deriver.mapping.mapping)}, _key, _item, _unit, _fate, _reason, _id, {columns}, {batch}"
        f" from ({deriver.expected_sql('true')})"
    )
    if deriver.mapping.flag:
        stage.execute(
            f"insert into flagged select {literal(deriver.mapping.mapping)}, vs_key, vs_item, vs_unit, vs_id, unnest(vs_flags), {batch}"
            " from fated where vs_fate = 'L'"
        )


def keep_stood(stage: duckdb.DuckDBPyConnection, mapping: Mapping, columns: Sequence[Column], rows: pa.Table, batch: int) -> None:
    """Rows of one batch of the record."""
    stage.register("met", rows)
    stage.execute(f"insert into stood select {literal(mapping.mapping)}, _id, _key, {hashes(columns)}, {batch} from met")
    stage.unregister("met")


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
        f"select d.id as _settled, e.* from ({deriver.expected_sql('true')}) as e join derived as d"
        f" on d.mapping = {literal(deriver.mapping.mapping)} and d.fate = 'L'"
        " and d.key = e._key and d.item = e._item where d.id in (select id from wanted)",
    ).to_pylist()
    stage.unregister("wanted")
    found: dict[str, Row] = {}
    for row in sorted(rows, key=lambda one: one["_fate"] != "L"):  # a copy that was merged comes after the one that stands
        found.setdefault(str(row["_settled"]), row)
    return found


def sides(stage: duckdb.DuckDBPyConnection, mapping: str) -> tuple[int, int]:
    """How many rows were derived, and how many stand."""
    ((derived, stood),) = stage.execute(
        "select (select count(*) from derived where mapping = $1 and fate = 'L'), (select count(*) from stood where mapping = $1)",
        [mapping],
    ).fetchall()
    return int(derived), int(stood)


def forget_stood(stage: duckdb.DuckDBPyConnection, mapping: str) -> None:
    """Forget what was read of a mapping in the record, at every level, so that it is read again."""
    name = literal(mapping)
    stage.execute(f"delete from stood where mapping = {name}")
    stage.execute(f"delete from done where mapping = {name} and side = 'stood'")
    there = {str(one) for (one,) in stage.execute("select table_name from information_schema.tables").fetchall()}
    for table in sorted(there & {"total", "different", "negation", "pair", "mark", "receiver"}):
        stage.execute(f"delete from {table} where mapping = {name} and side = 'stood'")
    if "waiting" in there:
        stage.execute(f"delete from waiting where mapping = {name}")
