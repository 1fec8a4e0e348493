"""The exam of every kind of target: does it create, refuse, commit whole batches, show them, and take them back?"""

from __future__ import annotations

import errno
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import sqlalchemy as sa
from wards import RECORD, TARGETS, TargetWard, named

from vardskiftet.engine.compare import stored_digest
from vardskiftet.engine.compile.coerce import canonical, digest
from vardskiftet.engine.duck import arrow, open_duck
from vardskiftet.engine.targets import KINDS, open_scratch, open_target, stray_scratches
from vardskiftet.engine.targets.protocol import BatchEntry, Lock, Outcome, Target
from vardskiftet.engine.targets.tables import layout
from vardskiftet.engine.undoing import edited, taking_back
from vardskiftet.errors import IntegrityBroken, NoRoom, Stale
from vardskiftet.model.mapping import Mapping, UnitRule
from vardskiftet.model.record import ColumnType, Table

PATIENT, VISIT = RECORD.tables
BOOKS = ("vs_batch", "vs_tally", "vs_rows", "vs_fate", "vs_flag", "vs_contribution", "vs_identity", "patient", "visit")
ARROW = {
    ColumnType.INTEGER: pa.int64(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.INSTANT: pa.timestamp("us"),
}
ANNA, BO, CIA = (f"00000000-0000-5000-8000-00000000000{number}" for number in (1, 2, 3))
V1, V2, V3 = (f"10000000-0000-5000-8000-00000000000{number}" for number in (1, 2, 3))
MORNING = datetime.fromisoformat("2024-11-12T03:00:00")
LOCK = Lock("south-1", "run-1", "anna", "host-a", "4711", "2024-11-12T03:00:00", "2024-11-12T03:00:01", "2024-11-12T03:00:01", "apply")

Row = dict[str, Any]


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_duck() as connection:
        yield connection


ON_SERVERS = {"postgresql"}
KINDS_HERE = [pytest.param(kind, marks=pytest.mark.server) if kind in ON_SERVERS else kind for kind in sorted(TARGETS)]


@pytest.fixture(params=KINDS_HERE)
def ward(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TargetWard:
    if request.param in ON_SERVERS:
        monkeypatch.setenv("RECORD_URL", request.getfixturevalue(request.param))
    return TARGETS[request.param](tmp_path)


@pytest.fixture
def target(ward: TargetWard) -> Iterator[Target]:
    opened = open_target(ward.programme)
    yield opened
    opened.close()


@pytest.fixture
def ready(target: Target) -> Target:
    target.prepare()
    return target


def mapping(name: str, table: Table) -> Mapping:
    return Mapping(
        mapping=name, system="elvis", information="x", reads="x", into=table.table, key=("x",), unit=UnitRule(unit="kinna"), fields=()
    )


PERSONS, VISITS = mapping("elvis.person", PATIENT), mapping("elvis.booking", VISIT)


class Desk:
    """Makes batches as the engine does: rows in their stored form, with their digest, and the books beside."""

    def __init__(self, duck: duckdb.DuckDBPyConnection, target: Target) -> None:
        self.duck = duck
        self.target = target

    def stored(self, table: Table, batch: int, rows: list[Row]) -> pa.Table:
        columns = {
            column.column: pa.array([row.get(column.column) for row in rows], ARROW.get(column.type, pa.string()))
            for column in table.columns
        }
        self.duck.register("given_rows", pa.table({"place": pa.array(range(len(rows)), pa.int64())} | columns))
        names = {column.column: named(column.column) for column in table.columns}
        forms = [f"{self.target.stored_form(column, names[column.column])} as {names[column.column]}" for column in table.columns]
        hashed = digest([(column, canonical(column, names[column.column])) for column in table.columns if column.column != table.key])
        books = f"{batch}::bigint as _batch, 'kinna' as _unit, 'key-' || {names[table.key]} as _key, {hashed} as _digest"
        made = arrow(self.duck, f"select {', '.join(forms)}, {books} from given_rows order by place")
        self.duck.unregister("given_rows")
        return made

    def batch(self, number: int, source: Mapping, table: Table, rows: list[Row], renewed: list[Row] | None = None) -> Outcome:
        entry = BatchEntry(
            number, "south-1", "plan-1", source.mapping, number, "run-1", len(rows), len(rows), f"digest-{number}", "2024-11-12"
        )
        ids = [row[table.key] for row in rows]
        persons = table.identity
        return Outcome(
            entry,
            table,
            fresh=self.stored(table, number, rows),
            renewed=self.stored(table, number, renewed or []),
            fates=of_batch(
                number,
                source_key=["lost"],
                item=[""],
                unit=["kinna"],
                fate=["rejected"],
                reason=["PARENT_MISSING"],
                target_id=[None],
                detail=["visit.csv record 7: field patient_id"],
                parent_key=["nobody"],
            ),
            flags=of_batch(
                number, source_key=ids[:1], item=[""], unit=["kinna"], flag=["LATE"], detail=[None], target_id=ids[:1], items=[1]
            )
            if ids
            else pa.table({}),
            tallies=of_batch(
                number, unit=["kinna"], extracted=[len(rows) + 1], loaded=[len(rows)], merged=[0], rejected=[1], excluded=[0], unchanged=[0]
            ),
            rows=of_batch(number, place=["in_wave"], unit=["kinna"], rows=[len(rows) + 1]),
            identities=identities(*((f"id-{one}", one) for one in ids)) if persons else pa.table({}),
            contributions=of_batch(number, record_table=["patient"] * len(ids), target_id=ids, source_key=ids, fate=["loaded"] * len(ids))
            if persons
            else pa.table({}),
            left=pa.table({}),
            images=pa.table({}),
            marks=pa.table({}),
        )

    def take_back(self, number: int, source: Mapping, table: Table) -> tuple[int, int]:
        """Take a batch back as `undo` does; returns rows removed and left."""
        entry = self.batch(number, source, table, []).entry
        taken = self.target.take_back(taking_back(self.duck, RECORD, table, self.target, entry, "undo-1"))
        return taken.removed, taken.left

    def persons(self, number: int, *ids: str, **values: Any) -> Outcome:
        rows = [{"patient_id": one, "identifier": f"id-{one}", "protected": True, "born": date(1981, 12, 28)} | values for one in ids]
        return self.batch(number, PERSONS, PATIENT, rows)

    def visits(self, number: int, *pairs: tuple[str, str], **values: Any) -> Outcome:
        rows = [
            {"visit_id": one, "patient_id": person, "starts_at": MORNING, "minutes": "30.50", "rank": 7, "note": "inga åäö"}
            for one, person in pairs
        ]
        return self.batch(number, VISITS, VISIT, [row | values for row in rows])


def of_batch(number: int, **columns: list[Any]) -> pa.Table:
    arrays = {
        name: pa.array(values, pa.string() if not values or not isinstance(values[0], int) else pa.int64())
        for name, values in columns.items()
    }
    return pa.table({"batch": pa.array([number] * len(next(iter(columns.values()))), pa.int64())} | arrays)


def identities(*pairs: tuple[str, str]) -> pa.Table:
    names, ids = [list(one) for one in zip(*pairs, strict=True)] if pairs else ([], [])
    texts = {"record_table": ["patient"] * len(ids), "domain": ["personnummer"] * len(ids), "identifier": names, "target_id": ids}
    return pa.table({name: pa.array(values, pa.string()) for name, values in texts.items()})


@pytest.fixture
def desk(duck: duckdb.DuckDBPyConnection, ready: Target) -> Desk:
    return Desk(duck, ready)


def counts(ward: TargetWard) -> dict[str, int]:
    return {name: ward.ask(f'select count(*) from "{name}"')[0][0] for name in BOOKS}


def counted(target: Target, name: str) -> int:
    (row,) = target.rows(sa.select(sa.func.count()).select_from(layout(RECORD).tables[name])) or [(0,)]
    return int(row[0])


def pausing(monkeypatch: pytest.MonkeyPatch, ward: TargetWard, **pauses: Callable[[], None]) -> None:
    """Do something where a failpoint stands (its name with `_` for `.`)."""

    def reach(name: str) -> None:
        pauses.get(name.replace(".", "_"), lambda: None)()

    monkeypatch.setattr(KINDS[ward.programme.target.kind], "reach", reach)


def test_every_kind_sits_the_exam() -> None:
    assert set(TARGETS) == set(KINDS)


# --- before anything is there ---------------------------------------------------------------------------------------------


def test_asking_creates_nothing(ward: TargetWard, target: Target) -> None:
    assert target.exists() is False
    assert target.rows(sa.select(layout(RECORD).tables["vs_batch"])) == []
    empty = target.arrow(sa.select(sa.literal(1).label("a"), sa.literal(2).label("b")))
    assert (empty.num_rows, empty.column_names, [str(kind) for kind in empty.schema.types]) == (0, ["a", "b"], ["string", "string"])
    assert len(target.inspect()) == 64
    target.close()
    assert list(ward.programme.root.iterdir()) == []


def test_preparing_creates_the_record_and_the_books(ward: TargetWard, target: Target) -> None:
    promised = target.inspect()
    target.prepare()
    assert target.exists() is True
    assert set(layout(RECORD).tables) <= set(ward.tables())
    assert counts(ward) == dict.fromkeys(BOOKS, 0)
    assert target.inspect() == promised


def test_preparing_twice_changes_nothing(ward: TargetWard, ready: Target, desk: Desk) -> None:
    ready.write(desk.persons(1, ANNA))
    before = ward.tables(), counts(ward)
    ready.prepare()
    assert (ward.tables(), counts(ward)) == before


def test_files_are_closed_to_others(ward: TargetWard, ready: Target, desk: Desk) -> None:
    ready.write(desk.persons(1, ANNA))
    assert all(path.stat().st_mode & 0o077 == 0 for path in ward.files())


@pytest.mark.parametrize("lost", [(), ("vs_visit_patient_id",), ("visit",), ("visit", "patient", "vs_lock", "vs_fate_batch")], ids=len)
def test_a_creation_that_was_killed_is_completed(ward: TargetWard, ready: Target, lost: tuple[str, ...]) -> None:
    whole = ward.tables()
    ready.close()
    ward.forget(*lost)
    again = open_target(ward.programme)
    assert again.exists() is False
    assert again.rows(sa.select(layout(RECORD).tables["vs_lock"])) == []
    again.prepare()
    assert again.exists() is True
    assert ward.tables() == whole
    again.close()


@pytest.mark.parametrize("name", ["their_own", "vs_batch2", "Patient2"])
def test_foreign_tables_are_refused_and_left_alone(ward: TargetWard, target: Target, name: str) -> None:
    ward.do(f'create table "{name}" (x text)', f"insert into \"{name}\" values ('kept')")
    for question in (target.inspect, target.prepare):
        with pytest.raises(Stale, match=name) as stale:
            question()
        assert stale.value.exit_code == 10
    assert set(ward.tables()) == {name}
    assert ward.ask(f'select x from "{name}"') == [("kept",)]


DRIFTS: dict[str, Callable[[TargetWard], None]] = {
    "table 'visit' is missing": lambda ward: ward.do("drop table visit"),
    "table 'vs_fate' is missing": lambda ward: ward.do("drop table vs_fate"),
    "table 'stray' is not of the record": lambda ward: ward.do("create table stray (x text)"),
    "table 'stray' is not": lambda ward: ward.do("create view stray as select * from patient"),
    "column 'visit.note' is missing": lambda ward: ward.do("alter table visit drop column note"),
    "column 'visit.extra' is not of the record": lambda ward: ward.do("alter table visit add column extra text"),
    "column 'visit._unit' is missing": lambda ward: ward.do("drop index vs_visit_batch", "alter table visit drop column _unit"),
    "column 'visit.note' is REAL": lambda ward: ward.retype("visit", "note"),
}


@pytest.mark.parametrize("told", DRIFTS)
def test_a_target_that_drifted_is_refused_by_name(ward: TargetWard, ready: Target, told: str) -> None:
    ready.close()
    DRIFTS[told](ward)
    for question in (ready.inspect, ready.prepare):
        with pytest.raises(Stale) as stale:
            question()
        assert told in stale.value.message


def test_all_that_drifted_is_told_at_once(ward: TargetWard, ready: Target) -> None:
    ready.close()
    ward.do("drop table visit", "create table stray (x text)", "alter table patient add column extra text")
    with pytest.raises(Stale) as stale:
        ready.prepare()
    assert all(name in stale.value.message for name in ("'visit'", "'stray'", "'patient.extra'"))


def test_a_target_with_a_newer_layout_of_the_books_is_refused(ward: TargetWard, ready: Target) -> None:
    ready.close()
    ward.do("update vs_meta set value = '999' where name = 'layout'")
    with pytest.raises(Stale):
        ready.prepare()


def test_something_else_in_its_place_is_refused(ward: TargetWard, target: Target) -> None:
    ward.ruin()
    for question in (target.inspect, target.prepare, target.exists):
        with pytest.raises(ward.in_its_place):
            question()


# --- one batch, one transaction -------------------------------------------------------------------------------------------


def test_a_batch_is_written_with_its_books(ward: TargetWard, ready: Target, desk: Desk) -> None:
    ready.write(desk.persons(1, ANNA, BO))
    ready.write(desk.visits(2, (V1, ANNA)))
    expected = dict(zip(BOOKS, (2, 2, 2, 2, 2, 2, 2, 2, 1), strict=True))
    assert counts(ward) == expected
    ((_, wave, plan, name, number, run, *_rest),) = ready.rows(sa.select(layout(RECORD).tables["vs_batch"]).where(sa.text("batch = 2")))
    assert (wave, plan, name, number, run) == ("south-1", "plan-1", "elvis.booking", 2, "run-1")


def test_values_come_back_as_the_texts_that_digests_are_made_of(ward: TargetWard, ready: Target, desk: Desk) -> None:
    odd = "".join(sign for sign in "\0 \r\n 'inga' \"\\.\" \\N a\u0308 \u2028\ufeff," if sign not in ward.unholdable)
    ready.write(desk.persons(1, ANNA, BO, protected=False))
    ready.write(desk.visits(2, (V1, ANNA), starts_at=None, minutes=None, rank=None, note=None))
    ready.write(desk.visits(3, (V2, BO), starts_at=MORNING.replace(microsecond=1), note=odd, rank=-(2**63)))
    visit = layout(RECORD).tables["visit"]
    names = ("visit_id", "patient_id", "starts_at", "minutes", "rank", "note")
    found = ready.arrow(sa.select(*(visit.c[name] for name in names))).sort_by("visit_id")
    assert found.to_pylist() == [
        {"visit_id": V1, "patient_id": ANNA, "starts_at": None, "minutes": None, "rank": None, "note": None},
        {
            "visit_id": V2,
            "patient_id": BO,
            "starts_at": "2024-11-12T03:00:00.000001Z",
            "minutes": "30.50",
            "rank": str(-(2**63)),
            "note": odd,
        },
    ]
    patient = layout(RECORD).tables["patient"]
    born = ready.arrow(sa.select(patient.c.protected, patient.c.born)).to_pylist()
    assert born == [{"protected": "0", "born": "1981-12-28"}] * 2


def test_a_stored_row_has_the_digest_that_it_was_written_with(ready: Target, desk: Desk) -> None:
    ready.write(desk.persons(1, ANNA, born=None))
    ready.write(desk.visits(2, (V1, ANNA), rank=None, note=""))
    ready.write(desk.visits(3, (V2, ANNA)))
    for table, batches in ((PATIENT, (1,)), (VISIT, (2, 3))):
        for number in batches:
            assert edited(desk.duck, table, ready, number) == []


FAULTS: dict[str, Callable[[Desk], Outcome]] = {
    "a key that is taken": lambda desk: desk.persons(9, ANNA),
    "a key twice": lambda desk: desk.persons(9, BO, BO),
    "a reference to nobody": lambda desk: desk.visits(9, (V2, ANNA), (V3, CIA)),
    "a required column left empty": lambda desk: desk.persons(9, BO, identifier=None),
    "a batch that is there": lambda desk: desk.persons(1, BO),
    "a batch of the plan under another number": lambda desk: replace(made := desk.persons(9, BO), entry=replace(made.entry, number=1)),
    "a fate without its item": lambda desk: replace(
        desk.persons(9, BO),
        fates=of_batch(9, source_key=["x"], item=[None], unit=["u"], fate=["rejected"], reason=["R"], target_id=[None]),
    ),
    "a tally without its sum": lambda desk: replace(
        desk.persons(9, BO),
        tallies=of_batch(9, unit=["u"], extracted=[1], loaded=[1], merged=[0], rejected=[0], excluded=[0]).append_column(
            "unchanged", pa.array([None], pa.int64())
        ),
    ),
    "a contribution to another batch": lambda desk: replace(
        desk.persons(9, BO), contributions=of_batch(77, record_table=["patient"], target_id=[BO], source_key=["x"], fate=["merged"])
    ),
    "an identity without a person": lambda desk: replace(
        desk.persons(9, BO), identities=identities(("id-x", BO)).set_column(3, "target_id", pa.array([None], pa.string()))
    ),
    "a renewed row whose reference is nobody": lambda desk: replace(
        desk.visits(9), renewed=desk.stored(VISIT, 9, [{"visit_id": V1, "patient_id": CIA}])
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_batch_with_one_fault_leaves_nothing_at_all(ward: TargetWard, ready: Target, desk: Desk, fault: str) -> None:
    ready.write(desk.persons(1, ANNA))
    ready.write(desk.visits(2, (V1, ANNA)))
    before = counts(ward), ward.ask("select * from visit")
    with pytest.raises(IntegrityBroken) as broken:
        ready.write(FAULTS[fault](desk))
    assert broken.value.exit_code == 8
    assert not any(private in str(broken.value) + broken.value.where for private in (ANNA, BO, "id-", "kinna"))
    assert (counts(ward), ward.ask("select * from visit")) == before
    ready.write(desk.persons(9, BO))
    assert counts(ward)["patient"] == 2


@pytest.mark.parametrize("point", ["target_rows_before", "target_rows_after", "target_commit_before"])
def test_a_full_disk_leaves_nothing_at_all(
    ward: TargetWard, ready: Target, desk: Desk, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    pausing(monkeypatch, ward, **{point: full})
    with pytest.raises(NoRoom) as told:
        ready.write(desk.persons(1, ANNA))
    assert told.value.exit_code == 9
    assert counts(ward) == dict.fromkeys(BOOKS, 0)
    monkeypatch.undo()
    ready.write(desk.persons(1, ANNA))
    assert counts(ward)["patient"] == 1


def test_others_read_what_is_committed_while_a_batch_is_written(
    ward: TargetWard, ready: Target, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, tuple[int, int]] = {}
    other = open_target(ward.programme)

    def look(point: str) -> Callable[[], None]:
        return lambda: seen.update({point: (counted(other, "vs_batch"), counted(other, "patient"))})

    ready.write(desk.persons(1, ANNA))
    pausing(monkeypatch, ward, target_rows_after=look("written"), target_commit_after=look("committed"))
    ready.write(desk.persons(2, BO, CIA))
    other.close()
    assert seen == {"written": (1, 1), "committed": (2, 3)}


def test_renewed_rows_keep_their_key_and_take_all_else(ward: TargetWard, ready: Target, desk: Desk) -> None:
    ready.write(desk.persons(1, ANNA))
    ready.write(desk.visits(2, (V1, ANNA), (V2, ANNA)))
    ready.write(desk.batch(3, VISITS, VISIT, [], [{"visit_id": V1, "patient_id": ANNA, "note": "ny"}]))
    rows = ward.ask("select visit_id, note, rank, _batch from visit order by visit_id")
    assert rows == [(V1, "ny", None, 3), (V2, "inga åäö", 7, 2)]


def test_an_identifier_keeps_its_person_for_ever(ward: TargetWard, ready: Target, desk: Desk) -> None:
    ready.write(desk.persons(1, ANNA))
    later = replace(desk.persons(2, BO), identities=identities((f"id-{ANNA}", BO), (f"id-{BO}", BO), (f"id-{BO}", BO)))
    ready.write(later)
    assert ward.ask("select identifier, target_id from vs_identity order by 1") == [(f"id-{ANNA}", ANNA), (f"id-{BO}", BO)]


# --- asking ---------------------------------------------------------------------------------------------------------------


def test_rows_that_are_there_already_come_with_their_origin(ward: TargetWard, ready: Target, desk: Desk) -> None:
    ready.write(desk.persons(1, ANNA, BO, born=None))
    ward.do(
        "update patient set _batch = null where identifier like '%2'",
        "update patient set _batch = null, _key = null, _digest = null where 1 = 0",
    )
    found = ready.present(PERSONS, PATIENT, pa.table({"id": [BO, CIA, ANNA]})).sort_by("patient_id").to_pylist()
    assert [row["patient_id"] for row in found] == [ANNA, BO]
    assert [row["vs_mapping"] for row in found] == ["elvis.person", ""]
    assert [row["vs_key"] for row in found] == [f"key-{ANNA}", f"key-{BO}"]
    assert {(row["protected"], row["born"]) for row in found} == {("1", None)}
    desk.duck.register("found_rows", ready.present(PERSONS, PATIENT, pa.table({"id": [ANNA]})))
    assert desk.duck.execute(f"select {stored_digest(PATIENT)} = vs_digest from found_rows").fetchall() == [(True,)]
    desk.duck.unregister("found_rows")


def test_a_row_that_the_new_system_wrote_itself_is_present_without_an_origin(ward: TargetWard, ready: Target) -> None:
    ward.do(f"insert into patient (patient_id, identifier) values ('{CIA}', 'own')")
    (found,) = ready.present(PERSONS, PATIENT, pa.table({"id": [CIA]})).to_pylist()
    assert (found["vs_mapping"], found["vs_key"], found["identifier"]) == ("", None, "own")
    assert ready.present(PERSONS, PATIENT, pa.table({"id": pa.array([], pa.string())})).num_rows == 0


def test_asking_what_is_present_leaves_no_trace_and_holds_nobody_up(ward: TargetWard, ready: Target, desk: Desk) -> None:
    before = ward.tables()
    for _ in range(2):
        ready.present(PERSONS, PATIENT, pa.table({"id": [ANNA]}))
    assert ward.tables() == before
    ward.do(f"insert into patient (patient_id, identifier) values ('{CIA}', 'own')")
    ready.write(desk.persons(1, ANNA))
    assert counts(ward)["patient"] == 2


def test_columns_that_are_null_for_long_are_read_to_their_end(ward: TargetWard, ready: Target) -> None:
    one_id, leap_day = ward.typed("uuid", f"'{ANNA[:30]}' || i"), ward.typed("date", "'2024-02-29'")
    ward.do(
        "insert into patient (patient_id, identifier, born)"
        " with recursive n(i) as (select 100001 union all select i + 1 from n where i < 170000)"
        f" select {one_id}, 'x', case when i = 170000 then {leap_day} end from n"
    )
    patient = layout(RECORD).tables["patient"]
    texts = ready.arrow(sa.select(patient.c.patient_id, patient.c.born)).sort_by("patient_id")
    assert texts["born"].to_pylist() == [None] * 69_999 + ["2024-02-29"]
    asked = ready.rows(sa.select(patient.c.patient_id, patient.c.born).order_by(patient.c.patient_id))
    assert [None if born is None else str(born) for _, born in asked[-2:]] == [None, "2024-02-29"]


def test_questions_with_values_are_asked_with_their_values(ready: Target, desk: Desk) -> None:
    ready.write(desk.persons(1, ANNA))
    patient = layout(RECORD).tables["patient"]
    for value, rows in ((f"id-{ANNA}", 1), ("it's; drop table patient; --", 0), ("%s :x ?", 0)):
        assert len(ready.rows(sa.select(patient).where(patient.c.identifier == value))) == rows
    assert counted(ready, "patient") == 1


# --- taking back ----------------------------------------------------------------------------------------------------------


def test_a_batch_taken_back_leaves_only_who_was_who(ward: TargetWard, ready: Target, desk: Desk) -> None:
    ready.write(desk.persons(1, ANNA, BO))
    ready.write(desk.visits(2, (V1, ANNA), (V2, BO)))
    ready.write(desk.visits(3, (V3, BO)))
    assert desk.take_back(2, VISITS, VISIT) == (2, 0)
    assert ward.ask("select visit_id from visit") == [(V3,)]
    assert ward.ask("select distinct batch from vs_tally order by 1") == [(1,), (3,)]
    assert desk.take_back(3, VISITS, VISIT) == (1, 0)
    assert desk.take_back(1, PERSONS, PATIENT) == (2, 0)
    assert counts(ward) == dict.fromkeys(BOOKS, 0) | {"vs_identity": 2}


def test_rows_that_somebody_changed_are_found_and_left(ward: TargetWard, ready: Target, desk: Desk) -> None:
    ready.write(desk.persons(1, ANNA, BO, CIA))
    ready.write(desk.visits(2, (V1, ANNA), (V2, BO), (V3, CIA)))
    ward.do(f"update visit set note = note || ' ' where visit_id = '{V1}'", f"update visit set rank = null where visit_id = '{V3}'")
    changed = edited(desk.duck, VISIT, ready, 2)
    assert changed == [V1, V3]
    assert desk.take_back(2, VISITS, VISIT) == (1, 2)
    assert ward.ask("select visit_id, _batch from visit order by 1") == [(V1, None), (V3, None)]


def test_rows_that_others_refer_to_are_left(ward: TargetWard, ready: Target, desk: Desk) -> None:
    ready.write(desk.persons(1, ANNA, BO))
    ward.do(f"insert into visit (visit_id, patient_id) values ('{V1}', '{BO}')")
    assert desk.take_back(1, PERSONS, PATIENT) == (1, 1)
    assert ward.ask("select patient_id, _batch from patient") == [(BO, None)]


def test_a_person_that_another_batch_brought_too_stays(ward: TargetWard, ready: Target, desk: Desk) -> None:
    ready.write(desk.persons(1, ANNA, BO))
    merged = replace(
        desk.persons(2, CIA),
        contributions=of_batch(2, record_table=["patient"] * 2, target_id=[CIA, BO], source_key=["c", "b"], fate=["loaded", "merged"]),
    )
    ready.write(merged)
    assert desk.take_back(1, PERSONS, PATIENT) == (1, 0), "a person whom the second batch brought too is that batch's now"
    assert ward.ask("select patient_id from patient order by 1") == [(BO,), (CIA,)]


def image(number: int, place: int, before: int, table: Table, row: Row, digest_of: bytes) -> pa.Table:
    """The before-image that batch `number` keeps of a row of batch `before`."""
    texts = {"record_table": table.table, "target_id": row[table.key], "before_unit": "kinna", "before_key": f"key-{row[table.key]}"}
    texts["content"] = json.dumps(row)
    columns = {name: pa.array([text], pa.string()) for name, text in texts.items()}
    numbers = {"batch": number, "place": place, "before_batch": before}
    columns |= {name: pa.array([value], pa.int64()) for name, value in numbers.items()}
    return pa.table(columns | {"before_digest": pa.array([digest_of], pa.binary())})


def test_what_stood_before_comes_back_in_its_types_and_is_listed(ward: TargetWard, ready: Target, desk: Desk) -> None:
    ready.write(desk.persons(1, ANNA))
    first = desk.visits(2, (V1, ANNA), rank=None, note="inga")
    ready.write(first)
    before = ward.ask("select * from visit")
    texts: Row = {"visit_id": V1, "patient_id": ANNA, "starts_at": "2024-11-12T03:00:00Z", "minutes": "30.50", "rank": None, "note": "inga"}
    renewed = desk.visits(3, (V1, ANNA), note="ej")
    written = first.fresh.column("_digest")[0].as_py()
    ready.write(replace(renewed, fresh=renewed.fresh.slice(0, 0), renewed=renewed.fresh, images=image(3, 1, 2, VISIT, texts, written)))
    assert ward.ask("select note, _batch from visit") == [("ej", 3)]
    assert desk.take_back(3, VISITS, VISIT) == (0, 0)
    assert ward.ask("select * from visit") == before
    assert ward.ask("select target_id, what from vs_undone") == [(V1, "restored")]
    assert desk.take_back(2, VISITS, VISIT) == (1, 0)


def test_taking_back_is_all_or_nothing_and_repeating_it_is_harmless(
    ward: TargetWard, ready: Target, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    ready.write(desk.persons(1, ANNA))
    before = counts(ward)
    pausing(monkeypatch, ward, undo_commit_before=full)
    with pytest.raises(NoRoom):
        desk.take_back(1, PERSONS, PATIENT)
    assert counts(ward) == before
    monkeypatch.undo()
    assert desk.take_back(1, PERSONS, PATIENT) == (1, 0)
    assert desk.take_back(1, PERSONS, PATIENT) == (0, 0)
    ready.write(desk.persons(1, ANNA))
    assert counts(ward) == before


# --- who holds the wave ---------------------------------------------------------------------------------------------------


def test_a_lock_is_had_by_one_at_a_time(ready: Target) -> None:
    assert ready.lock(LOCK) is None
    second = replace(LOCK, run_id="run-2", pid="4712")
    assert ready.lock(second) == LOCK
    assert ready.lock(replace(second, wave="south-2")) is None
    ready.unlock(second)
    assert ready.lock(second) == LOCK
    ready.unlock(LOCK)
    assert ready.lock(second) is None


def test_a_heartbeat_is_the_holders_only(ready: Target) -> None:
    ready.lock(LOCK)
    ready.beat(replace(LOCK, run_id="run-2"), "2030-01-01T00:00:00")
    assert ready.lock(LOCK) == LOCK
    ready.beat(LOCK, "2024-11-12T03:00:09")
    assert ready.lock(LOCK) == replace(LOCK, heartbeat="2024-11-12T03:00:09")


def test_a_dead_lock_is_taken_over_or_broken_once(ready: Target) -> None:
    ready.lock(LOCK)
    heir, late = replace(LOCK, run_id="run-2", pid="1"), replace(LOCK, run_id="run-3", pid="2")
    assert ready.replace_lock(LOCK, heir) is True
    assert ready.replace_lock(LOCK, late) is False
    assert ready.lock(late) == heir
    assert ready.replace_lock(heir, None) is True
    assert ready.replace_lock(heir, None) is False
    assert ready.lock(late) is None


def test_only_the_very_process_that_died_loses_its_lock(ready: Target) -> None:
    ready.lock(LOCK)
    for other in (replace(LOCK, pid="1"), replace(LOCK, host="host-b"), replace(LOCK, run_id="run-9"), replace(LOCK, wave="south-2")):
        assert ready.replace_lock(other, None) is False
    assert ready.lock(LOCK) == LOCK


def test_a_lock_can_be_taken_and_beaten_while_questions_are_asked(ward: TargetWard, ready: Target, desk: Desk) -> None:
    other = open_target(ward.programme)
    ready.lock(LOCK)
    ready.write(desk.persons(1, ANNA))
    assert counted(other, "vs_lock") == 1
    other.beat(LOCK, "later")
    assert ready.lock(LOCK) == replace(LOCK, heartbeat="later")
    other.close()


# --- places ---------------------------------------------------------------------------------------------------------------


def test_closing_twice_does_no_harm_and_what_was_written_stays(ward: TargetWard, ready: Target, desk: Desk) -> None:
    ready.write(desk.persons(1, ANNA))
    ready.close()
    ready.close()
    assert counts(ward)["patient"] == 1
    again = open_target(ward.programme)
    assert counted(again, "patient") == 1
    again.close()


def test_a_scratch_target_is_another_place(ward: TargetWard, ready: Target, desk: Desk, tmp_path: Path) -> None:
    ready.write(desk.persons(1, ANNA))
    scratch = open_scratch(ward.programme, tmp_path / "scratch")
    scratch.prepare()
    assert counted(scratch, "patient") == 0
    Desk(desk.duck, scratch).target.write(desk.persons(1, BO))
    scratch.close()
    assert ward.ask("select patient_id from patient") == [(ANNA,)]


def test_a_rehearsal_is_thrown_away_with_all_that_it_holds_and_the_record_never(
    ward: TargetWard, ready: Target, desk: Desk, tmp_path: Path
) -> None:
    ready.write(desk.persons(1, ANNA))
    scratch = open_scratch(ward.programme, tmp_path / "scratch")
    scratch.discard()
    scratch.prepare()
    Desk(desk.duck, scratch).target.write(desk.persons(1, BO))
    scratch.discard()
    assert scratch.exists() is False or not open_scratch(ward.programme, tmp_path / "scratch").exists()
    assert stray_scratches(ward.programme, ()) == ()
    scratch.discard()
    with pytest.raises(RuntimeError, match="only a rehearsal"):
        ready.discard()
    assert counts(ward)["patient"] == 1


def test_a_rehearsal_outside_its_folder_is_known_by_name(ward: TargetWard, ready: Target, tmp_path: Path) -> None:
    scratch = open_scratch(ward.programme, tmp_path / "scratch")
    scratch.prepare()
    scratch.close()
    assert stray_scratches(ward.programme, (tmp_path / "scratch",)) == ()
    outside = ward.programme.target.kind in ON_SERVERS
    assert stray_scratches(ward.programme, ()) == (("rehearsal_scratch",) if outside else ())


def test_one_wave_at_a_time_has_its_turn_with_a_table_of_persons(ward: TargetWard, ready: Target) -> None:
    other = open_target(ward.programme)
    told: list[str] = []

    def second() -> None:
        with other.turn(PATIENT, lambda: told.append("waits")):
            told.append("has it")

    thread = threading.Thread(target=second)
    with ready.turn(PATIENT, lambda: told.append("the first waits")):
        thread.start()
        while not told:
            thread.join(0.02)
        assert told == ["waits"]
    thread.join()
    assert told == ["waits", "has it"]
    with ready.turn(PATIENT, lambda: told.append("waits again")):
        assert len(told) == 2
    other.close()


def test_rows_can_be_copied_in_before_anything_else_writes(ward: TargetWard, ready: Target) -> None:
    table = layout(RECORD).tables["vs_identity"]
    rows = [{"record_table": "patient", "domain": "d", "identifier": f"it's {n}", "target_id": ANNA} for n in range(3)]
    ready.copy_in(table, rows)
    assert [row[2] for row in ready.rows(sa.select(table).order_by(table.c.identifier))] == [row["identifier"] for row in rows]
    assert counts(ward)["vs_identity"] == 3


@pytest.mark.parametrize("name", ["en mapp", "50%", "a#b", "a?b", "åäö", "%41", "it's"])
def test_the_folder_may_have_any_name(duck: duckdb.DuckDBPyConnection, tmp_path: Path, name: str) -> None:
    for kind in sorted(set(TARGETS) - ON_SERVERS):
        folder = tmp_path / name / kind
        folder.mkdir(parents=True)
        ward = TARGETS[kind](folder)
        target = open_target(ward.programme)
        target.prepare()
        target.lock(LOCK)
        target.write(Desk(duck, target).persons(1, ANNA))
        assert (counted(target, "patient"), counted(target, "vs_lock")) == (1, 1)
        target.close()
        assert target.inspect()
        assert counts(ward)["patient"] == 1
    assert [path.name for path in tmp_path.iterdir()] == [name]


# --- tables that are bare while they are filled ---------------------------------------------------------------------------


def test_a_table_is_bare_only_while_it_is_filled(ward: TargetWard, ready: Target, desk: Desk) -> None:
    ready.lock(LOCK)  # others write to a server's tables too: there, only whoever holds a wave lays one bare
    ready.write(desk.persons(1, ANNA, BO))
    ready.lay_bare(VISIT)
    ready.write(desk.visits(2, (V1, ANNA)))
    ready.lay_bare(VISIT)  # as by a second run, after the first was broken off
    ready.write(desk.visits(3, (V2, BO)))
    assert (ready.make_whole() >= 2) is ward.indexed, "an index by batch, and one by the person"
    assert (ready.make_whole(), counted(ready, "visit")) == (0, 2)


def test_a_table_with_rows_is_never_laid_bare(desk: Desk, ready: Target) -> None:
    ready.write(desk.persons(1, ANNA))
    ready.write(desk.visits(2, (V1, ANNA)))
    ready.lay_bare(VISIT)
    assert ready.make_whole() == 0


def test_an_id_that_comes_twice_into_a_bare_table_is_found(desk: Desk, ready: Target) -> None:
    ready.write(desk.persons(1, ANNA))
    ready.lay_bare(VISIT)
    ready.write(desk.visits(2, (V1, ANNA)))
    with pytest.raises(IntegrityBroken):
        ready.write(desk.visits(3, (V1, ANNA)))
        ready.make_whole()


def test_a_bare_table_is_asked_and_taken_back_as_any_other(desk: Desk, ready: Target) -> None:
    ready.write(desk.persons(1, ANNA))
    ready.lay_bare(VISIT)
    ready.write(desk.visits(2, (V1, ANNA)))
    asked = pa.table({"id": pa.array([V1, V2], pa.string())})
    assert ready.present(VISITS, VISIT, asked).column("visit_id").to_pylist() == [V1]
    assert desk.take_back(2, VISITS, VISIT) == (1, 0)
    assert counted(ready, "visit") == 0
