"""Where does a store come to lie, and who may read it?"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from vardskiftet import errors
from vardskiftet.store.connect import Place
from vardskiftet.store.store import Store

Clock = Callable[[], datetime]


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_handed() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_a_store_is_for_its_owners_eyes_alone(open_handed: None, path: Path, clock: Clock) -> None:
    with Store.open(path, clock) as store:
        store.append("run.started", {}, "run-1")
        assert {rights(file) for file in path.parent.iterdir()} == {0o600}
        assert len(list(path.parent.iterdir())) == 3
    assert rights(path.parent) == 0o700


def test_a_store_whose_rights_were_widened_is_closed_again(path: Path, clock: Clock) -> None:
    Store.open(path, clock).close()
    path.chmod(0o644)
    Store.open(path, clock).close()
    assert rights(path) == 0o600


def test_a_folder_that_was_there_keeps_its_rights(tmp_path: Path, clock: Clock) -> None:
    tmp_path.chmod(0o750)
    Store.open(tmp_path / "store.sqlite", clock).close()
    assert rights(tmp_path) == 0o750


@pytest.mark.parametrize(
    "name", ["a b.sqlite", "50%41.sqlite", "what?mode=memory", "no#fragment", "'; drop table event; --", "åäö", ":memory:"]
)
def test_a_strange_name_is_a_name(tmp_path: Path, clock: Clock, name: str) -> None:
    with Store.open(tmp_path / name, clock) as store:
        store.append("run.started", {}, "run-1")
    assert [file.name for file in tmp_path.iterdir()] == [name]
    with Store.read(tmp_path / name) as reader:
        assert reader.head().length == 1


def test_every_event_is_synced_and_others_may_read_meanwhile(store: Store) -> None:
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("pragma synchronous").scalar() == 2
        assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("pragma busy_timeout").scalar() == 10_000


def test_a_folder_in_the_place_of_the_store_cannot_be_opened(tmp_path: Path, clock: Clock) -> None:
    for attempt in (lambda: Store.open(tmp_path, clock), lambda: Store.read(tmp_path)):
        with pytest.raises(errors.Unreachable) as caught:
            attempt()
        assert caught.value.where == str(tmp_path)


def test_a_file_in_the_place_of_the_folder_cannot_be_opened(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "work").touch()
    with pytest.raises(errors.Unreachable):
        Store.open(tmp_path / "work" / "store.sqlite", clock)


def test_a_url_is_never_shown_and_only_postgresql_is_known() -> None:
    assert "secret" not in Place("postgresql://u:secret@host/db").shown
    with pytest.raises(errors.Usage) as caught:
        Place("mysql://u:secret@host/db")
    assert "secret" not in f"{caught.value.message}{caught.value.where}{caught.value.hint}"
