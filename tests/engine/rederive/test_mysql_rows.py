"""Does the verifier's own reader of MariaDB read what the loader's reads, by another road, and is a broken line never the end?"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mariadb as server
import pyarrow as pa
import pymysql
import pytest

from vardskiftet.engine.rederive.borrowed import BorrowedRows
from vardskiftet.engine.rederive.mysql_rows import MysqlRows
from vardskiftet.engine.rederive.rows import Asked
from vardskiftet.engine.sources.mysql import open_source
from vardskiftet.engine.sources.protocol import Extract
from vardskiftet.errors import Unreachable
from vardskiftet.model.batch import KeyRange
from vardskiftet.model.system import SourceSpec, System

pytestmark = pytest.mark.server
VARIABLE = "LANDSTAD_JOURNAL"
TABLE = """
create table odd (
    a integer, b varchar(20), word longtext, real4 float, real8 double, exact decimal(30, 5), big bigint unsigned, moment datetime(6),
    instant timestamp(3) null, day date, clock time(2), yes bit(3), kind enum('zeta', 'alfa'), some set('x', 'y'), raw varbinary(20),
    year4 year, doc json, `col,umn "x``` varchar(9)
)
"""
ROWS = """
insert into odd (a, b, word, real4, real8, exact, big) values
    (1, 'å', 'plain', 0.1, 0.1, 1.10, 18446744073709551615), (2, 'Z', '', -3.4e38, -1e300, 0, 0),
    (3, 'b', null, 1e30, 1e-300, 1234567890123456789012345.67891, 7),
    (4, null, 'line\\nbreak, "quote" \\\\. %s \\t', 16777217, 0.3, -0.5, null),
    (null, 'a', '\\\\.', null, null, null, null), (5, 'a', 'NULL', null, null, null, null), (5, 'B', 'x', 1, 2, 3, 4)
"""
MORE = (
    """update odd set moment = '2024-11-05 07:00',
    instant = '2024-10-27 00:30:00.5', day = '2024-11-05', clock = '-12:30:00.25', yes = b'101',
    kind = 'zeta', some = 'x,y', raw = 'abc', year4 = 2024, doc = '{"a": [1, null]}', `col,umn "x``` = 'q' where a = 1""",
    "update odd set moment = '0000-00-00', day = '0000-00-00', clock = '838:59:59', yes = 0, kind = 'alfa', raw = x'ff00' where a = 2",
    "update odd set moment = '0001-01-01 00:00:00.000001', day = '9999-12-31', raw = '', doc = '[]', kind = 'zeta' where a = 3",
)


@pytest.fixture
def system(mariadb: str, monkeypatch: pytest.MonkeyPatch) -> System:
    server.did(mariadb, TABLE, ROWS, *MORE)
    monkeypatch.setenv(VARIABLE, mariadb)
    source = SourceSpec(kind="mysql", options={"url_from": VARIABLE})
    return System(system="journal", title="Journal", source=source, encoding="cp1252", timezone="Europe/Stockholm")


@pytest.fixture
def both(system: System, tmp_path: Path) -> Iterator[tuple[MysqlRows, BorrowedRows]]:
    own, loaders = MysqlRows(system, tmp_path), BorrowedRows(open_source(system, tmp_path))
    yield own, loaders
    own.close()
    loaders.close()


KEYS = [
    ("a", "b"),
    *(
        (one,)
        for one in ("a", "b", "word", "real4", "real8", "exact", "big", "moment", "instant", "day", "clock", "yes", "kind", "raw", "year4")
    ),
]


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_both_readers_read_the_same_rows_of_the_ranges_that_a_plan_cuts(both: tuple[MysqlRows, BorrowedRows], key: tuple[str, ...]) -> None:
    own, loaders = both
    columns = loaders.columns("odd")
    assert own.columns("odd") == columns
    asked = Asked("odd", columns, key)
    ranges = loaders.source.cuts(Extract("odd", columns, key), 2)
    assert len(ranges) > 1
    found = 0
    for within in (None, *ranges):
        mine, theirs = own.read(asked, within), loaders.read(asked, within)
        assert mine.column_names == ["vs_row", *columns, "vs_damaged"]
        assert mine.to_pylist() == theirs.select(mine.column_names).to_pylist(), within
        found += mine.num_rows
    assert found == 2 * own.count("odd") == 2 * loaders.count("odd") == 14
    halved_is_whole(own, asked)


def halved_is_whole(own: MysqlRows, asked: Asked) -> None:
    """The two sides of a middle are all rows of a range, and neither is empty where it has rows of several keys."""
    whole = own.read(asked, KeyRange())
    middle = own.middle(asked, KeyRange())
    sides = own.read(asked, KeyRange(high=middle)), own.read(asked, KeyRange(low=middle))
    assert all(side.num_rows for side in sides) or len(set(zip(*(whole[one].to_pylist() for one in asked.key), strict=True))) < 3
    assert [row | {"vs_row": 0} for side in sides for row in side.to_pylist()] == [row | {"vs_row": 0} for row in whole.to_pylist()]


def without_recoded(rows: pa.Table) -> list[dict[str, Any]]:
    """Rows without the note of which values were decoded by rule."""
    return rows.select([name for name in rows.column_names if name != "vs_recoded"]).to_pylist()


def test_a_query_and_single_keys(both: tuple[MysqlRows, BorrowedRows]) -> None:
    own, loaders = both
    sql = "select a, upper(b) as c, word from odd where a is not null and word not like '%z';"
    asked = Asked("", ("a", "c", "word"), ("a", "c"), sql)
    assert own.columns("", sql) == ("a", "c", "word")
    assert own.read(asked).to_pylist() == without_recoded(loaders.read(asked))
    every = loaders.read(Asked("odd", loaders.columns("odd"), ("a", "b")))
    for column in loaders.columns("odd"):
        texts = sorted({text for text in every[column].to_pylist() if text is not None})
        for wanted in (texts[:1], texts):
            mine, theirs = (reader.those(Asked("odd", ("a", column), ("a", "b")), column, wanted) for reader in both)
            assert mine[column].to_pylist() == theirs[column].to_pylist(), column
    assert own.those(Asked("odd", ("a",), ("a",)), "b", ["b"])["a"].to_pylist() == ["3"], "not the B that the server takes for the same"


def test_texts_that_are_other_bytes_than_their_column_says(system: System, tmp_path: Path) -> None:
    raw = system.model_copy(update={"source": SourceSpec(kind="mysql", options={"url_from": VARIABLE, "raw_text": True})})
    own, loaders = MysqlRows(raw, tmp_path), BorrowedRows(open_source(raw, tmp_path))
    asked = Asked("odd", ("a", "b", "word"), ("a",))
    assert own.read(asked).to_pylist() == without_recoded(loaders.read(asked))
    own.close()
    loaders.close()


def test_it_sees_one_state_and_can_write_nothing(both: tuple[MysqlRows, BorrowedRows], mariadb: str) -> None:
    own, _ = both
    assert own.count("odd") == 7
    server.did(mariadb, "delete from odd where a = 1")
    assert own.count("odd") == 7
    with pytest.raises(Unreachable), own._asking("odd") as cursor:
        cursor.execute("delete from odd")
    assert len(server.asked(mariadb, "select a from odd")) == 6


def test_a_connection_that_dies_in_the_middle_is_never_the_end(
    both: tuple[MysqlRows, BorrowedRows], mariadb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, _ = both
    server.did(mariadb, "create table many as select seq as a, repeat('x', 2000) as b from seq_1_to_20000")
    real, packets = pymysql.connections.Connection._read_packet, itertools.count()

    def dying(connection: Any, *more: Any) -> Any:
        if next(packets) == 500:
            server.did(mariadb, f"kill {connection.thread_id()}")
            connection._sock.close()
        return real(connection, *more)

    monkeypatch.setattr(pymysql.connections.Connection, "_read_packet", dying)
    with pytest.raises(Unreachable) as wrong:
        own.read(Asked("many", ("a", "b"), ("a",)))
    assert next(packets) > 500
    assert mariadb not in f"{wrong.value.message} {wrong.value.where} {wrong.value.hint}"
    monkeypatch.undo()
    monkeypatch.setenv(VARIABLE, mariadb)
    assert own.count("odd") == 7
