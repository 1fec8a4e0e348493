"""Are persons whom an earlier wave brought verified with the wave that finds them again?"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from landing import PATIENTS, VISITS, project
from ward import Ward, opened

from vardskiftet.run.verifying.found import differences_in

HSA, LATER = "SE2321000131-X0001", "SE2321000131-X0003"
MAPPINGS = {
    "person": "reads: person\ninto: patient\nkey: [pid]\nunit: {wherever: [visit.pid]}\n"
    "identities: [{from: number, through: personal_identity}]\nfields:\n  name: {from: name}\n",
    "visit": "reads: visit\ninto: visit\nkey: [vid]\nunit: {from: hsa}\nfields:\n  patient_id: {find: patient, by: pid}\n",
}
SOURCE = [
    "create table person (pid text, number text, name text)",
    "create table visit (vid text, pid text, hsa text)",
    "insert into person values ('p1', '198112289874', 'Both'), ('p2', '196408233234', 'Only the later')",
    f"insert into visit values ('v1', 'p1', '{HSA}'), ('v2', 'p1', '{LATER}'), ('v3', 'p2', '{LATER}')",
]


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    project(tmp_path / "p", source=SOURCE, record="tables:\n" + PATIENTS + VISITS, mappings=MAPPINGS)
    ward = Ward(tmp_path / "p")
    for wave in ("first", "second"):
        assert [ward.ask(verb, wave).code for verb in ("plan", "apply")] == [0, 0]
    books = ward.ask("books", "second", "--json").document
    assert books["total"]["unchanged"] == 1, "nobody is shared"
    return ward


@pytest.mark.parametrize("level", ["totals", "rows", "clinical", "all"])
def test_a_person_who_stands_already_is_no_missing_row(ward: Ward, level: str) -> None:
    for wave in ("first", "second"):
        done = ward.ask("verify", wave, "--level", level)
        assert done.code == 0, done.told


def test_what_changed_in_such_a_person_is_seen_by_either_wave(ward: Ward) -> None:
    with opened(ward.target) as record:
        record.execute("update patient set name = 'Both ' where _key = 'p1'")
    for wave in ("first", "second"):
        assert ward.ask("verify", wave, "--level", "rows").code == 1
        (one,) = differences_in(ward.work / "verify" / wave)
        assert (one.key, one.column, one.kind.value) == ("p1", "name", "whitespace")


def caught_up(ward: Ward) -> None:
    """The first wave's journal changes a person and a visit that the second has too, and the first wave catches up."""
    with opened(ward.folder / "old.sqlite") as journal:
        journal.execute("update person set name = 'Both, by another name' where pid = 'p1'")
    time.sleep(1.1)  # the books tell when a batch was committed, to the second
    assert [ward.ask(verb, "first").code for verb in ("plan", "apply")] == [0, 0]
    with opened(ward.target) as record:
        assert record.execute("select count(*) from vs_image").fetchone() == (1,), "nothing was written anew"


def test_a_person_whom_another_wave_wrote_anew_since_is_held_against_what_stood_then(ward: Ward) -> None:
    caught_up(ward)
    for wave in ("first", "second"):
        done = ward.ask("verify", wave)
        assert done.code == 0, done.told
        assert list(differences_in(ward.work / "verify" / wave)) == []


ANSWERS = """\
  - table: answer
    title: Answers
    key: answer_id
    columns:
      - {column: answer_id, type: uuid, required: true}
      - {column: visit_id, type: uuid, references: visit}
"""


def test_a_row_that_another_wave_wrote_anew_since_was_there_for_those_that_it_led_to(tmp_path: Path) -> None:
    answer = "reads: answer\ninto: answer\nkey: [aid]\nunit: {from: hsa}\nfields:\n  visit_id: {find: visit, by: vid, missing: empty}\n"
    visits = VISITS + "      - {column: said, type: text}\n"
    project(
        tmp_path / "p",
        source=[
            *SOURCE,
            "alter table visit add column said text",
            "create table answer (aid text, vid text, hsa text)",
            f"insert into answer values ('a1', 'v1', '{LATER}')",
        ],
        record="tables:\n" + PATIENTS + visits + ANSWERS,
        mappings={**MAPPINGS, "visit": MAPPINGS["visit"] + "  said: {from: said}\n", "answer": answer},
    )
    ward = Ward(tmp_path / "p")
    for wave in ("first", "second"):
        assert [ward.ask(verb, wave).code for verb in ("plan", "apply")] == [0, 0]
    with opened(ward.folder / "old.sqlite") as journal:
        journal.execute("update visit set said = 'more' where vid = 'v1'")
    time.sleep(1.1)
    assert [ward.ask(verb, "first").code for verb in ("plan", "apply")] == [0, 0]
    done = ward.ask("verify", "second")
    assert done.code == 0, done.told


def test_a_person_who_was_written_anew_and_is_gone_is_missing(ward: Ward) -> None:
    caught_up(ward)
    with opened(ward.target) as record:
        record.execute("pragma foreign_keys = off")
        record.execute("delete from patient where _key = 'p1'")
    assert ward.ask("verify", "second", "--level", "rows").code == 1
    found = {(one.key, one.kind.value, one.cause) for one in differences_in(ward.work / "verify" / "second")}
    assert ("p1", "missing", "") in found


def test_such_a_person_who_is_gone_is_missing(ward: Ward) -> None:
    with opened(ward.target) as record:
        record.execute("pragma foreign_keys = off")
        record.execute("delete from patient where _key = 'p1'")
    assert ward.ask("verify", "second", "--level", "rows").code == 1
    found = {(one.key, one.kind.value) for one in differences_in(ward.work / "verify" / "second")}
    assert ("p1", "missing") in found
