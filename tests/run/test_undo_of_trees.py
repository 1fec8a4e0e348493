"""Does an undo end where a row that stays leads into a table whose rows refer to each other?"""

from __future__ import annotations

from pathlib import Path

import pytest
from landing import PATIENTS, VISITS, landed, project
from ward import Ward, opened, rows_of

RECORD = """\
tables:
  - table: place
    title: Places
    key: place_id
    columns:
      - {column: place_id, type: uuid, required: true}
      - {column: name, type: text}
      - {column: part_of, type: uuid, references: place}
      - {column: served_by, type: uuid, references: place}
  - table: visit
    title: Visits
    key: visit_id
    columns:
      - {column: visit_id, type: uuid, required: true}
      - {column: place_id, type: uuid, references: place}
      - {column: words, type: text}
"""
PLACE = """\
reads: place
into: place
key: [id]
unit: {is: ward}
fields:
  name: {from: name}
  part_of: {find: place, by: above}
  served_by: {find: place, by: server}
"""
VISIT = "reads: visit\ninto: visit\nkey: [vid]\nunit: {is: ward}\nfields:\n  place_id: {find: place, by: place}\n  words: {from: words}\n"
SOURCE = [
    "create table place (id integer primary key, name text, above integer, server integer)",
    "insert into place values (1, 'kitchen', null, null), (2, 'house', null, 1), (3, 'ward', 2, null), (4, 'attic', 2, null)",
    "create table visit (vid integer primary key, place integer, words text)",
    "insert into visit values (21, 3, 'a'), (22, 3, 'b'), (23, 4, 'c')",
]


@pytest.mark.parametrize("batch_rows", [1, 100])
def test_what_a_row_that_stays_refers_to_stays_with_all_that_is_above_it(tmp_path: Path, batch_rows: int) -> None:
    folder = project(tmp_path, source=SOURCE, record=RECORD, mappings={"place": PLACE, "visit": VISIT}, batch_rows=batch_rows)
    assert landed(folder).books.closes
    ward = Ward(folder)
    with opened(ward.target) as record:
        assert record.execute("update visit set words = 'mine' where _key = '21'").rowcount == 1
    done = ward.ask("undo", "first", "--confirm", "first")
    assert done.code == 1, done.told
    assert rows_of(ward.target, "select words from visit") == [("mine",)]
    assert sorted(name for (name,) in rows_of(ward.target, "select name from place")) == ["house", "kitchen", "ward"]
    assert ward.ask("undo", "first", "--confirm", "first").code in (0, 1, 2), "repeating is harmless"
    assert ward.ask("status", "first").code == 0


LINKS = """\
tables:
  - table: visit
    title: Visits
    key: visit_id
    columns:
      - {column: visit_id, type: uuid, required: true}
      - {column: after_id, type: uuid, references: visit}
"""
LINKED = "reads: visit\ninto: visit\nkey: [vid]\nunit: {from: unit}\nfields:\n  after_id: {find: visit, by: after, missing: empty}\n"
LINKED_VISITS = [
    "create table visit (vid integer primary key, unit text, after integer)",
    "insert into visit values (1, 'ward', 2), (2, 'later', 3), (3, 'ward', null)",
]


def test_where_two_waves_refer_to_each_other_the_refusal_names_the_round_that_goes_first(tmp_path: Path) -> None:
    ward = Ward(project(tmp_path, source=LINKED_VISITS, record=LINKS, mappings={"visit": LINKED}))
    for wave in ("first", "second", "first"):
        assert landed(ward.folder, wave).books.closes
    assert rows_of(ward.target, "select count(*) from visit where after_id is not null") == [(2,)], "a later round fills the link"
    refused = ward.ask("undo", "second", "--confirm", "second")
    assert refused.code == 2 and "refer to each other" in refused.err, refused.told
    (hint,) = [line.partition("vardskiftet ")[2] for line in refused.err.splitlines() if "--round" in line]
    assert ward.ask(*hint.split()).code == 0, hint
    assert ward.ask("undo", "second", "--confirm", "second").code == 0
    assert ward.ask("undo", "first", "--confirm", "first").code == 0
    assert rows_of(ward.target, "select count(*) from visit") == [(0,)]


@pytest.mark.parametrize("edited", ["place", "visit"])
def test_children_of_a_row_that_users_changed_come_back_with_the_next_load(tmp_path: Path, edited: str) -> None:
    ward = Ward(project(tmp_path, source=SOURCE, record=RECORD, mappings={"place": PLACE, "visit": VISIT}, batch_rows=1))
    with (tmp_path / "waves" / "first.yaml").open("a", encoding="utf-8") as file:
        file.write("budgets: {rejected: {CHANGED_IN_TARGET: 1}}\n")
    assert landed(ward.folder).books.closes
    column = "name" if edited == "place" else "words"
    with opened(ward.target) as record:
        assert record.execute(f"update {edited} set {column} = 'mine' where _key = (select max(_key) from {edited})").rowcount == 1
    assert ward.ask("undo", "first", "--confirm", "first").code == 1
    done = ward.ask("apply", "first")
    assert done.code == 0, done.told
    assert rows_of(ward.target, "select source_key, reason from vs_fate") == [("4" if edited == "place" else "23", "CHANGED_IN_TARGET")]
    assert rows_of(ward.target, "select count(*) from visit join place using (place_id)") == [(3,)]
    verified = ward.ask("verify", "first", "--json")
    assert verified.document["levels"]["rows"]["verdict"] in ("equal", "explained"), verified.told


PERSON = "reads: person\ninto: patient\nkey: [pid]\nunit: {wherever: [stay.pid]}\nidentities: []\nfields:\n  name: {from: name}\n"
STAY = "reads: stay\ninto: visit\nkey: [vid]\nunit: {is: ward}\nfields:\n  patient_id: {find: patient, by: pid}\n"
PEOPLE = [
    "create table person (pid integer, name text)",
    "insert into person values (1, 'Asa'), (2, 'Bo')",
    "create table stay (vid integer, pid integer)",
    "insert into stay values (10, 1), (11, 2), (12, 2)",
]


def test_so_does_the_record_of_a_person_whom_users_changed(tmp_path: Path) -> None:
    record = "tables:\n" + PATIENTS + VISITS
    ward = Ward(project(tmp_path, source=PEOPLE, record=record, mappings={"person": PERSON, "stay": STAY}))
    with (tmp_path / "waves" / "first.yaml").open("a", encoding="utf-8") as file:
        file.write("budgets: {rejected: {CHANGED_IN_TARGET: 1}}\n")
    assert landed(ward.folder).books.closes
    with opened(ward.target) as target:
        assert target.execute("update patient set name = 'Bo Ek' where name = 'Bo'").rowcount == 1
    assert ward.ask("undo", "first", "--confirm", "first").code == 1
    assert ward.ask("apply", "first").code == 0
    names = "select name from visit join patient using (patient_id) order by 1"
    assert rows_of(ward.target, names) == [("Asa",), ("Bo Ek",), ("Bo Ek",)]
    verified = ward.ask("verify", "first", "--json")
    assert verified.document["levels"]["rows"]["verdict"] in ("equal", "explained"), verified.told
