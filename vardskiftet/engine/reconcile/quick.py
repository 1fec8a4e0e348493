"""Do the record's rows still have the digests that the load kept of them? Fast, and no second opinion on what the load did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.reconcile.kept import TAGS
from vardskiftet.engine.rederive.stage import arrow
from vardskiftet.model.record import Column, ColumnType

AT_ONCE = 131_072
"""Lines that are handed on at once."""


def digest_sql(columns: Sequence[Column]) -> str:
    """SQL of a stored row's digest in hex, from its texts."""
    parts = []
    for one in columns:
        name, tag = quoted(one.column), TAGS[one.type]
        text = f"bare_decimal({name})" if one.type is ColumnType.DECIMAL else name
        parts.append(f"case when {name} is null then '{tag}-' else concat('{tag}', counted({text})) end")
    return f"sha256(concat({', '.join(parts)}))" if parts else "sha256('')"


def written(manifest: Path) -> pa.Table:
    """`id`, `key` and `digest` of the rows that a batch's manifest says were written."""
    lines = pq.read_table(manifest, columns=["target_id", "source_key", "row_digest"], use_threads=False)
    return lines.filter(pc.is_valid(lines["row_digest"])).rename_columns(["id", "key", "digest"])


def keep_latest(stage: duckdb.DuckDBPyConnection, lines: pa.Table) -> None:
    """Into `latest`; what a later plan wrote takes the place of what an earlier one did."""
    stage.register("written", lines)
    stage.execute("delete from latest where id in (select id from written)")
    stage.execute("insert into latest select id, key, digest from written")
    stage.unregister("written")


def holds_latest(stage: duckdb.DuckDBPyConnection) -> bool:
    """Whether anything stands there."""
    return bool(stage.execute("select 1 from latest limit 1").fetchall())


def latest(stage: duckdb.DuckDBPyConnection) -> Iterator[pa.Table]:
    """What stands in `latest`, so many rows at a time; on a connection of its own, since whoever takes them asks the stage in between."""
    with stage.cursor() as reading:
        for batch in reading.sql("select id, key, digest from latest").to_arrow_reader(AT_ONCE):
            yield pa.Table.from_batches([batch])


def digested(stage: duckdb.DuckDBPyConnection, columns: Sequence[Column], rows: pa.Table) -> pa.Table:
    """`id`, `key` and `digest` of rows of the record, computed anew."""
    stage.register("met", rows)
    found = arrow(stage, f"select _id as id, _key as key, unhex({digest_sql(columns)}) as digest from met")
    stage.unregister("met")
    return found


def forget(stage: duckdb.DuckDBPyConnection, mapping: str) -> None:
    """Begin a mapping anew: what a run that was killed left is thrown away."""
    stage.execute("create or replace table latest (id varchar, key varchar, digest blob)")
    for table in ("unmet", "stood"):
        stage.execute(f"delete from {table} where mapping = {literal(mapping)}")


def keep_expected(stage: duckdb.DuckDBPyConnection, mapping: str, lines: pa.Table) -> None:
    """Lines that were written, where `unequal` looks for them."""
    stage.register("unlike", lines)
    stage.execute(f"insert into unmet select {literal(mapping)}, id, key, '', {_HASHED}, null from unlike")
    stage.unregister("unlike")


def keep_standing(stage: duckdb.DuckDBPyConnection, mapping: str, lines: pa.Table) -> None:
    """Lines that stand in the record, likewise."""
    stage.register("unlike", lines)
    stage.execute(f"insert into stood select {literal(mapping)}, id, key, {_HASHED} from unlike")
    stage.unregister("unlike")


_HASHED = "hash(digest), hash('2', digest)"
