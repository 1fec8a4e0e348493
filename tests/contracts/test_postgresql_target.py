"""What does a record on PostgreSQL do when the server, or somebody on it, gets in the way? A10, B3, B4, B7, B8, B11, B12, H14."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import proxy
import psycopg
import pytest
import sqlalchemy as sa
from postgresql_ward import constraints
from servers import Postgresql, asked
from test_targets import ANNA, BO, CIA, LOCK, PATIENT, PERSONS, V1, VISIT, VISITS, Desk, counts, mapping, pausing
from wards import RECORD, PostgresqlTargetWard, named

from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.targets import open_scratch, open_target, postgresql
from vardskiftet.engine.targets.postgresql import PostgresqlTarget
from vardskiftet.engine.undoing import edited, taking_back
from vardskiftet.errors import IntegrityBroken, Locked, Stale, Unreachable, Usage, VardskiftetError
from vardskiftet.model.record import Column, ColumnType, Record, Table

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_duck() as connection:
        yield connection


@pytest.fixture
def ward(tmp_path: Path, postgresql: str, monkeypatch: pytest.MonkeyPatch) -> PostgresqlTargetWard:
    monkeypatch.setenv("RECORD_URL", postgresql)
    return PostgresqlTargetWard(tmp_path)


@pytest.fixture
def target(ward: PostgresqlTargetWard) -> Iterator[PostgresqlTarget]:
    opened = postgresql.open_target(ward.programme)
    opened.prepare()
    yield opened
    opened.close()


@pytest.fixture
def desk(duck: duckdb.DuckDBPyConnection, target: PostgresqlTarget) -> Desk:
    return Desk(duck, target)


def writers(ward: PostgresqlTargetWard) -> list[int]:
    """Backends of ours that are in the middle of a transaction."""
    found = ward.ask("select pid from pg_stat_activity where state = 'idle in transaction' and application_name = 'vardskiftet'")
    return [int(pid) for (pid,) in found]


def once(act: Callable[[], None]) -> Callable[[], None]:
    done: list[bool] = []

    def first() -> None:
        if not done:
            done.append(True)
            act()

    return first


# --- the server goes, or collides ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", ["target_rows_before", "target_rows_after", "target_commit_before"])
def test_a_connection_that_is_ended_in_mid_batch_is_taken_up_again(
    ward: PostgresqlTargetWard, target: PostgresqlTarget, desk: Desk, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    ended: list[int] = []

    def end() -> None:
        ended.extend(writers(ward))
        ward.do(*(f"select pg_terminate_backend({pid}, 5000)" for pid in ended))

    pausing(monkeypatch, ward, **{point: once(end)})
    target.write(desk.persons(1, ANNA, BO))
    assert len(ended) == 1
    assert (counts(ward)["patient"], counts(ward)["vs_batch"]) == (2, 1)


def test_b3_a_commit_whose_answer_is_lost_is_looked_for_and_not_repeated(
    ward: PostgresqlTargetWard, target: PostgresqlTarget, duck: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy.before(ward.url, word=b"COMMIT") as (door, through):
        monkeypatch.setenv("RECORD_URL", through)
        behind = postgresql.open_target(ward.programme)
        attempts: list[str] = []
        pausing(monkeypatch, ward, target_rows_before=lambda: attempts.append("rows"), target_commit_after=lambda: attempts.append("done"))
        behind.write(Desk(duck, behind).persons(1, ANNA, BO))
        assert (door.swallowed, attempts) == (1, ["rows", "done"]), "sent once, found there, and not sent again"
        assert counts(ward)["patient"] == 2
        door.swallowed = 0
        assert Desk(duck, behind).take_back(1, PERSONS, PATIENT) == (2, 0), "what was taken out is known though the answer was lost"
        assert door.swallowed == 1
        assert counts(ward)["patient"] == 0
        behind.close()


def test_b3_a_server_that_stays_away_is_told_and_nothing_is_half_done(
    ward: PostgresqlTargetWard, target: PostgresqlTarget, duck: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy.before(ward.url) as (door, through):
        monkeypatch.setenv("RECORD_URL", through)
        behind = postgresql.open_target(ward.programme)

        pausing(monkeypatch, ward, target_commit_before=door.hang_up)
        with pytest.raises(Unreachable) as told:
            behind.write(Desk(duck, behind).persons(1, ANNA, BO))
        behind.close()
    assert told.value.exit_code == 6
    assert "same command again" in told.value.hint
    assert counts(ward)["vs_batch"] == 0


@dataclass
class Collision:
    """A session that locks one row, and later wants another that the batch holds."""

    url: str
    schema: str

    def begin(self) -> None:
        self.connection = psycopg.connect(self.url)
        self.connection.execute(f"set search_path = {named(self.schema)}".encode())
        self.connection.execute(b"set deadlock_timeout = '10s'")
        self.connection.execute(f"update patient set identifier = identifier where patient_id = '{BO}'".encode())

    def collide(self) -> None:
        self.thread = threading.Thread(target=self._want)
        self.thread.start()

    def _want(self) -> None:
        self.connection.execute(f"update patient set identifier = identifier where patient_id = '{ANNA}'".encode())
        self.connection.rollback()
        self.connection.close()


def test_b4_a_deadlock_is_tried_again(
    ward: PostgresqlTargetWard, target: PostgresqlTarget, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.write(desk.persons(1, ANNA, BO))
    other = Collision(ward.url, ward.schema)
    rolled_back: list[str | None] = []
    told = postgresql.translated

    @contextlib.contextmanager
    def noting(name: str) -> Iterator[None]:
        with told(name):
            try:
                yield
            except psycopg.Error as error:
                rolled_back.append(error.sqlstate)
                raise

    monkeypatch.setattr(postgresql, "translated", noting)
    renewing = postgresql.renewing

    def in_two_steps(table: Table, columns: list[str]) -> str:
        """First the one row, then (the other session wants the first meanwhile) all."""
        if not rolled_back:
            other.begin()
            writer = target._writer()
            writer.execute(f"update patient set identifier = identifier where patient_id = '{ANNA}'".encode())
            other.collide()
        return renewing(table, columns)

    monkeypatch.setattr(postgresql, "renewing", in_two_steps)
    rows = [{"patient_id": one, "identifier": "ny", "protected": False} for one in (ANNA, BO)]
    target.write(desk.batch(2, PERSONS, PATIENT, [], rows))
    other.thread.join()
    assert rolled_back == ["40P01"]
    assert ward.ask("select distinct identifier, _batch from patient") == [("ny", 2)]


def test_b4_what_collides_for_ever_ends_in_one_error(
    ward: PostgresqlTargetWard, target: PostgresqlTarget, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[int] = []
    monkeypatch.setattr(postgresql, "_pause", pauses.append)
    ward.do(
        "create function collide() returns trigger language plpgsql as"
        " $$ begin raise exception 'x' using errcode = 'serialization_failure'; end $$",
        "create trigger collide before insert on visit for each row execute function collide()",
    )
    target.write(desk.persons(1, ANNA))
    with pytest.raises(Unreachable, match=r"several times.*40001"):
        target.write(desk.visits(2, (V1, ANNA)))
    assert pauses == [1, 2, 3, 4]
    assert counts(ward)["visit"] == 0


def test_a_statement_that_takes_too_long_is_told(ward: PostgresqlTargetWard, desk: Desk, target: PostgresqlTarget, duck: Any) -> None:
    ward.do(
        "create function sleep() returns trigger language plpgsql as $$ begin perform pg_sleep(5); return new; end $$",
        "create trigger sleep before insert on patient for each row execute function sleep()",
    )
    hasty = PostgresqlTarget(replace(target.place, statement_timeout=0.2), target.record, target.marks)
    with pytest.raises(Unreachable, match=r"statement_timeout.*57014"):
        hasty.write(Desk(duck, hasty).persons(1, ANNA))
    hasty.close()
    assert counts(ward)["vs_batch"] == 0


# --- the server says yes, and means something else ----------------------------------------------------------------------------


def test_b7_a_remark_of_the_server_is_a_failure(ward: PostgresqlTargetWard, target: PostgresqlTarget, desk: Desk) -> None:
    ward.do(
        "create function warn() returns trigger language plpgsql as"
        " $$ begin raise warning 'value % was cut', new.identifier; new.identifier = left(new.identifier, 3); return new; end $$",
        "create trigger warn before insert on patient for each row execute function warn()",
    )
    with pytest.raises(IntegrityBroken, match="WARNING 01000") as told:
        target.write(desk.persons(1, ANNA))
    assert "id-" not in str(told.value)
    assert counts(ward)["vs_batch"] == 0
    ward.do("drop trigger warn on patient")
    target.write(desk.persons(1, ANNA))


def test_b8_fewer_rows_taken_than_sent_are_noticed(ward: PostgresqlTargetWard, target: PostgresqlTarget, desk: Desk) -> None:
    ward.do(
        f"create function lose() returns trigger language plpgsql as $$ begin if new.patient_id = '{BO}' then return null; end if;"
        " return new; end $$",
        "create trigger lose before insert or update on patient for each row execute function lose()",
    )
    with pytest.raises(IntegrityBroken, match="took 2 of 3 rows of table 'patient'"):
        target.write(desk.persons(1, ANNA, BO, CIA))
    assert counts(ward)["vs_batch"] == 0
    ward.do("alter table patient disable trigger lose")
    target.write(desk.persons(1, ANNA, BO))
    ward.do("alter table patient enable trigger lose")
    with pytest.raises(IntegrityBroken, match="took 1 of 2"):
        target.write(desk.batch(2, PERSONS, PATIENT, [], [{"patient_id": one, "identifier": "ny"} for one in (ANNA, BO)]))
    assert counts(ward)["vs_batch"] == 1


# --- the wrong place, and the wrong rights ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"programme": "skane"}, "record of programme 'landstad', and this is 'skane'"),
        ({"synthetic": True}, "holding real persons, and this programme's are invented"),
    ],
)
def test_b11_another_programmes_record_is_refused(
    ward: PostgresqlTargetWard, target: PostgresqlTarget, other: dict[str, Any], told: str
) -> None:
    stranger = open_target(ward.programme.model_copy(update=other))
    with pytest.raises(Stale, match=told):
        stranger.inspect()


def test_b11_a_rehearsal_is_never_taken_for_the_record(ward: PostgresqlTargetWard, target: PostgresqlTarget) -> None:
    scratch = open_scratch(ward.programme, Path("south-1-x"))
    scratch.prepare()
    ward.programme.target.options["schema"] = "rehearsal_south-1-x"
    with pytest.raises(Stale, match="marked as a rehearsal"):
        open_target(ward.programme).inspect()
    assert asked(ward.url, "select value from \"rehearsal_south-1-x\".vs_meta where name = 'use'") == [("rehearsal",)]


@pytest.fixture
def loader(ward: PostgresqlTargetWard, postgresql_server: Postgresql) -> Iterator[str]:
    """A user without any privilege of its own; it goes with the test."""
    name = f"loader_{sa.make_url(ward.url).database}"
    postgresql_server.do(f"create role {name} login")
    yield name
    ward.do(f"drop owned by {name} cascade")
    postgresql_server.do(f"drop role {name}")


def lacks(ward: PostgresqlTargetWard, loader: str, server: Postgresql, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("RECORD_URL", server.at(str(sa.make_url(ward.url).database), loader))
    return "; ".join(open_target(ward.programme).lacking())


def test_b12_every_privilege_that_lacks_is_named_also_those_for_the_way_back(
    ward: PostgresqlTargetWard, target: PostgresqlTarget, loader: str, postgresql_server: Postgresql, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, schema = named(str(sa.make_url(ward.url).database)), named(ward.schema)
    before = lacks(ward, loader, postgresql_server, monkeypatch)
    assert all(
        word in before for word in ("create on the database", "usage on schema", "create on schema", "select on patient, visit, vs_batch")
    )
    ward.do(
        f"grant create on database {database} to {loader}",
        f"grant usage, create on schema {schema} to {loader}",
        f"grant select, insert, update on all tables in schema {schema} to {loader}",
        f"grant delete on visit to {loader}",
    )
    way_back = lacks(ward, loader, postgresql_server, monkeypatch)
    assert "delete on patient, vs_batch" in way_back and "taken back" in way_back
    assert "visit" not in way_back.partition(";")[0]
    assert "insert" not in way_back and "ownership of patient, visit" in way_back
    ward.do(f"revoke temporary on database {database} from public")
    assert "temporary on the database" in lacks(ward, loader, postgresql_server, monkeypatch)
    monkeypatch.setenv("RECORD_URL", ward.url)
    assert open_target(ward.programme).lacking() == ()


def test_b12_a_server_that_only_reads_is_told(ward: PostgresqlTargetWard, target: PostgresqlTarget) -> None:
    ward.do(f"alter database {named(str(sa.make_url(ward.url).database))} set default_transaction_read_only = on")
    (told,) = open_target(ward.programme).lacking()
    assert "only read" in told


def test_a_refused_privilege_is_no_bug(
    ward: PostgresqlTargetWard, target: PostgresqlTarget, loader: str, postgresql_server: Postgresql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECORD_URL", postgresql_server.at(str(sa.make_url(ward.url).database), loader))
    barred = open_target(ward.programme)
    for attempt in (barred.prepare, barred.inspect, barred.exists, barred.prepare):
        with pytest.raises(Unreachable, match="42501") as told:
            attempt()
        assert "doctor" in told.value.hint
    ward.do(f"grant usage on schema {named(ward.schema)} to {loader}")
    for attempt in (barred.inspect, lambda: barred.lock(LOCK)):
        with pytest.raises(Unreachable, match="42501"):
            attempt()


def test_h14_names_that_the_server_would_cut_or_has_itself_are_told_before_the_run(ward: PostgresqlTargetWard, postgresql: str) -> None:
    long = "a" * 64
    columns = (Column(column="id", type=ColumnType.UUID, required=True), Column(column=long + "b", type=ColumnType.TEXT))
    odd = Table(table=long, title="x", key="id", columns=(*columns, Column(column="xmin", type=ColumnType.TEXT)))
    with pytest.raises(Usage) as told:
        open_target(ward.programme.model_copy(update={"record": Record(record="r", title="r", version="1", tables=(odd,))})).inspect()
    assert told.value.exit_code == 2
    assert f"63 bytes, which PostgreSQL cuts off: {long}, {long}._batch" in told.value.message
    assert f"{long}.xmin" in told.value.message
    assert asked(postgresql, "select count(*) from pg_tables where schemaname = %s", ward.schema) == [(0,)]


def test_long_names_that_fit_give_indexes_that_do_not_collide(ward: PostgresqlTargetWard) -> None:
    tables = [
        Table(
            table=("a" * 58) + str(number),
            title="x",
            key="id",
            columns=(
                Column(column="id", type=ColumnType.UUID, required=True),
                Column(column="b" * 60, type=ColumnType.UUID, references="patient"),
                Column(column=("b" * 60) + "c", type=ColumnType.UUID, references="patient"),
            ),
        )
        for number in range(2)
    ]
    record = RECORD.model_copy(update={"tables": (PATIENT, *tables)})
    wide = open_target(ward.programme.model_copy(update={"record": record}))
    wide.prepare()
    wide.prepare()
    assert len(ward.ask(f"select 1 from pg_indexes where tablename like 'aaa%' and schemaname = '{ward.schema}'")) == 8
    wide.close()


@pytest.mark.parametrize("word", ["order", "user", "table", "select", "all", "offset"])
def test_reserved_words_are_names_like_others(ward: PostgresqlTargetWard, duck: duckdb.DuckDBPyConnection, word: str) -> None:
    table = Table(
        table=word,
        title="x",
        key="primary",
        columns=(Column(column="primary", type=ColumnType.UUID, required=True), Column(column="from", type=ColumnType.TEXT)),
    )
    record = RECORD.model_copy(update={"tables": (PATIENT, table)})
    target = open_target(ward.programme.model_copy(update={"record": record}))
    target.prepare()
    desk = Desk(duck, target)
    rows = [{"primary": ANNA, "from": "å"}, {"primary": BO, "from": None}]
    first = desk.batch(1, mapping("elvis.odd", table), table, rows)
    target.write(first)
    target.write(desk.batch(2, mapping("elvis.odd", table), table, [], [{"primary": BO, "from": "ö"}]))
    assert edited(duck, table, target, 1) == []
    taken = target.take_back(taking_back(duck, record, table, target, first.entry, "undo-1"))
    assert (taken.removed, taken.left) == (1, 0)
    assert ward.ask(f'select "from" from "{word}"') == [("ö",)]
    target.close()


# --- other hosts --------------------------------------------------------------------------------------------------------------


def test_a_hold_that_was_broken_elsewhere_stops_the_batch(ward: PostgresqlTargetWard, target: PostgresqlTarget, desk: Desk) -> None:
    assert target.lock(LOCK) is None
    target.write(desk.persons(1, ANNA))
    elsewhere = open_target(ward.programme)
    assert elsewhere.replace_lock(LOCK, None)
    with pytest.raises(Locked, match="was broken while this run was at work"):
        target.write(desk.persons(2, BO))
    with pytest.raises(Locked):
        desk.take_back(1, PERSONS, PATIENT)
    assert counts(ward)["patient"] == 1


def test_two_hosts_that_prepare_at_once_make_one_record(ward: PostgresqlTargetWard) -> None:
    targets = [open_target(ward.programme) for _ in range(3)]
    failed: list[VardskiftetError] = []

    def prepare(one: Any) -> None:
        try:
            one.prepare()
        except VardskiftetError as error:
            failed.append(error)

    threads = [threading.Thread(target=prepare, args=(one,)) for one in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert ward.ask("select count(*) from vs_meta where name = 'layout'") == [(1,)]


# --- loaded without indexes and references -------------------------------------------------------------------------------------


def whole(ward: PostgresqlTargetWard) -> list[tuple[Any, ...]]:
    return constraints(ward.url, ward.schema)


def test_an_empty_table_does_without_indexes_and_references_and_gets_them_back(
    ward: PostgresqlTargetWard, target: PostgresqlTarget, desk: Desk
) -> None:
    before = whole(ward)
    target.lay_bare(VISIT)
    assert whole(ward) == before, "without a lock nothing is left out"
    assert target.lock(LOCK) is None
    target.write(desk.persons(1, ANNA))
    target.lay_bare(PATIENT)
    assert whole(ward) == before, "a table that holds rows keeps everything"
    target.lay_bare(VISIT)
    left_out = {str(name) for name, *_ in before} - {str(name) for name, *_ in whole(ward)}
    assert left_out == {"vs_visit_batch", "vs_visit_patient_id", "visit_patient_id_fkey", "visit__batch_fkey"}
    target.lay_bare(VISIT)
    target.write(desk.visits(2, (V1, ANNA)))
    with pytest.raises(IntegrityBroken, match="constraint visit_pkey"):
        target.write(desk.visits(3, (V1, ANNA)))
    assert target.inspect(), "what is left out is no drift"
    assert target.make_whole() == 4
    assert whole(ward) == before
    assert target.make_whole() == 0


def test_a_reference_to_nobody_is_found_when_the_references_are_proved(
    ward: PostgresqlTargetWard, target: PostgresqlTarget, desk: Desk
) -> None:
    before = whole(ward)
    assert target.lock(LOCK) is None
    target.lay_bare(VISIT)
    target.write(desk.visits(2, (V1, CIA)))
    with pytest.raises(IntegrityBroken, match="table visit, constraint visit_patient_id_fkey, SQLSTATE 23503") as told:
        target.make_whole()
    assert told.value.exit_code == 8 and CIA not in str(told.value)
    assert desk.take_back(2, VISITS, VISIT) == (1, 0)
    target.make_whole()
    assert whole(ward) == before


def test_an_index_that_somebody_else_built_meanwhile_is_not_built_twice(
    ward: PostgresqlTargetWard, target: PostgresqlTarget, desk: Desk
) -> None:
    before = whole(ward)
    assert target.lock(LOCK) is None
    target.lay_bare(VISIT)
    ward.do(
        "create index vs_visit_batch on visit (_batch, _unit)",
        "alter table visit add foreign key (patient_id) references patient (patient_id)",
    )
    assert target.make_whole() == 2
    assert whole(ward) == before


def test_a_text_with_nul_is_told_apart_from_every_other(target: PostgresqlTarget, duck: duckdb.DuckDBPyConnection) -> None:
    note = VISIT.column("note")
    texts = ["a\0b", "\0", "", "ab", None]
    found = [duck.execute(f"select {target.unheld(note, '?::varchar')}", [text]).fetchone() for text in texts]
    assert found == [(True,), (True,), (False,), (False,), (None,)]
    assert target.unheld(VISIT.column("minutes"), "x") == ""
