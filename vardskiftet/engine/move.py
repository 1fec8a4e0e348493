"""How does one batch go from source to target? Read and counted, placed, judged, compared with what is there, written whole."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from vardskiftet.engine.beside import DETAIL, beside_source, flags
from vardskiftet.engine.compare import compared, images, left_behind
from vardskiftet.engine.compile import Compiled
from vardskiftet.engine.duck import arrow
from vardskiftet.engine.manifest import manifest_of
from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.sources.protocol import Extract, Source, Stillness
from vardskiftet.engine.targets.protocol import BatchEntry, Outcome, Target
from vardskiftet.engine.unheld import refuse_unheld
from vardskiftet.engine.watermark import Carried
from vardskiftet.errors import ConnectionLost, IntegrityBroken, NoRoom, TookTooLong
from vardskiftet.failpoint import reach
from vardskiftet.model.batch import Batch
from vardskiftet.model.fate import CHANGED
from vardskiftet.model.plan import Mark

PATIENCE = (0.2, 2.0)
"""Seconds after which a lost connection is tried again, give or take half of them."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What a batch must know beside itself: whose plan, which run, and where its manifest goes."""

    wave: str
    plan: str
    run_id: str
    manifests: Path
    fresh_target: bool
    """True while the target holds nothing of this mapping from an earlier plan: nothing needs comparing then."""
    mark: Mark | None = None
    """How far the source's rows had been changed when this run began to read them, where the mapping says so."""


def batch_id(plan: str, mapping: str, number: int) -> int:
    """A batch's number in the books: the same whenever the same plan is carried out."""
    return int.from_bytes(hashlib.sha256(f"{plan}|{mapping}|{number}".encode()).digest()[:8], "big") >> 1


def entry_of(errand: Errand, batch: Batch, rows_read: int, items: int, manifest: str) -> BatchEntry:
    """A batch's line in the books, as of now."""
    number = batch_id(errand.plan, batch.mapping, batch.number)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return BatchEntry(number, errand.wave, errand.plan, batch.mapping, batch.number, errand.run_id, rows_read, items, manifest, now)


def fetch(source: Source, extract: Extract, batch: Batch, cut: Callable[[Batch, int], None] = lambda batch, parts: None) -> pa.Table:
    """The rows of a batch, proved complete by an independent count. Raises IntegrityBroken if they are not.

    A connection that is lost once or twice is opened again: what a batch reads is either whole, or read anew. Raises ConnectionLost
    where the server stays away. A range that takes the server too long is read in parts, and `cut` is told in how many.
    """
    reach("batch.read.before")
    rows = _fetched(source, extract, batch, PATIENCE, cut)
    reach("batch.read.after")
    return rows


def _fetched(source: Source, extract: Extract, batch: Batch, patience: Sequence[float], cut: Callable[[Batch, int], None]) -> pa.Table:
    """Read and counted; where the connection is lost in the middle, the whole of it again, after so many seconds each time."""
    try:
        return _proved(source, extract, batch)
    except TookTooLong as late:
        if not late.parts:
            raise
        cut(batch, late.parts)
        return _fetched(source, extract, batch, patience, cut)
    except ConnectionLost:
        if not patience:
            raise
        time.sleep(patience[0] * random.uniform(0.5, 1.5))
        return _fetched(source, extract, batch, patience[1:], cut)


def _proved(source: Source, extract: Extract, batch: Batch) -> pa.Table:
    with source.still():
        rows = _read(source, extract, batch)
        counted = source.count_range(extract, batch.range)
        still = source.stillness is not Stillness.NONE or _same(rows, _read(source, extract, batch))
    if not still:
        raise IntegrityBroken(
            f"Batch {batch.number} of {batch.mapping} was read twice, and was not the same: the source changes while it is read.",
            where=f"{extract.table}, batch {batch.number}",
            hint="Nothing of the batch was written. Give the command again when nobody writes, and say so: `frozen:` in system.yaml.",
        )
    if rows.num_rows != counted:
        raise IntegrityBroken(
            f"Batch {batch.number} of {batch.mapping} read {rows.num_rows} rows where the source counts {counted}.",
            where=f"{extract.table}, batch {batch.number}",
            hint="Nothing of the batch was written. Give the command again; if it stays, the source changes while it is read.",
        )
    return rows


def _read(source: Source, extract: Extract, batch: Batch) -> pa.Table:
    parts = list(source.read(extract, batch.range))
    return pa.Table.from_batches(parts).sort_by("vs_row") if parts else pa.table({})


def _same(one: pa.Table, other: pa.Table) -> bool:
    """The same rows, each as often; copies of a key may come in another order."""
    names = [(name, "ascending") for name in one.column_names if name != "vs_row"]
    return bool(one.drop_columns("vs_row").sort_by(names).equals(other.drop_columns("vs_row").sort_by(names)))


_LINES = (
    "select vs_key as source_key, vs_item as item, vs_fate as fate, vs_reason as reason,"
    " case when vs_fate in ('loaded', 'merged', 'unchanged') then vs_id end as target_id,"
    " case when vs_fate = 'loaded' then vs_digest end as row_digest from outcome order by vs_row"
)


def transform(duck: duckdb.DuckDBPyConnection, compiled: Compiled, rows: pa.Table) -> None:
    """Run the mapping over the rows; leaves `placed` and `outcome` in DuckDB."""
    duck.register("extract", rows)
    try:
        duck.execute(compiled.place)
        duck.execute(compiled.outcome)
    except duckdb.OutOfMemoryException as error:
        raise NoRoom(
            f"The engine's memory is too small for a batch of {compiled.mapping.mapping}.",
            where=compiled.mapping.path,
            hint="Lower `batch_rows:` in waves/programme.yaml, make a new plan, and go on.",
        ) from error
    finally:
        duck.unregister("extract")


def move(
    duck: duckdb.DuckDBPyConnection,
    compiled: Compiled,
    rows: pa.Table,
    batch: Batch,
    target: Target,
    errand: Errand,
    carried: Carried | None = None,
) -> Outcome:
    """Transform a batch's rows and make its outcome; nothing is written to the target yet.

    `carried` says what the books tell of the batch's other rows, where only some of them were read.
    """
    transform(duck, compiled, rows)
    refuse_unheld(duck, compiled, target)
    if not errand.fresh_target:
        compared(duck, compiled, target, errand.wave)
    else:
        duck.execute("alter table outcome add column vs_renew boolean")
    number = batch_id(errand.plan, batch.mapping, batch.number)
    manifest = manifest_of(duck, arrow(duck, _LINES), errand.manifests)
    read, items = (carried.rows_read, carried.items) if carried else (rows.num_rows, 0)
    entry = entry_of(errand, batch, read, manifest.lines.num_rows + items, manifest.digest)
    made = replace(outcome_of(duck, compiled, target, entry, rows.column_names, carried), before=manifest.place)
    remember(duck, compiled)
    if errand.fresh_target:
        return replace(made, marks=_mark(number, errand.mark))
    return replace(made, left=left_behind(duck, compiled, number), images=images(duck, compiled, number), marks=_mark(number, errand.mark))


def outcome_of(
    duck: duckdb.DuckDBPyConnection,
    compiled: Compiled,
    target: Target,
    entry: BatchEntry,
    columns: Sequence[str],
    carried: Carried | None = None,
) -> Outcome:
    """What stands in `placed` and `outcome`, in the form in which the target takes it; `columns` are those of the rows read."""
    number = entry.batch
    stored = _stored(compiled, target, number)
    judged = (
        "vs_key as source_key, vs_item as item, vs_unit as unit, vs_fate as fate, vs_reason as reason,"
        f" case when vs_fate = 'merged' or vs_reason = {literal(CHANGED)} then vs_id end as target_id, {DETAIL} as detail,"
        f" case when vs_fate = 'rejected' then vs_parent end as parent_key from {beside_source(columns)}"
        " where vs_fate in ('merged', 'rejected', 'excluded') order by outcome.vs_row"
    )
    none = pa.table({})
    return Outcome(
        entry,
        compiled.table,
        fresh=arrow(duck, f"{stored} where vs_fate = 'loaded' and vs_renew is not true order by vs_row"),
        renewed=arrow(duck, f"{stored} where vs_fate = 'loaded' and vs_renew order by vs_row"),
        fates=_and(number, carried and carried.fates, _rows(duck, number, judged)),
        flags=_and(number, carried and carried.flags, _rows(duck, number, flags(compiled.mapping, columns))),
        tallies=_and(number, carried and carried.tallies, _rows(duck, number, _tally(compiled.items))),
        rows=_places(duck, number, carried),
        identities=_identities(duck, compiled),
        contributions=_contributions(duck, compiled, number),
        left=none,
        images=none,
        marks=none,
    )


def _and(batch: int, carried: pa.Table | None, judged: pa.Table) -> pa.Table:
    """Lines of items that were judged, and of those that were carried over."""
    if carried is None or not carried.num_rows:
        return judged
    beside = carried.append_column("batch", pa.array([batch] * carried.num_rows, pa.int64()))
    return pa.concat_tables([judged, beside.select(judged.column_names).cast(judged.schema)])


def _places(duck: duckdb.DuckDBPyConnection, batch: int, carried: Carried | None) -> pa.Table:
    """Source rows by place and unit."""
    if carried is not None:
        return carried.rows.append_column("batch", pa.array([batch] * carried.rows.num_rows, pa.int64()))
    return _rows(duck, batch, "vs_place as place, vs_unit as unit, count(*) as rows from placed group by vs_place, vs_unit order by all")


def _mark(batch: int, mark: Mark | None) -> pa.Table:
    if mark is None:
        return pa.table({})
    return pa.table({"batch": [batch], "number": pa.array([mark.number], pa.string()), "moment": pa.array([mark.moment], pa.string())})


_FATES = ("loaded", "merged", "rejected", "excluded", "unchanged")


def _tally(items: str) -> str:
    """Items extracted are counted before the mapping has done its work, fates after it: one that was lost leaves the books open."""
    went = ", ".join(f"count(*) filter (vs_fate = '{fate}') as {fate}" for fate in _FATES)
    return (
        "coalesce(came.unit, went.unit) as unit, coalesce(came.items, 0) as extracted, "
        + ", ".join(f"coalesce(went.{fate}, 0) as {fate}" for fate in _FATES)
        + f" from (select vs_unit as unit, sum({items})::bigint as items from placed where vs_place = 'in_wave' group by vs_unit) as came"
        + f" full join (select vs_unit as unit, {went} from outcome group by vs_unit) as went on went.unit = came.unit order by 1"
    )


def _rows(duck: duckdb.DuckDBPyConnection, batch: int, select: str) -> pa.Table:
    return arrow(duck, f"select {batch}::bigint as batch, {select}")


def _stored(compiled: Compiled, target: Target, batch: int) -> str:
    table = compiled.table
    columns = [f"vs_id as {quoted(table.key)}"]
    columns += [
        f"{target.stored_form(column, quoted(column.column))} as {quoted(column.column)}"
        for column in table.columns
        if column.column != table.key
    ]
    return f"select {', '.join(columns)}, {batch}::bigint as _batch, vs_unit as _unit, vs_key as _key, vs_digest as _digest from outcome"


def _identities(duck: duckdb.DuckDBPyConnection, compiled: Compiled) -> pa.Table:
    """Every identifier that a loaded or merged person carries, and the system's own key."""
    mapping, table = compiled.mapping, compiled.table
    if not table.identity:
        return pa.table({})
    came = "where vs_fate in ('loaded', 'merged', 'unchanged')"
    own = (
        f"select {literal(table.table)} as record_table, {literal(mapping.system)} as domain,"
        f" vs_key as identifier, vs_id as target_id from outcome {came}"
    )
    others = [
        f"select {literal(table.table)}, vs_domain{n}, vs_identifier{n}, vs_id from outcome {came} and vs_identifier{n} is not null"
        for n in range(1, len(mapping.identities) + 1)
    ]
    return arrow(duck, " union ".join([own, *others]) + " order by all")


def _contributions(duck: duckdb.DuckDBPyConnection, compiled: Compiled, batch: int) -> pa.Table:
    if not compiled.table.identity:
        return pa.table({})
    name = literal(compiled.table.table)
    return _rows(
        duck,
        batch,
        f"{name} as record_table, vs_id as target_id, vs_key as source_key, vs_fate as fate,"
        " case when vs_fate <> 'merged' then vs_digest end as row_digest from outcome"
        " where vs_fate in ('loaded', 'merged', 'unchanged') order by vs_row",
    )


def remember(duck: duckdb.DuckDBPyConnection, compiled: Compiled) -> None:
    """Let the next batch of an identity table see whom this one brought."""
    if not compiled.table.identity:
        return
    duck.register("linked", _identities(duck, compiled))
    duck.execute(
        "insert into person select record_table, domain, identifier, target_id from linked as new where not exists"
        " (select 1 from person as old where old.record_table = new.record_table and old.domain = new.domain"
        " and old.identifier = new.identifier)"
    )
    duck.unregister("linked")
    duck.execute(
        f"insert into origin select {literal(compiled.table.table)}, vs_id, {literal(compiled.mapping.mapping)}, vs_key from outcome"
        " where vs_fate = 'loaded' and not exists (select 1 from origin where origin.id = outcome.vs_id)"
    )
