"""How does a loaded batch take in corrected rows? Their keys alone are done anew; its books then say what they would have said at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vardskiftet.engine.compare import compared, images, left_behind
from vardskiftet.engine.compile import Compiled
from vardskiftet.engine.compile.places import key_sql
from vardskiftet.engine.duck import arrow
from vardskiftet.engine.manifest import write_manifest
from vardskiftet.engine.move import outcome_of, transform
from vardskiftet.engine.targets.protocol import BatchEntry, Outcome, Target
from vardskiftet.engine.unheld import refuse_unheld
from vardskiftet.model.fate import Fate, Tally

_FATES = tuple(fate.value for fate in Fate)

# What is there of this very batch stays `loaded` in its books: a batch never finds its own rows unchanged.
_ADJUSTED = """
create or replace temp table adjusted as
select outcome.*,
       case when outcome.vs_fate = 'unchanged' and before.fate = 'loaded' then 'loaded' else outcome.vs_fate end as vs_told
  from outcome
  left join before on before.source_key = outcome.vs_key and before.item = outcome.vs_item and before.fate = 'loaded'
"""
# A row that stands in the record is never taken out by a correction of another of its items.
_HELD = """
select distinct before.source_key
  from before
 where before.fate in ('loaded', 'unchanged')
   and not exists (select 1 from outcome
                    where outcome.vs_key = before.source_key and outcome.vs_item = before.item
                      and outcome.vs_fate in ('loaded', 'unchanged'))
"""
_LINES = """
select source_key, item, fate, reason, target_id, row_digest from manifest_before
 where source_key is null or source_key not in (select key from amended)
 union all
select vs_key, vs_item, vs_told, vs_reason,
       case when vs_told in ('loaded', 'merged', 'unchanged') then vs_id end,
       case when vs_told = 'loaded' then vs_digest end
  from adjusted
"""
# Copies share key and item: what was released is the difference of two counts, never a line beside each other line of its key.
_RELEASED = """
select coalesce(sum(greatest(0, least(was.rejected, now.taken - was.taken))), 0)::bigint
  from (select source_key, item, count(*) filter (where fate = 'rejected') as rejected,
               count(*) filter (where fate in ('loaded', 'merged', 'unchanged')) as taken
          from before group by all) as was
  join (select vs_key, vs_item, count(*) filter (where vs_told in ('loaded', 'merged', 'unchanged')) as taken
          from adjusted group by all) as now
    on now.vs_key = was.source_key and now.vs_item = was.item
"""
_UNITS = """
select coalesce(was.unit, now.unit), coalesce(now.fate, was.fate), coalesce(now.items, 0) - coalesce(was.items, 0)
  from (select unit, fate, count(*) as items
          from before
          join (select vs_key, min(vs_unit) as unit from placed where vs_place = 'in_wave' group by vs_key)
            on vs_key = source_key
         group by all) as was
  full join (select vs_unit as unit, vs_told as fate, count(*) as items from adjusted group by all) as now
    on now.unit = was.unit and now.fate = was.fate
"""


@dataclass(frozen=True, slots=True)
class Amendment:
    """A batch's new books, the keys that they speak of anew, and keys that were left alone because a row of theirs would be lost."""

    outcome: Outcome | None
    """None if the batch's books say it already."""
    keys: pa.Table
    held_back: tuple[str, ...]
    released: int
    """Items that were rejected and now are loaded, merged or found unchanged."""


def named_rows(duck: duckdb.DuckDBPyConnection, compiled: Compiled, rows: pa.Table, keys: frozenset[str]) -> pa.Table:
    """The rows of a batch that have one of these keys."""
    duck.register("extract", rows)
    duck.register("wanted", pa.table({"key": pa.array(sorted(keys), pa.string())}))
    found = arrow(
        duck,
        f"select extract.* from extract where {key_sql(compiled.mapping, compiled.columns)} in (select key from wanted) order by vs_row",
    )
    duck.unregister("wanted")
    duck.unregister("extract")
    return found


def amendment(
    duck: duckdb.DuckDBPyConnection,
    compiled: Compiled,
    rows: pa.Table,
    entry: BatchEntry,
    tallies: dict[str, Tally],
    target: Target,
    manifests: Path,
) -> Amendment:
    """What some rows of a loaded batch, all that have their keys, come to now.

    `entry` and `tallies` are the batch's books as they stand. Nothing is written to the target yet.
    """
    held: tuple[str, ...] = ()
    lines = _judged(duck, compiled, rows, entry, target, manifests)
    torn = frozenset(str(key) for (key,) in duck.execute(_HELD).fetchall())
    if torn:
        held = tuple(sorted(torn))
        keys = frozenset(str(key) for (key,) in duck.execute("select key from amended").fetchall()) - torn
        lines = _judged(duck, compiled, named_rows(duck, compiled, rows, keys), entry, target, manifests)
    keys_done = arrow(duck, "select key from amended order by key")
    manifest = write_manifest(duck, lines, manifests)
    if manifest == entry.manifest:
        return Amendment(None, keys_done, held, 0)
    ((released,),) = duck.execute(_RELEASED).fetchall()
    duck.execute("create or replace temp table outcome as select * exclude (vs_told) from adjusted")
    ((before,),) = duck.execute("select count(*) from manifest_read").fetchall()
    made = outcome_of(
        duck, compiled, target, replace(entry, manifest=manifest, items=entry.items - before + lines.num_rows), rows.column_names
    )
    # What was counted over the whole batch, and not by key, stands as it was.
    flags = made.flags.filter(pc.is_valid(made.flags["source_key"]))
    # What a row was before this very batch stands in the books already, if it stands there at all.
    before_us = images(duck, compiled, entry.batch)
    before_us = before_us.filter(pc.not_equal(pc.fill_null(before_us["before_batch"], -1), entry.batch))
    left = left_behind(duck, compiled, entry.batch)
    made = replace(made, tallies=_tallied(duck, entry.batch, tallies), rows=pa.table({}), flags=flags, images=before_us, left=left)
    return Amendment(made, keys_done, held, int(released))


def _judged(
    duck: duckdb.DuckDBPyConnection, compiled: Compiled, rows: pa.Table, entry: BatchEntry, target: Target, manifests: Path
) -> pa.Table:
    """Leaves `placed`, `outcome`, `amended`, `before` and `adjusted` in DuckDB; returns the lines of the batch's new manifest."""
    transform(duck, compiled, rows)
    refuse_unheld(duck, compiled, target)
    compared(duck, compiled, target, entry.wave)
    duck.execute("create or replace temp table amended as select distinct vs_key as key from placed where vs_key is not null")
    duck.register("manifest_before", pq.read_table(manifests / f"{entry.manifest}.parquet"))
    duck.execute("create or replace temp table manifest_read as select 1 from manifest_before")
    duck.execute(
        "create or replace temp table before as select source_key, item, fate from manifest_before"
        " where source_key in (select key from amended)"
    )
    duck.execute(_ADJUSTED)
    lines = arrow(duck, _LINES)
    duck.unregister("manifest_before")
    return lines


def _tallied(duck: duckdb.DuckDBPyConnection, batch: int, tallies: dict[str, Tally]) -> pa.Table:
    """The batch's tallies by unit, as they stood, and what changed for the amended keys."""
    figures = {unit: dict(tally.model_dump()) for unit, tally in tallies.items()}
    for unit, fate, items in duck.execute(_UNITS).fetchall():
        of_unit = figures.setdefault(unit, dict.fromkeys(Tally.model_fields, 0))
        of_unit[fate] += items
        of_unit["extracted"] += items
    units = sorted(figures)
    columns: dict[str, pa.Array] = {"batch": pa.array([batch] * len(units), pa.int64()), "unit": pa.array(units, pa.string())}
    for name in ("extracted", *_FATES):
        columns[name] = pa.array([figures[unit][name] for unit in units], pa.int64())
    return pa.table(columns)
