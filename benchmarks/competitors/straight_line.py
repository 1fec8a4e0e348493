"""What does the same work cost without a tool? A script for this one journal: ADBC in, DuckDB's SQL a batch at a time, ADBC out.

Same ids, same digests, same rejects with their reasons as the tool, row for row; the runner compares them. No books, no manifests, no
plan, no lock, no restart: whoever kills it begins again. Reading, transforming and writing overlap; keys and indexes come when a table
is full.

    python -m benchmarks.competitors.straight_line SOURCE_KIND SOURCE TARGET_KIND TARGET
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from benchmarks.competitors.straight_line_ends import READERS, WRITERS, Writer
from benchmarks.competitors.straight_line_sql import MACROS, TABLES, Table
from benchmarks.workload.codes import CODEBOOKS

ROWS = 65_536


def engine() -> duckdb.DuckDBPyConnection:
    """DuckDB with the codes, the clock changes and an empty table of patients."""
    duck = duckdb.connect(config={"memory_limit": "512MiB", "threads": 2})
    for macro in MACROS:
        duck.execute(f"create macro {macro}")
    codes = [(book, source, target) for book, (_, found) in CODEBOOKS.items() for source, target in found.items()]
    books, sources, targets = zip(*codes, strict=True)
    duck.register("codes", pa.table({"book": books, "source": sources, "target": targets}))
    duck.execute("create table code as select * from codes")
    duck.register("changes", _clock_changes("Europe/Stockholm", range(2000, 2031)))
    duck.execute("create table clock as select * from changes")
    for name in ("patient", "encounter"):
        duck.execute(f"create table {name} (key varchar, id varchar)")
    return duck


def _clock_changes(zone: str, years: Iterable[int]) -> pa.Table:
    """For each year, in local time, when summer begins and ends."""
    place = ZoneInfo(zone)
    rows = []
    for year in years:
        hours = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(8760)]
        shift = [moment.astimezone(place).utcoffset() == timedelta(hours=2) for moment in hours]
        spring, autumn = shift.index(True), 8759 - shift[::-1].index(True) + 1
        local = [hours[at].replace(tzinfo=None) for at in (spring, autumn)]
        rows.append((year, local[0] + timedelta(hours=1), local[1] + timedelta(hours=2)))
    year, begins, ends = zip(*rows, strict=True)
    return pa.table(
        {"year": pa.array(year, pa.int64()), "begins": pa.array(begins, pa.timestamp("us")), "ends": pa.array(ends, pa.timestamp("us"))}
    )


def load(duck: duckdb.DuckDBPyConnection, table: Table, rows: Iterator[pa.RecordBatch], writer: Writer) -> tuple[int, int]:
    """Move one table; rows accepted and rejected."""
    accepted = rejected = 0
    with ThreadPoolExecutor(1) as reading, ThreadPoolExecutor(1) as writing:
        ahead, behind = reading.submit(next, rows, None), None
        while (batch := ahead.result()) is not None:
            ahead = reading.submit(next, rows, None)
            duck.register("extract", batch)
            duck.execute(f"create or replace temp table outcome as {table.sql}")
            duck.unregister("extract")
            good = duck.sql(f"select {table.columns} from outcome where reason is null").to_arrow_table()
            bad = duck.sql("select key, reason from outcome where reason is not null").to_arrow_table()
            if table.remembered:
                duck.execute(f"insert into {table.into} select key, id from outcome where reason is null")
            if behind is not None:
                behind.result()
            behind = writing.submit(writer.write, table.into, good, bad)
            accepted, rejected = accepted + good.num_rows, rejected + bad.num_rows
        if behind is not None:
            behind.result()
    return accepted, rejected


def main(source_kind: str, source: str, target_kind: str, target: str) -> None:
    """All tables, parents first."""
    read, duck, writer = READERS[source_kind], engine(), WRITERS[target_kind](target)
    for table in TABLES:
        accepted, rejected = load(duck, table, read(source, table, ROWS), writer)
        print(f"{table.into}: {accepted} accepted, {rejected} rejected")
    writer.finish()


if __name__ == "__main__":
    main(*sys.argv[1:5])
