"""Do the record's rows still have the digests that the load kept of them? Fast, and no second opinion on what the load did."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.reconcile.kept import TAGS
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.record import Column, ColumnType


def digest_sql(columns: Sequence[Column]) -> str:
    """SQL of a stored row's digest in hex, from its texts."""
    parts = []
    for one in columns:
        name, tag = quoted(one.column), TAGS[one.type]
        text = f"bare_decimal({name})" if one.type is ColumnType.DECIMAL else name
        parts.append(f"case when {name} is null then '{tag}-' else concat('{tag}', counted({text})) end")
    return f"sha256(concat({', '.join(parts)}))" if parts else "sha256('')"


def keep_written(stage: duckdb.DuckDBPyConnection, mapping: str, manifest: Path, batch: int, *, later: bool) -> int:
    """Ids and digests that a batch's manifest holds; those of a `later` plan's batch take the place of earlier ones. Returns how many."""
    lines = pq.read_table(manifest, columns=["source_key", "item", "target_id", "row_digest"])
    lines = lines.filter(pc.is_valid(lines["row_digest"]))
    stage.register("written", lines)
    if later:
        stage.execute(f"delete from derived where mapping = {literal(mapping)} and id in (select target_id from written)")
    told = "lower(hex(row_digest))"
    stage.execute(
        f"insert into derived select {literal(mapping)}, source_key, item, null, 'L', null, target_id, hash({told}),"
        f" hash('2', {told}), {batch} from written"
    )
    stage.unregister("written")
    return int(lines.num_rows)


def keep_digests(stage: duckdb.DuckDBPyConnection, mapping: Mapping, columns: Sequence[Column], rows: pa.Table, batch: int) -> None:
    """Digests of rows of the record, computed anew."""
    stage.register("met", rows)
    told = f"select _id, _key, {digest_sql(columns)} as d from met"
    stage.execute(f"insert into stood select {literal(mapping.mapping)}, _id, _key, hash(d), hash('2', d), {batch} from ({told})")
    stage.unregister("met")
