"""Is a change of wave told when it cannot have happened like that?"""

from __future__ import annotations

from pathlib import Path

import pytest
from small_region import edited, only, told, understood

FIRST, SECOND = "waves/south-1.yaml", "waves/south-2.yaml"
MOVE = 'moved: [{from: south-1, decision: RS 1, date: 2024-02-13, because: "Too early."}]'


def moves(*rows: tuple[str, str]) -> str:
    told_so = ", ".join(f'{{from: {origin}, decision: RS {day}, date: {day}, because: "So decided."}}' for origin, day in rows)
    return edited(SECOND, (MOVE, f"moved: [{told_so}]"))


@pytest.mark.parametrize("key", ["decision", "date", "because"])
def test_a_move_needs_a_decision_a_day_and_a_reason(tmp_path: Path, key: str) -> None:
    part = {"decision": " decision: RS 1,", "date": " date: 2024-02-13,", "because": ', because: "Too early."'}[key]
    fault = only(tmp_path, SECOND, part, "")
    assert (fault.line, fault.message) == (7, f"lacks the key '{key}'.")


def test_a_move_there_and_back_and_there_again_is_a_history(tmp_path: Path) -> None:
    text = moves(("south-1", "2024-02-13"), ("south-2", "2024-03-01"), ("south-1", "2024-03-01"))
    assert [move.origin for move in understood(tmp_path, {SECOND: text}).wave("south-2").units[0].moved] == [
        "south-1",
        "south-2",
        "south-1",
    ]


def test_the_last_move_does_not_come_from_the_wave_itself(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, {SECOND: moves(("south-1", "2024-02-13"), ("south-2", "2024-03-01"))})
    assert fault.trail == "south-2 › units › 1 › moved › 2 › from" and "to the same wave" in fault.message


def test_the_same_move_twice_is_told(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, {SECOND: moves(("south-1", "2024-02-13"), ("south-1", "2024-02-13"))})
    assert (fault.line, fault.message) == (7, "leaves 'south-1' twice, without having come back.")


def test_moves_out_of_order_are_told(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, {SECOND: moves(("south-1", "2024-02-13"), ("south-2", "2024-02-12"), ("south-1", "2024-02-13"))})
    assert fault.trail.endswith("moved › 2 › date") and fault.message == "is moved on 2024-02-12, before the move above it (2024-02-13)."


def test_a_move_into_a_wave_that_is_live_already_is_told(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, {SECOND: moves(("south-1", "2025-12-01"))})
    assert fault.message == "is moved on 2025-12-01, when 'south-2' is live already (2025-autumn)."
    assert understood(tmp_path / "within", {SECOND: moves(("south-1", "2025-11-30"))}).waves


def test_a_move_out_of_a_wave_that_went_live_is_possible_for_it_may_be_taken_back(tmp_path: Path) -> None:
    assert understood(tmp_path, {SECOND: moves(("south-1", "2024-11-20"))}).wave("south-2").units[0].moved
