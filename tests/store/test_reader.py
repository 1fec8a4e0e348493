"""Does asking leave everything as it was?"""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from vardskiftet import errors
from vardskiftet.store import reader
from vardskiftet.store.store import Store
from vardskiftet.store.tables import TOLD

Clock = Callable[[], datetime]


def folder(path: Path) -> dict[str, str]:
    """Every file of a folder by its content; the shared-memory file is SQLite's own scratch."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(path.iterdir()) if not file.name.endswith("-shm")}


def ask_everything(path: Path) -> int:
    with Store.read(path) as store:
        assert store.verify().holds
        assert len(list(store.events())) == store.head().length
        return store.head().length


def test_asking_where_there_is_no_store_answers_empty_and_creates_nothing(path: Path) -> None:
    assert ask_everything(path) == 0
    assert not path.parent.exists()


def test_asking_a_file_that_was_only_begun_answers_empty_and_leaves_it(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").touch()
    assert ask_everything(tmp_path / "store.sqlite") == 0
    assert list(tmp_path.iterdir()) == [tmp_path / "store.sqlite"]
    assert (tmp_path / "store.sqlite").stat().st_size == 0


def test_asking_a_store_at_rest_leaves_its_folder_as_it_was(path: Path, clock: Clock) -> None:
    with Store.open(path, clock) as store:
        store.append("run.started", {}, "run-1")
    before = folder(path.parent)
    assert list(before) == ["store.sqlite"]
    assert ask_everything(path) == 1
    assert folder(path.parent) == before
    assert len(list(path.parent.iterdir())) == 1


def test_asking_beside_a_writer_sees_what_is_committed(path: Path, store: Store) -> None:
    for length in range(1, 4):
        store.append("batch.done", {}, "run-1")
        before = folder(path.parent)
        assert ask_everything(path) == length
        assert folder(path.parent) == before


def test_asking_after_a_killed_writer_reads_its_last_commit_and_leaves_its_files(path: Path) -> None:
    script = (
        "import os, sys; from datetime import UTC, datetime; from pathlib import Path; from vardskiftet.store.store import Store\n"
        "store = Store.open(Path(sys.argv[1]), lambda: datetime.now(UTC)); store.append('run.started', {}, 'run-1'); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", script, str(path)], check=False).returncode == 9
    before = folder(path.parent)
    assert "store.sqlite-wal" in before
    assert ask_everything(path) == 1
    assert folder(path.parent) == before


def test_asking_works_where_nothing_may_be_written(path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(path, clock) as store:
        store.append("run.started", {}, "run-1")
    path.parent.chmod(0o500)
    monkeypatch.setattr("vardskiftet.store.connect.os.access", lambda *_: False)  # root may write everywhere
    try:
        assert ask_everything(path) == 1
        assert len(list(path.parent.iterdir())) == 1
    finally:
        path.parent.chmod(0o700)


def test_a_reader_has_no_way_to_write(path: Path, clock: Clock) -> None:
    def meddle() -> None:
        with Store.read(path) as reader, reader._engine.connect() as connection:
            assert not hasattr(reader, "append")
            connection.exec_driver_sql("drop table event")

    with Store.open(path, clock) as store:
        store.append("run.started", {}, "run-1")
        with pytest.raises(OperationalError, match="readonly"):
            meddle()
    with pytest.raises(OperationalError, match="readonly"):  # at rest the file is opened in another way
        meddle()


def test_a_file_that_is_no_database_is_broken_and_left_alone(path: Path, clock: Clock) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"Not a database, but a letter. " * 200)
    before = folder(path.parent)
    for attempt in (lambda: Store.read(path), lambda: Store.open(path, clock)):
        with pytest.raises(errors.IntegrityBroken):
            attempt()
    assert folder(path.parent) == before


def test_a_torn_page_is_broken(path: Path, clock: Clock) -> None:
    with Store.open(path, clock) as store:
        for number in range(300):
            store.append("batch.done", {"number": number}, "run-1")
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(errors.IntegrityBroken), Store.read(path) as reader:
        reader.verify()


def test_the_newest_of_a_wave_and_a_check_is_found_by_the_index_and_not_by_reading_history(store: Store, path: Path) -> None:
    for number in range(50):
        store.append(
            "check.measured", {"check": f"R{number % 5}", "wave": "south-1" if number % 2 else "north-1", "number": number}, "run-1"
        )
    store.append("check.measured", {"wave": "south-1", "note": '"check":"R1","wave":"south-1"'}, "run-2")
    found = store.newest("check.measured", wave="south-1", check="R1")
    assert found is not None and found.payload["number"] == 41
    assert store.newest("check.measured", wave="south-2") is None
    asked = (
        "explain query plan select * from event where kind = 'check.measured' and"
        f" {TOLD['sqlite'].format(word='wave')} = 'south-1' and {TOLD['sqlite'].format(word='check')} = 'R1' order by seq desc limit 1"
    )
    with sqlite3.connect(path) as connection:
        (plan,) = connection.execute(asked).fetchall()
    connection.close()
    assert "ix_event_told (kind=? AND <expr>=? AND <expr>=?)" in plan[3]


def test_events_of_some_kinds_come_in_order_and_no_other_is_read(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = ("wave.paused", "check.measured", "books.drawn")
    for number in range(1_205):
        store.append(kinds[number % 3], {"number": number}, "run-1")
    read: list[str] = []
    told = reader.event_of
    monkeypatch.setattr(reader, "event_of", lambda line, shown: (read.append(line.kind), told(line, shown))[1])
    found = list(store.of_kinds(("books.drawn", "wave.paused", "never.said", "wave.paused")))
    assert [event.payload["number"] for event in found] == [number for number in range(1_205) if number % 3 != 1]
    assert set(read) == {"wave.paused", "books.drawn"}
    assert list(store.of_kinds(())) == []
    with sqlite3.connect(path) as connection:
        (plan,) = connection.execute("explain query plan select seq from event where kind in ('a', 'b')").fetchall()
    connection.close()
    assert "COVERING INDEX" in plan[3]
