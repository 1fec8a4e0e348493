"""Is what was appended there, in one chain, whoever else writes and wherever the process dies?"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from vardskiftet import errors
from vardskiftet.model.chain import GENESIS
from vardskiftet.store.store import Store

Clock = Callable[[], datetime]

APPEND = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from vardskiftet.store.store import Store
path, run, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with Store.open(path, lambda: datetime(2024, 11, 5, 7, tzinfo=UTC), patience=60) as store:
    for number in range(count):
        store.append("batch.done", {"number": number}, run)
"""


def appender(path: Path, run: str, count: int, failpoint: str | None = None) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if name != "VARDSKIFTET_FAILPOINT"}
    if failpoint:
        environment["VARDSKIFTET_FAILPOINT"] = failpoint
    return subprocess.Popen([sys.executable, "-c", APPEND, str(path), run, str(count)], env=environment)


def test_an_appended_event_is_read_back_as_it_was_returned(store: Store) -> None:
    first = store.append("run.started", {"verb": "apply", "wave": "södra", "n": [1, 2.5, None, True]}, "run-1")
    second = store.append("run.finished", {"exit_code": 0}, "run-1")
    assert list(store.events()) == [first, second]
    assert (first.seq, first.prev, second.prev) == (1, GENESIS, first.hash)
    assert (store.head().length, store.head().hash) == (2, second.hash)


def test_an_event_carries_the_programmes_time_and_the_machines(store: Store) -> None:
    before = datetime.now(UTC)
    event = store.append("run.started", {}, "run-1")
    assert event.at == datetime(2024, 11, 5, 7, 0, tzinfo=UTC)
    assert before <= event.recorded_at <= datetime.now(UTC)


def test_events_are_asked_by_kind_by_run_and_from_a_number_on(store: Store) -> None:
    for number in range(6):
        store.append("even" if number % 2 == 0 else "odd", {"number": number}, f"run-{number // 3}")
    assert [event.seq for event in store.events(kind="odd")] == [2, 4, 6]
    assert [event.seq for event in store.events(run_id="run-1")] == [4, 5, 6]
    assert [event.seq for event in store.events(kind="odd", run_id="run-1", since=4)] == [6]


def test_reading_goes_page_by_page_and_ends_where_the_chain_ended_at_the_start(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vardskiftet.store.reader.PAGE", 3)
    for number in range(9):
        store.append("batch.done", {"number": number}, "run-1")
    seen = [store.append("seen", {"seq": event.seq}, "run-2").payload["seq"] for event in islice(store.events(), 50)]
    assert seen == list(range(1, 10))
    assert store.verify().holds
    assert store.verify().length == 18


def test_whoever_takes_time_over_the_events_holds_up_nobody(store: Store, path: Path) -> None:
    for number in range(3):
        store.append("batch.done", {"number": number}, "run-1")
    slow = store.events()
    next(slow)
    store.append("batch.done", {"number": 3}, "run-1")
    with sqlite3.connect(path, timeout=0) as other:
        busy, _, _ = other.execute("pragma wal_checkpoint(truncate)").fetchone()
    other.close()
    assert not busy
    assert len(list(slow)) == 2


@pytest.mark.parametrize(
    "attack",
    [
        "update event set payload = '{}' where seq = 2",
        "update event set seq = 9 where seq = 2",
        "delete from event where seq = 3",
        "delete from event",
        "replace into event select seq, run_id, kind, at, recorded_at, '{}', prev, hash from event where seq = 3",
        "update or replace event set prev = 'x' where seq = 1",
        "insert into event select 9, run_id, kind, at, recorded_at, payload, 'x', 'y' from event where seq = 3",
        "insert into event select 0, run_id, kind, at, recorded_at, payload, 'x', 'y' from event where seq = 3",
        "insert into event select 4, run_id, kind, at, recorded_at, payload, prev, 'y' from event where seq = 3",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_written(store: Store, path: Path, attack: str) -> None:
    for number in range(3):
        store.append("batch.done", {"number": number}, "run-1")
    before = list(store.events())
    with sqlite3.connect(path) as intruder, pytest.raises(sqlite3.IntegrityError):
        intruder.execute(attack)
    intruder.close()
    assert list(store.events()) == before


@pytest.mark.parametrize(
    ("attack", "broken_at"),
    [
        ("update event set payload = '{\"number\":7}' where seq = 2", 2),
        ("update event set at = '2020-01-01T00:00:00.000000+00:00' where seq = 1", 1),
        ("update event set payload = x'00' where seq = 4", 4),
        ("delete from event where seq = 3", 3),
        ("update event set seq = -1 where seq = 1", 1),
        ("insert into event select -1, run_id, kind, at, recorded_at, payload, 'x', 'y' from event where seq = 1", 1),
    ],
)
def test_an_edit_behind_the_triggers_back_is_found_and_named(store: Store, path: Path, attack: str, broken_at: int) -> None:
    for number in range(5):
        store.append("batch.done", {"number": number}, "run-1")
    assert store.verify().holds
    without_triggers(path, attack)
    assert store.verify().broken_at == broken_at


def test_a_cut_tail_is_found_with_the_head_that_a_report_printed(store: Store, path: Path) -> None:
    for number in range(5):
        store.append("batch.done", {"number": number}, "run-1")
    printed = store.head()
    without_triggers(path, "delete from event where seq > 3")
    assert store.verify().holds
    assert store.verify(expected_head=printed).broken_at == 4


def test_an_event_that_cannot_be_read_is_named(store: Store, path: Path) -> None:
    store.append("batch.done", {}, "run-1")
    without_triggers(path, "update event set payload = 'no json'")
    with pytest.raises(errors.IntegrityBroken, match="Event 1"):
        list(store.events())


def without_triggers(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as intruder:
        for (trigger,) in intruder.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            intruder.execute(f"drop trigger {trigger}")
        assert intruder.execute(statement).rowcount > 0
    intruder.close()


def test_two_processes_that_begin_and_write_at_once_make_one_chain(path: Path) -> None:
    writers = [appender(path, f"run-{number}", 200) for number in range(2)]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    with Store.read(path) as store:
        assert store.verify().holds
        assert store.head().length == 400
        for number in range(2):
            assert [event.payload["number"] for event in store.events(run_id=f"run-{number}")] == list(range(200))


def test_two_threads_that_share_a_store_make_one_chain(store: Store) -> None:
    def write(run: str) -> None:
        for number in range(200):
            store.append("batch.done", {"number": number}, run)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, ["run-0", "run-1"]))
    assert store.verify().holds
    assert store.head().length == 400


@pytest.mark.parametrize(("failpoint", "kept"), [("store.event.before", 2), ("store.event.after", 3)])
def test_a_process_killed_around_the_commit_leaves_the_event_whole_or_absent(path: Path, clock: Clock, failpoint: str, kept: int) -> None:
    assert appender(path, "run-1", 5, f"{failpoint}:exit:3").wait(60) == 137
    with Store.open(path, clock) as store:
        assert [event.payload["number"] for event in store.events()] == list(range(kept))
        assert store.verify().holds
        store.append("batch.done", {"number": kept}, "run-2")
        assert store.verify().holds
        assert store.head().length == kept + 1


@pytest.mark.parametrize(("failpoint", "kept"), [("store.event.before", 0), ("store.event.after", 1)])
def test_a_full_disk_is_said_and_leaves_the_store_usable(store: Store, monkeypatch: pytest.MonkeyPatch, failpoint: str, kept: int) -> None:
    monkeypatch.setattr("vardskiftet.failpoint._passes", {})
    monkeypatch.setenv("VARDSKIFTET_FAILPOINT", f"{failpoint}:enospc")
    with pytest.raises(errors.NoRoom) as caught:
        store.append("batch.done", {}, "run-1")
    assert caught.value.exit_code == 9
    assert store.head().length == kept
    store.append("batch.done", {}, "run-1")
    assert store.verify().holds
    assert store.head().length == kept + 1


def test_a_database_that_has_no_page_left_is_a_full_disk(store: Store) -> None:
    with store._engine.connect() as connection:
        connection.exec_driver_sql("pragma max_page_count = 1")
    with pytest.raises(errors.NoRoom):
        store.append("batch.done", {"text": "x" * 200_000}, "run-1")
    assert store.head().length == 0


def test_another_writer_is_waited_for_and_then_named_as_what_may_be_retried(path: Path, clock: Clock) -> None:
    with Store.open(path, clock, patience=0.05) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("begin immediate")
        with pytest.raises(errors.Unreachable) as caught:
            store.append("batch.done", {}, "run-1")
        assert caught.value.may_retry
        assert list(store.events()) == [], "asking goes on while somebody writes"
        other.rollback()
        other.close()
        assert store.append("batch.done", {}, "run-1").seq == 1


def test_no_value_of_a_payload_stands_in_an_error(store: Store, path: Path) -> None:
    with sqlite3.connect(path) as intruder:
        intruder.execute("create trigger stop before insert on event begin select raise(abort, 'stop'); end")
    intruder.close()
    with pytest.raises(errors.IntegrityBroken) as caught:
        store.append("batch.done", {"name": "Tolvan Tolvansson"}, "run-1")
    shown = [str(error) for error in (caught.value, caught.value.__cause__)]
    assert not any("Tolvan" in text for text in shown)


def test_a_clock_without_a_zone_and_an_event_without_a_name_are_refused(path: Path, store: Store) -> None:
    with Store.open(path, lambda: datetime(2024, 11, 5)) as zoneless, pytest.raises(ValueError, match="zone"):  # noqa: DTZ001
        zoneless.append("batch.done", {}, "run-1")
    with pytest.raises(ValueError, match="kind"):
        store.append("", {}, "run-1")
    with pytest.raises(ValueError, match="kind"):
        store.append("batch.done", {}, "")
