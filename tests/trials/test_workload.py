"""Do the tool and a script written by hand make the same record of the benchmark's workload? Row for row, by id and digest."""

from __future__ import annotations

from pathlib import Path

import pytest
from ward import Ward

from benchmarks.agree import TABLES, sums
from benchmarks.competitors.straight_line import main as straight_line
from benchmarks.workload import rows_of
from benchmarks.workload.project import WAVE, write_project
from benchmarks.workload.sizes import TABLES as ROWS
from benchmarks.workload.stores import STORES

SIZE = 0.001


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("csv", marks=pytest.mark.story)])
def test_the_straight_line_and_the_tool_make_the_same_record(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ((variable, journal),) = STORES[kind](tmp_path, SIZE).items()
    monkeypatch.setenv(variable, journal)
    write_project(tmp_path / "project", kind, "sqlite")
    ward = Ward(tmp_path / "project")
    for command in (("plan", WAVE), ("apply", WAVE)):
        done = ward.ask(*command)
        assert done.code == 0, done.told
    straight_line(kind, journal, "sqlite", str(tmp_path / "by_hand.sqlite"))
    mine, theirs = sums(ward.work / "record.sqlite", "_digest"), sums(tmp_path / "by_hand.sqlite", "digest")
    assert mine == theirs
    assert set(mine) == set(TABLES)
    rejected = 1 - sum(rows for rows, _ in mine.values()) / sum(rows_of(table, SIZE) for table in ROWS)
    assert 0.005 < rejected < 0.02
