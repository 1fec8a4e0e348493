"""Of cells that differ, which were exchanged between patients, and which hold what another's should?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from vardskiftet.engine.reconcile import cells
from vardskiftet.engine.reconcile.cells import begin, keep, told
from vardskiftet.engine.rederive.stage import open_stage
from vardskiftet.judge.differences import UnlikeCell


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    made = open_stage(tmp_path / "stage.duckdb", tmp_path / "spill")
    begin(made)
    yield made
    made.close()


def cell(id: str, patient: str, expected: str | None, stored: str | None, column: str = "value") -> UnlikeCell:
    return UnlikeCell(id, f"k{id}", "ward", patient, column, expected, stored, True)


def marks(stage: duckdb.DuckDBPyConnection, *found: UnlikeCell) -> list[tuple[bool, bool]]:
    """(exchanged, due elsewhere) of each."""
    keep(stage, found)
    return [(one.exchanged, one.due_elsewhere) for one in told(stage)]


def test_two_patients_hold_each_others_value(stage: duckdb.DuckDBPyConnection) -> None:
    assert marks(stage, cell("1", "anna", "3", "4"), cell("2", "bo", "4", "3")) == [(True, True)] * 2


def test_an_exchange_with_nothing_is_one_too(stage: duckdb.DuckDBPyConnection) -> None:
    assert marks(stage, cell("1", "anna", "3", None), cell("2", "bo", None, "3")) == [(True, True)] * 2


def test_one_patients_own_values_in_another_order_are_no_exchange(stage: duckdb.DuckDBPyConnection) -> None:
    assert marks(stage, cell("1", "anna", "3", "4"), cell("2", "anna", "4", "3")) == [(False, False)] * 2


def test_values_of_three_patients_that_went_round_are_each_due_elsewhere(stage: duckdb.DuckDBPyConnection) -> None:
    found = (cell("1", "anna", "3", "4"), cell("2", "bo", "4", "5"), cell("3", "carl", "5", "3"))
    assert marks(stage, *found) == [(False, True)] * 3


def test_another_column_has_nothing_to_do_with_it(stage: duckdb.DuckDBPyConnection) -> None:
    assert marks(stage, cell("1", "anna", "3", "4"), cell("2", "bo", "4", "3", "other")) == [(False, False)] * 2


def test_cells_come_back_whole_and_in_order_however_many_parts_they_are_told_in(
    stage: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "AT_A_TIME", 3)
    found = [cell(str(number), f"p{number}", f"a{number}", None if number % 2 else "") for number in range(11)]
    keep(stage, found[:5])
    keep(stage, found[5:])
    assert list(told(stage)) == found
    begin(stage)
    assert list(told(stage)) == [], "another mapping begins with none"
