"""Which rows of the record have no row in the source any more? The last batch of a mapping in a delta: a scan of all keys."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from vardskiftet.engine.compile.places import key_sql
from vardskiftet.engine.duck import arrow
from vardskiftet.engine.manifest import write_manifest
from vardskiftet.engine.move import Errand, batch_id, entry_of
from vardskiftet.engine.names import literal
from vardskiftet.engine.sources.protocol import Extract, Source
from vardskiftet.engine.targets.protocol import Outcome
from vardskiftet.errors import IntegrityBroken
from vardskiftet.model.batch import Batch
from vardskiftet.model.mapping import WHOLE_ROW, Mapping
from vardskiftet.model.record import Table

_OF_ITEMS = ("fresh", "renewed", "fates", "flags", "tallies", "rows", "identities", "contributions", "images", "marks")
_LINES = "select '' as source_key, '' as item, '' as fate, '' as reason, '' as target_id, null::blob as row_digest where false"


def scan_keys(duck: duckdb.DuckDBPyConnection, mapping: Mapping, source: Source, extract: Extract, ranges: Iterable[Batch]) -> int:
    """Note the keys of these ranges in `scanned`, each range proved complete by a count of its own. Returns the rows read.

    For ranges whose rows this process did not read itself. Raises IntegrityBroken if a range is not whole.
    """
    total = 0
    columns = (
        extract.columns if mapping.key == (WHOLE_ROW,) else tuple(name for name in extract.columns if name in (*mapping.key, *extract.key))
    )
    keys = Extract(extract.table, columns, extract.key, extract.sql)
    for batch in ranges:
        read = 0
        for part in source.read(keys, batch.range):
            duck.register("keys_read", part)
            duck.execute(f"insert into scanned select distinct {key_sql(mapping, columns)} from keys_read")
            duck.unregister("keys_read")
            read += part.num_rows
        counted = source.count_range(extract, batch.range)
        if read != counted:
            raise IntegrityBroken(
                f"The scan of keys read {read} rows where the source counts {counted}.",
                where=f"{extract.table}, batch {batch.number}",
                hint="Nothing of it was written. Give the command again; if it stays, the source changes while it is read.",
            )
        total += read
    return total


def vanished(duck: duckdb.DuckDBPyConnection, mapping: Mapping, table: Table, batch: Batch, errand: Errand) -> Outcome:
    """The outcome of a scan: rows of `standing` whose key is not among `scanned`; nothing is written to the target yet."""
    number = batch_id(errand.plan, batch.mapping, batch.number)
    lost = arrow(
        duck,
        f"select {number}::bigint as batch, {literal(table.table)} as record_table, target_id, source_key, unit, 'vanished' as why"
        " from standing where source_key not in (select key from scanned where key is not null) order by target_id",
    )
    manifest = write_manifest(duck, arrow(duck, _LINES), errand.manifests)
    entry = entry_of(errand, batch, 0, 0, manifest)
    none = pa.table({})
    return Outcome(entry, table, **dict.fromkeys(_OF_ITEMS, none), left=lost)
