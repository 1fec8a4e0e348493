"""Is a backup whole, or not there at all?"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from vardskiftet import errors
from vardskiftet.store.store import Store

Clock = Callable[[], datetime]


def test_a_backup_taken_beside_a_writer_is_one_file_that_holds_the_whole_chain(store: Store, tmp_path: Path) -> None:
    for number in range(20):
        store.append("batch.done", {"number": number}, "run-1")
    copy = tmp_path / "backups" / "store.sqlite"
    head = store.backup(copy)
    assert head == store.head()
    store.append("batch.done", {"number": 20}, "run-1")
    assert [file.name for file in copy.parent.iterdir()] == ["store.sqlite"]
    assert copy.read_bytes()[18:20] == b"\x01\x01", "a file that needs no other beside it, not one in WAL mode"
    assert copy.stat().st_mode & 0o777 == 0o600
    with Store.read(copy) as kept:
        assert kept.verify(expected_head=head).holds
        assert kept.head() == head


def test_work_goes_on_from_a_backup(store: Store, tmp_path: Path, clock: Clock) -> None:
    store.append("run.started", {}, "run-1")
    store.backup(tmp_path / "copy.sqlite")
    with Store.open(tmp_path / "copy.sqlite", clock) as restored:
        assert restored.append("run.finished", {}, "run-1").seq == 2
        assert restored.verify().holds


def test_a_backup_by_asking_leaves_the_store_as_it_was(path: Path, clock: Clock, tmp_path: Path) -> None:
    with Store.open(path, clock) as store:
        head = store.append("run.started", {}, "run-1").hash
    before = path.read_bytes()
    with Store.read(path) as reader:
        assert reader.backup(tmp_path / "copy.sqlite").hash == head
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["store.sqlite"]


def test_a_backup_that_fails_leaves_the_earlier_one(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.append("run.started", {}, "run-1")
    copy = tmp_path / "backups" / "store.sqlite"
    store.backup(copy)
    before = copy.read_bytes()
    store.append("run.finished", {}, "run-1")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("vardskiftet.store.backup.os.fsync", full)
    with pytest.raises(errors.NoRoom):
        store.backup(copy)
    assert copy.read_bytes() == before
    assert [file.name for file in copy.parent.iterdir()] == ["store.sqlite"]


def test_a_store_is_never_overwritten_by_its_own_copy(store: Store, path: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(path)
    for target in (path, tmp_path / "alias"):
        with pytest.raises(errors.Usage):
            store.backup(target)
    assert store.append("run.started", {}, "run-1").seq == 1


def test_there_is_no_backup_of_a_store_that_is_not_there(tmp_path: Path) -> None:
    with Store.read(tmp_path / "store.sqlite") as reader, pytest.raises(errors.Usage):
        reader.backup(tmp_path / "copy.sqlite")
    assert list(tmp_path.iterdir()) == []
