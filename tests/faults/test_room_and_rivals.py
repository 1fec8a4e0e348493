"""Faults C1, I1, I2 and I11 over the four journals: a full disk, two who want the same wave, and the size of the work."""

from __future__ import annotations

import dataclasses
import shutil
import signal
import socket
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from journals import (
    APPLY,
    assert_goes_on_to_the_same_end,
    assert_told_without_values,
    assert_whole_batches_and_a_true_status,
    systems_in,
)
from test_kills import until
from ward import PASSING, WAVE, Ward, record_tables, rows_of

from vardskiftet import failpoint
from vardskiftet.engine import duck
from vardskiftet.run.lock import own_lock

pytestmark = pytest.mark.story

FULL = (
    *(("hold.copy.before", n) for n in (1, 3, 4)),
    *(("file.write.before", n) for n in (1, 5)),
    *(("manifest.write.before", n) for n in (1, 12)),
    *(("target.rows.after", n) for n in (3, 15)),
    *(("store.event.before", n) for n in (2, 11)),
)
"""Where a disk fills: held copies of SQLite and of files, the work folder's files, manifests, the record, the memory."""


@pytest.mark.parametrize(("name", "nth"), FULL, ids=str)
def test_c1_a_full_disk_is_one_line_and_the_same_command_goes_on(
    name: str, nth: int, copy: Ward, undisturbed: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copy.folder)
    monkeypatch.setattr(failpoint, "_passes", {})
    monkeypatch.setenv(failpoint.VARIABLE, f"{name}:enospc:{nth}")
    stopped = copy.ask(*APPLY)
    monkeypatch.delenv(failpoint.VARIABLE)
    assert (stopped.code, stopped.out) == (9, ""), f"{name} was not reached, or not told: {stopped.told}"
    assert "full" in stopped.err.splitlines()[0] and len(stopped.err.splitlines()) <= 3
    assert not list(copy.folder.glob("crash-*"))
    assert_whole_batches_and_a_true_status(copy)
    assert_told_without_values([stopped], copy)
    assert_goes_on_to_the_same_end(copy, undisturbed)


def test_i1_the_second_of_two_runs_is_refused_at_once(copy: Ward, undisturbed: Ward) -> None:
    process = copy.start(*APPLY)
    until(process, lambda: len(systems_in(copy)) > 0)
    second = copy.ask(*APPLY)
    assert second.code == 7, second.told
    assert all(word in second.err for word in (socket.gethostname(), f"process {process.pid}", "since")), second.err
    assert process.poll() is None, "the first run had ended: nothing was refused"
    with process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, out + err
    assert_told_without_values([second], copy)
    assert_goes_on_to_the_same_end(copy, undisturbed)


def test_i2_the_hold_of_another_host_is_only_broken_by_a_person(copy: Ward, undisturbed: Ward) -> None:
    assert copy.run(*APPLY, failpoint="target.commit.after:exit:5").code == 137
    # The dead run's lock, as another host would have left it.
    with copy.record_open() as connection:
        assert connection.execute("update vs_lock set host = 'night-shift.example'").rowcount == 1
    refused_run = copy.ask(*APPLY)
    assert refused_run.code == 7 and "night-shift.example" in refused_run.err and "lock break" in refused_run.err
    assert copy.ask("lock", "break", WAVE, "--reason", " ").code == 2, "a hold is not broken without a reason"
    broken = copy.ask("lock", "break", WAVE, "--reason", "The host burned")
    assert broken.code == 0, broken.told
    assert_goes_on_to_the_same_end(copy, undisturbed)
    assert copy.ask("audit", "show", "--kind", "lock.broken", "--json").document["total"] == 1


def test_i2_the_hold_of_a_living_process_stays(copy: Ward, undisturbed: Ward) -> None:
    assert copy.run(*APPLY, failpoint="target.commit.after:exit:5").code == 137
    alive = own_lock(WAVE, "another-run", "apply")  # this very process lives
    with copy.record_open() as connection:
        connection.execute("delete from vs_lock")
        names = [field.name for field in dataclasses.fields(alive)]
        marks = ", ".join("?" for _ in names)
        connection.execute(f"insert into vs_lock ({', '.join(names)}) values ({marks})", dataclasses.astuple(alive))
    assert copy.ask(*APPLY).code == 7
    assert copy.ask("lock", "break", WAVE, "--reason", "impatience").code == 7
    with copy.record_open() as connection:
        connection.execute("delete from vs_lock")
    assert_goes_on_to_the_same_end(copy, undisturbed)


def test_r20_a_run_whose_machine_slept_goes_on_and_nobody_takes_its_place(copy: Ward, undisturbed: Ward) -> None:
    """Forty minutes asleep: the process stands still, and its last sign of life is old when others look."""
    asleep = (datetime.now(UTC) - timedelta(minutes=40)).isoformat(timespec="seconds")
    with copy.start(*APPLY) as process:
        try:
            until(process, lambda: len(systems_in(copy)) > 0)
            put_to_sleep(process, copy)
            with copy.record_open() as connection:
                assert connection.execute("update vs_lock set heartbeat = ?", (asleep,)).rowcount == 1
            (there,) = copy.ask("status", WAVE, "--json").document["waves"]
            refused, broken = copy.ask(*APPLY), copy.ask("lock", "break", WAVE, "--reason", "It sleeps")
            assert (there["load"], refused.code, broken.code) == ("running", 7, 7), refused.told + broken.told
            assert process.poll() is None
        except BaseException:
            process.kill()
            raise
        process.send_signal(signal.SIGCONT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, out + err
    assert_told_without_values([refused, broken], copy)
    assert_goes_on_to_the_same_end(copy, undisturbed)


def put_to_sleep(process: Any, ward: Ward) -> None:
    """Stop a process between two of its transactions, so that others can look into the record and the store."""
    for _ in range(200):
        process.send_signal(signal.SIGSTOP)
        try:
            for opened in (ward.record_open, ward.store_open):
                with opened() as connection:
                    connection.execute("pragma busy_timeout = 50")
                    connection.execute("begin immediate")
                    connection.rollback()
        except sqlite3.OperationalError:
            process.send_signal(signal.SIGCONT)
            time.sleep(0.01)
        else:
            assert process.poll() is None, "it had ended: nothing was put to sleep"
            return
    raise AssertionError("it never let go of the record and the store")


@pytest.mark.parametrize(("threads", "rows"), [(1, 40), (4, 5_000)], ids=["one-thread-small-batches", "four-threads-one-batch"])
def test_i11_the_size_of_the_work_changes_nothing_of_the_end(
    threads: int, rows: int, four: Ward, undisturbed: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward = Ward(tmp_path / "ward")
    shutil.copytree(four.folder, ward.folder, ignore=shutil.ignore_patterns("work"))
    ward.edit("waves/programme.yaml", f"batch_rows: {programme_rows(four)}", f"batch_rows: {rows}")
    opened = duck.duckdb.connect

    def with_threads(*rest: Any, config: dict[str, Any], **more: Any) -> Any:
        return opened(*rest, config={**config, "threads": threads}, **more)

    monkeypatch.setattr(duck.duckdb, "connect", with_threads)
    assert [ward.ask(verb, WAVE, "--quiet").code for verb in ("plan", "apply")] == [0, 0]
    assert sum(systems_in(ward).values()) != sum(systems_in(undisturbed).values()), "the work was cut alike: nothing is proved"
    assert end_of(ward) == end_of(undisturbed)


def programme_rows(ward: Ward) -> int:
    return ward.programme().batch_rows


def end_of(ward: Ward) -> dict[str, list[tuple[Any, ...]]]:
    """The record's rows, what became of the others, persons and the books' sums, without the numbers of batches."""
    passing = {*PASSING, "batch", "_batch"}
    found = {}
    for table in (*record_tables(ward), "vs_fate", "vs_identity", "vs_contribution"):
        columns = [str(row[1]) for row in rows_of(ward.target, f"select * from pragma_table_info('{table}')") if row[1] not in passing]
        found[table] = sorted(rows_of(ward.target, f"select {', '.join(columns)} from {table}"), key=repr)
    sums = "sum(extracted), sum(loaded), sum(merged), sum(rejected), sum(excluded)"
    found["books"] = rows_of(
        ward.target, f"select mapping, unit, {sums} from vs_tally join vs_batch using (batch) group by 1, 2 order by 1, 2"
    )
    return found
