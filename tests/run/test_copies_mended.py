"""Are copies of one key counted and told as the rows that they are: in the list, in the export, and when a correction releases them?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from landing import project, rows
from ward import Ward

RECORD = """\
tables:
  - table: price
    title: Prices
    key: price_id
    columns:
      - {column: price_id, type: uuid, required: true}
      - {column: amount, type: decimal, required: true}
"""
PRICE = """\
reads: price
into: price
key: [pid]
unit: {is: ward}
CONFLICT
correct: [amount]
exclude:
  - {when: "amount = 'struck'", because: "Struck out."}
fields:
  amount: {from: amount, through: decimal}
"""
ROWS = [
    (1, "2020-01-01", "10"),
    (1, "2021-01-01", "11"),
    (1, "2022-01-01", "twelve"),  # the latest, and wrong: all three stay behind
    (2, "2020-01-01", "20"),
    (2, "2021-01-01", "21"),  # a pair that comes along
    (3, "2020-01-01", "30"),
    (3, "2021-01-01", "struck"),  # the latest is struck out
    (4, "2020-01-01", "forty"),
    (4, "2021-01-01", "forty-one"),  # both are wrong, each on its own
]
BUDGETS = "budgets: {rejected: {DUPLICATE_KEY: 9, CHOSEN_LEFT_OUT: 9, INVALID_NUMBER: 9}}\n"


def priced(folder: Path, conflict: str) -> Ward:
    """Planned and loaded."""
    insert = ["insert into price values " + ", ".join(map(str, ROWS))]
    mappings = {"price": PRICE.replace("CONFLICT\n", conflict)}
    project(folder, source=["create table price (pid integer, since text, amount text)", *insert], record=RECORD, mappings=mappings)
    with (folder / "waves" / "first.yaml").open("a", encoding="utf-8") as file:
        file.write(BUDGETS)
    ward = Ward(folder)
    for verb in ("plan", "apply"):
        done = ward.ask(verb, "first", "--quiet")
        assert done.code == 0, done.told
    return ward


@pytest.fixture
def latest(tmp_path: Path) -> Ward:
    return priced(tmp_path / "ward", "conflict: {latest: since}\n")


def counts(folder: Path) -> dict[str, int]:
    """Fates in the record's own books, counted here."""
    found = dict(rows(folder, "select 'loaded', count(*) from price"))
    return found | dict(rows(folder, "select coalesce(reason, fate), count(*) from vs_fate group by 1"))


def exported(ward: Ward) -> tuple[Any, Path]:
    path = ward.folder / "work.xlsx"
    done = ward.ask("rejects", "export", "first", "--reason", "a test", "--out", str(path), "--json")
    assert done.code == 0, done.told
    return done.document, path


def lines(path: Path) -> list[tuple[str, ...]]:
    """(key, since, reason) of every line of the export."""
    page = openpyxl.load_workbook(path)["old.price"]
    heading = [cell.value for cell in page[1]]
    places = [heading.index(name) for name in ("pid", "since", "reason")]
    return sorted(tuple(str(row[place].value) for place in places) for row in page.iter_rows(min_row=2))


def listed(ward: Ward) -> dict[str, tuple[int, int, int]]:
    done = ward.ask("rejects", "list", "first", "--json").document
    return {one["reason"]: (one["items"], one["rows"], one["corrected"]) for one in done["rejects"]}


def test_the_list_counts_copies_as_rows_and_agrees_with_the_export(tmp_path: Path) -> None:
    ward = priced(tmp_path / "ward", "")
    assert listed(ward) == {"DUPLICATE_KEY": (9, 9, 0)}
    assert exported(ward)[0]["rows"] == {"old.price": 9}


def test_rows_that_fall_with_the_chosen_one_say_so_and_the_export_shows_which_one_to_mend(latest: Ward) -> None:
    assert counts(latest.folder) == {"loaded": 1, "merged": 1, "CHOSEN_LEFT_OUT": 3, "INVALID_NUMBER": 3, "Struck out.": 1}
    assert listed(latest) == {"CHOSEN_LEFT_OUT": (3, 3, 0), "INVALID_NUMBER": (3, 3, 0)}
    document, path = exported(latest)
    assert document["rows"] == {"old.price": 6}
    assert lines(path) == [
        ("1", "2020-01-01", "CHOSEN_LEFT_OUT"),
        ("1", "2021-01-01", "CHOSEN_LEFT_OUT"),
        ("1", "2022-01-01", "INVALID_NUMBER"),
        ("3", "2020-01-01", "CHOSEN_LEFT_OUT"),
        ("4", "2020-01-01", "INVALID_NUMBER"),
        ("4", "2021-01-01", "INVALID_NUMBER"),
    ]


def test_a_replay_says_as_many_items_as_the_books_move_by(latest: Ward) -> None:
    _, path = exported(latest)
    book = openpyxl.load_workbook(path)
    page = book["old.price"]
    heading = [cell.value for cell in page[1]]
    for row in page.iter_rows(min_row=2):
        if row[heading.index("pid")].value == "1" and row[heading.index("amount")].value == "twelve":
            row[heading.index("amount")].value = "12"
    book.save(path)
    assert latest.ask("rejects", "import", "first", str(path)).code == 0
    assert listed(latest)["INVALID_NUMBER"] == (3, 3, 1)
    before = counts(latest.folder)
    done = latest.ask("rejects", "replay", "first", "--json")
    assert done.code == 0, done.told
    after = counts(latest.folder)
    moved = sum(after[name] - before[name] for name in ("loaded", "merged"))
    assert (moved, after["loaded"] - before["loaded"]) == (3, 1)
    assert (done.document["corrections"], done.document["released"]) == (1, {"old.price": moved})
    assert rows(latest.folder, "select amount from price where _key = '1'") == [("12",)]
