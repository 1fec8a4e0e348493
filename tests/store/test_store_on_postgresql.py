"""Is a memory on a server the same memory: one chain whoever writes, append-only, asked without a trace, and never shown by its URL?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from servers import asked, did

from vardskiftet import errors
from vardskiftet.store.server import Server
from vardskiftet.store.store import Store
from vardskiftet.store.tables import REVISIONS, TOLD

pytestmark = pytest.mark.server
Clock = Callable[[], datetime]
ROOT = Path(__file__).resolve().parent.parent.parent

APPEND = """
import sys
from datetime import UTC, datetime
from vardskiftet.store.server import Server
from vardskiftet.store.store import Store
with Store.open(Server(sys.argv[1], "minne"), lambda: datetime(2024, 11, 5, 7, tzinfo=UTC), patience=60) as store:
    for number in range(10):
        store.append("batch.done", {"number": number}, sys.argv[2])
"""


@pytest.fixture
def server(postgresql: str) -> Server:
    return Server(postgresql, "minne", "$LANDSTAD_STORE")


def test_asking_where_there_is_none_answers_empty_and_makes_nothing(server: Server) -> None:
    with Store.read(server) as store:
        assert store.head().length == 0
        assert list(store.events()) == []
        assert store.verify().holds
    assert asked(server.url, "select nspname from pg_namespace where nspname = 'minne'") == []


def test_what_was_appended_is_read_back_in_one_chain(server: Server, clock: Clock) -> None:
    with Store.open(server, clock) as store:
        first = store.append("run.started", {"verb": "apply", "wave": "södra", "n": [1, 2.5, None, True]}, "run-1")
        second = store.append("run.finished", {"exit_code": 0}, "run-1")
        with Store.read(server) as reader:
            assert list(reader.events()) == [first, second]
            assert reader.verify(store.head()).holds
    assert asked(server.url, "select version_num from minne.alembic_version") == [(REVISIONS[-1],)]


@pytest.mark.parametrize(
    "attack",
    [
        "update minne.event set kind = 'x'",
        "delete from minne.event",
        "truncate minne.event",
        "insert into minne.event select * from minne.event",
    ],
)
def test_the_server_itself_refuses_to_change_what_was_written(server: Server, clock: Clock, attack: str) -> None:
    with Store.open(server, clock) as store:
        for number in range(3):
            store.append("batch.done", {"number": number}, "run-1")
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        did(server.url, attack)
    with Store.read(server) as store:
        assert store.verify().length == 3


def test_an_edit_behind_the_triggers_back_is_found(server: Server, clock: Clock) -> None:
    with Store.open(server, clock) as store:
        for number in range(3):
            store.append("batch.done", {"number": number}, "run-1")
    did(server.url, "set session_replication_role = replica; update minne.event set payload = '{\"number\":7}' where seq = 2")
    with Store.read(server) as store:
        assert (store.verify().holds, store.verify().broken_at) == (False, 2)


def test_processes_and_threads_that_begin_and_write_at_once_make_one_chain(server: Server, clock: Clock) -> None:
    command = [sys.executable, "-c", APPEND, server.url]
    others = [subprocess.Popen([*command, f"run-{number}"], cwd=ROOT) for number in range(2)]
    with Store.open(server, clock, patience=60) as store, ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda number: store.append("batch.done", {"number": number}, "run-x"), range(20)))
    assert [other.wait(60) for other in others] == [0, 0]
    with Store.read(server) as store:
        assert (store.verify().holds, store.verify().length) == (True, 40)


def test_another_writer_is_waited_for_and_then_named(server: Server, clock: Clock) -> None:
    Store.open(server, clock).close()
    with psycopg.connect(server.url) as other, Store.open(server, clock, patience=0.2) as store:
        other.execute("select pg_advisory_xact_lock(hashtext('vardskiftet.store'))")
        with pytest.raises(errors.Unreachable, match="Somebody else is writing"):
            store.append("run.started", {}, "run-1")
        other.rollback()
        assert store.append("run.started", {}, "run-1").seq == 1


def test_a_reader_has_no_way_to_write(server: Server, clock: Clock) -> None:
    with Store.open(server, clock) as store:
        store.append("run.started", {}, "run-1")
    with Store.read(server) as reader, pytest.raises(Exception, match="read-only transaction"), reader._engine.begin() as connection:
        connection.exec_driver_sql("delete from event")


def test_a_user_without_grants_is_told_what_is_wanted(server: Server, clock: Clock, postgresql_server: object) -> None:
    did(server.url, "drop role if exists looker", "create role looker login")
    bare = Server(server.url.replace("postgres:@", "looker@").replace("postgres@", "looker@"), "minne", "$LANDSTAD_STORE")
    try:
        with pytest.raises(errors.Unreachable, match="42501") as told:
            Store.open(bare, clock)
        assert "create on it" in told.value.hint
        Store.open(server, clock).close()
        did(server.url, "grant usage on schema minne to looker")
        with pytest.raises(errors.Unreachable, match="42501"), Store.read(bare) as reader:
            reader.head()
    finally:
        did(server.url, "drop owned by looker", "drop role looker")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://load:hemligt@127.0.0.1:1/journal",
        "postgresql://load:hem%ligt@127.0.0.1/journal",
        "postgresql://load:hem ligt@[127.0.0.1:1/journal",
        "postgresql://load:hemligt@127.0.0.1:hemligt/journal",
    ],
)
def test_no_url_and_no_part_of_one_is_ever_said(clock: Clock, url: str) -> None:
    for attempt in (lambda: Store.open(Server(url), clock), lambda: Store.read(Server(url)), lambda: Store.open(url, clock)):
        with pytest.raises(errors.Unreachable) as told:
            attempt()
        chain, said = told.value, ""
        while chain is not None:
            said += f"{chain!r} {chain}"
            chain = None if chain.__suppress_context__ else chain.__cause__ or chain.__context__
        assert not any(part in said + told.value.hint for part in ("hem", "load", "journal"))


def test_the_newest_of_a_wave_and_a_check_is_found_on_a_server_too(server: Server, clock: Clock) -> None:
    with Store.open(server, clock) as store:
        for number in range(20):
            store.append(
                "check.measured", {"check": f"R{number % 5}", "wave": "south-1" if number % 2 else "north-1", "n": number}, "run-1"
            )
        store.append("check.measured", {"wave": "south-1", "note": '"check":"R1"'}, "run-2")
        found = store.newest("check.measured", wave="south-1", check="R1")
        assert found is not None and found.payload["n"] == 11
    asked = f"{TOLD['postgresql'].format(word='wave')} = 'south-1' and {TOLD['postgresql'].format(word='check')} = 'R1'"
    with psycopg.connect(server.url) as connection:
        connection.execute("set enable_seqscan = off")
        plan = connection.execute(f"explain select * from minne.event where kind = 'check.measured' and {asked} order by seq desc limit 1")
        assert "ix_event_told" in str(plan.fetchall())
