"""What is peculiar to SQLite files: write-ahead logs, encodings, views, and where the file lies."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vardskiftet.engine.sources import open_source
from vardskiftet.engine.sources.protocol import Extract, Source
from vardskiftet.errors import Unreachable
from vardskiftet.model.system import SourceSpec, System

VISIT = Extract("besok", ("besok_id", "enhet"), ("besok_id",))
Opener = Callable[..., Source]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    with contextlib.ExitStack() as closing:

        def open_one(root: Path = tmp_path, **options: str) -> Source:
            spec = SourceSpec(kind="sqlite", options=options or {"path": "elvis.sqlite"})
            source = open_source(System(system="elvis", title="Elvis", source=spec, timezone="Europe/Stockholm"), root)
            closing.callback(source.close)
            return source

        yield open_one


def journal(path: Path, *pragmas: str) -> sqlite3.Connection:
    """A journal of two visits; the connection stays open."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in pragmas:
        connection.execute(f"pragma {pragma}")
    connection.execute("create table besok (besok_id integer primary key, enhet text)")
    connection.execute("insert into besok values (1, 'Kinna'), (2, 'Borås')")
    return connection


def units(source: Source) -> list[str]:
    return [unit for batch in source.read(VISIT, None) for unit in batch["enhet"].to_pylist()]


@pytest.mark.parametrize("name", ["en mapp", "50%", "a#b", "a?b", "åäö", "a;b", "it's", 'a"b', "file:x", "%41"])
def test_the_folder_may_have_any_name(tmp_path: Path, opened: Opener, name: str) -> None:
    (tmp_path / name).mkdir()
    journal(tmp_path / name / "elvis.sqlite").close()
    source = opened(tmp_path / name)
    assert (source.count("besok"), units(source)) == (2, ["Kinna", "Borås"])
    held = source.hold(tmp_path / name / "held #1")
    assert (held.count("besok"), units(held)) == (2, ["Kinna", "Borås"])
    held.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_rows_that_still_stand_in_the_log_are_seen_and_held(tmp_path: Path, opened: Opener) -> None:
    with contextlib.closing(journal(tmp_path / "elvis.sqlite", "journal_mode = wal", "wal_autocheckpoint = 0")) as writing:
        assert (tmp_path / "elvis.sqlite-wal").stat().st_size > 0
        source = opened()
        assert (source.count("besok"), units(source)) == (2, ["Kinna", "Borås"])
        held = source.hold(tmp_path / "held")
        writing.execute("insert into besok values (3, 'Skene')")
        assert (held.count("besok"), len(units(held)), source.count("besok"), len(units(source))) == (2, 2, 3, 3)
        held.close()


def test_a_write_in_progress_is_not_seen(tmp_path: Path, opened: Opener) -> None:
    with contextlib.closing(journal(tmp_path / "elvis.sqlite", "journal_mode = wal")) as writing:
        writing.execute("begin immediate")
        writing.execute("insert into besok values (3, 'Skene')")
        source = opened()
        assert (source.count("besok"), len(units(source))) == (2, 2)
        writing.execute("rollback")


def test_a_file_in_another_encoding_gives_the_same_texts(tmp_path: Path, opened: Opener) -> None:
    journal(tmp_path / "elvis.sqlite", "encoding = 'UTF-16le'").close()
    source = opened()
    assert units(source) == ["Kinna", "Borås"]


def test_a_view_is_a_table_like_any_other(tmp_path: Path, opened: Opener) -> None:
    with contextlib.closing(journal(tmp_path / "elvis.sqlite")) as writing:
        writing.execute("create view i_kinna as select * from besok where enhet = 'Kinna'")
    source = opened()
    assert list(source.schema()) == ["besok", "i_kinna"]
    assert source.count("i_kinna") == 1


def test_a_table_without_row_numbers_is_read_too(tmp_path: Path, opened: Opener) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "elvis.sqlite", isolation_level=None)) as writing:
        writing.execute("create table besok (besok_id text primary key, enhet text) without rowid")
        writing.execute("insert into besok values ('b', 'Borås'), ('a', 'Kinna')")
    assert units(opened()) == ["Kinna", "Borås"]


def test_a_file_named_by_a_variable_may_lie_anywhere(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "elvis.sqlite"
    journal(elsewhere).close()
    with pytest.raises(Unreachable, match="ELVIS_FILE") as unset:
        opened(path_from="ELVIS_FILE")
    assert unset.value.exit_code == 6
    monkeypatch.setenv("ELVIS_FILE", str(elsewhere))
    assert opened(path_from="ELVIS_FILE").count("besok") == 2


def test_a_folder_in_its_place_is_unreachable(tmp_path: Path, opened: Opener) -> None:
    (tmp_path / "elvis.sqlite").mkdir()
    with pytest.raises(Unreachable):
        opened()


def test_an_empty_file_has_no_tables_and_is_not_taken_for_rows(tmp_path: Path, opened: Opener) -> None:
    (tmp_path / "elvis.sqlite").touch()
    assert opened().schema() == {}
    with pytest.raises(Unreachable):
        opened().count("besok")
