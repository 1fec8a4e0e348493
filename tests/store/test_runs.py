"""Do the runs say what their events said?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from vardskiftet.model.chain import GENESIS
from vardskiftet.model.event import Event
from vardskiftet.store.runs import fold, new_run_id, runs
from vardskiftet.store.store import Store

Clock = Callable[[], datetime]
START = datetime(2024, 11, 5, 7, 0, tzinfo=UTC)


def told(seq: int, run_id: str, kind: str, **payload: Any) -> Event:
    """An event every ten minutes by the programme's clock, and every second by the machine's."""
    at, recorded_at = START + timedelta(minutes=10 * seq), START + timedelta(seconds=seq)
    return Event(seq=seq, run_id=run_id, kind=kind, at=at, recorded_at=recorded_at, payload=payload, prev=GENESIS, hash=GENESIS)


def test_a_run_carries_what_its_first_and_last_events_said() -> None:
    said = {"verb": "apply", "wave": "south-1", "plan": "south-1-1f2e", "command": "apply south-1", "owner": "anna", "host": "h", "pid": 7}
    first, last = told(1, "a", "run.started", **said), told(4, "a", "run.finished", exit_code=1, outcome="finding")
    (run,) = fold([first, told(2, "a", "batch.done", number=1), last])
    assert (run.verb, run.wave, run.plan, run.command) == ("apply", "south-1", "south-1-1f2e", "apply south-1")
    assert (run.owner, run.host, run.pid) == ("anna", "h", 7)
    assert (run.exit_code, run.outcome, run.events) == (1, "finding", 3)
    assert run.finished_at is not None
    assert run.finished_at - run.started_at == timedelta(minutes=30), "by the programme's clock"
    assert run.seconds == 3.0, "by the machine's clock, since the run did not say"


def test_a_run_takes_what_it_says_whatever_its_machines_clock_did() -> None:
    first, last = told(9, "a", "run.started"), told(1, "a", "run.finished", exit_code=0, seconds=2.5)
    assert [run.seconds for run in fold([first, last])] == [2.5]
    assert [run.seconds for run in fold([first, told(1, "a", "batch.done")])] == [0.0], "at least nothing, where nobody said"


def test_a_run_that_nobody_ended_is_open() -> None:
    (run,) = fold([told(1, "a", "run.started", verb="apply"), told(2, "a", "batch.done")])
    assert (run.outcome, run.finished_at, run.exit_code) == ("open", None, None)


@pytest.mark.parametrize(
    ("outcome", "exit_codes"),
    [("done", [0]), ("finding", [1, 3, 4]), ("failed", [2, 6, 7, 8, 9, 10, 70]), ("interrupted", [130, 143])],
)
def test_an_outcome_that_was_not_said_follows_from_the_exit_code(outcome: str, exit_codes: list[int]) -> None:
    for exit_code in exit_codes:
        (run,) = fold([told(1, "a", "run.started"), told(2, "a", "run.finished", exit_code=exit_code)])
        assert (run.exit_code, run.outcome) == (exit_code, outcome)


def test_runs_that_interleave_are_kept_apart_in_the_order_in_which_they_began() -> None:
    begun = [told(1, "z", "run.started"), told(2, "a", "run.started")]
    found = fold([*begun, told(3, "z", "batch.done"), told(4, "a", "run.finished", exit_code=0)])
    assert [(run.run_id, run.events, run.outcome) for run in found] == [("z", 2, "open"), ("a", 2, "done")]


def test_events_without_a_start_are_a_run_without_a_verb() -> None:
    (run,) = fold([told(1, "a", "lock.broken", reason="its owner is gone")])
    assert (run.verb, run.outcome, run.events) == ("", "open", 1)


def test_runs_are_read_from_the_store(store: Store, clock: Clock) -> None:
    assert runs(store) == ()
    run_id = new_run_id(clock)
    store.append("run.started", {"verb": "plan", "wave": "south-1", "plan": None}, run_id)
    store.append("run.finished", {"exit_code": 0}, run_id)
    (run,) = runs(store)
    assert (run.run_id, run.verb, run.plan, run.outcome) == (run_id, "plan", "", "done")


def test_run_ids_sort_by_time_and_do_not_meet(clock: Clock) -> None:
    ids = {new_run_id(clock) for _ in range(200)}
    assert len(ids) == 200
    assert all(run_id.startswith("20241105T080000-") and len(run_id) == 24 for run_id in ids)
    assert max(ids) < new_run_id(lambda: clock() + timedelta(seconds=1))
