"""Faults A1 to A9 over the four journals of the demo: whatever is killed, and wherever, the same command comes to the same end."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pyarrow as pa
import pytest
from journals import (
    APPLY,
    assert_goes_on_to_the_same_end,
    assert_told_without_values,
    assert_whole_batches_and_a_true_status,
    systems_in,
)
from question import broken_off
from ward import WAVE, Ward, batches_in, logical, memory_of, rows_of

from vardskiftet.engine.sources.protocol import Extract
from vardskiftet.engine.sources.sqlite import SqliteSource
from vardskiftet.engine.targets.protocol import Outcome
from vardskiftet.errors import Unreachable
from vardskiftet.model.batch import KeyRange
from vardskiftet.run.hands import Working

pytestmark = pytest.mark.story

PATIENCE = 120.0


def killed_at(ward: Ward, place: str) -> int:
    """Let the run die at a failpoint; returns how many batches it had committed."""
    stopped = ward.run(*APPLY, failpoint=place)
    assert stopped.code == 137, f"{place} was not reached: {stopped.told}"
    assert "Traceback" not in stopped.told
    return assert_whole_batches_and_a_true_status(ward)


@pytest.mark.parametrize("place", ["batch.read.before:exit:2", "batch.read.after:exit:9", "batch.read.after:exit:20"])
def test_a1_killed_while_a_batch_is_read(place: str, copy: Ward, undisturbed: Ward) -> None:
    stood = killed_at(copy, place)
    assert stood < int(place.rpartition(":")[2]), "a batch that was still being read stands already"
    done = assert_goes_on_to_the_same_end(copy, undisturbed)
    assert_told_without_values([done], copy)


@pytest.mark.parametrize("nth", [1, 8, 17])
def test_a2_killed_between_the_targets_commit_and_the_memory(nth: int, copy: Ward, undisturbed: Ward) -> None:
    stood = killed_at(copy, f"target.commit.after:exit:{nth}")
    assert stood == nth
    assert memory_of(copy).total() == nth - 1, "the memory was to miss the last batch"
    assert_goes_on_to_the_same_end(copy, undisturbed)
    recovered = copy.ask("audit", "show", "--kind", "batch.done", "--last", "0", "--json").document["events"]
    assert sum(bool(event["payload"].get("recovered")) for event in recovered) == 1


def test_a3_a_memory_that_is_ahead_of_the_target_is_brought_back_to_it(copy: Ward, undisturbed: Ward) -> None:
    # The order is fixed (the target first), so a memory ahead can only be a target put back from an older copy.
    assert killed_at(copy, "target.commit.before:exit:9") == 8
    older = {path.name: path.read_bytes() for path in copy.work.glob("record.sqlite*")}
    assert copy.run(*APPLY, failpoint="target.commit.before:exit:4").code == 137
    assert memory_of(copy).total() > 8
    for path in copy.work.glob("record.sqlite*"):
        path.unlink()
    for name, content in older.items():
        (copy.work / name).write_bytes(content)
    assert assert_whole_batches_and_a_true_status(copy) == 8
    assert_goes_on_to_the_same_end(copy, undisturbed)


PLACES = (
    *(("hold.copy.before", n) for n in (2, 4)),
    *(("hold.rename.before", n) for n in (1, 4)),
    ("target.create.before", 1),
    ("target.lock.after", 1),
    *((name, 13) for name in ("manifest.write.before", "manifest.rename.before", "manifest.rename.after")),
    *((name, 14) for name in ("target.rows.before", "target.rows.after", "target.commit.before", "target.commit.after")),
    *(("store.event.before", n) for n in (3, 6, 19)),
    *(("store.event.after", n) for n in (5, 18)),
    *((name, 1) for name in ("target.unlock.before", "target.unlock.after")),
)
"""Places in the middle of the second, third and fourth journal; tests/story walks every place on one."""


@pytest.mark.parametrize(("name", "nth"), PLACES, ids=str)
def test_a4_killed_at_every_kind_of_place(name: str, nth: int, copy: Ward, undisturbed: Ward) -> None:
    killed_at(copy, f"{name}:exit:{nth}")
    assert_goes_on_to_the_same_end(copy, undisturbed)


def test_a5_killed_while_the_memory_is_written_it_can_still_be_read(copy: Ward, undisturbed: Ward) -> None:
    before = 0
    for nth in (4, 9):
        assert copy.run(*APPLY, failpoint=f"store.event.before:exit:{nth}").code == 137
        held = copy.ask("audit", "verify", "--json")
        assert held.code == 0 and held.document["length"] > before, "the earlier memory must be readable"
        before = held.document["length"]
    assert_goes_on_to_the_same_end(copy, undisturbed)


def test_a5_a_damaged_memory_is_refused_and_never_begun_afresh(undisturbed: Ward, tmp_path: Path) -> None:
    ward = undisturbed.copy(tmp_path / "ward")
    store = ward.work / "store.sqlite"
    content = store.read_bytes()
    store.write_bytes(content[: len(content) // 2])
    damaged = store.read_bytes()
    done = ward.ask("apply", WAVE)
    assert done.code == 8, done.told
    assert len(done.err.splitlines()) <= 3 and "store" in done.err
    assert store.read_bytes() == damaged, "a damaged memory was touched"
    assert logical(ward.target) == logical(undisturbed.target)
    assert_told_without_values([done], ward)


def test_a6_the_second_signal_ends_it_at_once_and_it_can_be_resumed(copy: Ward, undisturbed: Ward) -> None:
    process = copy.start(*APPLY)
    until(process, lambda: len(systems_in(copy)) > 1)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    with process:
        out, err = process.communicate(timeout=PATIENCE)
    # The second one may find the first already obeyed.
    assert process.returncode in (-signal.SIGTERM, 143), out + err
    assert_whole_batches_and_a_true_status(copy)
    assert len(batches_in(copy.target)) < len(batches_in(undisturbed.target)), "the run was not stopped"
    assert_goes_on_to_the_same_end(copy, undisturbed)


def test_a7_ctrl_c_at_the_question_does_nothing(undisturbed: Ward) -> None:
    before = logical(undisturbed.target)
    code, said = broken_off(undisturbed.folder, "undo", WAVE)
    assert b"Type the wave's name" in said, "the question was not asked"
    assert code == 130
    assert logical(undisturbed.target) == before
    assert memory_of(undisturbed) == batches_in(undisturbed.target)


def test_a8_a_writer_that_fails_stops_the_run(copy: Ward, undisturbed: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    commit, seen = Working._commit, []

    def third_fails(hands: Working, outcome: Outcome) -> None:
        seen.append(outcome)
        if len(seen) == 3:
            raise Unreachable("The writer is gone.")
        commit(hands, outcome)

    monkeypatch.setattr(Working, "_commit", third_fails)
    monkeypatch.chdir(copy.folder)
    stopped = copy.ask(*APPLY)
    assert stopped.code == 6 and "The writer is gone." in stopped.err
    assert len(seen) == 3, "the run went on after its writer had failed"
    monkeypatch.undo()
    assert assert_whole_batches_and_a_true_status(copy) == 2
    assert_goes_on_to_the_same_end(copy, undisturbed)


def test_a8_a_reader_that_fails_stops_the_run(copy: Ward, undisturbed: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    read, seen = SqliteSource.read, []

    def fails_in_melior(source: SqliteSource, extract: Extract, within: KeyRange | None) -> Iterator[pa.RecordBatch]:
        seen.append(source.system)
        if source.system == "melior":
            raise Unreachable("The reader is gone.", where="melior")
        return read(source, extract, within)

    monkeypatch.setattr(SqliteSource, "read", fails_in_melior)
    stopped = copy.ask(*APPLY)
    assert stopped.code == 6 and "The reader is gone." in stopped.err
    assert "melior" in seen
    monkeypatch.undo()
    assert assert_whole_batches_and_a_true_status(copy) > 0
    assert set(systems_in(copy)) == {"elvis"}
    assert_goes_on_to_the_same_end(copy, undisturbed)


def test_a9_nobody_works_on_when_the_run_is_killed_and_the_hold_is_taken_over(copy: Ward, undisturbed: Ward) -> None:
    process = copy.start(*APPLY)
    until(process, lambda: len(systems_in(copy)) > 1)
    family = [process.pid, *(child.pid for child in psutil.Process(process.pid).children(recursive=True))]
    process.kill()
    process.communicate()
    stood = len(batches_in(copy.target))
    time.sleep(1)
    assert [pid for pid in family if psutil.pid_exists(pid)] == []
    assert len(batches_in(copy.target)) == stood, "somebody still writes"
    assert len(rows_of(copy.target, "select 1 from vs_lock")) == 1
    assert assert_whole_batches_and_a_true_status(copy) == stood
    assert_goes_on_to_the_same_end(copy, undisturbed)
    assert copy.ask("audit", "show", "--kind", "lock.taken_over", "--json").document["total"] == 1


def until(process: subprocess.Popen[str], holds: Callable[[], bool]) -> None:
    """Wait while a process works; it must not end before."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if holds():
                return
        except sqlite3.Error:  # the file, or its tables, may not be there yet
            pass
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.01)
