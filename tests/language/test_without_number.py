"""Does a person without a national number come along by the system's own key, beside those who have one?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from landing import PATIENTS, VISITS, landed, project
from ward import Ward, rows_of

RECORD = "tables:\n" + PATIENTS + VISITS
PERSON = """\
reads: person
into: patient
key: [pid]
unit: {wherever: [visit.pid]}
identities: [{from: number, through: personal_identity}, {from: other, through: personal_identity}]
without_number: own_key
fields:
  name: {from: name}
"""
ONE = PERSON.replace(", {from: other, through: personal_identity}", "")
VISIT = "reads: visit\ninto: visit\nkey: [vid]\nunit: {is: ward}\nfields:\n  patient_id: {find: patient, by: pid}\n"
SOURCE = [
    "create table person (pid integer, number text, other text, name text)",
    (
        "insert into person values (1, '198112289874', null, 'Asa'), (2, null, '', 'Jean'), (3, '', null, 'Marie'),"
        " (4, '198112289875', null, 'Wrong')"
    ),
    "create table visit (vid integer, pid integer)",
    "insert into visit values (10, 1), (11, 2), (12, 3), (13, 4)",
]


@pytest.mark.parametrize("person", [PERSON, ONE], ids=["two numbers", "one number"])
@pytest.mark.parametrize("batch_rows", [1, 100])
def test_who_has_no_number_is_known_by_the_systems_own_key_and_stays_so_when_one_is_given(
    tmp_path: Path, person: str, batch_rows: int
) -> None:
    ward = Ward(project(tmp_path, source=SOURCE, record=RECORD, mappings={"person": person, "visit": VISIT}, batch_rows=batch_rows))
    with (tmp_path / "waves" / "first.yaml").open("a", encoding="utf-8") as file:
        file.write("budgets: {rejected: {IDENTITY_CHECKSUM: 1, PARENT_REJECTED: 1}}\n")
    assert landed(tmp_path).books.closes
    fates = rows_of(ward.target, "select source_key, reason from vs_fate order by 1")
    assert fates == [("13", "PARENT_REJECTED"), ("4", "IDENTITY_CHECKSUM")]
    persons = "select name, patient_id from patient order by name"
    before = dict(rows_of(ward.target, persons))
    assert sorted(before) == ["Asa", "Jean", "Marie"]
    assert rows_of(ward.target, "select count(*) from visit join patient using (patient_id)") == [(3,)]
    with closing(sqlite3.connect(tmp_path / "old.sqlite")) as old:
        old.execute("update person set number = '198112189876' where pid = 2")
        old.commit()
    assert landed(tmp_path).books.closes
    assert dict(rows_of(ward.target, persons)) == before, "a number that comes later leads to who is there"
    named = "select identifier from vs_identity where target_id = (select patient_id from patient where name = 'Jean') order by 1"
    assert rows_of(ward.target, named) == [("198112189876",), ("2",)]


def test_it_is_said_where_there_is_no_number_to_be_without(tmp_path: Path) -> None:
    person = ONE.replace("[{from: number, through: personal_identity}]", "[]")
    ward = Ward(project(tmp_path, source=SOURCE, record=RECORD, mappings={"person": person, "visit": VISIT}))
    refused = ward.ask("validate")
    assert refused.code == 2 and "there is no such column" in refused.err, refused.told
