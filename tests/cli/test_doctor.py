"""Does the doctor find what is wrong, name the remedy, and leave everything as it was?"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest
from ward import Ward, opened, rows_of

from vardskiftet.run import doctor_ends, doctor_places, doctor_tool
from vardskiftet.run.desk import Desk
from vardskiftet.run.doctor_tool import look_at_clock, look_at_zones, unmet
from vardskiftet.run.lock import own_lock
from vardskiftet.run.look import Look, exit_code


@pytest.fixture
def ward(demo: Ward, tmp_path: Path) -> Ward:
    return demo.copy(tmp_path / "ward")


def seen(ward: Ward, look: str) -> dict[str, Any]:
    """What the doctor says of one place."""
    found = [one for one in ward.ask("doctor", "--json").document["looks"] if one["look"] == look]
    assert len(found) == 1, found
    return dict(found[0])


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file but SQLite's own two beside a database, which any reader of a write-ahead log makes."""
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal")))
    return {path.relative_to(folder).as_posix(): (path.stat().st_mode, path.read_bytes()) for path in paths}


def test_a_loaded_demo_is_well_and_nothing_is_written(ward: Ward) -> None:
    before = files(ward.folder)
    done = ward.ask("doctor")
    assert done.code == 0, done.told
    assert "no faults" in done.out
    assert files(ward.folder) == before


def test_a_project_without_a_work_folder_is_well_and_gets_none(ward: Ward) -> None:
    shutil.rmtree(ward.work)
    done = ward.ask("doctor")
    assert done.code == 0, done.told
    assert not ward.work.exists()


def test_a_plan_that_was_only_rehearsed_is_well(ward: Ward) -> None:
    assert ward.ask("undo", "south-1", "--confirm", "south-1").code == 0
    assert ward.ask("doctor").code == 0, ward.ask("doctor").told
    assert ward.ask("rehearse", "south-1", "--quiet").code == 0
    assert ward.ask("doctor").code == 0, ward.ask("doctor").told


def test_a_source_that_is_gone_is_out_of_reach(ward: Ward) -> None:
    ward.journal.unlink()
    done = ward.ask("doctor")
    assert done.code == 6
    assert "missing" in done.out
    assert "path" in done.out


def test_a_source_that_is_no_database_is_out_of_reach(ward: Ward) -> None:
    ward.journal.write_bytes(b"no database at all, but long enough to be looked at" * 100)
    assert seen(ward, "source elvis")["exit_code"] == 6


def test_a_source_that_lacks_a_table_is_a_finding(ward: Ward) -> None:
    with ward.journal_open() as connection:
        connection.execute("drop table vantelista")
    look = seen(ward, "source elvis")
    assert look["exit_code"] == 1
    assert "vantelista" in look["message"]
    assert "vardskiftet plan" in look["hint"]


@pytest.mark.parametrize("way", ["path", "link", "hard link"])
def test_a_target_that_is_a_source_is_found_by_whatever_name(way: str, ward: Ward) -> None:
    name = "journals/elvis.sqlite"
    if way != "path":
        name = "journals/other.sqlite"
        other = ward.folder / name
        if way == "link":
            other.symlink_to("elvis.sqlite")
        else:
            other.hardlink_to(ward.journal)
    ward.edit("waves/programme.yaml", "path: work/record.sqlite", f"path: {name}")
    look = seen(ward, "source and target")
    assert look["exit_code"] == 1
    assert "elvis" in look["message"]
    assert "target:" in look["hint"]
    assert ward.ask("doctor").code == 10, "and it is no record"


def test_a_foreign_target_is_told_by_its_own_code(ward: Ward) -> None:
    with ward.record_open() as connection:
        connection.execute("create table somebody_elses (x text)")
    done = ward.ask("doctor")
    assert done.code == 10
    assert "somebody_elses" in done.out


def test_a_target_that_is_no_database_is_told(ward: Ward) -> None:
    for path in ward.work.glob("record.sqlite*"):
        path.unlink()
    ward.target.write_bytes(b"no database at all, but long enough to be looked at" * 100)
    assert ward.ask("doctor").code == 8


def test_a_variable_that_is_not_set_is_out_of_reach(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    ward.edit("waves/programme.yaml", "path: work/record.sqlite", "path_from: WARD_RECORD")
    look = seen(ward, "target")
    assert (look["exit_code"], "WARD_RECORD" in look["hint"]) == (6, True)
    monkeypatch.setenv("WARD_RECORD", str(ward.target))
    assert seen(ward, "target")["exit_code"] == 0


def test_a_target_without_rights_can_neither_be_loaded_nor_taken_back(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = os.access
    monkeypatch.setattr(doctor_ends.os, "access", lambda path, mode: Path(path) != ward.target and allowed(path, mode))
    look = seen(ward, "target rights")
    assert look["exit_code"] == 6
    assert "taken back" in look["message"]


class Part(NamedTuple):
    mountpoint: str
    fstype: str


def test_a_target_on_a_network_disk_is_a_finding(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: [Part("/", "ext4"), Part(str(ward.work.resolve()), "nfs4")])
    look = seen(ward, "target rights")
    assert look["exit_code"] == 1
    assert "nfs4" in look["message"]


def test_a_work_folder_that_others_can_look_into_is_a_finding(ward: Ward) -> None:
    ward.work.chmod(0o755)
    look = seen(ward, "privacy")
    assert (look["exit_code"], look["hint"]) == (1, "chmod 700 work")


def test_a_work_folder_that_cannot_be_written_is_a_finding(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = os.access
    monkeypatch.setattr(doctor_places.os, "access", lambda path, mode: Path(path).name != "work" and allowed(path, mode))
    assert seen(ward, "work folder")["exit_code"] == 1


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_disk_that_is_too_small_is_a_finding_with_the_need_stated(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    size = ward.journal.stat().st_size
    need = 6 * size
    monkeypatch.setattr(doctor_places.shutil, "disk_usage", lambda _path: Usage(need, 0, need))
    assert seen(ward, "disk")["exit_code"] == 0
    monkeypatch.setattr(doctor_places.shutil, "disk_usage", lambda _path: Usage(need, 1, need - 1))
    look = seen(ward, "disk")
    assert look["exit_code"] == 1
    assert doctor_places.in_bytes(need) in look["message"]


@pytest.mark.parametrize(
    ("size", "said"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (4_800_000, "4.8 MB"), (2_500_000_000_000_000, "2,500.0 TB")]
)
def test_sizes_are_told_for_people(size: int, said: str) -> None:
    assert doctor_places.in_bytes(size) == said


def hold(ward: Ward, **changes: str) -> None:
    lock = replace(own_lock("south-1", "20240101T000000-00000000", "apply"), **changes)
    names = tuple(lock.__dataclass_fields__)
    with opened(ward.target) as connection:
        values = [getattr(lock, name) for name in names]
        connection.execute(f"insert into vs_lock ({', '.join(names)}) values ({', '.join('?' for _ in names)})", values)


def test_a_dead_hold_is_a_finding_and_a_living_one_is_not(ward: Ward) -> None:
    hold(ward)
    assert seen(ward, "locks")["exit_code"] == 0
    with ward.record_open() as connection:
        connection.execute("delete from vs_lock")
    hold(ward, pid="999999", pid_started="1.00")
    look = seen(ward, "locks")
    assert look["exit_code"] == 1
    assert "vardskiftet apply south-1" in look["hint"]


def leave(ward: Ward, name: str) -> Path:
    path = ward.work / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"rows")
    return path


LEFT = [
    "spill/south-1/duckdb_temp_storage-0.tmp",
    "plans/x.json.partial",
    f"manifests/south-1/{'0' * 64}.parquet",
    "rehearsals/south-1-x-y/held/elvis.sqlite",
]


@pytest.mark.parametrize("name", LEFT)
def test_what_a_killed_run_leaves_is_a_finding_with_place_and_remedy(name: str, ward: Ward) -> None:
    leave(ward, name)
    look = seen(ward, "leftovers")
    assert look["exit_code"] == 1
    assert look["where"] == f"work/{name.rpartition('/')[0]}"
    assert "vardskiftet " in look["hint"]


def test_what_a_living_run_writes_is_its_own(ward: Ward) -> None:
    for name in LEFT:
        leave(ward, name)
    hold(ward)
    assert seen(ward, "leftovers")["exit_code"] == 0


def test_the_remedy_for_what_was_left_works(ward: Ward) -> None:
    assert ward.ask("undo", "south-1", "--confirm", "south-1").code == 0
    for name in LEFT:
        leave(ward, name)
    (ward.work / LEFT[1]).unlink()
    assert ward.ask("plan", "south-1", "--quiet").code == 0
    assert ward.ask("rehearse", "south-1", "--quiet").code == 0
    assert ward.ask("apply", "south-1", "--quiet").code == 0
    assert ward.ask("doctor").code == 0, ward.ask("doctor").told


def test_a_memory_behind_the_target_is_a_finding_that_a_run_mends(ward: Ward) -> None:
    (ward.work / "store.sqlite").unlink()
    look = seen(ward, "memory")
    assert look["exit_code"] == 1
    assert look["hint"].endswith("vardskiftet apply south-1")
    batches = rows_of(ward.target, "select count(*) from vs_batch")[0][0]
    assert f"{batches} batches" in look["message"]
    assert ward.ask("apply", "south-1", "--quiet").code == 0
    assert ward.ask("doctor").code == 0


def test_a_damaged_memory_is_told(ward: Ward) -> None:
    (ward.work / "store.sqlite").write_bytes(b"no database at all, but long enough to be looked at" * 100)
    done = ward.ask("doctor")
    assert done.code == 8
    assert "clock" not in [reason["id"] for reason in ward.ask("doctor", "--json").document["reasons"] if reason["id"] == "LIBRARIES"]


@pytest.fixture
def desk(ward: Ward) -> Iterator[Desk]:
    now = datetime(2024, 11, 5, 8, tzinfo=UTC)
    yield Desk(ward.programme(), lambda: now, "0", "", lambda _progress: None)


def test_a_clock_that_stands_before_the_memory_is_a_finding(desk: Desk) -> None:
    now = datetime.now(UTC)
    assert look_at_clock(desk, lambda: now + timedelta(hours=1)).exit_code == 0
    look = look_at_clock(desk, lambda: now - timedelta(days=400))
    assert look.exit_code == 1
    assert "NTP" in look.hint


def test_clock_changes_that_are_years_old_are_a_finding(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_tool.importlib.metadata, "version", lambda _name: "2024.2")
    assert look_at_zones(desk, lambda: datetime(2025, 12, 31, tzinfo=UTC)).exit_code == 0
    assert look_at_zones(desk, lambda: datetime(2026, 1, 1, tzinfo=UTC)).exit_code == 1


@pytest.mark.parametrize(
    ("requirement", "wrong"),
    [
        ("duckdb>=2.0,<3", ""),
        ("duckdb<3,>=2.0", ""),
        ("duckdb>=2.1", "duckdb 2.0.7 is not >=2.1"),
        ("duckdb<2.0.7", "duckdb 2.0.7 is not <2.0.7"),
        ("duckdb", ""),
        ("nowhere>=1", "nowhere is not installed"),
    ],
)
def test_a_library_is_held_against_what_is_asked(requirement: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name != "duckdb":
            raise doctor_tool.importlib.metadata.PackageNotFoundError(name)
        return "2.0.7"

    monkeypatch.setattr(doctor_tool.importlib.metadata, "version", version)
    assert unmet(requirement) == wrong


@pytest.mark.parametrize(("codes", "gravest"), [((), 0), ((0, 0), 0), ((1, 0), 1), ((10, 1), 10), ((6, 10), 6), ((8, 6), 8), ((9, 0), 9)])
def test_the_gravest_look_speaks(codes: tuple[int, ...], gravest: int) -> None:
    assert exit_code([Look("one", code, "said") for code in codes]) == gravest


def test_a_reader_of_the_target_is_sqlite_in_read_only_mode(ward: Ward) -> None:
    with sqlite3.connect(ward.target) as writer:
        writer.execute("begin immediate")
        assert ward.ask("doctor").code == 0, "another process writes meanwhile"
        writer.rollback()
    writer.close()
