"""Faults B1 to B4, B6 to B12 between two servers: lines that break, and servers that say yes and mean something else."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import mariadb
import proxy
import psycopg
import pyarrow as pa
import pytest
import servers
import sqlalchemy as sa
from ends import RECORD, SCHEMA, SOURCE, WardOnServer
from fault import WAVE
from servers import Postgresql
from small import APPLY, BATCHES, PATIENCE, Small, ends_alike, held_up, holds, in_record, reaching, stopped, told, until
from ward import Done, logical

from vardskiftet.engine import move
from vardskiftet.engine.sources.dialects.dialect import Statement
from vardskiftet.engine.sources.mysql import MysqlDoor
from vardskiftet.engine.sources.postgresql import PostgresqlDoor
from vardskiftet.engine.targets import open_target

pytestmark = pytest.mark.server


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(move, "PATIENCE", (0.01, 0.01))


def prepared(ward: WardOnServer) -> None:
    with contextlib.closing(open_target(ward.programme())) as target:
        target.prepare()


# --- the source's line --------------------------------------------------------------------------------------------------------


def test_b1_a_line_that_is_cut_in_mid_stream_is_taken_up_again(small: Small, mine: WardOnServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy.before(small.ends.journal, lets_through=400_000) as (cut, through), monkeypatch.context() as patch:
        patch.setenv(SOURCE, through)
        done = mine.ask(*APPLY)
        assert cut.cuts >= 1
    assert done.code == 0, done.told
    assert holds(mine) == BATCHES
    ends_alike(small, mine, BATCHES)


def test_b1_a_line_that_stays_cut_is_one_line_and_the_same_end_later(
    small: Small, mine: WardOnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy.before(small.ends.journal, in_all=500_000) as (dead, through), monkeypatch.context() as patch:
        patch.setenv(SOURCE, through)
        stopped(mine.ask(*APPLY), 6, "the connection is lost", "mappings/old/system.yaml")
        assert dead.cuts >= 1
    stood = holds(mine)
    assert 0 < stood < BATCHES
    ends_alike(small, mine, stood)


@pytest.mark.parametrize(
    ("reads", "said", "stand"),
    [("note", "read 2 rows where the source counts 3", 2), ("care", "11 rows were read where the source counts 12", 0)],
)
def test_b2_a_cursor_that_ends_early_is_noticed_by_the_count(
    small: Small, mine: WardOnServer, reads: str, said: str, stand: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows of a batch; and those that tell who has care where."""
    door = {"mysql": MysqlDoor, "postgresql": PostgresqlDoor}[small.ends.source]
    whole, short = door.stream, []

    def shorter(self: Any, statement: Statement) -> Iterator[list[pa.Array]]:
        for columns in whole(self, statement):
            if ("note" in statement.sql) == (reads == "note") and "hsa" in statement.sql:
                short.append(len(columns[0]))
                yield [column.slice(0, len(column) - 1) for column in columns]
            else:
                yield columns

    with monkeypatch.context() as patch:
        patch.setattr(door, "stream", shorter)
        stopped(mine.ask(*APPLY), 8, said)
    assert short
    assert holds(mine) == stand
    ends_alike(small, mine, stand)


def test_b6_neither_a_slow_record_nor_an_impatient_source_costs_a_row(
    small: Small, mine: WardOnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The source ends what idles; the record is slower than that."""
    slow: list[float] = []
    with impatient_source(small) as ended, monkeypatch.context() as patch:
        patch.setenv(SOURCE, small.ends.journal)
        reaching(patch.setattr, target_rows_before=lambda: slow.append(_slept(1.3 if len(slow) in (0, 3) else 0.0)))
        done = mine.ask(*APPLY)
        assert done.code == 0, done.told
        ended()
    assert len(slow) == BATCHES
    ends_alike(small, mine, BATCHES)


def _slept(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


@contextlib.contextmanager
def impatient_source(small: Small) -> Iterator[Any]:
    """A source that ends what idles for a second; gives what asserts that it did, or would have."""
    if small.ends.source == "mysql":
        before = mariadb.asked(small.ends.journal, "select @@global.wait_timeout")[0][0]
        lost = "select variable_value from information_schema.global_status where variable_name = 'aborted_clients'"
        count = int(mariadb.asked(small.ends.journal, lost)[0][0])
        mariadb.did(small.ends.journal, "set global wait_timeout = 1")

        def ended() -> None:
            assert int(mariadb.asked(small.ends.journal, lost)[0][0]) > count, "no idle session was ended"

        try:
            yield ended
        finally:
            mariadb.did(small.ends.journal, f"set global wait_timeout = {before}")
        return
    name = sa.make_url(small.ends.journal).database

    def would_have() -> None:
        with servers.psycopg.connect(small.ends.journal) as idle:
            idle.execute(b"select 1")
            time.sleep(1.2)
            with pytest.raises(servers.psycopg.Error, match="idle"):
                idle.execute(b"select 1")

    servers.did(small.ends.journal, f"alter database {name} set idle_in_transaction_session_timeout = '1s'")
    try:
        yield would_have
    finally:
        servers.did(small.ends.journal, f"alter database {name} reset idle_in_transaction_session_timeout")


def test_b10_a_source_that_is_silent_for_a_while_is_not_at_its_end(
    small: Small, mine: WardOnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy.before(small.ends.journal) as (line, through), monkeypatch.context() as patch:
        line.holds_up_at, line.holds_up = 300_000, 2.0
        patch.setenv(SOURCE, through)
        done = mine.ask(*APPLY)
        assert line.held_up == 1
    assert done.code == 0, done.told
    ends_alike(small, mine, BATCHES)


# --- the record's server ------------------------------------------------------------------------------------------------------


def test_b3_a_commit_whose_answer_is_lost_is_looked_for_and_not_repeated(
    small: Small, mine: WardOnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    with proxy.before(mine.target.url) as (line, through), monkeypatch.context() as patch:
        patch.setenv(RECORD, through)

        def arm() -> None:
            if tried.count("rows") == 3:
                line.word = b"COMMIT"

        reaching(
            patch.setattr,
            target_rows_before=lambda: tried.append("rows"),
            target_commit_before=arm,
            target_commit_after=lambda: tried.append("done"),
        )
        done = mine.ask(*APPLY)
        assert line.swallowed == 1
    assert done.code == 0, done.told
    assert tried == ["rows", "done"] * BATCHES, "sent once, found there, and not sent again"
    ends_alike(small, mine, BATCHES)


def test_b3_a_record_that_goes_between_statement_and_reply_and_stays_away(
    small: Small, mine: WardOnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy.before(mine.target.url) as (line, through), held_up(mine) as waiting, monkeypatch.context() as patch:
        patch.setenv(RECORD, through)
        process = mine.start(*APPLY)
        until(lambda: waiting() > 0, lambda: process.poll() is None)
        line.hang_up()
        out, err = process.communicate(timeout=PATIENCE)
    stopped(Done(process.returncode, out, err), 6, f"${RECORD}", "same command")
    stood = holds(mine)
    assert 0 < stood < BATCHES
    ends_alike(small, mine, stood)


@pytest.mark.parametrize("state", ["40P01", "40001"])
def test_b4_a_batch_that_the_server_rolled_back_for_another_is_tried_again(small: Small, mine: WardOnServer, state: str) -> None:
    prepared(mine)
    raises(mine, "visit", f"if nextval('public.times') <= 2 then raise exception 'x' using errcode = '{state}'; end if; return new;")
    done = mine.ask(*APPLY)
    assert done.code == 0, done.told
    assert servers.asked(mine.target.url, "select last_value > 2 from times") == [(True,)], "nothing was rolled back"
    undisturbed(mine, "visit")
    ends_alike(small, mine, BATCHES)


def raises(ward: WardOnServer, table: str, body: str, when: str = "insert") -> None:
    """Something of the server's own that gets in the way of a table's rows."""
    servers.did(ward.target.url, "create sequence if not exists times")
    function = f"create or replace function public.meddle() returns trigger language plpgsql as $$ begin {body} end $$"
    in_record(ward.target, function, f"create trigger meddle before {when} on {table} for each row execute function public.meddle()")


def undisturbed(ward: WardOnServer, table: str) -> None:
    in_record(ward.target, f"drop trigger meddle on {table}")


def test_b7_a_warning_of_the_server_is_a_failure(small: Small, mine: WardOnServer) -> None:
    prepared(mine)
    raises(mine, "visit", "raise warning 'value % was cut', new.note; new.note = left(new.note, 3); return new;")
    stopped(mine.ask(*APPLY), 8, "WARNING 01000")
    assert holds(mine) == 2
    undisturbed(mine, "visit")
    ends_alike(small, mine, 2)


def test_b8_fewer_rows_taken_than_sent_are_noticed(small: Small, mine: WardOnServer) -> None:
    prepared(mine)
    raises(mine, "visit", "if nextval('public.times') = 4 then return null; end if; return new;")
    stopped(mine.ask(*APPLY), 8, "took 1 of 2 rows of table 'visit'")
    assert holds(mine) == 3
    undisturbed(mine, "visit")
    ends_alike(small, mine, 3)


def test_b9_a_count_sees_what_was_committed_however_the_server_isolates(small: Small, mine: WardOnServer) -> None:
    """Sessions begin with a view that stays; one that somebody keeps open since before the load holds nothing back either."""
    name = sa.make_url(mine.target.url).database
    prepared(mine)
    servers.did(mine.target.url, f"alter database {name} set default_transaction_isolation = 'serializable'")
    with psycopg.connect(mine.target.url) as other:
        assert other.execute("select current_setting('transaction_isolation')").fetchall() == [("serializable",)]
        done = mine.ask(*APPLY)
        assert other.execute("select count(*) from record.visit").fetchall() == [(0,)], "its view did not stay"
    assert done.code == 0, done.told
    ends_alike(small, mine, BATCHES)


def test_b9_a_copy_that_is_late_is_no_record(small: Small, mine: WardOnServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that lags only reads: what stands there is told as it stands, and nothing is loaded there."""
    name = sa.make_url(mine.target.url).database
    assert mine.run(*APPLY, failpoint="target.commit.before:exit:3").code == 137
    servers.did(small.ends.record, f"create database {name}_late template {name}")
    late = sa.make_url(mine.target.url).set(database=f"{name}_late").render_as_string(hide_password=False)
    try:
        servers.did(late, f"alter database {name}_late set default_transaction_read_only = on")
        with monkeypatch.context() as patch:
            patch.setenv(RECORD, late)
            stopped(mine.ask(*APPLY), 6, "only reads")
    finally:
        servers.did(small.ends.record, f"drop database {name}_late with (force)")
    ends_alike(small, mine, holds(mine))


def test_b11_another_programmes_record_is_refused(small: Small, mine: WardOnServer) -> None:
    assert mine.ask(*APPLY).code == 0
    before = logical(mine.target)
    mine.edit("waves/programme.yaml", "programme: try-out", "programme: another")
    for command in (("plan", WAVE), APPLY, ("doctor",)):
        done = mine.ask(*command)
        assert done.code == 10 and "marked as the record of programme 'try-out'" in done.err + done.out, done.told
        told([done])
    assert logical(mine.target) == before
    mine.edit("waves/programme.yaml", "programme: another", "programme: try-out")
    ends_alike(small, mine, BATCHES)


def test_b11_a_record_is_no_source(small: Small, mine: WardOnServer, monkeypatch: pytest.MonkeyPatch) -> None:
    if small.ends.source != "postgresql":
        pytest.skip("a record never lies on a server of this kind")
    assert mine.ask(*APPLY).code == 0
    before = logical(mine.target)
    with monkeypatch.context() as patch:
        patch.setenv(SOURCE, mine.target.url)
        mine.edit("mappings/old/system.yaml", f"url_from: {SOURCE}}}", f"url_from: {SOURCE}, schema: {SCHEMA}}}")
        for command in (("plan", WAVE), ("doctor",)):
            done = mine.ask(*command)
            assert done.code == 2 and "source and target are one" in done.told, done.told
            told([done])
        mine.edit("mappings/old/system.yaml", f"url_from: {SOURCE}, schema: {SCHEMA}}}", f"url_from: {SOURCE}}}")
    assert logical(mine.target) == before
    ends_alike(small, mine, BATCHES)


def test_b12_what_the_user_of_the_record_may_not_do_is_found_before_the_run_also_for_the_way_back(
    small: Small, mine: WardOnServer, postgresql_server: Postgresql, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(mine)
    name = str(sa.make_url(mine.target.url).database)
    user = f"loader_{name}"
    postgresql_server.do(f"create role {user} login", f"grant create on database {name} to {user}")
    in_record(
        mine.target,
        f"grant usage, create on schema {SCHEMA} to {user}",
        f"grant select, insert, update on all tables in schema {SCHEMA} to {user}",
    )
    try:
        with monkeypatch.context() as patch:
            patch.setenv(RECORD, postgresql_server.at(name, user))
            done = mine.ask("doctor")
            assert done.code == 6 and "delete on patient" in done.told and "taken back" in done.told, done.told
            told([done])
    finally:
        in_record(mine.target, f"drop owned by {user} cascade")
        postgresql_server.do(f"drop role {user}")
    assert holds(mine) == 0
    ends_alike(small, mine, 0)
