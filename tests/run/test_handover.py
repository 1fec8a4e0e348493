"""Does the list of what is carried by hand hold everybody who needs it, in order of need, and come down to zero honestly?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from landing import desk
from two_journals import region
from ward import Ward

from vardskiftet.errors import Usage
from vardskiftet.run.own import manual_transfer


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """With lists written."""
    ward = region(tmp_path_factory.mktemp("region") / "ward")
    done = ward.ask("manual", "export", "first", "--reason", "lists", "--out", str(ward.folder / "lists.xlsx"))
    assert done.code == 0, done.told
    return ward


@pytest.fixture
def ward(made: Ward, tmp_path: Path) -> Ward:
    return made.copy(tmp_path / "ward")


def fill(ward: Ward, names: dict[str, tuple[Any, Any]], name: str = "lists.xlsx") -> Path:
    """Write who did and who checked into the rows of these patients: {number: (done by, checked by)}."""
    path = ward.folder / name
    book = openpyxl.load_workbook(path)
    found = set()
    for page in book.worksheets:
        for row in page.iter_rows(min_row=2):
            if row[6].value in names:
                found.add(row[6].value)
                row[8].value, row[9].value = names[row[6].value]
    assert found == set(names)
    book.save(path)
    return path


def left(ward: Ward) -> int:
    done = ward.ask("manual", "status", "first", "--json")
    assert done.code == (5 if done.document["left"] else 0)
    return int(done.document["left"])


INPATIENT, BOOKED, OPEN = "198204119807", "191212129801", "198112289874"


def test_who_lies_in_the_ward_comes_first_then_who_is_booked_soon(made: Ward) -> None:
    lines = made.ask("manual", "list", "first", "--json").document["lines"]
    # By hand: person 5 lies in the ward (two pills), 2 is booked at the clinic within a fortnight, 1 merely has an open referral.
    told = [(one["unit"], one["need"], one["rank"], one["rows"]) for one in lines]
    assert told == [("clinic", "booked soon", 2, 1), ("ward", "lies in the ward", 1, 2), ("ward", "", 99, 1)]


def test_rows_of_nobody_are_told(made: Ward) -> None:
    # One pill names a patient who is in no register; the one with a wrong number is a person of that journal, without care in the wave.
    assert made.ask("manual", "list", "first", "--json").document["rows_of_nobody"] == 1


def test_patients_whom_no_wave_lists_are_counted(made: Ward) -> None:
    plain = made.ask("manual", "list", "first")
    assert "1 patient has something to be carried over and no open care" in plain.out
    for verb in ("list", "status"):
        assert made.ask("manual", verb, "first", "--json").document["patients_without_care"] == 1


def test_a_manual_route_that_says_not_whose_its_rows_are_keeps_the_count_from_being_zero(ward: Ward) -> None:
    fill(ward, {INPATIENT: ("Anna", "Bo"), BOOKED: ("Anna", "Bo"), OPEN: ("Bo", "Anna")})
    assert ward.ask("manual", "import", "first", str(ward.folder / "lists.xlsx")).code == 0
    assert ward.ask("manual", "status", "first").code == 0
    proven = manual_transfer.values(desk(ward.folder), "first", None, ("ward", "clinic"))
    assert [(one.unit, one.value) for one in proven] == [("ward", 1), ("clinic", 1)]
    (system,) = (one for one in (ward.folder / "mappings").glob("*/system.yaml") if "route: manual" in one.read_text(encoding="utf-8"))
    second = "routes:\n  - {information: unsorted papers, route: manual, owner: lead, because: By hand., tables: [unsorted]}\n"
    text = system.read_text(encoding="utf-8").replace("tables: [pill, unsorted]", "tables: [pill]")
    system.write_text(text.replace("routes:\n", second), encoding="utf-8")
    status = ward.ask("manual", "status", "first", "--json")
    assert (status.code, status.document["left"]) == (4, 0), status.told
    assert [one.partition(" (")[0] for one in status.document["routes_without_list"]] == ["unsorted papers"]
    assert "In no list" in ward.ask("manual", "list", "first").out
    with pytest.raises(Usage, match=r"unsorted papers .* in no list"):
        manual_transfer.values(desk(ward.folder), "first", None, ("ward", "clinic"))


def test_the_count_comes_down_to_zero_only_by_a_second_persons_check(ward: Ward) -> None:
    assert left(ward) == 3
    path = fill(ward, {INPATIENT: ("Anna", ""), BOOKED: ("Anna", "Bo"), OPEN: ("Bo", "")})
    document = ward.ask("manual", "import", "first", str(path), "--json").document
    assert (document["lines"], document["done"], document["checked"]) == (3, 3, 1)
    assert left(ward) == 2
    path = fill(ward, {INPATIENT: ("Anna", "Cecilia"), OPEN: ("Bo", "Anna")})
    assert ward.ask("manual", "import", "first", str(path)).code == 0
    assert left(ward) == 0


REFUSED: list[tuple[tuple[Any, Any], str]] = [
    (("Anna", "Anna"), "checked by the person who did it"),
    (("Anna", " ANNA "), "checked by the person who did it"),
    (("", "Bo"), "checked before anybody has done it"),
    (("x" * 100, ""), "is no name"),
    (("=A1", ""), "holds a formula"),
    ((45000, ""), "held as a number"),
]


@pytest.mark.parametrize(("names", "told"), REFUSED, ids=[told for _, told in REFUSED])
def test_what_may_not_be_is_refused_whole(ward: Ward, names: tuple[Any, Any], told: str) -> None:
    path = fill(ward, {INPATIENT: names, BOOKED: ("Anna", "Bo")})
    done = ward.ask("manual", "import", "first", str(path))
    assert (done.code, told in done.told) == (2, True), done.told
    assert INPATIENT not in done.told
    assert left(ward) == 3


def test_only_the_last_two_cells_may_be_filled_in(ward: Ward) -> None:
    path = ward.folder / "lists.xlsx"
    book = openpyxl.load_workbook(path)
    book["ward"].cell(2, 7).value = BOOKED
    book.save(path)
    done = ward.ask("manual", "import", "first", str(path))
    assert (done.code, "says something else than was exported" in done.told) == (2, True)


def test_what_was_said_cannot_be_said_otherwise(ward: Ward) -> None:
    ward.ask("manual", "import", "first", str(fill(ward, {INPATIENT: ("Anna", "")})))
    done = ward.ask("manual", "import", "first", str(fill(ward, {INPATIENT: ("Bo", "Anna")})))
    assert (done.code, "names somebody else than was said before" in done.told) == (2, True)


def test_what_is_ordered_afterwards_opens_the_line_anew(ward: Ward) -> None:
    path = fill(ward, {INPATIENT: ("Anna", "Bo"), BOOKED: ("Anna", "Bo"), OPEN: ("Anna", "Bo")})
    ward.ask("manual", "import", "first", str(path))
    assert left(ward) == 0
    with closing(sqlite3.connect(ward.folder / "other.sqlite")) as connection:
        connection.execute("insert into pill values (46, 505, 'new')")
        connection.commit()
    assert left(ward) == 1
    assert ward.ask("manual", "status", "first", "--json").document["changed_since"] == 1
    done = ward.ask("manual", "import", "first", str(path))
    assert (done.code, "has changed in the source since" in done.told) == (2, True)


def test_patients_are_named_for_a_reason_only_and_that_is_kept(ward: Ward) -> None:
    assert ward.ask("manual", "export", "first", "--reason", " ").code == 2
    for verb in ("list", "status"):
        told = ward.ask("manual", verb, "first").told
        assert not [number for number in (INPATIENT, BOOKED, OPEN, "19820411") if number in told]
    events = ward.ask("audit", "show", "--kind", "manual.exported", "--json").document["events"]
    assert [event["payload"]["reason"] for event in events] == ["lists"]
    assert (ward.folder / "lists.xlsx").stat().st_mode & 0o777 == 0o600


def test_a_folder_of_csv_comes_back_too(ward: Ward) -> None:
    out = ward.folder / "csv"
    assert ward.ask("manual", "export", "first", "--reason", "x", "--out", str(out), "--unit", "clinic").code == 0
    (path,) = out.glob("*.csv")
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace('"";""', '"Anna";"Bo"'), encoding="utf-8")
    assert ward.ask("manual", "import", "first", str(out), "--json").document["checked"] == 1


WRONG = [
    ("in: other.person", "in: other.booking", "is no mapping of 'other' that brings persons"),
    ("table: pill", "table: pil", "is none of the route's tables"),
]


@pytest.mark.parametrize(("old", "new", "told"), WRONG, ids=[told for _, _, told in WRONG])
def test_a_wrong_declaration_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    ward = region(tmp_path)
    ward.edit("mappings/other/system.yaml", old, new)
    done = ward.ask("validate")
    assert (done.code, told in done.told) == (2, True), done.told


def test_a_column_that_is_not_there_is_told_at_plan(tmp_path: Path) -> None:
    ward = region(tmp_path)
    ward.edit("mappings/other/system.yaml", "by: pid", "by: pidd")
    done = ward.ask("plan", "first")
    assert (done.code, "'pidd' is not a column of the source's table 'pill'" in done.told) == (2, True), done.told


def test_where_no_route_says_whose_its_rows_are_the_count_is_no_zero(tmp_path: Path) -> None:
    ward = region(tmp_path)
    ward.edit("mappings/other/system.yaml", "    patients: [{table: pill, by: pid, in: other.person}]\n", "")
    done = ward.ask("manual", "status", "first", "--json")
    assert (done.code, [one["id"] for one in done.document["reasons"]]) == (4, ["NOBODY_DECLARED"])
