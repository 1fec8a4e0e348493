"""Does every text come back from a cell as it went, with nothing in it that a spreadsheet would run?"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.engine.worksheets import read_sheets, write_sheets
from vardskiftet.engine.worksheets.cells import bent, exact, inert, same, shuffled
from vardskiftet.engine.worksheets.sheet import Sheet
from vardskiftet.errors import Usage

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
NASTY = [
    "=cmd()",
    "+1",
    "-1",
    "@x",
    "\tx",
    "\rx",
    "\nx",
    "'x",
    "''",
    "\\N",
    "",
    " ",
    "0123",
    "1E5",
    "_x000D_",
    "\x00",
    "a\x0bb",
    "å\r\nä",
    "#REF!",
]


@given(TEXTS | st.none() | st.sampled_from(NASTY))
def test_a_text_comes_back_exactly(text: str | None) -> None:
    assert exact(inert(text)) == text


@given(TEXTS | st.sampled_from(NASTY))
def test_no_cell_begins_with_what_runs(text: str) -> None:
    assert not inert(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize("ending", [".xlsx", ""])
def test_a_file_brings_back_every_text(tmp_path: Path, ending: str) -> None:
    rows = tuple((f"r{number}", text) for number, text in enumerate([*NASTY, None]))
    path = tmp_path / f"list{ending}"
    write_sheets(path, [Sheet("old.person", ("key", "text"), rows, frozenset({1}))])
    (sheet,) = read_sheets(path)
    assert (sheet.name, sheet.heading) == ("old.person", ("key", "text"))
    assert [row.cells for row in sheet.rows] == list(rows)
    assert all(not row.wrong for row in sheet.rows)


def test_a_text_too_long_for_a_cell_is_not_cut(tmp_path: Path) -> None:
    with pytest.raises(Usage, match="longer than"):
        write_sheets(tmp_path / "x.xlsx", [Sheet("s", ("t",), (("x" * 40_000,),), frozenset())])
    assert not (tmp_path / "x.xlsx").exists()
    with pytest.raises(Usage, match="neither a workbook"):
        write_sheets(tmp_path / "x.ods", [])


BENT = [
    ("0123", "123", "leading zeros"),
    ("198112289874", "1,98112E+11", "short form"),
    ("1234567890123456789", "1234567890123450000", "long number"),
    ("2024-05-01", "01/05/2024", "date"),
    ("2024-05-01", "2024-05-01 00:00:00", "date"),
    ("1-2", "02-jan", "date"),
    ("1.5", "01.maj", "date"),
    ("true", "SANT", "truth"),
    ("åäö", "Ã¥Ã¤Ã¶", "encoding"),
    ("žluť", "?lu?", "encoding"),
    (None, "1,5E+20", "short form"),
]
SOUND = [
    ("2024-02-30", "2024-02-29"),
    ("0123", "0124"),
    ("a", "b"),
    (None, "x"),
    ("x", None),
    ("x", ""),
    ("1", "12"),
    ("190101019801", "191212129801"),
    ("12:30", "13:30"),
    ("2024-05-01", "2024-05-01 10:00"),
]


@pytest.mark.parametrize(("before", "now", "told"), BENT)
def test_what_a_spreadsheet_does_is_told(before: str | None, now: str, told: str) -> None:
    assert told in bent(before, now)


@pytest.mark.parametrize(("before", "now"), SOUND)
def test_what_a_person_writes_is_not_taken_for_it(before: str | None, now: str | None) -> None:
    assert bent(before, now) == ""


def test_line_ends_alone_are_no_change() -> None:
    assert same("a\nb", "a\r\nb")
    assert not same("a", None)


@given(st.lists(TEXTS | st.none(), min_size=3, max_size=20, unique=True), st.integers(1))
def test_a_column_that_moved_apart_from_its_rows_is_noticed(column: list[str | None], by: int) -> None:
    by = by % (len(column) - 1) + 1
    assert shuffled(list(zip(column, column[by:] + column[:by], strict=True)))


@pytest.mark.parametrize(("changes", "moved"), [([("a", "b"), ("b", "a")], True), ([("a", "b"), ("b", "c")], False), ([("a", "b")], False)])
def test_two_cells_that_exchanged_their_texts_are_noticed_and_two_that_were_mended_are_not(
    changes: list[tuple[str | None, str | None]], moved: bool
) -> None:
    assert shuffled(changes) is moved


SOME = ["2024-02-30", "2024-05-02", "soon", "", None]


@pytest.mark.parametrize(
    "now",
    [
        ["2024-02-29"] * 5,
        ["2024-02-29", "2024-05-03", "2024-05-04", "2024-05-05", "2024-05-06"],
        ["2024-05-02", "2024-02-30", "2024-05-04", "2024-05-05", "2024-05-06"],
        ["2024-05-02"] * 5,
    ],
    ids=["one day for all", "each its own", "two change places among others", "what one of them said"],
)
def test_cells_that_were_mended_did_not_move(now: list[str]) -> None:
    assert not shuffled(list(zip(SOME, now, strict=True)))
    assert not shuffled([])
    assert not shuffled([("a", "b"), ("b", "a"), ("a", "b"), ("b", "a")]), "copies that were made equal the other way round"
