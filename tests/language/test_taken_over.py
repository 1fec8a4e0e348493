"""Do the books of a wave say which of its rows another wave wrote since? Such a row is in both waves' books, and once in the record."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from landing import FINDINGS, desk, landed, project, rows
from ward import Ward

from vardskiftet.run.balance import present_books
from vardskiftet.run.verifying.found import differences_in

HERE, THERE = "SE2321000131-X0001", "SE2321000131-X0003"


def test_a_row_that_another_wave_wrote_since_is_named_with_that_wave(tmp_path: Path) -> None:
    project(
        tmp_path,
        source=["create table d (id, unit, code)", *(f"insert into d values ({at}, '{HERE}', 'a')" for at in range(3))],
        record=FINDINGS,
        mappings={"value": "reads: d\ninto: finding\nkey: [id]\nunit: {from: unit}\nfields:\n  code: {from: code}\n"},
    )
    assert landed(tmp_path).books.taken_over == ()
    with closing(sqlite3.connect(tmp_path / "old.sqlite")) as source:
        source.execute(f"update d set unit = '{THERE}', code = 'b' where id = 1")
        source.commit()
    assert landed(tmp_path, "second").books.total.loaded == 1
    _, first = present_books(desk(tmp_path), "first")
    assert first.taken_over == (("old.value", "second", 1),)
    assert (first.closes, first.total.in_target) == (True, 3)
    _, second = present_books(desk(tmp_path), "second")
    assert (second.taken_over, second.total.in_target) == ((), 1)
    in_both = sum(moved for _, _, moved in first.taken_over)
    assert rows(tmp_path, "select count(*) from finding") == [(3 + 1 - in_both,)]


def test_such_a_row_that_is_gone_is_explained_by_nobody(tmp_path: Path) -> None:
    project(
        tmp_path,
        source=["create table d (id integer, unit text, code text)", f"insert into d values (0, '{HERE}', 'a'), (1, '{HERE}', 'a')"],
        record=FINDINGS,
        mappings={"value": "reads: d\ninto: finding\nkey: [id]\nunit: {from: unit}\nfields:\n  code: {from: code}\n"},
    )
    landed(tmp_path)
    with closing(sqlite3.connect(tmp_path / "old.sqlite")) as source:
        source.execute(f"update d set unit = '{THERE}', code = 'b' where id = 1")
        source.commit()
    landed(tmp_path, "second")
    ward = Ward(tmp_path)
    assert ward.ask("verify", "first", "--level", "rows").code == 0
    (taken,) = differences_in(ward.work / "verify" / "first")
    assert (taken.key, taken.cause) == ("1", "brought anew by wave second, with what stood before kept")
    with closing(sqlite3.connect(ward.target)) as record:
        record.execute("delete from finding where _key = '1'")
        record.commit()
    assert ward.ask("verify", "first", "--level", "rows").code == 1
    (gone,) = differences_in(ward.work / "verify" / "first")
    assert (gone.key, gone.kind.value, gone.cause) == ("1", "missing", "")
