"""What do servers hold that a file does not? Their types, their orders, their lies; each is read as the guide says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import mariadb as my
import psycopg
import pyarrow as pa
import pytest
import servers as pg

from vardskiftet.engine.encoding import DAMAGED
from vardskiftet.engine.sources import open_source
from vardskiftet.engine.sources.protocol import Extract, Source
from vardskiftet.model.batch import KeyRange
from vardskiftet.model.system import SourceSpec, System

pytestmark = pytest.mark.server
VARIABLE = "JOURNAL_URL"


def opened(kind: str, root: Path, encoding: str = "utf-8", **options: Any) -> Source:
    spec = SourceSpec(kind=kind, options={"url_from": VARIABLE, **options})
    return open_source(System(system="elvis", title="Elvis", source=spec, encoding=encoding, timezone="Europe/Stockholm"), root)


@pytest.fixture
def maria(mariadb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Source]]:
    monkeypatch.setenv(VARIABLE, mariadb)
    with closing(opened("mysql", tmp_path)) as source:
        yield mariadb, source


@pytest.fixture
def postgres(postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Source]]:
    monkeypatch.setenv(VARIABLE, postgresql)
    with closing(opened("postgresql", tmp_path)) as source:
        yield postgresql, source


def read(source: Source, extract: Extract, within: KeyRange | None = None) -> pa.Table:
    return pa.Table.from_batches(list(source.read(extract, within)))


def one_row(source: Source) -> dict[str, str | None]:
    """The only row of the table `t`, without its place."""
    columns = tuple(column.name for column in source.schema()["t"])
    (row,) = read(source, Extract("t", columns)).to_pylist()
    return {name: row[name] for name in (*columns, DAMAGED)}


def holds_every_row_once(source: Source, extract: Extract, total: int) -> list[list[dict[str, Any]]]:
    """The rows of each range, in order; counts, reading and the whole agree."""
    ranges = tuple(KeyRange.model_validate_json(one.model_dump_json()) for one in source.cuts(extract, 3))
    parts = [read(source, extract, one).to_pylist() for one in ranges]
    assert len(ranges) > 2
    assert [source.count_range(extract, one) for one in ranges] == [len(part) for part in parts]
    assert sum(map(len, parts)) == source.count(extract.table) == total
    return parts


# --- MariaDB --------------------------------------------------------------------------------------------------------------

MARIA = {
    "smallest": ("tinyint(1)", "1", "1"),
    "big": ("bigint unsigned", "18446744073709551615", "18446744073709551615"),
    "exact": ("decimal(38,10)", "1234567890123456789012345678.0000000001", "1234567890123456789012345678.0000000001"),
    "single": ("float", "0.1", "0.1"),
    "whole_single": ("float", "16777216", "16777216"),
    "real_": ("double", "0.1e0 + 0.2e0", "0.30000000000000004"),
    "bits": ("bit(10)", "b'1000000001'", "513"),
    "padded": ("char(10)", "'ab  '", "ab"),
    "no_day": ("date", "'0000-00-00'", "0000-00-00"),
    "half_day": ("date", "'2024-02-00'", "2024-02-00"),
    "local_": ("datetime(3)", "'2024-10-27 02:30:00.125'", "2024-10-27 02:30:00.125"),
    "moment": ("timestamp null", "'2024-10-27 00:30:00'", "2024-10-27 00:30:00+00"),
    "long_time": ("time", "'-838:59:59'", "-838:59:59"),
    "vintage": ("year", "2024", "2024"),
    "kind": ("enum('z','å')", "'å'", "å"),
    "some": ("set('x','y')", "'x,y'", "x,y"),
    "old_text": ("varchar(20) character set latin1", "'åäö €'", "åäö €"),
    "emoji": ("text", "'\U0001f600\u2028'", "\U0001f600\u2028"),
    "bytes_": ("varbinary(10)", "x'C3A5'", "å"),
    "nothing": ("text", "null", None),
    "empty": ("text", "''", ""),
    "document": ("json", """'{"a": 1}'""", '{"a": 1}'),
    "place": ("point", "point(1, 2)", "POINT(1 2)"),
    "key_": ("uuid", "'f47ac10b-58cc-4372-a567-0e02b2c3d479'", "f47ac10b-58cc-4372-a567-0e02b2c3d479"),
}
"""Column to its type, a value as SQL, and its text."""


def test_every_type_of_mariadb_becomes_its_text(maria: tuple[str, Source]) -> None:
    url, source = maria
    columns = ", ".join(f"{name} {kind}" for name, (kind, _, _) in MARIA.items())
    my.did(url, f"create table t ({columns})", f"insert into t select {', '.join(value for _, value, _ in MARIA.values())}")
    expected = {name: text for name, (_, _, text) in MARIA.items()} | {DAMAGED: None}
    assert one_row(source) == expected
    asked = ", ".join(MARIA)
    assert read(source, Extract("", tuple(MARIA), (), f"select {asked} from t where 1 = 1")).select(list(MARIA)).to_pylist()[0] == {
        name: text for name, text in expected.items() if name != DAMAGED
    }


KEYS = {
    "Swedish, without case": ("varchar(20) collate utf8mb4_swedish_ci", ["a", "B", "z", "Z", "å", "Ä", "ö", "aa", "y", "ü", "A", "v", "w"]),
    "latin1": ("varchar(20) character set latin1 collate latin1_swedish_ci", ["a", "å", "ä", "ö", "z", "é", "e", "Ö", "b"]),
    "exact numbers": ("decimal(38,20)", [f"0.{number:020}" for number in (1, 2, 3, 10, 99)] + ["12345678901234567.5", "-1", "0", "7"]),
    "large numbers": ("bigint unsigned", ["18446744073709551615", "18446744073709551614", "9223372036854775808", "1", "2", "0", "3"]),
    "singles": ("float", ["0.1", "0.2", "0.3", "1e10", "-1e-10", "16777217", "3"]),
    "days that are none": ("date", ["0000-00-00", "2024-02-00", "2024-02-01", "1000-01-01", "9999-12-31", "2024-00-00", "2023-01-01"]),
    "in the order of their list": ("enum('z','m','a','k','b','x','c')", ["a", "z", "k", "m", "c", "b", "x"]),
    "bits": ("bit(64)", ["1", "2", "18446744073709551615", "9223372036854775808", "0", "5", "7"]),
    "bytes": ("varbinary(10)", ["a", "A", "å", "", "b", "\\\\", "'"]),
    "blanks at the end": ("char(5)", ["a", "b", "c", "d ", "e", "f", "A"]),
    "times": ("time", ["-10:00:00", "00:00:00", "10:00:00", "100:00:00", "-838:59:59", "09:00:00", "1:00:00"]),
}


@pytest.mark.parametrize("sort", sorted(KEYS))
def test_ranges_are_compared_in_mariadbs_own_order(maria: tuple[str, Source], sort: str) -> None:
    url, source = maria
    kind, keys = KEYS[sort]
    my.did(url, f"create table t (n int, k {kind}, l int)")
    with my.connected(url) as connection, connection.cursor() as cursor:
        for number, key in enumerate(keys * 2):
            value = int(key) if kind.startswith("bit(") else key.replace("\\\\", "\\")
            cursor.execute("insert into t values (%s, %s, %s)", (number, value, number % 3))
    own = [str(number) for (number,) in my.asked(url, "select n from t order by k, l, n")]
    for key in (("k",), ("k", "l")):
        parts = holds_every_row_once(source, Extract("t", ("n", "k", "l"), key), len(keys) * 2)
        homes = {(row["k"], row["l"] if len(key) > 1 else ""): at for at, part in enumerate(parts) for row in part}
        assert all(homes[row["k"], row["l"] if len(key) > 1 else ""] == at for at, part in enumerate(parts) for row in part)
    ordered = [row["n"] for part in holds_every_row_once(source, Extract("t", ("n", "k", "l"), ("k", "l", "n")), len(own)) for row in part]
    assert ordered == own


def test_a_column_that_lies_about_its_charset_is_read_as_the_bytes_that_lie_there(
    mariadb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, mariadb)
    my.did(mariadb, "create table t (n int, v varchar(20) character set latin1)")
    # What an old client did that spoke UTF-8 and said latin1; and one that spoke cp1252.
    my.did(mariadb, "insert into t values (1, cast(x'C3A5' as binary)), (2, cast(x'E5' as binary)), (3, 'plain')")
    with closing(opened("mysql", tmp_path)) as source:
        assert read(source, Extract("t", ("v",), ("n",)))["v"].to_pylist() == ["Ã¥", "å", "plain"]
    with closing(opened("mysql", tmp_path, "cp1252", raw_text=True)) as source:
        assert read(source, Extract("t", ("v",), ("n",)))["v"].to_pylist() == ["å", "å", "plain"]


def test_a_query_in_mariadbs_own_sql_keeps_the_servers_words(maria: tuple[str, Source]) -> None:
    url, source = maria
    my.did(url, "create table t (a int, b varchar(5))", "insert into t values (1, 'x'), (2, 'y')")
    sql = """select a, concat(b, "%s", '?') as c from t -- that is all"""
    assert source.columns(sql) == ("a", "c")
    rows = read(source, Extract("t", ("a", "c"), ("a",), sql), KeyRange(low=("2",)))
    assert rows.select(["a", "c"]).to_pylist() == [{"a": "2", "c": "y%s?"}]


# --- PostgreSQL -----------------------------------------------------------------------------------------------------------

MOOD = '"Läge ""x"""'
POSTGRES = {
    "big": ("bigint", "9223372036854775807", "9223372036854775807"),
    "exact": ("numeric", "1234567890123456789012345678.00000000010", "1234567890123456789012345678.00000000010"),
    "scaled": ("numeric(10,2)", "1.5", "1.50"),
    "single": ("real", "0.1", "0.1"),
    "real_": ("double precision", "0.1::float8 + 0.2::float8", "0.30000000000000004"),
    "endless": ("double precision", "'NaN'", "NaN"),
    "yes": ("boolean", "true", "true"),
    "padded": ("char(10)", "'ab  '", "ab"),
    "day_": ("date", "'2024-02-29'", "2024-02-29"),
    "local_": ("timestamp(3)", "'2024-10-27 02:30:00.125'", "2024-10-27 02:30:00.125"),
    "moment": ("timestamptz", "'2024-10-27 02:30:00+02'", "2024-10-27 00:30:00+00"),
    "far": ("timestamp", "'infinity'", "infinity"),
    "time_": ("time", "'10:00'", "10:00:00"),
    "span": ("interval", "'1 day 2 hours'", "1 day 02:00:00"),
    "list_": ("int[]", "'{1,null,2}'", "{1,NULL,2}"),
    "document": ("json", """'{"a":  1}'""", '{"a":  1}'),
    "binary_document": ("jsonb", """'{"a":  1}'""", '{"a": 1}'),
    "key_": ("uuid", "'f47ac10b-58cc-4372-a567-0e02b2c3d479'", "f47ac10b-58cc-4372-a567-0e02b2c3d479"),
    "bytes_": ("bytea", "'\\xC3A5'", "å"),
    "mood_": (MOOD, "'gott'", "gott"),
    "checked": ("tal", "7", "7"),
    "net": ("inet", "'10.0.0.1/8'", "10.0.0.1/8"),
    "spot": ("point", "'(1,2)'", "(1,2)"),
    "flags": ("bit(4)", "b'1001'", "1001"),
    "whole": ("t0", "row(1, 'a b')", '(1,"a b")'),
    "nothing": ("text", "null", None),
    "empty": ("text", "''", ""),
}
OWN_TYPES = (
    f"create type {MOOD} as enum ('gott', 'dåligt')",
    "create domain tal as int check (value > 0)",
    "create type t0 as (a int, b text)",
)


def test_every_type_of_postgresql_becomes_its_text(postgres: tuple[str, Source]) -> None:
    url, source = postgres
    columns = ", ".join(f"{name} {kind}" for name, (kind, _, _) in POSTGRES.items())
    values = ", ".join(value for _, value, _ in POSTGRES.values())
    pg.did(url, *OWN_TYPES, f"create table t ({columns})", f"insert into t values ({values})")
    assert one_row(source) == {name: text for name, (_, _, text) in POSTGRES.items()} | {DAMAGED: None}


PG_KEYS = {
    "texts": ('text collate "C"', ["a", "B", "z", "å", "", "aa", "'", "\\"]),
    "exact numbers": ("numeric", ["0.00000000000000000001", "12345678901234567.5", "-1", "0", "7", "NaN", "0.1"]),
    "reals": ("double precision", ["0.1", "-0.1", "1e300", "5e-324", "Infinity", "NaN", "3"]),
    "singles": ("real", ["0.1", "0.2", "0.3", "1e10", "-1e-10", "16777216", "3"]),
    "moments": (
        "timestamptz",
        ["2024-10-27 02:30:00+02", "2024-10-27 02:30:00+01", "infinity", "1000-01-01 00:00+00", "2024-01-01 00:00+00", "-infinity"],
    ),
    "in the order of their list": (MOOD, ["gott", "dåligt", "gott", "dåligt", "gott", "dåligt", "gott"]),
    "bytes": ("bytea", ["\\xff", "\\x00", "\\x", "\\xc3a5", "\\x01", "\\x02"]),
    "blanks at the end": ("char(5)", ["a", "b", "c", "d ", "e", "f", "A"]),
    "documents": ("json", ["1", "2", '{"a": 1}', "[]", '"x"', "3"]),
    "booleans": ("boolean", ["true", "false", "true", "false", "true", "true"]),
    "spans": ("interval", ["1 day", "24 hours", "1 month", "30 days", "-1 day", "1 second"]),
    "lists": ("int[]", ["{1}", "{1,2}", "{}", "{3}", "{2}", "{1,1}"]),
}


@pytest.mark.parametrize("sort", sorted(PG_KEYS))
def test_ranges_are_compared_in_postgresqls_own_order(postgres: tuple[str, Source], sort: str) -> None:
    url, source = postgres
    kind, keys = PG_KEYS[sort]
    plain = kind.partition(" collate")[0]
    pg.did(url, *OWN_TYPES, f"create table t (n int, k {kind}, l int)")
    for number, key in enumerate(keys * 2):
        pg.asked(url, f"insert into t values (%s, cast(%s as {plain}), %s) returning n", number, key, number % 3)
    for key in (("k",), ("k", "l")):
        holds_every_row_once(source, Extract("t", ("n", "k", "l"), key), len(keys) * 2)
    order = "cast(k as text)" if kind == "json" else "k"
    own = [str(number) for (number,) in pg.asked(url, f"select n from t order by {order}, l, n")]
    parts = holds_every_row_once(source, Extract("t", ("n", "k", "l"), ("k", "l", "n")), len(own))
    assert [row["n"] for part in parts for row in part] == own


SWEDISH = ["a", "B", "z", "Z", "å", "Ä", "ö", "aa", "y", "ü", "A", "v", "w"]


@pytest.mark.parametrize("collation", ["provider = icu, locale = 'sv'", "provider = icu, locale = 'sv-u-ks-level2', deterministic = false"])
def test_ranges_are_compared_in_swedish_where_postgresql_knows_it(postgres: tuple[str, Source], collation: str) -> None:
    url, source = postgres
    try:
        pg.did(url, f"create collation swedish ({collation})")
    except psycopg.Error:
        pytest.skip("not examined: postgresql-icu")
    pg.did(url, "create table t (n int, k text collate swedish)")
    for number, key in enumerate(SWEDISH):
        pg.asked(url, "insert into t values (%s, %s) returning n", number, key)
    own = [str(number) for (number,) in pg.asked(url, "select n from t order by k, n")]
    parts = holds_every_row_once(source, Extract("t", ("n", "k"), ("k", "n")), len(own))
    assert [row["n"] for part in parts for row in part] == own
    holds_every_row_once(source, Extract("t", ("n", "k"), ("k",)), len(own))


def test_a_partitioned_table_is_one_and_a_view_is_read_too(postgres: tuple[str, Source]) -> None:
    url, source = postgres
    pg.did(
        url,
        "create table t (a int, b text) partition by list (a)",
        "create table t1 partition of t for values in (1)",
        "create table t2 partition of t for values in (2)",
        "insert into t values (1, 'x'), (2, 'y')",
        "create view v as select a from t",
        "create materialized view m as select b from t",
        "create materialized view unfilled as select b from t with no data",
        "create table nothing ()",
    )
    assert sorted(source.schema()) == ["m", "nothing", "t", "v"]
    assert source.schema()["nothing"] == ()
    with closing(source.hold(Path())) as held:
        assert [held.count(table) for table in ("m", "t", "v")] == [2, 2, 2]


def test_a_query_that_is_more_than_one_statement_is_refused(postgres: tuple[str, Source]) -> None:
    url, source = postgres
    pg.did(url, "create table t (a int)", "insert into t values (1)")
    for sql in ("select 1) x; drop table t; select * from (select 1", "select 1 as a; drop table t"):
        with pytest.raises(Exception, match="cannot"):
            source.columns(sql)
        with pytest.raises(Exception, match="cannot"):
            read(source, Extract("t", ("a",), (), sql))
    assert source.count("t") == 1


COMPOSITE = "create table line (id integer, part integer not null, place integer not null, primary key (place, part))"


def test_a_declared_primary_key_is_told_in_its_own_order(
    postgres: tuple[str, Source], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, source = postgres
    with psycopg.connect(url) as connection:
        connection.execute(COMPOSITE)
        connection.execute("create table bare (id integer unique)")
        connection.execute("create table wide (id integer, name text, primary key (id) include (name))")
    assert [source.primary_key(table) for table in ("line", "bare", "gone", "wide")] == [("place", "part"), (), (), ("id",)]
    monkeypatch.setenv(VARIABLE, url.replace("postgresql://", "postgresql+psycopg://"))
    with closing(opened("sqlalchemy", tmp_path)) as other:
        assert [other.primary_key(table) for table in ("line", "bare")] == [("place", "part"), ()]


def test_so_is_one_of_mysql(maria: tuple[str, Source]) -> None:
    url, source = maria
    my.did(url, COMPOSITE, "create table bare (id integer unique)")
    assert [source.primary_key(table) for table in ("line", "bare")] == [("place", "part"), ()]
