"""Which rows must a delta read? Those changed since the mark of the plan before, and every key whose standing is not settled.

A mapping that declares `changed:` is not compared row by row. Its keys, units and marks are scanned, a batch at a time, and a key is
read in full (all rows of it together, so that copies meet) if

- one of its rows was changed at or after the mark, or does not say when;
- the plan before rejected it, left a row of it standing, had it follow its parent, or left a reference empty: it is judged again;
- the record and the books know nothing of it, or something else: another unit, another number of items, or it belongs elsewhere now.

All other items are as they were: what stands is `unchanged`, what was merged or excluded is so still, and the books count them by key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import duckdb
import pyarrow as pa
import sqlalchemy as sa

from vardskiftet.engine.compile.kin import FOLLOWS
from vardskiftet.engine.compile.places import key_sql, place_sql
from vardskiftet.engine.duck import arrow
from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.sources.protocol import Extract, Source
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.tables import layout
from vardskiftet.errors import ConnectionLost, IntegrityBroken, TookTooLong
from vardskiftet.model.batch import Batch, KeyRange
from vardskiftet.model.fate import Fate
from vardskiftet.model.mapping import REFERENCE_EMPTY, WHOLE_ROW, Mapping
from vardskiftet.model.plan import Mark
from vardskiftet.model.record import Record

_FATE = ("source_key", "item", "unit", "fate", "reason", "target_id", "detail", "parent_key")
_FLAG = ("source_key", "item", "unit", "flag", "detail", "target_id", "items")
_AGAIN = f"fate = 'rejected' or (fate = 'excluded' and reason = {literal(FOLLOWS)})"
"""Items that the plan before left out for now: they are judged again."""
_BY_FATE = "sum(items)::bigint as extracted, " + ", ".join(
    f"coalesce(sum(items) filter (fate = '{fate.value}'), 0)::bigint as {fate.value}" for fate in Fate
)


Keys = tuple[str, ...]
"""A row's key, column by column, as texts."""
SPARSE = 10
"""Up to one row in so many is read by its key; where more of a range is wanted, all of it is read."""


@runtime_checkable
class ReadsKeys(Protocol):
    """A source that can read rows by their keys."""

    def read_keys(self, extract: Extract, within: KeyRange, key: Sequence[str], keys: Sequence[Keys]) -> Iterator[pa.RecordBatch]:
        """The rows of a range whose key columns `key` have one of these texts, in the shape of `Source.read`. `keys` are in its order.

        By whatever index the key has, compared as the source compares: so a row of another writing of a key may come too, and one whose
        key the source does not know by its text may not. Whoever asks counts.
        """
        ...


@dataclass(frozen=True, slots=True)
class Carried:
    """What a batch's books say of rows that were not read: their items by unit and fate, their lines, and the place of every row."""

    rows_read: int
    rows: pa.Table
    tallies: pa.Table
    fates: pa.Table
    flags: pa.Table

    @property
    def items(self) -> int:
        """Items that were not judged anew."""
        return int(sum(self.tallies.column("extracted").to_pylist()))


def told(mapping: Mapping) -> tuple[str, str]:
    """SQL of a row's mark as a number, and as a moment; NULL where it says none."""
    changed = quoted(mapping.changed)
    number = f"try_cast({changed} as decimal(38, 9))"
    return number, f"case when {number} is null then try_cast({changed} as timestamp) end"


def fresh_sql(mapping: Mapping, since: Mark) -> str:
    """SQL of whether a row was changed at or after a mark, less the overlap; also where it does not say when."""
    number, moment = told(mapping)
    fresh = [f"({number} is null and {moment} is null)"]
    fresh += [f"{number} >= {literal(since.number)}::decimal(38, 9) - {mapping.overlap}"] if since.number else [f"{number} is not null"]
    early = f"{literal(since.moment)}::timestamp - interval '{mapping.overlap} minutes'"
    fresh += [f"{moment} >= {early}" if since.moment else f"{moment} is not null"]
    return " or ".join(fresh)


def measure(duck: duckdb.DuckDBPyConnection, mapping: Mapping, source: Source) -> Mark:
    """The newest mark of the mapping's rows as the source holds them now, by the source's own clock.

    A moment that lies more than a day ahead of the programme's clock is nobody's; it moves no mark, and its row is always read.
    """
    number, moment = told(mapping)
    duck.execute("create or replace temp table mark (number decimal(38, 9), moment timestamp)")
    for part in source.read(Extract(mapping.reads, (mapping.changed,), sql=mapping.sql), None):
        duck.register("marks_read", part)
        duck.execute(f"insert into mark select {number}, {moment} from marks_read")
        duck.unregister("marks_read")
    ahead = "moment <= getvariable('extracted_at')::timestamp + interval 1 day"
    found = duck.execute(f"select max(number)::varchar, (max(moment) filter ({ahead}))::varchar from mark").fetchall()
    duck.execute("drop table mark")
    return Mark(number=found[0][0] or "", moment=found[0][1] or "")


def scan_columns(mapping: Mapping, extract: Extract) -> tuple[str, ...]:
    """The columns that tell a row's key, its place and its mark."""
    if mapping.key == (WHOLE_ROW,):
        return extract.columns
    rule = mapping.unit
    telling = {*mapping.key, *extract.key, mapping.changed, rule.on if rule.via else rule.source}
    return tuple(name for name in extract.columns if name in telling)


def prepare_settled(duck: duckdb.DuckDBPyConnection, record: Record, mapping: Mapping, target: Target, wave: str, before: str) -> None:
    """Bring what the plan before came to into DuckDB: `settled` items by key, and keys that are `unsettled`. `standing` is there."""
    tables = layout(record).tables
    for name, table, columns in (("fate_before", "vs_fate", _FATE), ("flag_before", "vs_flag", _FLAG), ("left_before", "vs_left", ())):
        lines, batch = tables[table], tables["vs_batch"]
        asked = [lines.c[column] for column in columns or ("target_id", "source_key")]
        query = sa.select(*asked).select_from(lines.join(batch, batch.c.batch == lines.c.batch))
        mine = (batch.c.wave == wave, batch.c.plan == before, batch.c.mapping == mapping.mapping, lines.c.source_key.is_not(None))
        duck.register("lines", target.arrow(query.where(*mine)))
        duck.execute(f"create or replace table {name} as select * from lines")
        duck.unregister("lines")
    duck.execute(
        "create or replace table unsettled as select source_key as key from left_before"
        f" union select source_key from fate_before where {_AGAIN}"
        f" union select source_key from flag_before where flag = {literal(REFERENCE_EMPTY)}"
    )
    duck.execute(
        "create or replace table settled as select source_key as key, unit, 'unchanged' as fate, count(*) as items from standing"
        " where target_id not in (select target_id from left_before) group by 1, 2"
        f" union all select source_key, unit, fate, count(*) from fate_before where not ({_AGAIN}) group by 1, 2, 3"
    )
    # Summed up here, once, for every batch to look up its own keys: each of them would else go through all.
    duck.execute(
        "create or replace table settled_key as select key, min(unit) as unit, max(unit) as last_unit, sum(items)::bigint as items"
        " from settled group by key"
    )


def unsettled(record: Record, target: Target, plans: Collection[str]) -> dict[str, int]:
    """Mapping to the items that these plans left out for now, each of which a delta on them reads again whatever its mark says."""
    tables = layout(record).tables
    fate, batch = tables["vs_fate"], tables["vs_batch"]
    query = sa.select(batch.c.mapping, sa.func.count()).select_from(fate.join(batch, batch.c.batch == fate.c.batch))
    again = sa.or_(fate.c.fate == Fate.REJECTED.value, sa.and_(fate.c.fate == Fate.EXCLUDED.value, fate.c.reason == FOLLOWS))
    found = target.rows(query.where(batch.c.plan.in_(plans), again).group_by(batch.c.mapping))
    return {str(mapping): int(items) for mapping, items in found}


def scanned(duck: duckdb.DuckDBPyConnection, mapping: Mapping, rows: pa.Table, columns: tuple[str, ...], since: Mark) -> Carried:
    """What a batch may carry over unread. `rows` are its rows with the columns of a scan; `key_touched` are keys that must be read."""
    duck.register("extract", rows)
    duck.execute(place_sql(mapping, columns))
    duck.unregister("extract")
    fresh = fresh_sql(mapping, since)
    duck.execute(
        f"create or replace temp table key_scanned as select vs_key as key, count(*) as rows, bool_or({fresh}) as fresh,"
        " count(*) filter (vs_place = 'in_wave') as items, min(vs_unit) filter (vs_place = 'in_wave') as unit,"
        " max(vs_unit) filter (vs_place = 'in_wave') as last_unit from placed where vs_key is not null group by vs_key"
    )
    counted = "" if mapping.split else " or settled.items is distinct from case when key_scanned.items > 0 then key_scanned.items end"
    duck.execute(
        "create or replace temp table key_touched as select key_scanned.key, key_scanned.rows from key_scanned"
        " left join settled_key as settled on settled.key = key_scanned.key"
        " where key_scanned.fresh or key_scanned.key in (select key from unsettled)"
        " or settled.unit is distinct from key_scanned.unit or settled.last_unit is distinct from key_scanned.last_unit" + counted
    )
    duck.execute("insert into scanned select key from key_scanned")
    quiet = "(select key from key_scanned where items > 0 and key not in (select key from key_touched))"
    return Carried(
        rows.num_rows,
        arrow(duck, "select vs_place as place, vs_unit as unit, count(*) as rows from placed group by 1, 2 order by all"),
        arrow(duck, f"select unit, {_BY_FATE} from settled where key in {quiet} group by unit order by unit"),
        arrow(duck, f"select * from fate_before where source_key in {quiet} order by all"),
        arrow(duck, f"select * replace (items::bigint as items) from flag_before where source_key in {quiet} order by all"),
    )


def picked(duck: duckdb.DuckDBPyConnection, mapping: Mapping, source: Source, extract: Extract, batch: Batch) -> pa.Table:
    """All rows of the batch that was scanned last under keys that its scan found touched, as many as the scan saw.

    A source that cannot read by key, does not find by these, or is asked for most of its rows, reads the range, and the rest is dropped.
    Raises IntegrityBroken if rows are missing.
    """
    ((expected, seen),) = duck.execute("select coalesce(sum(rows), 0), (select count(*) from placed) from key_touched").fetchall()
    if isinstance(source, ReadsKeys) and mapping.key != (WHOLE_ROW,) and expected * SPARSE <= seen:
        found = _by_key(duck, mapping, source, extract, batch)
        if found is not None and found.num_rows == expected:
            return found
    found = _of_range(duck, mapping, source, extract, batch)
    if found.num_rows != expected:
        raise IntegrityBroken(
            f"Batch {batch.number} of {batch.mapping} read {found.num_rows} rows where its scan saw {expected}.",
            where=f"{extract.table}, batch {batch.number}",
            hint="Nothing of the batch was written. Give the command again; if it stays, the source changes while it is read.",
        )
    return found


def _by_key(duck: duckdb.DuckDBPyConnection, mapping: Mapping, source: ReadsKeys, extract: Extract, batch: Batch) -> pa.Table | None:
    """The touched rows as the source finds them; None if it was lost, or had no time for it: then it is asked for all of them, anew."""
    columns = ", ".join(f"any_value({quoted(column)})" for column in mapping.key)
    asked = f"select {columns} from placed where vs_key in (select key from key_touched) group by vs_key order by min(vs_row)"
    keys = [tuple(map(str, key)) for key in duck.execute(asked).fetchall()]
    try:
        return _touched(duck, mapping, extract, source.read_keys(extract, batch.range, mapping.key, keys))
    except (ConnectionLost, TookTooLong):
        return None


def _of_range(duck: duckdb.DuckDBPyConnection, mapping: Mapping, source: Source, extract: Extract, batch: Batch) -> pa.Table:
    """The touched rows among all of the range; in parts, where the source has no time for the whole."""
    try:
        return _touched(duck, mapping, extract, source.read(extract, batch.range))
    except TookTooLong as late:
        if not late.parts:
            raise
        return _of_range(duck, mapping, source, extract, batch)


def _touched(duck: duckdb.DuckDBPyConnection, mapping: Mapping, extract: Extract, rows: Iterable[pa.RecordBatch]) -> pa.Table:
    """Those of the rows whose key was touched, in the source's order; the others are gone before the next batch of rows comes."""
    key, found = key_sql(mapping, extract.columns), []
    for part in rows:
        duck.register("rows_read", part)
        found.append(arrow(duck, f"select * from rows_read where {key} in (select key from key_touched)"))
        duck.unregister("rows_read")
    return pa.concat_tables(found).sort_by("vs_row")
