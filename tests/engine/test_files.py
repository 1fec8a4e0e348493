"""Does a file stand under its name whole or not at all, and closed to others?"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from vardskiftet.engine.files import place_file, private_folder, sha256_of


def test_a_file_is_placed_with_its_folders_and_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "work" / "manifests" / "a.parquet"
    place_file(path, b"rows")
    assert path.read_bytes() == b"rows"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["a.parquet"]


def test_a_later_one_takes_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a"
    place_file(path, b"first")
    place_file(path, b"second")
    assert path.read_bytes() == b"second"


def test_what_a_killed_run_left_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.with_name("a.partial").write_bytes(b"half of something longer")
    place_file(path, b"whole")
    assert path.read_bytes() == b"whole"
    assert [one.name for one in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_where_it_fails_the_old_file_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path = tmp_path / "a"
    place_file(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os if step == "fsync" else Path, step, full)
    with pytest.raises(OSError, match="No space"):
        place_file(path, b"new")
    assert path.read_bytes() == b"old"


def test_it_is_synced_before_it_gets_its_name_and_its_folder_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    sync, rename = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda descriptor: (done.append("sync"), sync(descriptor)))
    monkeypatch.setattr(Path, "replace", lambda self, target: (done.append("rename"), rename(self, target)))
    place_file(tmp_path / "a", b"rows")
    assert done == ["sync", "rename", "sync"]


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 1_000_000)
    assert sha256_of(path) == hashlib.sha256(b"x" * 1_000_000).hexdigest()


def test_folders_that_had_to_be_made_are_closed_to_others_up_to_the_first_that_was_there(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    made = private_folder(tmp_path / "work" / "spill" / "plan")
    modes = [one.stat().st_mode & 0o777 for one in (made, made.parent, made.parent.parent, tmp_path)]
    assert modes == [0o700, 0o700, 0o700, 0o755]
