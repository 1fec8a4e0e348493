"""Is a copy of delivered files found out when it is not what another parser reads in them?"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.engine.rederive.files_anew import Sum, disagreeing
from vardskiftet.engine.sources import hold_source
from vardskiftet.model.system import SourceSpec, System

TEXT = 'id;note;seen\r\n1;"inga\nblödningar; ""ej""";2024-05-01\r\n2;\\N;\r\n3;a field too many;;\r\n'


MANY = b"".join(b"%d;note;\r\n" % number for number in range(10, 1500))
"""So many that one byte which cp1252 does not know is a damaged row, and no reason to refuse the file."""


def journal(folder: Path, text: str, **options: object) -> tuple[System, Path]:
    """A folder with one file, held: the system, and the copy."""
    (folder / "drop").mkdir()
    (folder / "drop" / "visit.csv").write_bytes(text.encode("cp1252") + MANY + b"4;\x81;x\r\n")
    spec = SourceSpec(kind="csv", options={"path": "drop", "delimiter": ";", "null": ["\\N"], **options})
    system = System(system="old", title="Old", source=spec, encoding="cp1252", timezone="Europe/Stockholm")
    hold_source(system, folder, folder / "held").close()
    return system, folder / "held" / "old.sqlite"


def test_a_copy_that_holds_what_the_files_hold_agrees(tmp_path: Path) -> None:
    system, copy = journal(tmp_path, TEXT)
    assert disagreeing(system, tmp_path, copy, ["visit"]) == ()


@pytest.mark.parametrize(
    "change",
    [
        "update \"vs_rows visit\" set note = 'blödningar' where id = '1'",
        "delete from \"vs_rows visit\" where id = '2'",
        "update \"vs_rows visit\" set seen = null where id = '2'",
    ],
)
def test_a_copy_that_was_read_otherwise_is_named(tmp_path: Path, change: str) -> None:
    system, copy = journal(tmp_path, TEXT)
    copy.chmod(0o600)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute(change).rowcount == 1
        connection.commit()
    assert disagreeing(system, tmp_path, copy, ["visit"]) == ("visit",)


def test_files_that_are_no_longer_the_delivered_ones_prove_nothing(tmp_path: Path) -> None:
    system, copy = journal(tmp_path, TEXT)
    (tmp_path / "drop" / "visit.csv").write_bytes(b"id;note;seen\r\n5;x;y\r\n")
    assert disagreeing(system, tmp_path, copy, ["visit"]) is None
    (tmp_path / "drop" / "visit.csv").unlink()
    assert disagreeing(system, tmp_path, copy, ["visit"]) is None


@given(st.lists(st.lists(st.one_of(st.none(), st.text()), min_size=2, max_size=2), max_size=6))
def test_a_sum_knows_rows_in_any_order_and_each_as_often_as_it_comes(rows: list[list[str | None]]) -> None:
    def summed(some: Sequence[list[str | None]]) -> Sum:
        found = Sum()
        for row in some:
            found.add(row)
        return found

    assert summed(rows) == summed(rows[::-1])
    if rows:
        assert summed(rows) != summed(rows[1:])
        assert summed([*rows, rows[0], rows[0]]) != summed(rows)
