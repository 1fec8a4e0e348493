"""Do rows that find rows of their own mapping arrive whole, in any order, and fall with those above them?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from landing import desk, fates, landed, project, rows
from ward import Ward, opened

from vardskiftet.declare import read
from vardskiftet.engine.vocabulary import vocabulary
from vardskiftet.errors import DeclarationsWrong
from vardskiftet.run.mappings import run_examples

RECORD = """\
code_systems: []
tables:
  - table: contact
    title: Contacts
    key: contact_id
    columns:
      - {column: contact_id, type: uuid, required: true}
      - {column: before_id, type: uuid, references: contact}
      - {column: note, type: text}
"""
MAPPING = """\
reads: d
into: contact
key: [id]
unit: {from: ward}
exclude:
  - {when: "struck = 'J'", because: "Struck out."}
fields:
  before_id: {find: contact, by: before}
  note: {from: note}
reject:
  - {when: "note = 'bad'", reason: BAD_NOTE}
examples:
  - {row: {id: "2", before: "1", note: "x"}, gives: {note: "x"}}
"""
TREE = [
    ("1", "2", "ward", "N", "child before its parent"),
    ("2", "3", "ward", "N", "in the middle"),
    ("3", None, "ward", "N", "root"),
    ("4", "4", "ward", "N", "its own parent"),
    ("5", "6", "ward", "N", "a circle"),
    ("6", "5", "ward", "N", "a circle"),
    ("7", None, "ward", "N", "bad"),
    ("8", "7", "ward", "N", "under a rejected one"),
    ("9", "8", "ward", "N", "two below a rejected one"),
    ("10", None, "ward", "J", "struck"),
    ("11", "10", "ward", "N", "under an excluded one"),
    ("12", "11", "ward", "N", "two below an excluded one"),
    ("13", "404", "ward", "N", "orphan"),
    ("14", "15", "ward", "N", "parent in a later wave"),
    ("15", "3", "later", "N", "of a later wave"),
]
FALLEN = {
    "7": "BAD_NOTE",
    "8": "PARENT_REJECTED",
    "9": "PARENT_REJECTED",
    "10": "Struck out.",
    "11": "PARENT_EXCLUDED",
    "12": "PARENT_REJECTED",
    "13": "PARENT_MISSING",
    "14": "PARENT_MISSING",
}


def tree(folder: Path, mapping: str = MAPPING, lines: list[tuple[Any, ...]] = TREE, batch_rows: int = 3) -> Path:
    values = ", ".join("(" + ", ".join("null" if one is None else f"'{one}'" for one in line) + ")" for line in lines)
    source = ["create table d (id text, before text, ward text, struck text, note text)", f"insert into d values {values}"]
    return project(folder, source=source, record=RECORD, mappings={"contact": mapping}, batch_rows=batch_rows)


def above(folder: Path) -> dict[str, str | None]:
    """Key to the key of the row before it, as the record says."""
    query = "select child._key, parent._key from contact as child left join contact as parent on parent.contact_id = child.before_id"
    return dict(rows(folder, query))


def test_every_row_finds_the_one_before_it_and_falls_with_it(tmp_path: Path) -> None:
    tree(tmp_path)
    assert landed(tmp_path).books.closes
    assert above(tmp_path) == {"1": "2", "2": "3", "3": None, "4": "4", "5": "6", "6": "5"}
    assert {key: reason for key, _, _, reason in fates(tmp_path)} == FALLEN
    assert rows(tmp_path, "select count(*) from vs_batch") == [(1,)]
    assert not any(one.shortfalls for one in run_examples(desk(tmp_path), ("old.contact",)))


def test_a_later_wave_finds_rows_of_an_earlier_one(tmp_path: Path) -> None:
    tree(tmp_path)
    landed(tmp_path)
    ward = Ward(tmp_path)
    assert ward.ask("plan", "second", "--quiet").code == 0
    assert ward.ask("rehearse", "second", "--quiet").code == 0  # a rehearsal finds them too
    assert landed(tmp_path, "second").books.closes
    assert above(tmp_path)["15"] == "3"


def test_children_follow_an_excluded_parent_where_the_mapping_says_so(tmp_path: Path) -> None:
    tree(tmp_path, MAPPING + "follow_parent: exclude\n")
    assert landed(tmp_path).books.closes
    followed = {key: (fate, reason) for key, _, fate, reason in fates(tmp_path) if key in ("10", "11", "12")}
    assert followed == {"10": ("excluded", "Struck out.")} | dict.fromkeys(("11", "12"), ("excluded", "Follows its excluded parent."))


def test_a_missing_one_leaves_nothing_where_that_is_allowed(tmp_path: Path) -> None:
    tree(tmp_path, MAPPING.replace("by: before}", "by: before, missing: empty}"))
    assert landed(tmp_path).books.closes
    assert above(tmp_path)["13"] is None
    assert "13" not in {key for key, *_ in fates(tmp_path)}
    books = Ward(tmp_path).ask("books", "first", "--json").document
    (told,) = [one for one in books["flagged"] if one["flag"] == "REFERENCE_EMPTY"]
    assert told["detail"].startswith("field ") and told["items"] >= 1


def test_undo_takes_all_and_keeps_what_an_edited_row_stands_on(tmp_path: Path) -> None:
    tree(tmp_path)
    landed(tmp_path)
    ward = Ward(tmp_path)
    with opened(ward.target) as target:
        target.execute("update contact set note = 'edited in the new system' where _key = '1'")
        target.commit()
    undone = ward.ask("undo", "first", "--confirm", "first")
    assert undone.code in (0, 1), undone.told
    assert rows(tmp_path, "select note from contact order by 1") == [("edited in the new system",), ("in the middle",), ("root",)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("unit: {from: ward}", 'unit: {from: ward}\nsplit: [{item: one, when: "true", kind: note}]'),
        ("{find: contact, by: before}", "{find: contact, by: before, through: personal_identity}"),
    ],
)
def test_rows_that_are_split_or_persons_cannot_find_their_own(old: str, new: str, tmp_path: Path) -> None:
    tree(tmp_path, MAPPING.replace(old, new))
    with pytest.raises(DeclarationsWrong) as wrong:
        read(tmp_path, vocabulary())
    assert any("find" in fault.trail or "through" in fault.trail for fault in wrong.value.faults)
