"""Faults A1 to A9, A15 and A17 between two servers: whatever is killed, and wherever, the same command comes to the same end."""

from __future__ import annotations

import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pyarrow as pa
import pytest
import servers
import sqlalchemy as sa
from ends import WardOnServer
from fault import WAVE
from question import broken_off
from records import rows_of
from servers import Postgresql
from small import APPLY, BATCHES, PATIENCE, Small, ends_alike, held_up, holds, no_backend_of_ours, reaching, stopped, told, until
from ward import batches_in, logical, memory_of

from vardskiftet.engine.sources.protocol import Extract
from vardskiftet.engine.sources.server import ServerSource
from vardskiftet.engine.targets.protocol import Outcome
from vardskiftet.errors import Unreachable
from vardskiftet.model.batch import KeyRange
from vardskiftet.run.hands import Working

pytestmark = pytest.mark.server


def killed_at(ward: WardOnServer, place: str) -> int:
    """Let the run die at a failpoint; returns how many batches it had committed."""
    dead = ward.run(*APPLY, failpoint=place)
    assert dead.code == 137, f"{place} was not reached: {dead.told}"
    told([dead])
    return holds(ward)


@pytest.mark.parametrize("place", ["batch.read.before:exit:2", "batch.read.after:exit:4"])
def test_a1_killed_while_a_batch_is_read(small: Small, mine: WardOnServer, place: str) -> None:
    stood = killed_at(mine, place)
    assert stood < int(place.rpartition(":")[2]), "a batch that was still being read stands already"
    ends_alike(small, mine, stood)


@pytest.mark.parametrize("nth", [1, BATCHES])
def test_a2_killed_between_the_targets_commit_and_the_memory(small: Small, mine: WardOnServer, nth: int) -> None:
    assert killed_at(mine, f"target.commit.after:exit:{nth}") == nth
    assert memory_of(mine).total() == nth - 1, "the memory was to miss the last batch"
    ends_alike(small, mine, nth)
    recovered = mine.ask("audit", "show", "--kind", "batch.done", "--last", "0", "--json").document["events"]
    assert sum(bool(event["payload"].get("recovered")) for event in recovered) == 1


def test_a3_a_memory_that_is_ahead_of_a_record_put_back_is_brought_back_to_it(
    small: Small, mine: WardOnServer, postgresql_server: Postgresql
) -> None:
    name = sa.make_url(mine.target.url).database
    assert killed_at(mine, "target.commit.before:exit:3") == 2
    copy = f"create database {name}_older template {name}"
    postgresql_server.do(*quiet(str(name)), copy)
    try:
        assert mine.run(*APPLY, failpoint="target.commit.before:exit:3").code == 137
        assert memory_of(mine).total() > 2
    finally:
        postgresql_server.do(f"drop database {name} with (force)", f"alter database {name}_older rename to {name}")
    assert holds(mine) == 2
    ends_alike(small, mine, 2)


def quiet(database: str) -> tuple[str, ...]:
    """Nobody is connected to a database any more."""
    return (f"select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{database}'",)


PLACES = (
    ("target.create.before", 1),
    ("target.lock.after", 1),
    ("target.bare.before", 1),
    ("target.bare.after", 2),
    ("manifest.rename.before", 3),
    ("manifest.rename.after", 5),
    ("target.rows.before", 2),
    ("target.rows.after", 6),
    ("target.commit.before", 1),
    ("target.whole.before", 2),
    ("target.whole.after", 1),
    ("store.event.before", 4),
    ("store.event.after", 6),
    ("target.unlock.before", 1),
)


@pytest.mark.parametrize(("name", "nth"), PLACES, ids=str)
def test_a4_killed_at_every_kind_of_place(small: Small, mine: WardOnServer, name: str, nth: int) -> None:
    ends_alike(small, mine, killed_at(mine, f"{name}:exit:{nth}"))


def test_a5_killed_while_the_memory_is_written_it_can_still_be_read(small: Small, mine: WardOnServer) -> None:
    before = 0
    for nth in (3, 4):
        assert mine.run(*APPLY, failpoint=f"store.event.before:exit:{nth}").code == 137
        held = mine.ask("audit", "verify", "--json")
        assert held.code == 0 and held.document["length"] > before, "the earlier memory must be readable"
        before = held.document["length"]
    ends_alike(small, mine, holds(mine))


@pytest.mark.parametrize("signals", [1, 2])
def test_a6_a_signal_stops_it_and_a_second_one_at_once(small: Small, mine: WardOnServer, signals: int) -> None:
    with held_up(mine) as waiting:
        process = mine.start(*APPLY)
        until(lambda: waiting() > 0, lambda: process.poll() is None)
        for _ in range(signals):
            process.send_signal(signal.SIGTERM)
        if signals == 2:
            process.wait(PATIENCE)
    with process:
        out, err = process.communicate(timeout=PATIENCE)
    # The second one may find the first already obeyed.
    assert process.returncode in ((143,) if signals == 1 else (143, -signal.SIGTERM)), out + err
    stood = holds(mine)
    assert 0 < stood < BATCHES, "the run was not stopped in the middle"
    ends_alike(small, mine, stood)


def test_a7_ctrl_c_at_the_question_does_nothing(small: Small, mine: WardOnServer) -> None:
    assert mine.ask(*APPLY).code == 0
    before = logical(mine.target)
    code, said = broken_off(mine.folder, "undo", WAVE)
    assert b"Type the wave's name" in said, "the question was not asked"
    assert code == 130
    assert logical(mine.target) == before
    ends_alike(small, mine, BATCHES)


def test_a8_a_writer_that_fails_stops_the_run(small: Small, mine: WardOnServer, monkeypatch: pytest.MonkeyPatch) -> None:
    commit, seen = Working._commit, []

    def third_fails(hands: Working, outcome: Outcome) -> None:
        seen.append(outcome)
        if len(seen) == 3:
            raise Unreachable("The writer is gone.")
        commit(hands, outcome)

    with monkeypatch.context() as patch:
        patch.setattr(Working, "_commit", third_fails)
        stopped(mine.ask(*APPLY), 6, "The writer is gone.")
    assert len(seen) == 3, "the run went on after its writer had failed"
    assert holds(mine) == 2
    ends_alike(small, mine, 2)


def test_a8_a_reader_that_fails_stops_the_run(small: Small, mine: WardOnServer, monkeypatch: pytest.MonkeyPatch) -> None:
    read, seen = ServerSource.read, []

    def fails_at_visits(source: ServerSource, extract: Extract, within: KeyRange | None) -> Iterator[pa.RecordBatch]:
        if "note" in extract.columns:
            seen.append(within)
            if len(seen) == 2:
                raise Unreachable("The reader is gone.")
        return read(source, extract, within)

    with monkeypatch.context() as patch:
        patch.setattr(ServerSource, "read", fails_at_visits)
        stopped(mine.ask(*APPLY), 6, "The reader is gone.")
    assert len(seen) == 2
    stood = holds(mine)
    assert stood in (2, 3)
    ends_alike(small, mine, stood)


def test_a9_nobody_works_on_when_the_run_is_killed_and_the_hold_is_taken_over(small: Small, mine: WardOnServer) -> None:
    with held_up(mine) as waiting:
        process = mine.start(*APPLY)
        until(lambda: waiting() > 0, lambda: process.poll() is None)
        family = [process.pid, *(child.pid for child in psutil.Process(process.pid).children(recursive=True))]
        process.kill()
        process.communicate()
        stood = batches_in(mine.target)
    # The server goes on with what it was told by the dead, as far as that is.
    until(lambda: no_backend_of_ours(mine.target))
    assert [pid for pid in family if psutil.pid_exists(pid)] == []
    assert batches_in(mine.target) == stood, "somebody still wrote"
    assert rows_of(mine.target, "select count(*) from vs_lock") == [(1,)]
    assert holds(mine) == stood.total()
    ends_alike(small, mine, stood.total())
    assert mine.ask("audit", "show", "--kind", "lock.taken_over", "--json").document["total"] == 1


def test_a15_what_the_record_acknowledged_is_synced_whatever_its_server_is_told(
    small: Small, mine: WardOnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cut of the power takes what a server's log was not flushed of."""
    url, name = mine.target.url, sa.make_url(mine.target.url).database
    servers.did(url, f"alter database {name} set synchronous_commit = off")
    assert servers.asked(url, "show synchronous_commit") == [("off",)], "a server that acknowledges before it syncs"
    written: list[str] = []
    flushed: list[bool] = []

    def write_down() -> None:
        written.append(str(servers.asked(url, "select pg_current_wal_insert_lsn()::text")[0][0]))

    def look() -> None:
        flushed.append(bool(servers.asked(url, "select pg_current_wal_flush_lsn() > %s::pg_lsn", written[-1])[0][0]))

    with monkeypatch.context() as patch:
        reaching(patch.setattr, target_commit_before=write_down, target_commit_after=look)
        done = mine.ask(*APPLY)
    assert done.code == 0, done.told
    assert flushed == [True] * BATCHES
    ends_alike(small, mine, BATCHES)


def test_a15_a_memory_that_lost_its_newest_events_is_brought_up_to_the_record(small: Small, mine: WardOnServer, tmp_path: Path) -> None:
    """A cut of the power takes what the memory's file was not synced of."""
    kept = tmp_path / "store.sqlite"
    assert mine.run(*APPLY, failpoint="target.commit.after:exit:2").code == 137
    with closing(sqlite3.connect(mine.work / "store.sqlite")) as store, closing(sqlite3.connect(kept)) as copy:
        store.backup(copy)
    assert mine.run(*APPLY, failpoint="target.commit.after:exit:2").code == 137
    for path in mine.work.glob("store.sqlite*"):
        path.unlink()
    shutil.copy(kept, mine.work / "store.sqlite")
    assert holds(mine) == 4
    assert memory_of(mine).total() == 1, "the memory was to lose its newest events"
    ends_alike(small, mine, 4)


def test_a17_a_wave_that_was_begun_does_not_go_on_with_other_declarations(small: Small, mine: WardOnServer) -> None:
    stood = killed_at(mine, "target.commit.after:exit:3")
    before = logical(mine.target)
    mine.edit("mappings/old/visit.yaml", "note: {from: note}", 'note: {sql: "upper(note)"}')
    stopped(mine.ask(*APPLY), 10, "mappings/old/visit.yaml was changed", f"vardskiftet plan {WAVE}")
    assert logical(mine.target) == before
    mine.edit("mappings/old/visit.yaml", 'note: {sql: "upper(note)"}', "note: {from: note}")
    ends_alike(small, mine, stood)
