"""Who is who, where the sources leave it in doubt: does a person's decision hold, with its reason, and never without a plan?"""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from landing import PATIENTS, VISITS, both_ways_agree, desk, project
from ward import Done, Ward, logical, opened, rows_of

from vardskiftet.cli import documents
from vardskiftet.model.difference import Kind, Level
from vardskiftet.run.verify import verify
from vardskiftet.run.verifying.found import differences_in

RECORD = (
    "tables:\n"
    + PATIENTS
    + VISITS
    + """\
      - {column: note, type: text}
code_systems: []
"""
)
PERSON = """\
reads: person
into: patient
key: [pid]
unit: {wherever: [visit.pid]}
identities: [{from: number, through: personal_identity}, {from: former, through: personal_identity}]
correct: [number]
fields:
  name: {from: name}
"""
VISIT = """\
reads: visit
into: visit
key: [vid]
unit: {from: ward}
changed: mark
fields:
  patient_id: {find: patient, by: pid}
  note: {from: note}
"""
ANNA, BO, RESERVE = "198112289874", "199001019802", "19810829M071"
PERSONS = [
    ("1", ANNA, None, "Anna Öberg"),
    ("2", ANNA, None, "A. Öberg"),  # the same number: the same person, or a slip of the pen?
    ("3", RESERVE, None, "Okänd kvinna"),
    ("4", BO, None, "Bo Ek"),
]
VISITS = [(f"v{pid}", pid, "later" if pid == "4" else "ward", f"note {pid}", 1) for pid, *_ in PERSONS]
BECAUSE = "Same address and telephone, asked at the ward"


def ward_of(folder: Path, batch_rows: int = 3) -> Ward:
    """The ward, its first wave loaded: one row waits for somebody to say who it is."""
    source = ["create table person (pid, number, former, name)", "create table visit (vid, pid, ward, note, mark)"]
    project(folder, source=source, record=RECORD, mappings={"person": PERSON, "visit": VISIT}, batch_rows=batch_rows)
    with closing(sqlite3.connect(folder / "old.sqlite")) as old:
        old.executemany("insert into person values (?, ?, ?, ?)", PERSONS)
        old.executemany("insert into visit values (?, ?, ?, ?, ?)", VISITS)
        old.commit()
    ward = Ward(folder)
    ward.edit("waves/programme.yaml", "systems: [old]\n", "systems: [old]\npeople: [{person: anna, name: Anna Ask, role: registrar}]\n")
    with (folder / "waves" / "first.yaml").open("a", encoding="utf-8") as file:
        file.write("budgets: {rejected: {IDENTITY_REVIEW: 9, PARENT_REJECTED: 9}}\n")
    carried(ward)
    return ward


def carried(ward: Ward, wave: str = "first") -> None:
    """A plan and its load; the books close."""
    planned = ward.ask("plan", wave)
    assert planned.code == 0, planned.told
    done = ward.ask("apply", wave, "--json")
    assert done.document["closes"], done.told


def only_left(ward: Ward, *keys: str) -> None:
    """What was loaded is what the verifier derives in its own way, but for persons who were left standing, each with its cause."""
    verify(desk(ward.folder), "first", (Level.ROWS,))
    differing = differences_in(ward.work / "verify" / "first")
    assert [(one.mapping, one.key, one.kind, one.cause) for one in differing] == [
        ("old.person", key, Kind.EXTRA, "left standing, and listed: merged") for key in keys
    ]


def as_published(name: str, done: Done) -> Done:
    """The answer, whose document is the one that is published."""
    Draft202012Validator(documents.schema_of(name)).validate(done.document)
    return done


def decided(ward: Ward, review: str, *said: str, wave: str = "first", because: str = BECAUSE) -> Done:
    done = ward.ask("identities", "decide", wave, review, *said, "--because", because, "--as", "anna", "--json")
    return as_published("identities.decide", done)


def listed(ward: Ward, wave: str = "first") -> list[dict[str, Any]]:
    found = as_published("identities.list", ward.ask("identities", "list", wave, "--json"))
    assert found.code == 0, found.told
    return list(found.document["reviews"])


def whose(ward: Ward) -> dict[str, str]:
    """Visit to the name of the person it stands on."""
    return dict(rows_of(ward.target, "select v._key, p.name from visit v join patient p using (patient_id)"))


def change(ward: Ward, statement: str, *values: object) -> None:
    with opened(ward.folder / "old.sqlite") as old:
        old.execute(statement, values)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Ward:
    return ward_of(tmp_path_factory.mktemp("identities") / "ward")


@pytest.fixture
def ward(loaded: Ward, tmp_path: Path) -> Ward:
    return loaded.copy(tmp_path / "ward")


def test_a_row_in_doubt_is_listed_with_whom_it_might_be(ward: Ward) -> None:
    (one,) = listed(ward)
    (anna,) = rows_of(ward.target, "select patient_id from patient where name = 'Anna Öberg'")
    assert (one["mapping"], one["state"], one["doubt"], one["candidates"]) == ("old.person", "open", "claimed", list(anna))
    shown = ward.ask("identities", "show", "first", one["review"], "--json").document
    (person,) = shown["persons"]
    assert person["brought_by"] == ["old.person in first"]
    assert person["known_by"] == ["old", "personnummer"]


def test_one_who_is_the_same_is_merged_with_the_next_plan_and_its_rows_come_along(ward: Ward) -> None:
    (one,) = listed(ward)
    before = logical(ward.target)
    done = decided(ward, one["review"], "--same-as", one["candidates"][0])
    assert done.code == 0 and done.document["review"]["state"] == "decided", done.told
    assert ward.ask("apply", "first").code == 0
    assert logical(ward.target) == before, "a decision changes nothing before a plan is carried out"
    assert whose(ward) == {"v1": "Anna Öberg", "v3": "Okänd kvinna"}
    carried(ward)
    both_ways_agree(ward.folder)
    assert whose(ward) == {"v1": "Anna Öberg", "v2": "Anna Öberg", "v3": "Okänd kvinna"}
    assert rows_of(ward.target, "select count(*) from patient") == [(2,)]
    (now,) = listed(ward)
    assert (now["state"], now["said"]["by"], now["said"]["because"]) == ("carried out", "Anna Ask, registrar", BECAUSE)


def test_one_who_is_somebody_else_gets_an_id_of_their_own_and_leaves_the_number_to_the_other(ward: Ward) -> None:
    (one,) = listed(ward)
    assert decided(ward, one["review"], "--different").code == 0
    carried(ward)
    assert whose(ward) == {"v1": "Anna Öberg", "v2": "A. Öberg", "v3": "Okänd kvinna"}
    led = rows_of(ward.target, "select p.name from vs_identity i join patient p on p.patient_id = i.target_id where identifier = ?", ANNA)
    assert led == [("Anna Öberg",)]
    both_ways_agree(ward.folder)


@pytest.mark.parametrize(("first", "then"), [("same", "different"), ("different", "same")])
def test_a_wrong_decision_is_taken_back_by_another_and_rows_that_no_mark_tells_of_follow(ward: Ward, first: str, then: str) -> None:
    (one,) = listed(ward)
    words = {"same": ("--same-as", one["candidates"][0]), "different": ("--different",)}
    names = {"same": "Anna Öberg", "different": "A. Öberg"}
    assert decided(ward, one["review"], *words[first]).code == 0
    carried(ward)
    assert decided(ward, one["review"], *words[then], because="The ward was asked again").code == 0
    assert whose(ward)["v2"] == names[first]
    carried(ward)
    assert whose(ward)["v2"] == names[then]
    only_left(ward, *(["2"] if then == "same" else []))
    told = [
        json.loads(text) for (text,) in rows_of(ward.work / "store.sqlite", "select payload from event where kind = 'identity.decided'")
    ]
    assert [(event["verdict"], event["because"], event["name"]) for event in told] == [
        (first, BECAUSE, "Anna Ask"),
        (then, "The ward was asked again", "Anna Ask"),
    ]


def test_a_decision_that_is_taken_back_leaves_the_row_waiting_again(ward: Ward) -> None:
    (one,) = listed(ward)
    assert decided(ward, one["review"], "--different").code == 0
    assert decided(ward, one["review"], "--take-back", because="Too early").document["review"]["state"] == "open"
    assert decided(ward, one["review"], "--different").code == 0
    carried(ward)
    assert decided(ward, one["review"], "--take-back", because="Nobody knows").document["review"]["state"] == "taken back"
    assert ward.ask("plan", "first").code == 0
    done = ward.ask("apply", "first", "--json").document
    assert done["closes"]
    (now,) = listed(ward)
    assert (now["state"], now["doubt"]) == ("open", "key and number")


@pytest.mark.story
def test_a_reserve_number_that_is_linked_to_a_national_one_leads_to_one_person_over_waves(ward: Ward) -> None:
    carried(ward, "second")  # Bo stands in the second wave
    change(ward, "update person set number = ?, former = ? where pid = '3'", BO, RESERVE)
    assert ward.ask("plan", "first").code == 0
    assert ward.ask("apply", "first", "--json").document["closes"]
    one = next(one for one in listed(ward) if one["doubt"] == "key and number")
    (bo,) = [person for (person,) in rows_of(ward.target, "select patient_id from patient where name = 'Bo Ek'")]
    assert one["candidates"] == [bo]
    assert decided(ward, one["review"], "--same-as", bo).code == 0
    carried(ward)
    only_left(ward, "3")
    assert whose(ward)["v3"] == "Bo Ek", "what hung on the reserve number hangs on the person"
    assert rows_of(ward.target, "select why from vs_left join vs_batch using (batch) where source_key = '3'")[-1:] == [("merged",)]
    carried(ward, "second")
    assert whose(ward)["v4"] == "Bo Ek"


def test_a_decision_lapses_when_the_source_gives_the_row_another_number(ward: Ward) -> None:
    (one,) = listed(ward)
    assert decided(ward, one["review"], "--same-as", one["candidates"][0]).code == 0
    carried(ward)
    change(ward, "update person set number = ? where pid = '2'", RESERVE)
    assert ward.ask("plan", "first").code == 0
    assert ward.ask("apply", "first", "--json").document["closes"]
    (now,) = listed(ward)
    assert (now["review"], now["state"], now["doubt"]) == (one["review"], "lapsed", "key and number")


@pytest.mark.story
def test_a_load_from_nothing_comes_to_the_same_persons_whoever_is_read_first(tmp_path: Path) -> None:
    ward = ward_of(tmp_path / "ward", batch_rows=1)
    (one,) = listed(ward)
    assert decided(ward, one["review"], "--different").code == 0
    carried(ward)
    ids = dict(rows_of(ward.target, "select name, patient_id from patient"))
    assert ward.ask("undo", "first", "--confirm", "first").code == 0
    change(ward, "update person set pid = '5' where pid = '1'")  # now the one who was decided comes before the one who has the number
    change(ward, "update visit set pid = '5' where pid = '1'")
    change(ward, "update visit set mark = 2")
    carried(ward)
    assert dict(rows_of(ward.target, "select name, patient_id from patient")) == ids
    both_ways_agree(ward.folder)
    assert whose(ward) == {"v1": "Anna Öberg", "v2": "A. Öberg", "v3": "Okänd kvinna"}


REFUSED = {
    ("--same-as", "nobody"): "nobody whom this row might be",
    (): "Say one thing",
    ("--different", "--take-back"): "Say one thing",
    ("--take-back",): "nothing to take back",
}


def test_what_cannot_be_decided_is_refused_and_nothing_is_kept(ward: Ward) -> None:
    (one,) = listed(ward)
    for said, told in REFUSED.items():
        done = decided(ward, one["review"], *said)
        assert done.code == 2 and told in done.told
    assert rows_of(ward.work / "store.sqlite", "select count(*) from event where kind = 'identity.decided'") == [(0,)]


def test_only_a_person_decides_with_a_because_and_not_the_same_twice(ward: Ward) -> None:
    (one,) = listed(ward)
    assert decided(ward, one["review"], "--different", because="  ").code == 2
    unsigned = ward.ask("identities", "decide", "first", one["review"], "--different", "--because", "x", "--as", "nobody")
    assert unsigned.code == 2 and "no person of this programme" in unsigned.told
    assert decided(ward, "i000", "--different").code == 2
    assert decided(ward, one["review"], "--different").code == 0
    again = decided(ward, one["review"], "--different")
    assert again.code == 2 and "decided so already by Anna Ask, registrar" in again.told


def test_nobody_is_named_unless_somebody_says_why(ward: Ward) -> None:
    (one,) = listed(ward)
    decided(ward, one["review"], "--different")
    assert ward.ask("identities", "show", "first", one["review"], "--show-values").code == 2
    quiet = [ward.ask("identities", "list", "first"), ward.ask("identities", "show", "first", one["review"], "--json")]
    quiet.append(ward.ask("identities", "export", "first", "--out", str(ward.folder / "out")))
    assert [done.code for done in quiet] == [0, 0, 0], quiet
    events = "".join(text for (text,) in rows_of(ward.work / "store.sqlite", "select payload from event"))
    sheet = (ward.folder / "out" / "first.csv").read_text(encoding="utf-8-sig")
    for text in (*(done.told for done in quiet), events, sheet):
        assert ANNA not in text and "Öberg" not in text
    assert one["review"] in sheet
    asked = ward.ask("identities", "show", "first", one["review"], "--show-values", "--reason", "a test", "--json")
    shown = as_published("identities.show", asked).document
    assert shown["row"]["name"] == "A. Öberg"
    assert [row["name"] for row in shown["rows_of_persons"].values()] == ["Anna Öberg"]
    named = ward.ask("identities", "export", "first", "--out", str(ward.folder / "named"), "--show-values", "--reason", "a test", "--json")
    assert as_published("identities.export", named).code == 0
    with (ward.folder / "named" / "first.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file, delimiter=";"))
    assert {line["name"] for line in lines if line["state"] == "decided"} == {"A. Öberg", "Anna Öberg"}
    seen = rows_of(ward.work / "store.sqlite", "select count(*) from event where kind = 'values.shown'")
    assert seen == [(2,)], "each look at values is itself kept"


def test_a_file_of_decisions_that_was_altered_stops_everything(ward: Ward) -> None:
    (one,) = listed(ward)
    decided(ward, one["review"], "--different")
    (file,) = (ward.work / "decisions").glob("*.jsonl")
    assert file.stat().st_mode & 0o077 == 0
    file.write_text(file.read_text().replace("different", "same"))
    assert ward.ask("identities", "list", "first").code == 8
    assert ward.ask("plan", "first").code == 8 or ward.ask("apply", "first").code == 8


OPEN = 'key: visit_id\n    open_care: {when: "true"}\n'
BY_HAND = """\
routes:
  - {information: pills, route: manual, owner: lead, because: By hand., tables: [pill], patients: [{table: pill, by: pid, in: old.person}]}
"""


def both_sides(ward: Ward) -> tuple[int, list[tuple[str, int]]]:
    """Patients with open care on both sides, and the lines that people carry over by hand: whose unit, how many rows."""
    lines = ward.ask("manual", "list", "first", "--json").document["lines"]
    return ward.ask("coexistence", "first", "--json").document["patients"], [(one["unit"], one["rows"]) for one in lines]


def test_who_was_decided_to_be_one_has_care_on_both_sides_and_one_line_by_hand(ward: Ward) -> None:
    ward.edit("mappings/record.yaml", "key: visit_id\n", OPEN)
    ward.edit("mappings/old/system.yaml", "routes:\n", BY_HAND)
    with opened(ward.folder / "old.sqlite") as old:
        old.execute("update visit set ward = 'later' where vid = 'v2'")
        old.execute("create table pill (pid, what)")
        old.execute("insert into pill values ('1', 'a'), ('2', 'b'), ('2', 'c')")
    (one,) = listed(ward)
    assert both_sides(ward) == (0, [("ward", 1)]), "nobody is guessed"
    assert decided(ward, one["review"], "--same-as", one["candidates"][0]).code == 0
    assert both_sides(ward) == (1, [("ward", 3)])
    assert decided(ward, one["review"], "--different", because="Father and son").code == 0
    assert both_sides(ward) == (0, [("ward", 1)])
