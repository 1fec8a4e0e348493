"""Is an older store brought up, a newer one refused, and a strange file left alone?"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError

from vardskiftet import errors
from vardskiftet.store import connect, migrate
from vardskiftet.store.store import Store
from vardskiftet.store.tables import METADATA, REVISIONS

Clock = Callable[[], datetime]


def test_the_tool_knows_the_revisions_that_it_carries() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    script = ScriptDirectory.from_config(config)
    assert tuple(step.revision for step in reversed(list(script.walk_revisions()))) == REVISIONS


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index ix_event_told")
def test_the_migrations_end_in_the_tables_that_the_code_speaks_of(store: Store) -> None:
    described = inspect(store._engine), inspect(connect.nothing())
    for table in METADATA.tables:
        columns = [[(column["name"], str(column["type"]), column["nullable"]) for column in side.get_columns(table)] for side in described]
        assert columns[0] == columns[1]
        indexes = [{(str(index["name"]), bool(index["unique"])) for index in side.get_indexes(table)} for side in described]
        assert indexes[0] == indexes[1]


def older(path: Path) -> None:
    """A store of the first revision, with one event in it."""
    path.parent.mkdir(parents=True)
    path.touch()
    engine = connect.writer(connect.Place(path), 1)
    with engine.connect() as connection:
        connect.begin_writing(connection)
        migrate.upgrade_to(connection, REVISIONS[0])
        connection.commit()
    engine.dispose()


def stamp(path: Path, revision: str) -> None:
    with sqlite3.connect(path) as connection:
        assert connection.execute("update alembic_version set version_num = ?", (revision,)).rowcount == 1
    connection.close()


def triggers(path: Path) -> set[str]:
    with sqlite3.connect(path) as connection:
        found = {name for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'")}
    connection.close()
    return found


def test_an_older_store_keeps_its_events_and_gets_what_is_new(path: Path, clock: Clock) -> None:
    older(path)
    assert triggers(path) == set()
    stamp(path, REVISIONS[-1])
    with Store.open(path, clock) as store:  # nothing is upgraded here: it only serves to write an event under the old tables
        event = store.append("run.started", {}, "run-1")
    stamp(path, REVISIONS[0])
    with Store.open(path, clock) as store:
        assert list(store.events()) == [event]
        assert store.append("run.finished", {}, "run-1").prev == event.hash
        assert store.verify().holds
    assert triggers(path) == {"event_never_changes", "event_never_goes", "event_comes_last"}


def test_asking_an_older_store_does_not_upgrade_it(path: Path) -> None:
    older(path)
    with Store.read(path) as store:
        assert list(store.events()) == []
    assert triggers(path) == set()


def test_a_newer_store_is_refused_for_writing_and_for_asking(path: Path, clock: Clock) -> None:
    Store.open(path, clock).close()
    stamp(path, "9999")
    before = path.read_bytes()
    for attempt in (lambda: Store.open(path, clock), lambda: Store.read(path)):
        with pytest.raises(errors.Stale, match="9999") as caught:
            attempt()
        assert caught.value.exit_code == 10
    assert path.read_bytes() == before


def test_a_database_of_somebody_else_is_refused_and_gets_no_tables(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "record.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("create table patient (patient_id text)")
    connection.close()
    for attempt in (lambda: Store.open(path, clock), lambda: Store.read(path)):
        with pytest.raises(errors.Stale):
            attempt()
    with sqlite3.connect(path) as connection:
        assert connection.execute("select name from sqlite_master").fetchall() == [("patient",)]
    connection.close()


def test_an_upgrade_that_fails_leaves_the_older_store_whole(path: Path, clock: Clock) -> None:
    older(path)
    with sqlite3.connect(path) as connection:
        connection.execute("create trigger event_comes_last before insert on event begin select 1; end")
    connection.close()
    with pytest.raises(OperationalError, match="event_comes_last"):
        Store.open(path, clock)
    assert triggers(path) == {"event_comes_last"}, "the other triggers of the revision went back with it"


def test_an_upgrade_says_nothing_and_leaves_logging_as_it_was(
    path: Path, clock: Clock, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers), logging.getLogger("alembic").level)
    with caplog.at_level(logging.DEBUG):
        caplog.clear()
        Store.open(path, clock).close()
    assert [record for record in caplog.records if record.name.startswith(("alembic", "sqlalchemy"))] == []
    assert capfd.readouterr() == ("", "")
    assert (root.level, list(root.handlers), logging.getLogger("alembic").level) == before
