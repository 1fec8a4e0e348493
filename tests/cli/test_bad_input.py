"""Is bad input refused with its exit code, one clear message with address and remedy, and nothing lost or half-loaded?"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ward import WAVE, Done, Ward, half_batches, litter, make_ward, opened, rows_of

from vardskiftet.engine.targets import open_target
from vardskiftet.run.lock import own_lock

BOOKING = "mappings/elvis/booking.yaml"
PERSON = "mappings/elvis/person.yaml"
SYSTEM = "mappings/elvis/system.yaml"
PROGRAMME = "waves/programme.yaml"
COMMON = {"schema", "ok", "exit_code", "reasons", "next_steps"}


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """A project that nothing is wrong with, planned."""
    ward = make_ward(tmp_path_factory.mktemp("sound") / "project")
    assert ward.ask("plan", WAVE, "--quiet").code == 0
    return ward


@pytest.fixture
def ward(sound: Ward, tmp_path: Path) -> Ward:
    """The same, to be spoilt."""
    return sound.copy(tmp_path / "project")


def refused(ward: Ward, code: int, *command: str, said: tuple[str, ...], apart: bool = False) -> list[dict[str, Any]]:
    """A refusal, told plainly (`apart`: in an interpreter of its own) and as one document; the record and the journal are as before."""
    before = bytes_of(ward)
    plain = ward.run(*command) if apart else ward.ask(*command)
    assert plain.code == code, plain.told
    assert plain.out == "", "a failure is no answer"
    assert "Traceback" not in plain.err and "crash-" not in plain.err
    for words in said:
        assert words in plain.err, plain.err
    document = ward.ask(*command, "--json").document
    assert set(document) == COMMON
    assert (document["schema"], document["ok"], document["exit_code"]) == (f"vardskiftet.{command[0]}/1", False, code)
    assert document["reasons"]
    for reason in document["reasons"]:
        assert reason["message"] and (reason["where"] or reason["id"] == "USAGE")
        assert reason["hint"] or reason["id"] == "DECLARATIONS", "a failure comes with a remedy"
    assert bytes_of(ward) == before
    assert not list(ward.folder.rglob("crash-*"))
    assert litter(ward) == []
    return list(document["reasons"])


def bytes_of(ward: Ward) -> list[bytes]:
    """Journal and record, byte for byte, where they are there."""
    return [path.read_bytes() for path in (ward.journal, ward.target) if path.is_file()]


def plans(ward: Ward) -> list[str]:
    return sorted(path.name for path in (ward.work / "plans").glob("*.json"))


def line_of(ward: Ward, name: str, text: str) -> str:
    """The address of a line: file:line."""
    lines = (ward.folder / name).read_text(encoding="utf-8").splitlines()
    (number,) = (number for number, line in enumerate(lines, 1) if text in line)
    return f"{name}:{number}"


def test_a_missing_system_file(ward: Ward) -> None:
    ward.journal.unlink()
    for verb in ("plan", "apply"):
        (reason,) = refused(ward, 6, verb, WAVE, said=(SYSTEM, "'elvis'", "journals/elvis.sqlite"), apart=verb == "plan")
        assert reason["where"] == SYSTEM


def test_a_system_file_that_is_no_database(ward: Ward) -> None:
    ward.journal.write_text("person_id;personnummer\n" * 200, encoding="utf-8")
    refused(ward, 6, "plan", WAVE, said=("elvis.sqlite", "'elvis'"))


def test_a_column_that_the_source_lacks_is_told_at_plan_with_its_line(ward: Ward) -> None:
    ward.edit(BOOKING, "{from: anteckning}", "{from: antekning}")
    there = plans(ward)
    where = line_of(ward, BOOKING, "antekning")
    (reason,) = refused(ward, 2, "plan", WAVE, said=(where, "'antekning'", "Did you mean 'anteckning'?"), apart=True)
    assert reason["where"] == where
    assert plans(ward) == there, "nothing was planned"


def test_a_table_that_the_source_lacks_is_told_at_plan_with_its_line(ward: Ward) -> None:
    ward.edit(PERSON, "reads: person\n", "reads: persona\n")
    reasons = refused(ward, 2, "plan", WAVE, said=(PERSON, "'persona'", "Did you mean 'person'?"))
    assert any("'person'" in reason["message"] and reason["where"].startswith(SYSTEM) for reason in reasons), "now nothing reads person"


def test_a_source_table_that_nothing_speaks_of(ward: Ward) -> None:
    with ward.journal_open() as journal:
        journal.execute("create table ny_tabell (a text)")
    (reason,) = refused(ward, 2, "plan", WAVE, said=("'ny_tabell'", "ignored"))
    assert reason["where"].startswith(SYSTEM)


def test_a_column_that_goes_between_plan_and_apply(ward: Ward) -> None:
    with ward.journal_open() as journal:
        journal.execute("alter table bokning rename column anteckning to notering")
    refused(ward, 10, "apply", WAVE, said=("'elvis'", "'anteckning'", f"vardskiftet plan {WAVE}"), apart=True)
    assert not ward.target.exists(), "not even created"


def test_copies_of_a_key_each_have_their_fate(ward: Ward) -> None:
    before = ward.ask("apply", WAVE, "--json").document
    assert before["closes"]
    same, other = (int(key) for (key,) in rows_of(ward.target, "select _key from appointment order by 1 limit 2"))
    assert ward.ask("undo", WAVE, "--confirm", WAVE, "--quiet").code == 0
    with ward.journal_open() as journal:
        journal.execute("insert into bokning select * from bokning where bokning_id = ?", (same,))
        journal.execute("insert into bokning select * from bokning where bokning_id = ?", (other,))
        journal.execute("update bokning set anteckning = 'En annan' where rowid = (select max(rowid) from bokning)")
    assert ward.ask("plan", WAVE, "--quiet").code == 0
    done = ward.ask("apply", WAVE, "--json")
    assert done.code == 1, "closed books, a budget passed"
    fates = {key: rows_of(ward.target, "select fate, reason from vs_fate where source_key = ?", str(key)) for key in (same, other)}
    assert fates == {same: [("merged", None)], other: [("rejected", "DUPLICATE_KEY")] * 2}
    now = done.document
    assert now["closes"]
    assert now["total"]["extracted"] == before["total"]["extracted"] + 2
    assert now["total"]["merged"] == before["total"]["merged"] + 1
    assert rows_of(ward.target, "select count(*) from appointment where _key = ?", str(other)) == [(0,)]


def test_an_unknown_codebook(ward: Ward) -> None:
    ward.edit(BOOKING, "codebook: visit_type", "codebook: visit_typ")
    where = line_of(ward, BOOKING, "visit_typ}")
    for verb in (("validate",), ("plan", WAVE)):
        (reason,) = refused(ward, 2, *verb, said=(where, "'visit_typ'", "Did you mean 'visit_type'?"), apart=verb == ("plan", WAVE))
        assert reason["where"] == where


def test_a_target_with_foreign_tables(ward: Ward) -> None:
    with opened(ward.target) as record:
        record.execute("create table other_system (a text)")
        record.execute("insert into other_system values ('keep me')")
    for verb in ("plan", "rehearse", "apply"):
        refused(ward, 10, verb, WAVE, said=("record.sqlite", "'other_system'", PROGRAMME), apart=verb == "apply")
    assert rows_of(ward.target, "select * from other_system") == [("keep me",)]


def test_a_plan_grown_stale_lists_what_moved(ward: Ward) -> None:
    ward.edit(BOOKING, "2030-01-01", "2031-01-01")
    with (ward.folder / "mappings/codes/sex.csv").open("a", encoding="utf-8") as file:
        file.write("U,unknown\n")
    for verb in ("apply", "rehearse"):
        refused(ward, 10, verb, WAVE, said=(BOOKING, "mappings/codes/sex.csv", f"vardskiftet plan {WAVE}"))
    assert not ward.target.exists()


def test_a_plan_that_somebody_changed(ward: Ward) -> None:
    (path,) = (ward.work / "plans").glob("*.json")
    plan = json.loads(path.read_text(encoding="utf-8"))
    plan["batches"].pop()
    path.write_text(json.dumps(plan), encoding="utf-8")
    refused(ward, 8, "apply", WAVE, said=("fingerprint", "vardskiftet plan"))
    path.write_text("{}", encoding="utf-8")
    refused(ward, 2, "apply", WAVE, said=(path.name, "vardskiftet plan"))


def test_a_record_that_is_damaged(ward: Ward) -> None:
    ward.target.write_bytes(b"no database at all" * 300)
    for verb in ("plan", "apply"):
        refused(ward, 8, verb, WAVE, said=("record.sqlite", "Restore"))


@pytest.mark.story
def test_a_full_disk(ward: Ward) -> None:
    done = ward.run("apply", WAVE, "--quiet", failpoint="target.commit.before:enospc:3")
    assert (done.code, done.out) == (9, "")
    assert "full" in done.err and "same command" in done.err and "Traceback" not in done.err
    assert half_batches(ward.target, ward) == []
    assert ward.ask("apply", WAVE, "--quiet").code == 0


@pytest.mark.story
def test_ctrl_c(tmp_path: Path) -> None:
    here = Ward(tmp_path)
    process = here.start("demo", "--dir", "big", "--size", "large")
    assert process.stderr is not None
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    with process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command goes on" in err and "Traceback" not in err


@pytest.mark.story
def test_a_second_run(ward: Ward) -> None:
    assert ward.ask("apply", WAVE, "--quiet").code == 0
    mine = own_lock(WAVE, "20241105T080000-00000000", "apply")
    open_target(ward.programme()).lock(mine)
    said = (f"process {os.getpid()}", socket.gethostname(), f"since {mine.since}", "vardskiftet lock break")
    for command in (("apply", WAVE), ("undo", WAVE, "--confirm", WAVE)):
        (reason,) = refused(ward, 7, *command, said=said, apart=command[0] == "apply")
        assert reason["where"] == WAVE
    still = ward.ask("lock", "break", WAVE, "--reason", "It seems slow")
    assert still.code == 7, "a living process keeps its lock"
    assert len(rows_of(ward.target, "select * from vs_lock")) == 1


def ended_process() -> int:
    """The number of a process that was there and is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.story
def test_a_run_whose_owner_was_killed_is_taken_over(ward: Ward) -> None:
    assert ward.ask("apply", WAVE, "--quiet").code == 0
    dead = type(own_lock(WAVE, "x", "apply"))(WAVE, "gone", "anna", socket.gethostname(), str(ended_process()), "1.00", "a", "b", "apply")
    open_target(ward.programme()).lock(dead)
    assert ward.ask("status", WAVE, "--json").document["waves"][0]["load"] == "dead"
    done = ward.run("apply", WAVE)
    assert done.code == 0, done.told
    (event,) = ward.ask("audit", "show", "--kind", "lock.taken_over", "--json").document["events"]
    assert event["payload"]["pid"] == int(dead.pid)
    assert rows_of(ward.target, "select * from vs_lock") == []


def test_a_lock_from_another_host_is_broken_only_for_a_reason(ward: Ward) -> None:
    assert ward.ask("apply", WAVE, "--quiet").code == 0
    other = type(own_lock(WAVE, "x", "apply"))(WAVE, "elsewhere", "bertil", "another-host", "1", "1.00", "a", "b", "apply")
    open_target(ward.programme()).lock(other)
    refused(ward, 7, "apply", WAVE, said=("another-host", "bertil", "lock break"))
    assert ward.ask("lock", "break", WAVE, "--reason", " ").code == 2
    assert ward.ask("lock", "break", WAVE, "--reason", "The host was taken out of service").code == 0
    assert ward.ask("apply", WAVE, "--quiet").code == 0
    (event,) = ward.ask("audit", "show", "--kind", "lock.broken", "--json").document["events"]
    assert event["payload"]["reason"] == "The host was taken out of service"


def test_a_yaml_bomb(ward: Ward) -> None:
    bomb = ["a: &a [lol, lol, lol, lol, lol, lol, lol, lol]"]
    bomb += [f"{one}: &{one} [{', '.join([f'*{before}'] * 8)}]" for before, one in zip("abcdefghij", "bcdefghijk", strict=True)]
    (ward.folder / BOOKING).write_text("\n".join(bomb) + "\n", encoding="utf-8")
    refused(ward, 2, "validate", said=(BOOKING,), apart=True)


HOSTILE = {
    "a source outside the project": (SYSTEM, "path: journals/elvis.sqlite", "path: ../../elvis.sqlite"),
    "an absolute source": (SYSTEM, "path: journals/elvis.sqlite", "path: /etc/passwd"),
    "a target outside the project": (PROGRAMME, "path: work/record.sqlite", "path: ../record.sqlite"),
    "a wave named like a path": (f"waves/{WAVE}.yaml", f"wave: {WAVE}", "wave: ../../south"),
    "a mapping named like a path": (BOOKING, "mapping: elvis.booking", "mapping: elvis.../booking"),
    "a table of the record that is SQL": (
        "mappings/record.yaml",
        "- table: appointment",
        "- table: 'appointment\"; drop table patient; --'",
    ),
    "a column of the record that is SQL": ("mappings/record.yaml", "column: note,", "column: 'note\" text); drop table patient; --',"),
    "a table of the books": ("mappings/record.yaml", "- table: waiting_list_entry", "- table: vs_batch"),
    "a YAML tag": (BOOKING, "reads: bokning", 'reads: !!python/object/apply:os.system ["true"]'),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_path_or_name(what: str, ward: Ward) -> None:
    name, old, new = HOSTILE[what]
    ward.edit(name, old, new)
    outside = sorted(ward.folder.parent.iterdir())
    refused(ward, 2, "plan", WAVE, said=(f"{name}:",), apart=what == "a source outside the project")
    assert sorted(ward.folder.parent.iterdir()) == outside


def test_a_source_column_with_a_hostile_name_is_only_a_name(ward: Ward) -> None:
    name = "a\"b'; drop table person; --"
    with ward.journal_open() as journal:
        journal.execute(f'alter table bokning rename column anteckning to "{name.replace(chr(34), chr(34) * 2)}"')
    ward.edit(BOOKING, "{from: anteckning}", "{from: " + json.dumps(name) + "}")
    assert ward.ask("plan", WAVE, "--quiet").code == 0
    done = ward.ask("apply", WAVE, "--json")
    assert done.code == 0, done.told
    assert done.document["closes"]
    assert rows_of(ward.journal, "select count(*) > 0 from person") == [(1,)]


ESCAPES = [
    "read_text('/etc/hostname') = ''",
    "(select content from read_text('/etc/hostname')) = ''",
    "(select count(*) from read_csv('/etc/passwd')) > 0",
    "(select count(*) from '/etc/passwd') > 0",
    "getenv('HOME') = ''",
    "true); attach '/tmp/x.db' as x; select (true",
    "(select max(personnummer) from extract) = ''",
]


def test_sql_that_looks_beyond_its_row_is_told_line_by_line(ward: Ward) -> None:
    conditions = [f"  - {{when: {json.dumps(sql)}, reason: FUTURE_DATE}}" for sql in ESCAPES]
    ward.edit(BOOKING, "reject:\n", "\n".join(["reject:", *conditions, ""]))
    reasons = refused(ward, 2, "plan", WAVE, said=("7 problems in 1 file. Nothing was run.",), apart=True)
    first = int(line_of(ward, BOOKING, "reject:").rpartition(":")[2])
    assert [reason["where"] for reason in reasons] == [f"{BOOKING}:{first + number}" for number in range(1, len(ESCAPES) + 1)]


def test_an_unknown_wave_is_told_with_those_that_are_known(ward: Ward) -> None:
    for command in (("plan", "south-3"), ("apply", "south-3"), ("books", "south-3"), ("status", "south-3"), ("undo", "south-3")):
        done = ward.ask(*command)
        assert done.code == 2, command
        assert "'south-3'" in done.err and f"{WAVE}, south-2" in done.err
        assert "Known:" in done.err


def test_apply_without_a_plan(ward: Ward) -> None:
    shutil.rmtree(ward.work / "plans")
    for verb in ("apply", "rehearse", "books"):
        done = ward.ask(verb, WAVE)
        assert done.code == 2 and f"vardskiftet plan {WAVE}" in done.err, verb
    refused(ward, 2, "apply", WAVE, said=(f"vardskiftet plan {WAVE}",))
    assert not ward.target.exists()


def test_no_project_here(tmp_path: Path) -> None:
    nowhere = Ward(tmp_path / "empty")
    nowhere.folder.mkdir()
    done: Done = nowhere.run("plan", WAVE)
    assert (done.code, done.out) == (2, "")
    assert PROGRAMME in done.err and "Traceback" not in done.err
    assert list(nowhere.folder.iterdir()) == []


def test_undo_of_what_was_never_loaded(ward: Ward) -> None:
    refused(ward, 2, "undo", WAVE, "--confirm", WAVE, said=(WAVE, "nothing to undo"))
    done = ward.ask("undo", WAVE)
    assert done.code == 2 and f"--confirm {WAVE}" in done.err


def test_a_round_that_was_not_confirmed_is_offered_again_as_that_round(ward: Ward) -> None:
    done = ward.ask("undo", WAVE, "--round", "south-1-0123456789ab")
    assert done.code == 2 and f"undo {WAVE} --round south-1-0123456789ab --confirm {WAVE}" in done.err, done.err
