"""Does a wave whose record lies on PostgreSQL survive what the embedded one survives: kills, a server that goes, other hosts, undo?"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import proxy
import psycopg
import pytest
from postgresql_ward import SCHEMA, VARIABLE, constraints, from_record, in_record, logical, make_ward_on_postgresql
from servers import Postgresql, asked, did
from ward import WAVE, Ward, litter

from vardskiftet.engine.targets import open_target
from vardskiftet.engine.targets.protocol import Lock
from vardskiftet.run.lock import own_lock

pytestmark = [pytest.mark.server, pytest.mark.story]
APPLY = ("apply", WAVE, "--quiet")
UNDO = ("undo", WAVE, "--confirm", WAVE, "--quiet")
PATIENCE = 120.0


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory, postgresql_server: Postgresql) -> Ward:
    """A project whose record is to lie on a server, planned against an empty database."""
    ward = make_ward_on_postgresql(tmp_path_factory.mktemp("ward") / "planned")
    with postgresql_server.database() as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, url)
        done = ward.run("plan", WAVE, "--quiet")
    assert done.code == 0, done.told
    return ward


@dataclass(frozen=True)
class End:
    """What one run that nobody disturbed leaves in a record: its rows, and its keys, references and indexes."""

    rows: dict[str, tuple[int, str]]
    whole: list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def undisturbed(planned: Ward, tmp_path_factory: pytest.TempPathFactory, postgresql_server: Postgresql) -> End:
    """The end that every run must come to."""
    ward = planned.copy(tmp_path_factory.mktemp("ward") / "loaded")
    with postgresql_server.database() as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, url)
        done = ward.ask(*APPLY)
        assert done.code == 0, done.told
        return End(logical(url), constraints(url))


@pytest.fixture
def record(postgresql: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of the record's database, in its variable."""
    monkeypatch.setenv(VARIABLE, postgresql)
    return postgresql


@pytest.fixture
def ward(planned: Ward, record: str, tmp_path: Path) -> Ward:
    return planned.copy(tmp_path / "ward")


def committed(url: str) -> int:
    """Batches in the record so far."""
    try:
        return int(asked(url, f"select count(*) from {SCHEMA}.vs_batch")[0][0])
    except psycopg.Error:
        return 0


def memory(ward: Ward) -> list[tuple[str, str]]:
    """What `status` says of the wave."""
    (wave,) = ward.ask("status", WAVE, "--json").document["waves"]
    return [(wave["load"], str(wave["batches_done"]))]


@pytest.mark.parametrize(
    "failpoint",
    [
        "target.create.before",
        "target.create.after",
        "target.lock.after",
        "target.bare.before",
        "target.bare.after",
        "target.rows.after:exit:3",
        "target.commit.before:exit:3",
        "target.commit.after:exit:3",
        "target.whole.before",
        "target.whole.after:exit:2",
        "target.whole.before:exit:9",
        "target.unlock.before",
    ],
)
def test_killed_and_repeated_it_comes_to_the_same_end(ward: Ward, record: str, undisturbed: End, failpoint: str) -> None:
    assert ward.run(*APPLY, failpoint=failpoint).code == 137
    batches = committed(record)
    said = ward.ask("status", WAVE, "--json")
    assert said.code == 0 and said.document["waves"][0]["batches_done"] == batches, "status tells what is there, before the resumption"
    assert ward.run(*APPLY).code == 0
    assert (logical(record), constraints(record)) == (undisturbed.rows, undisturbed.whole)
    assert litter(ward) == []
    assert ward.ask("books", WAVE).code == 0


@pytest.mark.parametrize("failpoint", ["undo.commit.before:exit:3", "undo.commit.after:exit:3", "target.unlock.before"])
def test_an_undo_that_is_killed_goes_on_and_leaves_only_who_was_who(ward: Ward, record: str, failpoint: str) -> None:
    assert ward.run(*APPLY).code == 0
    identities = from_record(record, "select * from {s}.vs_identity order by 1, 2, 3")
    assert ward.run(*UNDO, failpoint=failpoint).code == 137
    assert ward.run(*UNDO).code == 0
    left = {table: rows for table, (rows, _) in logical(record).items() if rows}
    assert set(left) == {"vs_meta", "vs_identity"}
    assert from_record(record, "select * from {s}.vs_identity order by 1, 2, 3") == identities


def test_undo_leaves_what_the_new_systems_users_changed_and_a_reload_says_so(ward: Ward, record: str) -> None:
    assert ward.run(*APPLY).code == 0
    ((key,),) = from_record(record, "select max(appointment_id::text) from {s}.appointment")
    in_record(record, f"update appointment set note = 'changed at the ward' where appointment_id = '{key}'")
    undone = ward.run(*UNDO)
    assert undone.code == 1 and "1" in undone.out
    assert from_record(record, "select appointment_id::text, _batch from {s}.appointment") == [(key, None)]


def test_a_rehearsal_lies_in_a_schema_of_its_own_and_leaves_the_record_as_it_was(ward: Ward, record: str, undisturbed: End) -> None:
    done = ward.run("rehearse", WAVE, "--quiet")
    assert done.code == 0, done.told
    schemas = rehearsals(record)
    assert len(schemas) == 1 and schemas[0].startswith(f"rehearsal_{WAVE}-")
    rehearsed = logical(record, schemas[0])
    assert {name: rows for name, rows in rehearsed.items() if name != "vs_meta"} == {
        name: rows for name, rows in undisturbed.rows.items() if name != "vs_meta"
    }
    assert ward.run(*APPLY).code == 0
    assert rehearsals(record) == [], "what was rehearsed is loaded now"
    before = logical(record)
    for _ in range(2):
        assert ward.run("rehearse", WAVE, "--quiet").code == 0
        assert logical(record) == before == undisturbed.rows
        assert len(rehearsals(record)) == len(list((ward.work / "rehearsals").iterdir())) == 1, "the one before is thrown away"
    assert ward.run(*UNDO).code == 0
    assert rehearsals(record) == [] and not list((ward.work / "rehearsals").iterdir())


def rehearsals(url: str) -> list[str]:
    """The schemas of rehearsals in a database."""
    return [str(name) for (name,) in asked(url, "select nspname from pg_namespace where nspname like 'rehearsal%' order by 1")]


@pytest.mark.parametrize("failpoint", ["rehearsal.discard.before", "rehearsal.discard.after"])
def test_a_rehearsal_that_is_thrown_away_when_the_run_is_killed_goes_with_the_next(ward: Ward, record: str, failpoint: str) -> None:
    assert ward.run("rehearse", WAVE, "--quiet").code == 0
    assert ward.run(*APPLY, failpoint=failpoint).code == 137
    assert len(rehearsals(record)) == (1 if failpoint.endswith("before") else 0)
    assert ward.run("rehearse", WAVE, "--quiet").code == 0
    assert len(rehearsals(record)) == len(list((ward.work / "rehearsals").iterdir())) == 1


def test_a_schema_of_a_rehearsal_that_no_folder_is_of_is_named_and_never_dropped(ward: Ward, record: str) -> None:
    assert ward.run("rehearse", WAVE, "--quiet").code == 0
    (schema,) = rehearsals(record)
    in_record(record, "create schema rehearsal_of_somebody_else")
    (folder,) = (ward.work / "rehearsals").iterdir()
    shutil.rmtree(folder)
    done = ward.ask("doctor", "--json")
    (look,) = [one for one in done.document["looks"] if one["look"] == "leftovers"]
    assert done.code == 1 and schema in look["message"] and "somebody_else" not in look["message"], look
    assert ward.run("rehearse", WAVE, "--quiet").code == 0
    assert schema in rehearsals(record), "another host may be at work with it"


def test_a_rehearsal_at_work_is_seen_by_doctor_on_a_server_too(planned: Ward, record: str, tmp_path: Path) -> None:
    ward = many_batches(planned, tmp_path / "ward")
    assert ward.run("rehearse", WAVE, "--quiet", failpoint="target.commit.after:exit:2").code == 137
    (folder,) = (ward.work / "rehearsals").iterdir()
    assert (folder / "held").is_dir()

    def left() -> str:
        looks = ward.ask("doctor", "--json").document["looks"]
        return "; ".join(str(one["message"]) for one in looks if one["look"] == "leftovers")

    assert "copies of sources that a rehearsal left" in left()
    ((schema,),) = [(name,) for name in rehearsals(record)]
    alive = own_lock(WAVE, "another-run", "rehearse")  # this very process lives
    did(record, f"update \"{schema}\".vs_lock set pid = '{alive.pid}', pid_started = '{alive.pid_started}'")
    assert "A run is at work" in left()


# --- the server goes ----------------------------------------------------------------------------------------------------------


def until(process: subprocess.Popen[str], holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert process.poll() is None, "it ended too soon"
        assert time.monotonic() < deadline
        time.sleep(0.01)


def many_batches(planned: Ward, folder: Path) -> Ward:
    """The same project, cut so small that there is time to interfere."""
    ward = planned.copy(folder)
    ward.edit("waves/programme.yaml", "batch_rows: 60", "batch_rows: 5")
    assert ward.ask("plan", WAVE, "--quiet").code == 0
    return ward


def told_and_taken_up_again(ward: Ward, process: subprocess.Popen[str]) -> None:
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 6, out + err
    lines = err.strip().splitlines()
    assert len(lines) == 2 and f"${VARIABLE}" in lines[0] and "same command" in lines[1], "one line, and what to do"


def test_a_line_that_breaks_in_mid_run_is_told_and_the_same_command_goes_on(
    planned: Ward, record: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward = many_batches(planned, tmp_path / "ward")
    with proxy.before(record) as (door, through):
        monkeypatch.setenv(VARIABLE, through)
        process = ward.start(*APPLY)
        until(process, lambda: committed(record) >= 3)
        door.hang_up()
        told_and_taken_up_again(ward, process)
    monkeypatch.setenv(VARIABLE, record)
    assert ward.run(*APPLY).code == 0
    assert ward.ask("books", WAVE).code == 0


# --- two hosts, one programme -------------------------------------------------------------------------------------------------


@pytest.fixture
def hosts(planned: Ward, record: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Ward, Ward]:
    """The same declarations on two hosts, with a record and a memory on one server, and nothing planned."""
    monkeypatch.setenv("WARD_STORE", record)
    found = []
    for name in ("a", "b"):
        ward = planned.copy(tmp_path / name)
        ward.edit("waves/programme.yaml", "batch_rows: 60", "batch_rows: 60\nstore: {url_from: WARD_STORE}")
        for path in sorted(ward.work.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        found.append(ward)
    return found[0], found[1]


def on(host: str, ward: Ward, monkeypatch: pytest.MonkeyPatch, *command: str) -> tuple[int, str]:
    with monkeypatch.context() as patch:
        patch.setattr(socket, "gethostname", lambda: host)
        done = ward.ask(*command)
    return done.code, done.told


def test_two_hosts_see_one_programme(hosts: tuple[Ward, Ward], record: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = hosts
    assert on("host-a", here, monkeypatch, "plan", WAVE, "--quiet")[0] == 0
    code, told = on("host-b", there, monkeypatch, "status", WAVE)
    assert code == 0 and "planned" in told
    assert not list((there.work / "plans").glob("*.json")), "the plan came through the memory"
    code, told = on("host-b", there, monkeypatch, *APPLY)
    assert code == 0, told
    code, told = on("host-a", here, monkeypatch, "status", WAVE, "--json")
    assert json.loads(told)["waves"][0]["load"] == "loaded"
    assert on("host-a", here, monkeypatch, "books", WAVE)[0] == 0
    assert on("host-a", here, monkeypatch, "audit", "verify")[0] == 0
    assert on("host-a", here, monkeypatch, "doctor")[0] == 0
    runs = asked(
        record, "select payload::json ->> 'verb', payload::json ->> 'host' from vardskiftet.event where kind = 'run.started' order by seq"
    )
    assert runs[0] == ("plan", "host-a") and ("apply", "host-b") in runs
    assert not (here.work / "store.sqlite").exists() and not (there.work / "store.sqlite").exists()
    assert on("host-a", here, monkeypatch, *UNDO)[0] == 0


def test_the_lock_in_the_record_holds_two_hosts_apart(hosts: tuple[Ward, Ward], record: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = hosts
    assert on("host-a", here, monkeypatch, "plan", WAVE, "--quiet")[0] == 0
    target = open_target(here.programme())
    target.prepare()
    # A process of the other host that is no more: from here, nobody can know that.
    assert target.lock(Lock(WAVE, "run-a", "anna", "host-a", str(2**22 + 1), "1.00", "2024-11-12", "2024-11-12", "apply")) is None
    code, told = on("host-b", there, monkeypatch, *APPLY)
    assert code == 7 and "anna on host-a" in told and f"vardskiftet lock break {WAVE}" in told
    assert committed(record) == 0
    code, told = on("host-b", there, monkeypatch, "lock", "break", WAVE, "--reason", "host-a was switched off")
    assert code == 0, told
    assert on("host-b", there, monkeypatch, *APPLY)[0] == 0
    events = asked(record, "select payload from vardskiftet.event where kind = 'lock.broken'")
    assert len(events) == 1 and "switched off" in events[0][0]


# --- secrets ------------------------------------------------------------------------------------------------------------------

SECRET = "hemligt-l%C3%B6sen"


@pytest.fixture
def spoken(hosts: tuple[Ward, Ward], record: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ward]:
    """A ward whose URLs hold a password; the server lets everybody in."""
    url = record.replace("postgres:@", f"postgres:{SECRET}@").replace("postgres@", f"postgres:{SECRET}@")
    assert SECRET in url
    monkeypatch.setenv(VARIABLE, url)
    monkeypatch.setenv("WARD_STORE", url)
    yield hosts[0]


def test_j7_no_password_and_no_url_is_in_any_output_file_or_event(spoken: Ward, record: str, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = [("plan", WAVE), ("rehearse", WAVE), ("apply", WAVE), ("status",), ("books", WAVE), ("doctor",), ("report", "wave", WAVE)]
    said = ""
    for command in commands:
        done = spoken.run(*command)
        assert done.code == 0, done.told
        said += done.told
    good = os.environ[VARIABLE]
    for bad in (
        good.replace("/vs_", "/not_there_vs_"),
        "postgresql://postgres:" + SECRET + "@127.0.0.1:1/x",
        good.replace("%C3", "%ZZ"),
        SECRET,
    ):
        for variable in (VARIABLE, "WARD_STORE"):
            monkeypatch.setenv(variable, bad)
            for command in (("status", WAVE), ("--debug", "apply", WAVE), ("doctor", "--json")):
                done = spoken.run(*command)
                assert done.code == 6, (variable, command, done.told)
                said += done.told
            monkeypatch.setenv(variable, good)
    files = b"".join(path.read_bytes() for path in spoken.folder.rglob("*") if path.is_file())
    events = "".join(str(row) for row in asked(record, "select * from vardskiftet.event"))
    for secret in ("hemligt", "sen@", "postgres:", "postgresql://postgres"):
        assert secret not in said
        assert secret not in events
        assert secret.encode() not in files
