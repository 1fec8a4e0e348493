"""Is a cutover that cannot be done in its hours a fault before anything begins?"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_region import FILES, told, understood

from vardskiftet.model.runbook import CutoverStep, Runbook

WAVE, RUNBOOK = "waves/south-1.yaml", "waves/runbooks/night.yaml"
STEPS = """\
runbook: night
title: The night
steps:
  - {step: stop, title: Stop, takes: 30m}
  - {step: load, title: Load, takes: 6h, after: [stop]}
  - {step: move, title: Move by hand, takes: 3h, after: [stop], owner: anna}
  - {step: whole, title: All is there, takes: 0m, after: [load, move]}
  - {step: look, title: Look, takes: 5h, after: [whole]}
"""


def with_runbook(steps: str = STEPS, *, hours: int = 12, names: str = "night") -> dict[str, str | None]:
    wave = FILES[WAVE].replace("cutover_hours: 12\n", f"cutover_hours: {hours}\nrunbook: {names}\n")
    assert "runbook" in wave
    return {WAVE: wave, RUNBOOK: steps}


def test_r59_steps_that_need_more_than_the_window_are_a_fault_before_anything_else(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, with_runbook(hours=11))
    assert (fault.path, fault.line) == (WAVE, 10)
    assert fault.message == "takes 11 h 30 min at the least (stop → load → whole → look), and the cutover has 11 h."
    assert "cutover_hours" in fault.hint


def test_steps_that_just_fit_are_none(tmp_path: Path) -> None:
    steps = STEPS.replace("takes: 30m", "takes: 1h")
    runbook = understood(tmp_path, with_runbook(steps)).runbook_of("south-1")
    assert runbook is not None and runbook.takes == timedelta(hours=12)
    assert understood(tmp_path / "without", {}).runbook_of("south-1") is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("after: [load, move]", "after: [load, moved]", "'moved' is not a step."),
        ("takes: 30m}", "takes: 30m, after: [look]}", "steps wait for each other: load → stop → look → whole → load."),
        ("after: [whole]", "after: [look]", "steps wait for each other: look → look."),
        ("step: move", "step: load", "'load' stands twice among the steps."),
        ("takes: 6h", "takes: 6 hours", "'6 hours' is not a length of time."),
        ("takes: 6h", "takes: 100h", "'100h' is longer than a cutover may be (72 hours)."),
        ("owner: anna", "owner: ana", "'ana' is not among the programme's people."),
        ("takes: 30m", "tkes: 30m", "'tkes' is not a key here."),
        (STEPS[STEPS.index("  - ") :], "  []\n", "names no step."),
    ],
    ids=str,
)
def test_a_runbook_that_cannot_be_walked_is_told_on_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in STEPS
    faults = told(tmp_path, with_runbook(STEPS.replace(old, new)))
    assert {fault.path for fault in faults} == {RUNBOOK}
    assert any(message in fault.message for fault in faults), [fault.message for fault in faults]


def test_a_runbook_that_nobody_names_and_a_name_without_one_are_told(tmp_path: Path) -> None:
    one, other = sorted(told(tmp_path, with_runbook(names="nigth")), key=lambda fault: fault.path)
    assert (one.path, one.message) == (RUNBOOK, "is a runbook that no wave names.")
    assert (other.path, other.message, other.hint) == (WAVE, "'nigth' is not a runbook.", "Did you mean 'night'?")


@given(
    st.lists(st.tuples(st.integers(0, 90), st.sets(st.integers(0, 11))), min_size=1, max_size=12),
)
def test_the_longest_chain_is_as_long_as_the_longest_of_all_chains(drawn: list[tuple[int, set[int]]]) -> None:
    """Each step waits for some that stand before it; listed backwards, since the order of the list says nothing."""
    waits = [sorted(other for other in others if other < place) for place, (_, others) in enumerate(drawn)]
    steps = [
        CutoverStep(step=f"s{place}", title="", takes=timedelta(minutes=minutes), after=tuple(f"s{other}" for other in waits[place]))
        for place, (minutes, _) in enumerate(drawn)
    ]
    runbook = Runbook(runbook="r", title="", steps=tuple(reversed(steps)))

    def longest(place: int) -> int:
        return drawn[place][0] + max((longest(other) for other in waits[place]), default=0)

    assert runbook.takes == timedelta(minutes=max(longest(place) for place in range(len(drawn))))
    names = [one.step for one in runbook.critical_path]
    assert all(earlier in steps[int(later[1:])].after for earlier, later in pairwise(names))
    assert not runbook.critical_path[0].after
