"""How is a batch taken out of a drop? Its files are withdrawn; what must stay of its rows comes anew, what must go is told by key.

The statements are those of every target, carried out in DuckDB on the batch's own rows; what they leave is then written as files.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.targets.drop_entries import Entries
from vardskiftet.engine.targets.drop_reading import DropReading
from vardskiftet.engine.targets.drop_types import ENTRY, schema_of
from vardskiftet.engine.targets.protocol import TakenBack, TakingBack
from vardskiftet.engine.targets.taking_back import KEPT, OF_A_BATCH, RESTORED, taken_back
from vardskiftet.errors import IntegrityBroken
from vardskiftet.model.record import Record

KEPT_FOR_EVER = ("vs_identity", "vs_undone")


@dataclass(frozen=True, slots=True)
class Left:
    """What a batch that is taken back leaves: rows that come anew, keys that go, lines of the books, and files that are nothing now."""

    done: TakenBack
    renewed: pa.Table
    removed: pa.Table
    undone: pa.Table
    images: pa.Table | None
    """All before-images, where they must be written anew."""
    withdrawn: tuple[str, ...]


def left_of(reading: DropReading, record: Record, entries: Entries, taking: TakingBack) -> Left:
    """Carry out the statements in memory; nothing is written. Raises IntegrityBroken for a batch that came by a seed."""
    own = entries.of_batch(taking.entry.batch)
    if not any(entry.is_of(taking.entry.batch) for entry in entries.all):
        raise IntegrityBroken("A batch that another wave brought cannot be taken out of a scratch drop.", where=taking.entry.mapping)
    name, key = quoted(taking.table.table), quoted(taking.table.key)
    tables = [one for one in reading.layout.tables if not one.startswith("vs_")] + ["vs_contribution", "vs_image"]
    with reading.opened(entries, [one for one in tables if one != taking.table.table]) as duck:
        _stand(duck, reading, entries, taking)
        done = taken_back(lambda sql: _run(duck, sql), record, taking)
        renewed = duck.sql(f"select * from {name} where {key} in (select {key} from own_keys) order by {key}").to_arrow_table()
        removed = duck.sql(f"select {key} from own_keys where {key} not in (select {key} from {name}) order by 1").to_arrow_table()
        undone = duck.sql("select * from vs_undone order by all").to_arrow_table()
        mine = [line for line in own if line.table not in KEPT_FOR_EVER]
        others = [name for name in entries.files("vs_image", "books") if name not in {line.file for line in mine}]
        images = _images(duck, reading, others)
        spent = _spent(duck, reading, entries, taking)
    withdrawn = [line.file for line in mine] + (others if images is not None else []) + spent
    return Left(done, renewed, removed, undone, images, tuple(sorted(set(withdrawn))))


def _stand(duck: duckdb.DuckDBPyConnection, reading: DropReading, entries: Entries, taking: TakingBack) -> None:
    """The tables that the statements change: the batch's rows (all of its table, where rows of that refer to each other), and the books."""
    name, key, batch = taking.table.table, quoted(taking.table.key), taking.entry.batch
    reading.view(duck, entries, name)
    itself = any(column.references == name for column in taking.table.columns)
    duck.execute(f"create temporary table own_rows as select * from {quoted(name)}" + ("" if itself else f" where _batch = {batch}"))
    duck.execute(f"drop view {quoted(name)}")
    duck.execute(f"alter table own_rows rename to {quoted(name)}")
    duck.execute(f"create temporary table own_keys as select {key} from {quoted(name)} where _batch = {batch}")
    duck.execute("create temporary table image_lines as select * from vs_image")
    duck.execute("drop view vs_image")
    duck.execute("alter table image_lines rename to vs_image")
    known = f"target_id in (select {key} from own_keys) or target_id in (select target_id from vs_image)"
    duck.execute(
        "create temporary table given_lines as select * from vs_contribution"
        f" where record_table = {literal(name)} and ({known}) or batch = {batch}"
    )
    duck.execute("drop view vs_contribution")
    duck.execute("alter table given_lines rename to vs_contribution")
    # What of the other books is the batch's goes with its files: nothing else of them is asked.
    for books in ("vs_undone", *OF_A_BATCH):
        if books not in ("vs_image", "vs_contribution"):
            duck.register("no_lines", schema_of(reading.layout.tables[books]).empty_table())
            duck.execute(f"create temporary table {books} as select * from no_lines")
            duck.unregister("no_lines")
    for staged, rows in ((KEPT, taking.keep), (RESTORED, taking.restored)):
        duck.register("staged_rows", rows)
        duck.execute(f"create temporary table {staged} as select * from staged_rows")
        duck.unregister("staged_rows")


def _images(duck: duckdb.DuckDBPyConnection, reading: DropReading, others: list[str]) -> pa.Table | None:
    """All before-images that are left, if those in the files of `others`, which stay, are different ones now; else None."""
    before = reading.files_sql(others, reading.layout.tables["vs_image"])
    gone = f"({before}) except all (select * from vs_image)"
    come = f"(select * from vs_image) except all ({before})"
    ((changed,),) = duck.execute(f"select count(*) from (({gone}) union all ({come}))").fetchall()
    return duck.sql("select * from vs_image order by all").to_arrow_table() if changed else None


def _spent(duck: duckdb.DuckDBPyConnection, reading: DropReading, entries: Entries, taking: TakingBack) -> list[str]:
    """Files in which earlier ways back gave rows again that have all been changed or taken out since."""
    table, key, found = taking.table.table, quoted(taking.table.key), []
    for entry in (one for one in entries.all if one.kind == "undo"):
        given = [line.file for line in entry.files if line.table == table and line.holds == "renewed"]
        standing = [name for name in entries.files(table, "renewed") if name in given]
        if not standing:
            continue
        changed = entries.files(table, "renewed", "removed")
        later = f"select {key}, {ENTRY} from read_parquet({reading.listed(changed)}, union_by_name = true) where {ENTRY} > {entry.entry}"
        rows = f"select {key} from read_parquet({reading.listed(standing)})"
        asked = (
            f"select count(*) from ({rows}) where {key} not in (select {key} from own_keys) and {key} not in (select {key} from ({later}))"
        )
        ((there,),) = duck.execute(asked).fetchall()
        found += [] if there else given
    return found


def _run(duck: duckdb.DuckDBPyConnection, sql: str) -> int:
    """Rows that a statement changed."""
    found = duck.execute(sql).fetchall()
    return int(found[0][0]) if found and found[0] else 0
