"""Do the books of a wave say which of its rows another wave wrote since? Such a row is in both waves' books, and once in the record."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from landing import desk, landed, project, rows

from vardskiftet.run.balance import present_books

RECORD = """\
tables:
  - table: finding
    title: Findings
    key: finding_id
    columns:
      - {column: finding_id, type: uuid, required: true}
      - {column: code, type: text}
"""
HERE, THERE = "SE2321000131-X0001", "SE2321000131-X0003"


def test_a_row_that_another_wave_wrote_since_is_named_with_that_wave(tmp_path: Path) -> None:
    project(
        tmp_path,
        source=["create table d (id, unit, code)", *(f"insert into d values ({at}, '{HERE}', 'a')" for at in range(3))],
        record=RECORD,
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
