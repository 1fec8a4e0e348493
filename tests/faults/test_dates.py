"""Faults F1 to F11: what becomes of days and times that are impossible, ambiguous, odd or missing?"""

from __future__ import annotations

from pathlib import Path

import pytest
from fault import Carried, carried, project, refused
from ward import logical, opened, rows_of

RECORD = """\
tables:
  - table: patient
    title: Patients
    key: patient_id
    identity: true
    columns:
      - {column: patient_id, type: uuid, required: true}
      - {column: number, type: text}
      - {column: born, type: date}
      - {column: deceased, type: date}
  - table: event
    title: Events
    key: event_id
    columns:
      - {column: event_id, type: uuid, required: true}
      - {column: patient_id, type: uuid, references: patient}
      - {column: day, type: date}
      - {column: at, type: instant}
"""
HEAD = "into: event\nkey: [id]\nunit: {is: ward}\nfields:\n"
MINUTES = "%Y-%m-%d %H:%M"
MAPPINGS = {
    "person": """\
reads: person
into: patient
key: [id]
unit: {wherever: [care.pid]}
identities: [{from: number, through: {personal_identity: id, as_of: "2024-11-12"}}]
fields:
  number: {from: number, through: {personal_identity: id, as_of: "2024-11-12"}}
  deceased: {from: deceased, through: day}
""",
    "care": "reads: care\n" + HEAD + "  patient_id: {find: patient, by: pid}\n  day: {from: v, through: day}\n",
    "plain": "reads: plain\n" + HEAD + "  day: {from: v, through: day}\n",
    "known": "reads: known\n" + HEAD + '  day: {from: v, through: {day: "%Y-%m-%d", sentinels: ["0000-00-00", "9999-12-31"]}}\n',
    "english": "reads: english\n" + HEAD + '  day: {from: v, through: {day: "%m/%d/%Y"}}\n',
    "swedish": "reads: swedish\n" + HEAD + '  day: {from: v, through: {day: "%d/%m/%Y"}}\n',
    "first": "reads: f5_first\n" + HEAD + f'  at: {{from: v, through: {{local_time: "{MINUTES}", repeated_hour: first}}}}\n',
    "second": "reads: f5_second\n" + HEAD + f'  at: {{from: v, through: {{local_time: "{MINUTES}", repeated_hour: second}}}}\n',
    "strict": "reads: strict\n" + HEAD + f'  at: {{from: v, through: {{local_time: "{MINUTES}"}}}}\n',
    "precise": "reads: precise\n" + HEAD + '  at: {from: v, through: {local_time: "%Y-%m-%d %H:%M:%S.%f"}}\n',
}
TABLES: dict[str, dict[str, str | None]] = {
    "plain": {
        "f1-zero": "0000-00-00",
        "f1-nought": "1900-01-00",
        "f2-nine": "0009-12-04",
        "f2-old": "1899-06-01",
        "f2-gregory": "1753-01-01",
        "f3-2023": "2023-02-29",
        "f3-feb": "2024-02-30",
        "f3-apr": "2024-04-31",
        "f3-1900": "1900-02-29",
        "f3-2000": "2000-02-29",
        "f3-2024": "2024-02-29",
        "f10-future": "2093-05-05",
        "f11-null": None,
        "f11-empty": "",
    },
    "known": {"f1-listed": "0000-00-00", "f1-end": "9999-12-31", "f1-day": "1753-01-01", "f1-other": "1900-01-00"},
    "english": {"f4-english": "03/04/2021", "f4-thirteenth": "13/04/2021"},
    "swedish": {"f4-swedish": "03/04/2021", "f4-short": "03/04/21"},
    "f5_first": {"f5-first": "2024-10-27 02:30", "f5-before": "2024-10-27 01:59", "f5-after": "2024-10-27 03:00"},
    "f5_second": {"f5-second": "2024-10-27 02:30"},
    "strict": {"f5-strict": "2024-10-27 02:30", "f6-missing": "2024-03-31 02:30", "f6-after": "2024-03-31 03:00", "f11-time": None},
    "precise": {
        "f9-micro": "2024-05-01 12:00:00.123456",
        "f9-milli": "2024-05-01 12:00:00.123000",
        "f9-whole": "2024-05-01 12:00:00.000000",
    },
}
PERSONS = {"f4-plus": ("090527+1474", None), "f4-ten": ("811228-9874", "2001-02-03"), "f4-wrong": ("811228-9875", None)}
CARE = {
    "f10-after": ("f4-ten", "2011-11-11"),
    "f10-before": ("f4-ten", "1971-07-17"),
    "f4-care": ("f4-plus", None),
    "f4-lost": ("f4-wrong", None),
}
DATES = ["zero", "nought", "2023", "feb", "apr", "1900", "other", "thirteenth", "short"]
REJECTED = {"INVALID_DATE": len(DATES), "REPEATED_HOUR": 1, "MISSING_HOUR": 1, "IDENTITY_CHECKSUM": 1, "PARENT_REJECTED": 1}
HIDDEN = [str(value) for rows in TABLES.values() for value in rows.values() if value] + [number for number, _ in PERSONS.values()]
HIDDEN = [*HIDDEN, "190905271474", "198112289874", "2011-11-11"]


def cell(value: str | None) -> str:
    """A text in SQL."""
    return "null" if value is None else f"'{value}'"


def source() -> list[str]:
    """The tables of the journal."""
    statements = ["create table person (id text, number text, deceased text)", "create table care (id text, pid text, v text)"]
    statements += [f"insert into person values ('{key}', '{number}', {cell(dead)})" for key, (number, dead) in PERSONS.items()]
    statements += [f"insert into care values ('{key}', '{pid}', {cell(day)})" for key, (pid, day) in CARE.items()]
    for table, rows in TABLES.items():
        statements.append(f"create table {table} (id text, v text)")
        statements += [f"insert into {table} values ('{key}', {cell(value)})" for key, value in rows.items()]
    return statements


@pytest.fixture(scope="module")
def dates(tmp_path_factory: pytest.TempPathFactory) -> Carried:
    """All odd days and times in one journal, loaded."""
    ward = project(tmp_path_factory.mktemp("dates"), record=RECORD, mappings=MAPPINGS, source=source())
    counted = {table: len(rows) for table, rows in TABLES.items()} | {"person": len(PERSONS), "care": len(CARE)}
    return carried(ward, counted=counted, rejected=REJECTED, hidden=HIDDEN)


def told(loaded: Carried, fault: str, column: str = "day") -> dict[str, object]:
    """Key (without the fault's name) to the value in the record."""
    return {key.removeprefix(f"{fault}-"): value for key, value in loaded.values("event", column).items() if key.startswith(f"{fault}-")}


def reasons(loaded: Carried, fault: str) -> dict[str, str]:
    """Key (without the fault's name) to its reason, over all mappings."""
    every = {key: why for mapping in MAPPINGS for key, why in loaded.fates(f"old.{mapping}").items()}
    return {key.removeprefix(f"{fault}-"): why for key, why in every.items() if key.startswith(f"{fault}-")}


def stands(loaded: Carried, table: str, value: str) -> bool:
    """Whether the journal holds this value."""
    return rows_of(loaded.ward.folder / "old.sqlite", f"select count(*) > 0 from {table} where v = ?", value) == [(1,)]


def test_f1_only_the_listed_signs_of_unknown_become_null_and_others_are_rejected(dates: Carried) -> None:
    assert stands(dates, "plain", "0000-00-00") and stands(dates, "known", "0000-00-00")
    assert told(dates, "f1") == {"listed": None, "end": None, "day": "1753-01-01"}
    assert reasons(dates, "f1") == dict.fromkeys(("zero", "nought", "other"), "INVALID_DATE")


def test_f2_odd_years_that_are_real_are_carried(dates: Carried) -> None:
    assert stands(dates, "plain", "0009-12-04")
    assert told(dates, "f2") == {"nine": "0009-12-04", "old": "1899-06-01", "gregory": "1753-01-01"}


def test_f3_days_that_no_calendar_has_are_rejected_and_leap_days_load(dates: Carried) -> None:
    assert stands(dates, "plain", "1900-02-29")
    assert told(dates, "f3") == {"2000": "2000-02-29", "2024": "2024-02-29"}
    assert reasons(dates, "f3") == dict.fromkeys(("2023", "feb", "apr", "1900"), "INVALID_DATE")


def test_f4_the_order_of_day_and_month_is_declared_and_the_century_has_a_rule(dates: Carried) -> None:
    assert stands(dates, "english", "03/04/2021") and stands(dates, "swedish", "03/04/2021")
    assert told(dates, "f4") == {"english": "2021-03-04", "swedish": "2021-04-03", "care": None}
    numbers = rows_of(dates.ward.target, "select number from patient order by number")
    assert numbers == [("190905271474",), ("198112289874",)]
    expected = {"thirteenth": "INVALID_DATE", "short": "INVALID_DATE", "wrong": "IDENTITY_CHECKSUM", "lost": "PARENT_REJECTED"}
    assert reasons(dates, "f4") == expected


def test_f4_a_year_of_two_digits_cannot_be_declared(tmp_path: Path) -> None:
    mapping = "reads: plain\n" + HEAD + '  day: {from: v, through: {day: "%y%m%d"}}\n'
    ward = project(tmp_path, record=RECORD, mappings={"plain": mapping}, source=["create table plain (id text, v text)"])
    refused(ward, 2, "validate", said=("mappings/old/plain.yaml:", "%y"))


def test_f5_the_repeated_hour_goes_as_declared_and_is_rejected_where_nothing_is(dates: Carried) -> None:
    assert stands(dates, "strict", "2024-10-27 02:30")
    found = told(dates, "f5", "at")
    assert found["first"] == "2024-10-27T00:30:00Z" and found["second"] == "2024-10-27T01:30:00Z"
    in_order = [str(found[one]) for one in ("before", "first", "second", "after")]
    assert in_order == sorted(in_order)
    assert reasons(dates, "f5") == {"strict": "REPEATED_HOUR"}


def test_f6_a_time_that_never_was_is_rejected_and_never_shifted_in_silence(dates: Carried) -> None:
    assert stands(dates, "strict", "2024-03-31 02:30")
    assert told(dates, "f6", "at") == {"after": "2024-03-31T01:00:00Z"}
    assert reasons(dates, "f6") == {"missing": "MISSING_HOUR"}


def test_f7_nothing_goes_on_without_a_time_zone(tmp_path: Path) -> None:
    ward = project(tmp_path, record=RECORD, mappings=MAPPINGS, source=source())
    ward.edit("waves/programme.yaml", "timezone: Europe/Stockholm\n", "")
    for verb in (("validate",), ("plan", "first")):
        refused(ward, 2, *verb, said=("waves/programme.yaml:", "timezone"), hidden=HIDDEN)
    assert not ward.target.exists()


@pytest.mark.story
def test_f8_the_machines_own_zone_changes_nothing(dates: Carried, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ward = project(tmp_path / "far", record=RECORD, mappings=MAPPINGS, source=source())
    assert ward.ask("plan", "first").code == 0
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert ward.run("apply", "first").code == 1
    mine, far = logical(dates.ward.target), logical(ward.target)
    assert mine["event"] == far["event"] and mine["vs_fate"] == far["vs_fate"]


def test_f9_no_precision_is_lost(dates: Carried) -> None:
    assert stands(dates, "precise", "2024-05-01 12:00:00.123456")
    found = {key: str(value) for key, value in told(dates, "f9", "at").items()}
    assert found["micro"] == "2024-05-01T10:00:00.123456Z"
    assert found["milli"].startswith("2024-05-01T10:00:00.123") and found["whole"].startswith("2024-05-01T10:00:00")


def test_f10_what_happened_after_death_before_birth_or_in_the_future_is_kept(dates: Carried) -> None:
    assert stands(dates, "care", "2011-11-11")
    assert told(dates, "f10") == {"after": "2011-11-11", "before": "1971-07-17", "future": "2093-05-05"}
    assert rows_of(dates.ward.target, "select deceased from patient where deceased is not null") == [("2001-02-03",)]


PLAUSIBLE = """\
sql: select care.*, person.deceased from care left join person on person.id = care.pid
counts: care
into: event
key: [id]
unit: {is: ward}
fields:
  patient_id: {find: patient, by: pid}
  day: {from: v, through: day}
flag:
  - {when: "day > deceased::date", reason: AFTER_DEATH}
  - {when: "day > extracted_at", reason: IN_THE_FUTURE}
examples:
  - {row: {id: "1", v: "2001-02-04", deceased: "2001-02-03"}, gives: {day: "2001-02-04", flagged: AFTER_DEATH}}
"""


def test_f10_what_is_declared_implausible_is_loaded_counted_and_listed(tmp_path: Path) -> None:
    ward = project(tmp_path, record=RECORD, mappings=MAPPINGS | {"care": PLAUSIBLE}, source=source())
    with opened(tmp_path / "old.sqlite") as old:
        old.execute("insert into care values ('f10-both', 'f4-ten', '2093-05-06'), ('f10-late', 'f4-plus', '2093-05-07')")
        dead = "select care.id from care join person on person.id = care.pid where care.v > person.deceased order by 1"
        assert old.execute(dead).fetchall() == [("f10-after",), ("f10-both",)], "after death"
    assert ward.ask("mappings", "test").code == 0
    counted = {table: len(rows) for table, rows in TABLES.items()} | {"person": len(PERSONS), "care": len(CARE) + 2}
    loaded = carried(ward, counted=counted, rejected=REJECTED, hidden=HIDDEN, rehearse=False)
    days = loaded.values("event", "day")
    assert [days[key] for key in ("f10-after", "f10-before", "f10-both")] == ["2011-11-11", "1971-07-17", "2093-05-06"], "nothing is lost"
    listed = rows_of(ward.target, "select source_key, flag from vs_flag join event on event_id = target_id order by 1, 2")
    expected = {"AFTER_DEATH": ["f10-after", "f10-both"], "IN_THE_FUTURE": ["f10-both", "f10-late"]}
    assert listed == sorted((key, flag) for flag, keys in expected.items() for key in keys)
    told = {one["flag"]: one["items"] for one in loaded.books["flagged"]}
    assert told == {"AFTER_DEATH": 2, "IN_THE_FUTURE": 2}
    assert "AFTER_DEATH" in ward.ask("books", "first").out
    ward.ask("report", "wave", "first")
    (page,) = ward.work.glob("reports/**/*.html")
    assert "Kept and flagged" in page.read_text(encoding="utf-8")


def test_f11_a_date_that_is_missing_stays_missing(dates: Carried) -> None:
    assert rows_of(dates.ward.folder / "old.sqlite", "select v from plain where id like 'f11%' order by 1") == [(None,), ("",)]
    assert told(dates, "f11") == {"null": None, "empty": None, "time": None}
    assert told(dates, "f11", "at") == {"null": None, "empty": None, "time": None}
