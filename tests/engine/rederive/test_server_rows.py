"""Does the verifier's own reader of PostgreSQL read what the loader's reads, by another road, and is a broken line never the end?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from vardskiftet.engine.rederive.borrowed import BorrowedRows
from vardskiftet.engine.rederive.rows import Asked
from vardskiftet.engine.rederive.server_rows import PostgresqlRows
from vardskiftet.engine.sources.postgresql import open_source
from vardskiftet.errors import TookTooLong, Unreachable
from vardskiftet.model.batch import KeyRange
from vardskiftet.model.system import SourceSpec, System

pytestmark = pytest.mark.server
VARIABLE = "LANDSTAD_JOURNAL"
TABLE = r"""
create schema journal;
create table journal.odd (
    a integer, b text, word text, real4 real, real8 double precision, exact numeric, moment timestamp, instant timestamptz,
    day date, yes boolean, raw bytea, doc json, list text[], "col,umn ""x" varchar(9)
);
insert into journal.odd (a, b, word, real4, real8, exact) values
    (1, 'å', 'plain', 0.1, 0.1, 1.10),
    (2, 'Z', '', 'NaN', '-Infinity', 0.0),
    (3, 'b', null, 1e30, 1e-300, 123456789012345678901234567890.5),
    (4, null, E'line\nbreak, "quote" and \\. and \t\r\n', 3.4028235e38, 0.30000000000000004, -0),
    (null, 'a', E'\\.', null, null, null),
    (5, 'a', 'NULL', null, null, null);
update journal.odd set moment = '2024-11-05 07:00', instant = '2024-10-27 02:30+02', day = '2024-11-05', yes = true, raw = 'abc',
    doc = '{"a": [1, null]}', list = '{x,"y z"}', "col,umn ""x" = 'q' where a = 1;
update journal.odd set yes = false, raw = '', list = '{}', "col,umn ""x" = '' where a = 2;
update journal.odd set moment = '0001-01-01 00:00:00.000001', instant = 'infinity', day = '9999-12-31', doc = '[]' where a = 3;
"""


@pytest.fixture
def system(postgresql: str, monkeypatch: pytest.MonkeyPatch) -> System:
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(TABLE.encode())
    monkeypatch.setenv(VARIABLE, postgresql)
    source = SourceSpec(kind="postgresql", options={"url_from": VARIABLE, "schema": "journal"})
    return System(system="journal", title="Journal", source=source, encoding="utf-8", timezone="Europe/Stockholm")


@pytest.fixture
def both(system: System, tmp_path: Path) -> Iterator[tuple[PostgresqlRows, BorrowedRows]]:
    own, loaders = PostgresqlRows(system, tmp_path), BorrowedRows(open_source(system, tmp_path))
    yield own, loaders
    own.close()
    loaders.close()


RANGES = [
    None,
    KeyRange(low=("2", "Z"), high=("5", "a")),
    KeyRange(low=None, high=("3", "b")),
    KeyRange(low=("3", "b"), high=None),
    KeyRange(nulls=True),
    KeyRange(low=("99", "x"), high=None),
]


@pytest.mark.parametrize("within", RANGES, ids=str)
def test_both_readers_read_the_same_rows_in_the_same_order(both: tuple[PostgresqlRows, BorrowedRows], within: KeyRange | None) -> None:
    own, loaders = both
    columns = loaders.columns("odd")
    assert own.columns("odd") == columns
    asked = Asked("odd", columns, ("a", "b"))
    mine, theirs = own.read(asked, within), loaders.read(asked, within)
    assert mine.column_names == theirs.column_names
    assert mine.to_pylist() == theirs.to_pylist()
    without = Asked("odd", tuple(one for one in columns if one != "raw"), ("a", "b"))
    assert own.read(without, within).to_pylist() == loaders.read(without, within).to_pylist()


KEYS = ("a", "b", "word", "real4", "real8", "exact", "moment", "instant", "day", "yes", "raw", "doc", "list")


@pytest.mark.parametrize("key", [("a", "b"), *((one,) for one in KEYS)], ids=str)
def test_the_two_sides_of_a_middle_are_all_rows(both: tuple[PostgresqlRows, BorrowedRows], key: tuple[str, ...]) -> None:
    own, loaders = both
    asked = Asked("odd", loaders.columns("odd"), key)
    whole, middle = own.read(asked, KeyRange()), own.middle(asked, KeyRange())
    sides = own.read(asked, KeyRange(high=middle)), own.read(asked, KeyRange(low=middle))
    assert whole.num_rows > 1 and all(side.num_rows for side in sides)
    assert [row | {"vs_row": 0} for side in sides for row in side.to_pylist()] == [row | {"vs_row": 0} for row in whole.to_pylist()]
    assert own.middle(asked, KeyRange(low=middle, high=middle)) is None


def test_a_question_that_takes_too_long_costs_only_itself(system: System, tmp_path: Path, postgresql: str) -> None:
    quick = system.model_copy(update={"source": SourceSpec(kind="postgresql", options=system.source.options | {"statement_timeout": 0.2})})
    own = PostgresqlRows(quick, tmp_path)
    assert own.count("odd") == 6
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("delete from journal.odd where a = 1")
    with pytest.raises(TookTooLong):
        own.read(Asked("", ("a",), (), "select a, pg_sleep(0.1) from journal.odd"))
    assert own.count("odd") == 6, "the same state is seen as before"
    own.close()


def test_a_query_a_count_and_single_keys(both: tuple[PostgresqlRows, BorrowedRows]) -> None:
    own, loaders = both
    sql = "select a, upper(b) as c, word from journal.odd where a is not null;"
    asked = Asked("", ("a", "c", "word"), ("a",), sql)
    assert own.columns("", sql) == ("a", "c", "word")
    assert own.read(asked).to_pylist() == loaders.read(asked).to_pylist()
    assert own.count("odd") == loaders.count("odd") == 6
    assert own.those(Asked("odd", ("a", "word"), ("a",)), "a", ["2", "4"])["a"].to_pylist() == ["2", "4"]
    (empty,) = own.those(Asked("odd", ("word",), ()), "a", ["3"])["word"].to_pylist()
    assert empty is None


def test_it_sees_one_state_and_can_write_nothing(both: tuple[PostgresqlRows, BorrowedRows], postgresql: str) -> None:
    own, _ = both
    assert own.count("odd") == 6
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("delete from journal.odd where a = 1")
    assert own.count("odd") == 6
    with pytest.raises(Unreachable):
        own.read(Asked("", ("a",), (), "select 1 as a from pg_sleep(0), (select setval('x', 1)) as s"))


def test_a_connection_that_dies_in_the_middle_is_never_the_end(
    both: tuple[PostgresqlRows, BorrowedRows], postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, _ = both
    real, cut = psycopg.Copy.read, []

    def dying(copy: psycopg.Copy) -> object:
        if len(cut) == 2:
            with psycopg.connect(postgresql, autocommit=True) as other:
                other.execute("select pg_terminate_backend(%s)", (copy.connection.info.backend_pid,))
        cut.append(1)
        return real(copy)

    monkeypatch.setattr(psycopg.Copy, "read", dying)
    many = "select n as a, repeat('x', 2000) as b from generate_series(1, 200000) as n"
    with pytest.raises(Unreachable) as wrong:
        own.read(Asked("", ("a", "b"), ("a",), many))
    assert len(cut) > 2
    assert postgresql not in f"{wrong.value.message} {wrong.value.where} {wrong.value.hint}"
    monkeypatch.undo()
    monkeypatch.setenv(VARIABLE, postgresql)
    assert own.count("odd") == 6
