"""Where does the verifier work? In a private DuckDB file of its own: derived and stored rows as digests, bounded in memory, resumable."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from vardskiftet.failpoint import reach

MEMORY = "384MiB"
LOG = "256MiB"
"""How much is written before it is folded into the file: at the default of 16 MiB that was a tenth of a verification."""
SHARED = "shared"
"""What every connection to the file may read and nobody needs later: as temporary as a temporary table, which has one reader only."""
NAMESPACE = "76cfa8a13cd95c0fb0c4a8dbb8b71b9f"
"""The project's UUID namespace, once and for ever (design §5)."""

_MACROS = (
    "counted(t) as (concat(strlen(t), ':', t))",
    # `substr` takes half the time of a slice.
    (
        "spelled_uuid(h) as (concat(substr(h, 1, 8), '-', substr(h, 9, 4), '-5', substr(h, 14, 3), '-',"
        " substr('89ab89ab89ab89ab', instr('0123456789abcdef', substr(h, 17, 1)), 1), substr(h, 18, 3), '-', substr(h, 21, 12)))"
    ),
    f"named_uuid(name) as (spelled_uuid(sha1(unhex('{NAMESPACE}') || encode(name))))",
    # Of columns whose bytes are no text, in order, those that something reads; NULL if there are none, and a torn row as it is.
    (
        "hurting(told, idle) as (case when told like 'row:%' then told when told is not null then"
        " (select string_agg(name, ', ') from (select unnest(str_split(told, ', ')) as name)"
        " where split_part(name, ' byte ', 1) not in (select unnest(idle))) end)"
    ),
    # A decimal as exact databases write it: no plus, no zeros before its digits, no minus before nothing.
    "unsigned_decimal(t) as (regexp_replace(ltrim(t, '+-'), '^0+([0-9])', '\\1'))",
    (
        "bare_decimal(t) as (case when t is null then null"
        " when t[1] = '-' and regexp_matches(t, '[1-9]') then '-' || unsigned_decimal(t) else unsigned_decimal(t) end)"
    ),
)

_TABLES = (
    "unit_place (value varchar, unit varchar, place varchar)",
    "path (key varchar, value varchar)",
    "of_care (key varchar, place varchar)",
    "book (book varchar, source varchar, target varchar)",
    "person (record_table varchar, domain varchar, identifier varchar, id varchar)",
    "owner (record_table varchar, id varchar, mapping varchar, key varchar)",
    "brought (mapping varchar, key varchar)",
    "decided (mapping varchar, key varchar, numbers varchar, id varchar, apart boolean)",
    "elsewhere (mapping varchar, key varchar, id varchar, fate varchar, came varchar)",
    "seeded (name varchar)",
    "done (mapping varchar, side varchar, part varchar, rows bigint)",
    (
        "derived (mapping varchar, key varchar, item varchar, unit varchar, fate varchar, reason varchar, id varchar,"
        " h1 ubigint, h2 ubigint, batch integer)"
    ),
    "flagged (mapping varchar, key varchar, item varchar, unit varchar, id varchar, flag varchar, batch integer)",
    # Of derived rows that are to stand, and of rows of the record: those whose bucket was not the same on both sides.
    "unmet (mapping varchar, id varchar, key varchar, item varchar, h1 ubigint, h2 ubigint, batch integer)",
    "stood (mapping varchar, id varchar, key varchar, h1 ubigint, h2 ubigint)",
)


def open_stage(path: Path, spill: Path) -> duckdb.DuckDBPyConnection:
    """The verifier's file, made where it is missing; nothing outside it can be reached from a mapping's SQL."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.rmtree(spill, ignore_errors=True)
    spill.mkdir(parents=True, mode=0o700)
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "temp_directory": str(spill),
        # One: a second was seen to cost a fifth more of both processors, and the other one reads ahead.
        "threads": 1,
        "preserve_insertion_order": False,
    }
    stage = duckdb.connect(str(path), config=settings)
    stage.execute("set global timezone = 'UTC'")
    stage.execute(f"set wal_autocheckpoint = '{LOG}'")
    stage.execute("pragma disable_checkpoint_on_shutdown")  # what came to its end is removed; what did not, goes on from the log
    for setting in ("autoinstall_known_extensions", "autoload_known_extensions"):
        stage.execute(f"set {setting} = false")
    stage.execute(f"attach ':memory:' as {SHARED}")
    _make_macros(stage)
    for table in _TABLES:
        stage.execute(f"create table if not exists {table}")
    stage.execute("set enable_external_access = false")
    stage.execute("set lock_configuration = true")
    path.chmod(0o600)
    return stage


def another(stage: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """One more connection to the same file: with transactions and temporary tables of its own, for a thread of its own."""
    other = stage.cursor()
    _make_macros(other)
    ((at,),) = stage.execute("select getvariable('extracted_at')::varchar").fetchall()
    other.execute("set variable extracted_at = ?::timestamptz", [at])
    return other


def _make_macros(stage: duckdb.DuckDBPyConnection) -> None:
    for macro in _MACROS:
        stage.execute(f"create or replace temp macro {macro}")


def fill(stage: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Put rows into a table by the names of their columns."""
    if not rows.num_rows:
        return
    stage.register("filling", rows)
    try:
        stage.execute(f"insert into {table} by name select * from filling")
    finally:
        stage.unregister("filling")


def fill_new(stage: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Put those rows into a table that are not there yet, each once."""
    names = ", ".join(rows.column_names)
    stage.register("filling", rows)
    try:
        stage.execute(f"insert into {table} by name select * from filling except select {names} from {table}")
    finally:
        stage.unregister("filling")


def arrow(stage: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
    """The answer of a query as an Arrow table."""
    return stage.sql(query).to_arrow_table()


AT_A_TIME = 20_000


def lines_of(answer: pa.Table) -> Iterator[dict[str, Any]]:
    """The rows of an answer by column, of which only a part is ever there as Python objects."""
    for part in answer.to_batches(max_chunksize=AT_A_TIME):
        yield from part.to_pylist()


def finished(stage: duckdb.DuckDBPyConnection, mapping: str, side: str, part: str) -> int | None:
    """How many rows a part had that was finished before; None if it was not."""
    found = stage.execute("select rows from done where mapping = ? and side = ? and part = ?", [mapping, side, part]).fetchall()
    return int(found[0][0]) if found else None


@contextmanager
def in_one(stage: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """One transaction: all of it, or nothing."""
    stage.execute("begin")
    try:
        yield
    except BaseException:
        stage.execute("rollback")
        raise
    reach("stage.commit.before")
    stage.execute("commit")
    reach("stage.commit.after")


def once(stage: duckdb.DuckDBPyConnection, name: str, work: Callable[[], None]) -> None:
    """Do something that is to be done once in the life of a stage."""
    if not stage.execute("select 1 from seeded where name = ?", [name]).fetchall():
        work()
        stage.execute("insert into seeded values (?)", [name])
