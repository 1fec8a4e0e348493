"""How is DuckDB opened? In memory, bounded, with nowhere to go: no file, no network, no setting can be reached from a mapping."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow as pa

from vardskiftet.engine.files import private_folder
from vardskiftet.engine.transforms import KINDS
from vardskiftet.engine.zones import zone_weeks
from vardskiftet.model.codebook import Codebook

MEMORY = "512MiB"

MACROS = (
    # The variant of RFC 9562 in the upper bits of a hexadecimal digit, by its code from '0' to 'f'; four times as fast as translate().
    f"uuid_variant(d) as (substr('89ab89ab89{'-' * 39}ab89ab', ord(d) - 47, 1))",
    # UUIDv5 (RFC 9562) of a name under a namespace given as a blob.
    (
        "uuid5_of_sha1(h) as ((substr(h, 1, 12) || '5' || substr(h, 14, 3) || uuid_variant(substr(h, 17, 1)) || substr(h, 18, 15))"
        "::uuid::varchar)"
    ),
    "uuid5(space, name) as (uuid5_of_sha1(sha1(space || encode(name))))",
    # Length-prefixed, so that no two different lists of texts read alike.
    "part(t) as (strlen(t) || ':' || t)",
    # Type-tagged and length-prefixed, NULL tagged: the one encoding of a stored value in a row digest.
    "tagged(tag, t) as (concat(tag, strlen(t), if(t is null, '-', ':'), t))",
    # What `vs_damaged` lists, without columns that nothing reads; a line that is no row of its table stays one.
    (
        "damage_beside(told, unread) as (case when told is null or starts_with(told, 'row:') then told"
        " else nullif(array_to_string(list_filter(string_split(told, ', '),"
        " lambda one: not list_contains(unread, regexp_replace(one, ' byte [0-9]+$', ''))), ', '), '') end)"
    ),
    # A decimal's writing as a database's exact decimals have it: 7.50 for +007.50, and no minus before a zero.
    "bare_number(t) as (case when t = '' or starts_with(t, '.') then '0' || t else t end)",
    (
        "number_text(t) as (case when starts_with(t, '-') and regexp_matches(t, '[1-9]') then '-' else '' end"
        " || bare_number(ltrim(t, '+-0')))"
    ),
    (
        "instant_text(t) as (case when epoch_us(t) % 1000000 = 0 then strftime(t, '%Y-%m-%dT%H:%M:%SZ')"
        " else strftime(t, '%Y-%m-%dT%H:%M:%S.%fZ') end)"
    ),
)


def open_duck(spill: Path | None = None, codebooks: Iterable[Codebook] = (), zones: Iterable[str] = ()) -> duckdb.DuckDBPyConnection:
    """A locked connection with the macros of all transforms, the codebooks, and the zones' clock changes.

    `spill` is a private folder that is emptied first; without one, nothing is ever spilled. Raises nothing of its own.
    """
    # Batches are worked side by side, each by its own connection; threads of the engine's own beside them cost a quarter more (measured).
    duck = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(_private(spill)) if spill else "", "threads": 1})
    duck.execute("set global timezone = 'UTC'")  # also for connections beside this one
    duck.execute("set autoinstall_known_extensions = false")
    duck.execute("set autoload_known_extensions = false")
    for macro in (*MACROS, *(macro for kind in KINDS.values() for macro in kind.MACROS)):
        duck.execute(f"create macro {macro}")
    duck.execute("create table codebook (codebook varchar, source varchar, target varchar)")
    entries = [(book.codebook, *entry) for book in codebooks for entry in book.entries]
    if entries:
        duck.register("entries", pa.table(list(map(pa.array, zip(*entries, strict=True))), ["codebook", "source", "target"]))
        duck.execute("insert into codebook select * from entries")
        duck.unregister("entries")
    duck.execute(
        "create table zone_week (zone varchar, week bigint, offset_before bigint, offset_after bigint,"
        " odd varchar, odd_from timestamp, odd_until timestamp)"
    )
    for zone in sorted(set(zones)):
        duck.register("weeks", zone_weeks(zone))
        duck.execute("insert into zone_week select * from weeks")
        duck.unregister("weeks")
    duck.execute("set enable_external_access = false")
    duck.execute("set lock_configuration = true")
    return duck


def beside(duck: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Another connection to the same engine, for another batch at the same time: temporary tables are its own, look-ups are shared."""
    other = duck.cursor()
    ((moment,),) = duck.execute("select getvariable('extracted_at')::varchar").fetchall()
    other.execute("set variable extracted_at = ?::timestamptz", [moment])
    return other


def arrow(duck: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
    """The answer of a query as an Arrow table."""
    answer = duck.sql(query)
    return answer.to_arrow_table()


def _private(folder: Path) -> Path:
    """The folder, empty and closed to others: what a killed engine spilled are patients' rows."""
    shutil.rmtree(folder, ignore_errors=True)
    return private_folder(folder)
