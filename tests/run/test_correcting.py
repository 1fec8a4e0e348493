"""Can a clerk do harm with a worklist? Whatever comes back: only listed rows and allowed columns change, or nothing does."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from mending import brought, exported, mend_csv, mend_workbook
from ward import Done, Ward, logical, rows_of

from vardskiftet.run.worklist import OWN


@pytest.fixture
def ward(rejecting: Ward, tmp_path: Path) -> Ward:
    return rejecting.copy(tmp_path / "ward")


@pytest.fixture
def book(ward: Ward) -> Path:
    return ward.folder / "work.xlsx"


def corrections(ward: Ward) -> list[str]:
    return sorted(path.name for path in (ward.work / "corrections").glob("*"))


def refused(ward: Ward, path: Path, *words: str) -> Done:
    """Nothing was taken in; each of the words is told, and no patient's value."""
    before = logical(ward.target), corrections(ward)
    done = brought(ward, path)
    assert done.code == 2, done.told
    for word in words:
        assert word in done.told, done.told
    for value in ("Åsa", "blödningar", "diabetes", "calc", "1912"):
        assert value not in done.told
    assert (logical(ward.target), corrections(ward)) == before
    return done


def cell(path: Path, sheet: str, row: int, column: int, value: Any) -> None:
    """One cell of a workbook, by its place."""
    book = openpyxl.load_workbook(path)
    book[sheet].cell(row, column).value = value
    book.save(path)


def test_an_untouched_file_changes_nothing(ward: Ward, book: Path) -> None:
    done = brought(ward, book)
    assert (done.code, "nothing new" in done.out) == (0, True)
    assert corrections(ward) == []


def test_a_correction_is_taken_in_once_and_touches_no_record(ward: Ward, book: Path) -> None:
    before = logical(ward.target)
    mend_workbook(book, {("old.referral", "11"): {"sent": "2024-02-29"}})
    assert ward.ask("rejects", "import", "first", str(book), "--json").document["corrected"] == {"old.referral": 1}
    assert ward.ask("rejects", "import", "first", str(book), "--json").document["as_before"] >= 1
    assert logical(ward.target) == before
    (name,) = corrections(ward)
    path = ward.work / "corrections" / name
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    listed = ward.ask("rejects", "list", "first", "--json").document["rejects"]
    assert {one["mapping"]: one["corrected"] for one in listed if one["reason"] == "INVALID_DATE"} == {"old.referral": 1, "old.person": 0}


def test_a_correction_is_withdrawn_by_what_the_source_says(ward: Ward, book: Path) -> None:
    mend_workbook(book, {("old.referral", "11"): {"sent": "2024-02-29"}})
    brought(ward, book)
    again = exported(ward, "again.xlsx")
    mend_workbook(again, {("old.referral", "11"): {"sent": "2024-02-30"}})
    assert ward.ask("rejects", "import", "first", str(again), "--json").document["withdrawn"] == {"old.referral": 1}
    assert ward.ask("rejects", "replay", "first", "--json").document["corrections"] == 0


FORBIDDEN: list[tuple[str, str, str, Any, str]] = [
    ("old.referral", "11", "rid", "12", "may not be changed"),
    ("old.referral", "11", "pid", "2", "may not be changed"),
    ("old.referral", "11", "ward", "clinic", "may not be changed"),
    ("old.referral", "11", "words", "annat", "may not be changed"),
    ("old.referral", "11", "words", "\\N", "may not be changed"),
    ("old.referral", "11", "reject", "r000000000000000", "is no reject of this wave"),
    ("old.referral", "11", "export", "x00000000", "comes from no export"),
    ("old.referral", "11", "sent", 45351, "held as a number"),
    ("old.referral", "11", "sent", "=TODAY()", "holds a formula"),
    ("old.referral", "11", "sent", True, "held as a truth value"),
    ("old.person", "3", "number", "1,91212E+11", "short form"),
]


@pytest.mark.parametrize(("sheet", "key", "column", "value", "told"), FORBIDDEN, ids=lambda one: str(one)[:20])
def test_what_may_not_change_is_refused_with_its_place(
    ward: Ward, book: Path, sheet: str, key: str, column: str, value: Any, told: str
) -> None:
    mend_workbook(book, {(sheet, key): {column: value}, ("old.booking", "23"): {"day": "2024-12-05"}})
    refused(ward, book, told, sheet)


def test_a_date_that_the_spreadsheet_made_is_told(ward: Ward, book: Path) -> None:
    mend_workbook(book, {("old.referral", "11"): {"sent": datetime.date(2024, 2, 29)}})
    refused(ward, book, "held as a date")


def test_every_fault_is_told_at_once(ward: Ward, book: Path) -> None:
    mend_workbook(book, {("old.referral", "11"): {"words": "x", "pid": "9"}, ("old.person", "2"): {"name": "y"}})
    done = refused(ward, book)
    assert done.err.count("may not be changed") == 3
    assert "3 problems" in done.err


def test_a_row_that_stands_twice_is_refused(ward: Ward, book: Path) -> None:
    made = openpyxl.load_workbook(book)
    page = made["old.referral"]
    page.append([one.value for one in page[2]])
    made.save(book)
    refused(ward, book, "stands twice")


@pytest.mark.parametrize("change", ["renamed", "moved", "gone"])
def test_columns_stay_where_they_are(ward: Ward, book: Path, change: str) -> None:
    made = openpyxl.load_workbook(book)
    page = made["old.referral"]
    if change == "renamed":
        page.cell(1, 9).value = "PID"
    elif change == "gone":
        page.delete_cols(11)
    else:
        for row in page.iter_rows():
            row[9].value, row[10].value = row[10].value, row[9].value
    made.save(book)
    refused(ward, book, "the heading is not the one that was written")


def test_a_column_that_moved_apart_from_its_rows_is_refused_and_whole_rows_may_be_sorted(ward: Ward, book: Path) -> None:
    made = openpyxl.load_workbook(book)
    page = made["old.referral"]
    column = next(one.column for one in page[1] if one.value == "sent")
    rows = range(2, page.max_row + 1)
    days = [page.cell(row, column).value for row in rows]
    assert len(set(days)) > 2, "too few days to change places"
    for row, value in zip(rows, [*days[1:], days[0]], strict=True):
        page.cell(row, column).value = value
    made.save(book)
    refused(ward, book, "changed places", "old.referral › sent")
    again = exported(ward)
    made = openpyxl.load_workbook(again)
    page = made["old.referral"]
    for row, values in zip(rows, [[one.value for one in page[row]] for row in reversed(rows)], strict=True):
        for place, value in enumerate(values, 1):
            page.cell(row, place).value = value
    made.save(again)
    assert brought(ward, again).code == 0


def test_fewer_rows_are_fine(ward: Ward, book: Path) -> None:
    mend_workbook(book, {("old.referral", "11"): {"sent": "2024-02-29"}})
    made = openpyxl.load_workbook(book)
    del made["old.person"]
    made.save(book)
    assert brought(ward, book).code == 0


def test_two_clerks_cannot_undo_each_other_unseen(ward: Ward, book: Path) -> None:
    other = exported(ward, "other.xlsx")
    mend_workbook(book, {("old.referral", "11"): {"sent": "2024-02-29"}})
    assert brought(ward, book).code == 0
    mend_workbook(other, {("old.referral", "11"): {"sent": "2024-02-28"}})
    refused(ward, other, "corrected by somebody else since")


def test_an_old_file_of_released_rows_is_refused_where_it_says_something_else(ward: Ward, book: Path) -> None:
    mend_workbook(book, {("old.referral", "11"): {"sent": "2024-02-29"}})
    brought(ward, book)
    ward.ask("rejects", "replay", "first")
    kept = shutil.copy(book, ward.folder / "kept.xlsx")
    for page in ("old.booking", "old.person", "old.finding"):
        made = openpyxl.load_workbook(kept)
        del made[page]
        made.save(kept)
    made = openpyxl.load_workbook(kept)
    page = made["old.referral"]
    for row in reversed(range(2, page.max_row + 1)):
        if page.cell(row, len(OWN) + 1).value != "11":
            page.delete_rows(row)
    made.save(kept)
    assert ward.ask("rejects", "import", "first", str(kept), "--json").document["released"] == 1
    mend_workbook(Path(kept), {("old.referral", "11"): {"sent": "2024-02-28"}})
    refused(ward, Path(kept), "is no reject of this wave")


def test_another_files_rows_are_refused(ward: Ward, tmp_path: Path) -> None:
    strange = tmp_path / "strange.xlsx"
    made = openpyxl.Workbook()
    made.active.append(["name", "born"])
    made.active.append(["x", "y"])
    made.save(strange)
    refused(ward, strange, "the heading is not the one")
    (tmp_path / "no.xlsx").write_bytes(b"PK no workbook")
    refused(ward, tmp_path / "no.xlsx", "no workbook that can be read")
    (tmp_path / "no.csv").write_bytes(b"\x00\x01")
    refused(ward, tmp_path / "no.csv", "no text file")


# J10: what a spreadsheet would run goes out inert and comes back exactly.
def test_formulas_are_inert_in_both_files_and_exact_afterwards(ward: Ward, book: Path) -> None:
    page = openpyxl.load_workbook(book)["old.person"]
    cells = [cell for row in page.iter_rows(min_row=2) for cell in row if "calc" in str(cell.value)]
    assert [(one.value[:2], one.data_type) for one in cells] == [("'=", "s")]
    exported(ward, "folder")
    text = (ward.folder / "folder" / "old.person.csv").read_text(encoding="utf-8-sig")
    assert "\"'=cmd|" in text and ';"=cmd' not in text
    mend_workbook(book, {("old.referral", "11"): {"sent": "2024-02-29"}, ("old.person", "3"): {"number": "191212129801"}})
    assert brought(ward, book).code == 0
    assert ward.ask("rejects", "replay", "first").code == 0
    assert rows_of(ward.target, "select words from referral where _key = '11'") == [("=1+1",)]
    assert rows_of(ward.target, "select name from patient where _key = '3'") == [("=cmd|'/c calc'!A0",)]


def csv_of(ward: Ward, table: str = "referral") -> Path:
    exported(ward, "folder")
    return ward.folder / "folder" / f"old.{table}.csv"


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8-sig", ";"), ("utf-8", ","), ("utf-16", "\t"), ("cp1252", ";")])
def test_a_csv_file_comes_back_in_any_encoding_of_a_spreadsheet(ward: Ward, encoding: str, delimiter: str) -> None:
    path = csv_of(ward)
    mend_csv(path, "11", {"sent": "2024-02-29"}, encoding, delimiter)
    assert ward.ask("rejects", "import", "first", str(path), "--json").document["corrected"] == {"old.referral": 1}


BENT = [
    ("person", "19900101-9802", "1,9900101E+11", "short form"),
    ("person", "1990-13-01", "13/01/1990", "taken for a date"),
    ("referral", "åter", "Ã¥ter", "another encoding"),
    ("referral", "åter", "?ter", "another encoding"),
    ("referral", "2024-02-30", "30-feb", "taken for a date"),
]


@pytest.mark.parametrize(("table", "before", "after", "told"), BENT, ids=[f"{told}-{after}" for _, _, after, told in BENT])
def test_what_a_spreadsheet_bent_is_noticed(ward: Ward, table: str, before: str, after: str, told: str) -> None:
    path = csv_of(ward, table)
    text = path.read_text(encoding="utf-8-sig")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8-sig")
    refused(ward, path, told)


def test_rows_leave_for_a_reason_only_and_that_is_kept(ward: Ward) -> None:
    assert ward.ask("rejects", "export", "first", "--out", str(ward.folder / "x.xlsx")).code == 2
    assert ward.ask("rejects", "export", "first", "--reason", " ", "--out", str(ward.folder / "x.xlsx")).code == 2
    assert not (ward.folder / "x.xlsx").exists()
    events = ward.ask("audit", "show", "--kind", "rejects.exported", "--json").document["events"]
    assert [event["payload"]["reason"] for event in events] == ["a test"]
    mode = (ward.folder / "work.xlsx").stat().st_mode & 0o777
    assert mode == 0o600


def test_what_is_wrong_is_told_by_the_name_of_its_field_and_never_by_its_value(ward: Ward, book: Path) -> None:
    shown = ward.ask("rejects", "show", "first", "--mapping", "old.referral", "--rejected", "INVALID_DATE", "--json").document["rejects"]
    assert [one["detail"] for one in shown] == ["field sent"]
    page = openpyxl.load_workbook(book)["old.referral"]
    heading = [cell.value for cell in page[1]]
    told = {row[heading.index("rid")].value: row[heading.index("detail")].value for row in page.iter_rows(min_row=2)}
    assert told["11"] == "field sent"


def test_values_are_shown_for_a_reason_only(ward: Ward) -> None:
    plain = ward.ask("rejects", "show", "first")
    assert plain.code == 0
    for value in ("Åsa", "Bo", "calc", "diabetes", "1990"):
        assert value not in plain.told
    assert ward.ask("rejects", "show", "first", "--show-values").code == 2
    shown = ward.ask("rejects", "show", "first", "--show-values", "--reason", "a call from the ward")
    assert "ej diabetes" in shown.out
    events = ward.ask("audit", "show", "--kind", "values.shown", "--json").document["events"]
    assert len(events) == 1
