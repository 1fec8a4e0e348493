"""Does reading a project give the programme as it stands in the files, or every fault at once?"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from small_region import FILES, VOCABULARY, edited, rendered, told, understood, write

from vardskiftet.declare import read
from vardskiftet.engine.vocabulary import vocabulary
from vardskiftet.errors import DeclarationsWrong, Usage
from vardskiftet.model.mapping import Conflict, FollowParent, Step
from vardskiftet.model.record import ColumnType
from vardskiftet.model.system import Route
from vardskiftet.model.wave import Offset, Precision, Scope

HERE = Path(__file__).parent


def test_a_sound_project_becomes_a_programme(tmp_path: Path) -> None:
    programme = understood(tmp_path)
    assert (programme.programme, programme.timezone, programme.synthetic) == ("landstad", "Europe/Stockholm", True)
    assert programme.clock is not None and programme.clock.astimezone(UTC) == datetime(2024, 11, 5, 7, tzinfo=UTC)
    assert (programme.target.kind, programme.target.options) == ("sqlite", {"path": "work/record.sqlite"})
    assert programme.people[0].name == "Anna Ek"
    assert programme.root == tmp_path.resolve()


def test_waves_are_read_with_moments_seasons_moves_and_budgets(tmp_path: Path) -> None:
    programme = understood(tmp_path)
    first, second = programme.waves
    assert first.go_live is not None and first.go_live.isoformat() == "2024-11-12T04:00:00+01:00"
    assert first.budgets.no_unit == 12 and first.budgets.rejected == {"IDENTITY_CHECKSUM": 40}
    assert first.tolerance == 0.25 and first.precision is Precision.MOMENT
    assert (second.go_live, second.season, second.after) == (None, "2025-autumn", ("south-1",))
    (move,) = second.units[0].moved
    assert (move.origin, move.date, second.units[0].scope) == ("south-1", date(2024, 2, 13), Scope.HOSPITAL)
    assert (first.cutover_hours, first.distance_days, second.cutover_hours, second.distance_days) == (12, 0, 10, 180)
    assert programme.wave_of_unit == {"kinna": "south-1", "sas": "south-2"}


def test_what_lies_around_a_go_live_is_read_with_distances_and_days(tmp_path: Path) -> None:
    programme = understood(tmp_path)
    first = programme.wave("south-1")
    assert [(one.milestone, one.offset, one.on, one.owner) for one in first.milestones] == [
        ("start", Offset(months=-16), None, ""),
        ("G90", Offset(days=-90), None, "anna"),
        ("drill", None, date(2024, 10, 19), ""),
        ("exit", Offset(days=28), None, ""),
    ]
    (own,), (new_year,), (duty,) = first.freezes, programme.freezes, first.duties
    assert (own.begins, own.ends, own.no_go_live) == (Offset(days=-2), Offset(days=1), False)
    assert (new_year.begins, new_year.ends, new_year.no_go_live) == (date(2024, 12, 16), date(2025, 1, 7), True)
    assert (duty.person, duty.begins, duty.ends) == ("anna", Offset(days=-28), Offset(days=14))


def test_flows_are_read_in_the_order_of_their_file(tmp_path: Path) -> None:
    referrals, answers = understood(tmp_path).flows
    assert (referrals.sends, referrals.receives, referrals.critical) == (("*",), ("hospital_administration",), True)
    assert (referrals.routine, referrals.approved) == ("On paper.", "RS 2")
    assert (answers.sends, answers.receives, answers.critical, answers.routine) == (("sas",), ("kinna",), False, "")


def test_a_programme_without_flows_needs_no_file_for_them(tmp_path: Path) -> None:
    assert understood(tmp_path, {"waves/coexistence.yaml": None}).flows == ()


def test_systems_and_the_record_are_read_with_defaults_from_the_programme(tmp_path: Path) -> None:
    programme = understood(tmp_path)
    elvis = programme.system("elvis")
    assert (elvis.encoding, elvis.timezone, elvis.ignored[0].table) == ("cp1252", "Europe/Stockholm", "tmp_import")
    assert [route.route for route in elvis.routes] == [Route.AUTO, Route.AUTO, Route.ARCHIVE]
    assert elvis.routes[2].tables == ("kontakt_hist",) and all(elvis.routes[0].conditions.values())
    column = programme.record.table("appointment").column("patient_id")
    assert (column.type, column.references, column.required) == (ColumnType.UUID, "patient", True)
    assert programme.codebook("visit_type").entries == (("NB", "new"), ("ÅB", "return"))


def test_mappings_are_read_with_steps_parents_examples_and_lines(tmp_path: Path) -> None:
    booking = understood(tmp_path).mapping("elvis.booking")
    patient, starts, visit, minutes, note = booking.fields
    assert patient.find is not None and (patient.find.mapping, patient.find.missing) == ("elvis.person", "reject")
    options = {"format": "%Y-%m-%d %H:%M", "repeated_hour": "first", "sentinels": [], "retries": 0}
    assert starts.steps == (Step(transform="local_time", options=options),)
    assert visit.steps[0].options == {"codebook": "visit_type", "unmapped": "keep_local"}
    assert (minutes.constant, note.sql) == ("30", "upper(anteckning)")
    assert (booking.follow_parent, booking.conflict) == (FollowParent.EXCLUDE, Conflict.REVIEW)
    assert booking.examples[0].row == {"bokning_id": "1", "starttid": "2024-11-31 10:00", "besokstyp": None}
    assert [example.gives for example in booking.examples[1:]] == [{"excluded": True}, {"visit_type": "new", "note": None}]
    lines = FILES["mappings/elvis/booking.yaml"].splitlines()
    assert "starts_at:" in lines[starts.line - 1] and "makulerad" in lines[booking.exclude[0].line - 1]
    assert booking.path == "mappings/elvis/booking.yaml"


def test_persons_carry_identities_and_belong_wherever_they_have_care(tmp_path: Path) -> None:
    person = understood(tmp_path).mapping("elvis.person")
    assert person.for_persons and person.unit.wherever == ("bokning.person_id",)
    assert (person.identities[0].source, person.identities[0].step.options) == ("personnummer", {"gives": "id"})
    assert person.conflict is Conflict.FIRST


def test_mappings_come_after_those_that_their_finds_lead_to(tmp_path: Path) -> None:
    assert [mapping.mapping for mapping in understood(tmp_path).mappings] == ["elvis.person", "elvis.booking"]


def test_every_file_is_listed_with_its_digest(tmp_path: Path) -> None:
    expected = tuple(sorted((path, hashlib.sha256(text.encode()).hexdigest()) for path, text in FILES.items()))
    assert understood(tmp_path).files == expected


def test_reading_a_programme_writes_nothing(tmp_path: Path) -> None:
    write(tmp_path, {})
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    read(tmp_path, VOCABULARY)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_folder_without_a_programme_is_answered_with_the_way_to_one(tmp_path: Path) -> None:
    with pytest.raises(Usage) as wrong:
        read(tmp_path, VOCABULARY)
    assert "waves/programme.yaml" in wrong.value.message and "--project DIR" in wrong.value.hint


FIVE = {
    "waves/south-1.yaml": edited("waves/south-1.yaml", ("unit: kinna", "unit: kina"), ("after:", "aftre:")),
    "mappings/record.yaml": edited("mappings/record.yaml", ("references: patient", "references: pateint")),
    "mappings/elvis/booking.yaml": edited(
        "mappings/elvis/booking.yaml", ("codebook: visit_type", "codebook: visit_typ"), ("upper(anteckning)", "casse(anteckning)")
    ),
}


def test_five_faults_in_three_files_are_told_at_once_each_on_its_line(tmp_path: Path) -> None:
    faults = told(tmp_path, dict(FIVE))
    words = {
        "mappings/elvis/booking.yaml": ("visit_typ}", "casse"),
        "mappings/record.yaml": ("pateint",),
        "waves/south-1.yaml": ("aftre", "kina"),
    }
    expected = [
        (path, next(number for number, line in enumerate(FIVE[path].splitlines(), 1) if word in line))
        for path, sought in words.items()
        for word in sought
    ]
    assert [(fault.path, fault.line) for fault in faults] == expected and len(expected) == 5


def test_faults_read_as_they_are_meant_to(tmp_path: Path) -> None:
    assert rendered(told(tmp_path, dict(FIVE))) == (HERE / "five_faults.txt").read_text(encoding="utf-8")


def test_faults_are_told_alike_in_every_reading(tmp_path: Path) -> None:
    assert told(tmp_path, dict(FIVE)) == told(tmp_path, dict(FIVE))


@pytest.mark.parametrize(
    ("gone", "path", "message"),
    [
        ("mappings/record.yaml", "mappings/record.yaml", "is missing"),
        ("waves/units.yaml", "waves/units.yaml", "is missing"),
    ],
)
def test_a_missing_file_is_the_only_fault(tmp_path: Path, gone: str, path: str, message: str) -> None:
    (fault,) = told(tmp_path, {gone: None})
    assert fault.path == path and message in fault.message


def test_a_project_without_waves_is_told(tmp_path: Path) -> None:
    faults = told(tmp_path, {"waves/south-1.yaml": None, "waves/south-2.yaml": None})
    assert ("waves", "declares no wave.") in [(fault.path, fault.message) for fault in faults]


def test_a_project_without_systems_is_told(tmp_path: Path) -> None:
    gone = dict.fromkeys(path for path in FILES if path.startswith("mappings/elvis"))
    faults = told(tmp_path, gone)
    assert ("mappings", "declares no system.") in [(fault.path, fault.message) for fault in faults]


def test_a_file_that_cannot_be_read_makes_no_name_unknown(tmp_path: Path) -> None:
    for path in FILES:
        if path.endswith(".yaml"):
            broken = told(tmp_path / path.replace("/", "_"), {path: FILES[path] + "\n  x: [\n"})
            assert [fault.path for fault in broken] == [path], rendered(broken)


def test_units_may_stand_in_several_files(tmp_path: Path) -> None:
    extra = "units:\n  - {unit: kinna, title: Twice, kind: laboratory, area: x, hsa_id: SE2321000131-X0003}\n"
    (fault,) = told(tmp_path, {"waves/units/more.yaml": extra})
    assert fault.path == "waves/units/more.yaml" and "first at waves/units.yaml:2" in fault.message


@pytest.mark.parametrize(("offset", "hour"), [("+02:00", 0), ("+01:00", 1)])
def test_a_moment_in_the_repeated_hour_stays_the_one_that_was_written(tmp_path: Path, offset: str, hour: int) -> None:
    path = "waves/programme.yaml"
    programme = understood(tmp_path, {path: edited(path, ("2024-11-05 08:00", f"2024-10-27 02:30{offset}"))})
    assert programme.clock is not None and programme.clock.astimezone(UTC) == datetime(2024, 10, 27, hour, 30, tzinfo=UTC)


def test_the_memory_lies_in_the_work_folder_unless_a_variable_names_a_server(tmp_path: Path) -> None:
    assert understood(tmp_path / "file").store.url_from == ""
    named = edited("waves/programme.yaml", ("systems: [elvis]", "store: {url_from: LANDSTAD_STORE}\nsystems: [elvis]"))
    store = read(write(tmp_path / "server", {"waves/programme.yaml": named}), VOCABULARY).store
    assert (store.url_from, store.schema_name) == ("LANDSTAD_STORE", "vardskiftet")


def test_a_url_where_a_variables_name_should_stand_is_refused_and_not_repeated(tmp_path: Path) -> None:
    for key in ("store: {url_from: ", "target: {kind: postgresql, url_from: "):
        line = f'{key}"postgresql://load:hemligt@host/db"}}'
        at = "target: {kind: sqlite, path: work/record.sqlite}"
        frame = edited("waves/programme.yaml", (at, f"{at}\n{line}" if key.startswith("store") else line))
        with pytest.raises(DeclarationsWrong) as wrong:
            read(write(tmp_path / key[:5], {"waves/programme.yaml": frame}), vocabulary())
        (fault,) = wrong.value.faults
        assert "hemligt" not in fault.message + fault.hint and fault.line == (7 if key.startswith("store") else 6)
