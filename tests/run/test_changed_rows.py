"""Are the rows that a mark tells of found by their key, whatever the key is, and are all of them read where they are not?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from landing import NOTES, project
from ward import Ward, rows_of

from vardskiftet.engine import watermark

EVENT = """\
reads: event
into: note
key: [KEY]
unit: {is: ward}
changed: {from: version, overlap: 0}
on_vanish: keep
fields: {words: {from: words}}
"""
ROWS = 60


def caught_up(folder: Path, columns: str, key: str, changed: range, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], int]:
    """A load, some rows changed, and a delta: its line of the books, and how often all of a range was read."""
    source = [f"create table event ({columns}, version integer, words text)"]
    source += [f"insert into event values ({n}, {n % 7}, {n}, 'words {n}')" for n in range(ROWS)]
    project(folder, source=source, record=NOTES, mappings={"event": EVENT.replace("KEY", key)}, batch_rows=40)
    ward = Ward(folder)
    assert [ward.ask(verb, "first").code for verb in ("plan", "apply")] == [0, 0]
    with closing(sqlite3.connect(folder / "old.sqlite")) as old:
        old.executemany("update event set words = words || ', anew', version = 1000 where a = ?", [(n,) for n in changed])
        old.commit()
    whole: list[str] = []
    of_range = watermark._of_range
    monkeypatch.setattr(watermark, "_of_range", lambda *given: (whole.append("read"), of_range(*given))[1])
    assert [ward.ask(verb, "first").code for verb in ("plan", "apply")] == [0, 0]
    said = {str(words) for (words,) in rows_of(ward.target, "select words from note")}
    kept_too = {f"words {n}" for n in changed if key == "whole_row"}  # a row that says something else is another row
    assert said == {f"words {n}{', anew' if n in changed else ''}" for n in range(ROWS)} | kept_too
    (line,) = ward.ask("books", "first", "--json").document["lines"]
    return line, len(whole)


@pytest.mark.parametrize(
    ("columns", "key", "whole"),
    [
        ("a integer primary key, b integer", "a", 0),
        ("a text, b text", "a", 0),
        ("a real, b text", "a, b", 0),
        ("a, b", "a", 1),  # numbers in a column of no type: a text does not find them
        ("a integer, b integer", "whole_row", 1),
    ],
)
def test_few_changed_rows_are_read_by_their_key_or_else_out_of_their_range(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: str, key: str, whole: int
) -> None:
    line, ranges = caught_up(tmp_path, columns, key, range(3), monkeypatch)
    left = {"vanished": 3} if key == "whole_row" else {}
    assert (line["loaded"], line["unchanged"], line["left"]) == (3, ROWS - 3, left)
    assert bool(ranges) == bool(whole)


def test_where_most_rows_changed_ranges_are_read_and_no_larger_than_in_the_first_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, ranges = caught_up(tmp_path, "a integer primary key, b integer", "a", range(50), monkeypatch)
    assert (line["loaded"], line["unchanged"]) == (50, ROWS - 50)
    assert ranges == 2, "two batches, as in the first load"
