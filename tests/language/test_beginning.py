"""Do `mappings new` and `mappings preview` help before anything else is right, or loaded?"""

from __future__ import annotations

from pathlib import Path

from landing import project
from test_persons import RECORD
from ward import Ward

from vardskiftet.model.unit import UnitKind
from vardskiftet.model.wave import Scope

SOURCE = [
    "create table person (pid integer, number text, name text)",
    "create table visit (id integer, pid integer, code text)",
    "insert into person values (1, '198112289874', 'Asa'), (2, '198112289875', 'Bo')",
    "insert into visit values (1, 1, 'J45'), (2, 2, 'E11'), (3, 9, 'X')",
]
MAPPINGS = {
    "person": "reads: person\ninto: patient\nkey: [pid]\nunit: {wherever: [visit.pid]}\n"
    "identities: [{from: number, through: personal_identity}]\nfields:\n  name: {from: name}\n",
    "visit": "reads: visit\ninto: finding\nkey: [id]\nunit: {is: ward}\nfields:\n  patient_id: {find: patient, by: pid}\n"
    "  code: {from: code}\nreject: [{when: \"code = 'X'\", reason: BAD_CODE}]\n",
}


def test_a_draft_is_made_though_no_mapping_carries_the_route_yet(tmp_path: Path) -> None:
    ward = Ward(project(tmp_path, source=SOURCE, record=RECORD, mappings=MAPPINGS))
    for name in MAPPINGS:
        (tmp_path / f"mappings/old/{name}.yaml").unlink()
    assert ward.ask("validate").code == 2
    drafted = ward.ask("mappings", "new", "old", "visit", "--into", "finding")
    assert drafted.code == 0, drafted.told
    assert "reads: visit" in drafted.out and "key: [id]" in drafted.out
    assert ward.ask("mappings", "new", "old", "visits").code == 2
    assert "Did you mean 'visit'?" in ward.ask("mappings", "new", "old", "visits").err


def test_a_column_that_the_source_lacks_is_told_before_the_first_plan(tmp_path: Path) -> None:
    ward = Ward(project(tmp_path, source=SOURCE, record=RECORD, mappings=MAPPINGS))
    path = tmp_path / "mappings/old/visit.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("by: pid", "by: personid"), encoding="utf-8")
    done = ward.ask("mappings", "preview", "old.visit")
    assert (done.code, "'personid' is not a column of the source's table 'visit'." in done.err) == (2, True), done.told


GUESSED = """\
record: new
title: The new record
version: '1'
tables:
  - {table: customer, title: Customers, key: customer_id, columns: [{column: customer_id, type: uuid, required: true}]}
  - table: receipt
    title: Receipts
    key: receipt_id
    columns:
      - {column: receipt_id, type: uuid, required: true}
      - {column: customer_id, type: uuid, references: customer}
      - {column: paid_at, type: text}
"""


def test_a_draft_leaves_open_what_no_name_supports(tmp_path: Path) -> None:
    """Payments lie beside their customers: a wrong guess would lead a sum to somebody else, and the numbers would fit."""
    source = ["create table payment (payment_id integer primary key, client integer, rental_rate text, customer_no integer)"]
    ward = Ward(project(tmp_path, source=source, record=RECORD, mappings={}))
    (tmp_path / "mappings/record.yaml").write_text(GUESSED, encoding="utf-8")
    refused = ward.ask("mappings", "new", "old", "payment")
    assert (refused.code, "--into TABLE" in refused.err) == (2, True), refused.told
    drafted = ward.ask("mappings", "new", "old", "payment", "--into", "receipt").out
    assert "customer_id: {find: customer, by: customer_no}" in drafted
    assert "paid_at: {from: COLUMN}" in drafted


TYPED = """\
record: new
title: The new record
version: '1'
tables:
  - table: receipt
    title: Receipts
    key: receipt_id
    columns:
      - {column: receipt_id, type: uuid, required: true}
      - {column: dead, type: boolean}
      - {column: urgency, type: text}
      - {column: valid, type: boolean}
      - {column: paid_at, type: instant}
      - {column: seen_at, type: instant}
      - {column: written_at, type: instant}
      - {column: due, type: date}
"""


def test_a_draft_reads_what_the_declared_type_sends_and_guesses_no_name_that_is_only_somewhat_alike(tmp_path: Path) -> None:
    columns = "voided text, frequency text, valid tinyint(1), paid_at timestamp, seen_at timestamptz, written_at text, due date"
    ward = Ward(project(tmp_path, source=[f"create table payment (payment_id integer primary key, {columns})"], record=RECORD, mappings={}))
    (tmp_path / "mappings/record.yaml").write_text(TYPED, encoding="utf-8")
    drafted = ward.ask("mappings", "new", "old", "payment", "--into", "receipt").out
    assert "dead: {from: COLUMN" in drafted and "urgency: {from: COLUMN}" in drafted
    assert 'valid: {from: valid, through: {boolean: ["1"], false: ["0"]}}' in drafted
    assert 'paid_at: {from: paid_at, through: {local_time: "%Y-%m-%d %H:%M:%S%.f", ' in drafted
    assert "seen_at: {from: seen_at}" in drafted
    assert 'written_at: {from: written_at, through: {local_time: "%Y-%m-%d %H:%M:%S", ' in drafted
    assert 'due: {from: due, through: {day: "%Y-%m-%d"}}' in drafted


def test_a_preview_before_the_first_load_shows_what_speaks_against_the_rows_themselves(tmp_path: Path) -> None:
    ward = Ward(project(tmp_path, source=SOURCE, record=RECORD, mappings=MAPPINGS))
    before = ward.ask("mappings", "preview", "old.visit", "--json").document
    assert (before["assumed"], before["reasons"]) == (["patient"], {"BAD_CODE": 1})
    assert "patient is loaded yet" in ward.ask("mappings", "preview", "old.visit").out
    assert ward.ask("plan", "first").code == 0
    assert ward.ask("apply", "first").code == 1
    after = ward.ask("mappings", "preview", "old.visit", "--json").document
    assert (after["assumed"], after["reasons"]) == ([], {"PARENT_MISSING": 1, "PARENT_REJECTED": 1})


def test_an_example_with_a_column_that_the_source_lacks_is_told(tmp_path: Path) -> None:
    wrong = MAPPINGS["visit"] + 'examples:\n  - {row: {id: "1", coed: J45}, gives: {code: null}}\n'
    ward = Ward(project(tmp_path, source=SOURCE, record=RECORD, mappings=MAPPINGS | {"visit": wrong}))
    tried = ward.ask("mappings", "test")
    assert tried.code == 1
    assert "a column 'coed' that the source lacks. Did you mean 'code'?" in tried.out
    (tmp_path / "old.sqlite").unlink()
    assert ward.ask("mappings", "test").code == 0, "without a source nobody can know"


def test_a_source_is_profiled_and_the_doctor_looks_though_no_mapping_carries_the_route_yet(tmp_path: Path) -> None:
    ward = Ward(project(tmp_path, source=SOURCE, record=RECORD, mappings=MAPPINGS))
    for name in MAPPINGS:
        (tmp_path / f"mappings/old/{name}.yaml").unlink()
    assert ward.ask("validate").code == 2
    looked = ward.ask("profile", "old", "--json")
    assert looked.code == 0, looked.told
    assert {one["table"]: one["rows"] for one in looked.document["tables"]} == {"person": 2, "visit": 3}
    assert looked.document["spoken"] == {"person": "", "visit": ""}
    assert looked.document["unfinished"] == 2
    assert "not finished (2 faults)" in ward.ask("profile", "old").out
    seen = ward.ask("doctor", "--json")
    assert seen.code == 1, seen.told
    looks = {one["look"]: one for one in seen.document["looks"]}
    assert looks["declarations"]["exit_code"] == 1 and "validate" in looks["declarations"]["hint"]
    assert (looks["source old"]["exit_code"], looks["source old"]["message"]) == (
        0,
        "2 tables can be seen; no mapping reads any of them yet.",
    )
    assert [name for name, one in looks.items() if one["exit_code"]] == ["declarations"]


def test_of_an_unfinished_project_sound_mappings_count_and_those_that_lean_on_a_faulty_one_do_not(tmp_path: Path) -> None:
    ward = Ward(project(tmp_path, source=SOURCE, record=RECORD, mappings=MAPPINGS))
    ward.edit("mappings/old/visit.yaml", "{from: code}", "{form: code}")
    assert ward.ask("profile", "old", "--json").document["spoken"]["visit"] == ""
    assert ward.ask("doctor").code == 1
    ward.edit("mappings/old/visit.yaml", "{form: code}", "{from: code}")
    ward.edit("mappings/old/person.yaml", "{from: name}", "{form: name}")
    assert ward.ask("profile", "old", "--json").document["spoken"] == {"person": "", "visit": ""}
    ward.edit("mappings/old/person.yaml", "{form: name}", "{from: name}")
    assert ward.ask("profile", "old", "--json").document["spoken"] == {"person": "old.person", "visit": "old.visit"}


def test_what_cannot_be_looked_at_without_a_record_is_refused_with_every_fault(tmp_path: Path) -> None:
    ward = Ward(project(tmp_path, source=SOURCE, record=RECORD, mappings=MAPPINGS))
    ward.edit("mappings/record.yaml", "record: new", "recrod: new")
    for verb in (("profile", "old"), ("doctor",)):
        done = ward.ask(*verb)
        assert (done.code, "recrod" in done.err) == (2, True), done.told


def test_the_guide_names_every_kind_of_unit_and_every_scope() -> None:
    guide = (Path(__file__).parents[2] / "mappings" / "README.md").read_text(encoding="utf-8")
    assert [word for word in (*UnitKind, *Scope) if f"`{word.value}`" not in guide] == []


KEYED = [
    'create table "Playlist Track" ("List Id" integer, track integer, note text, primary key ("List Id", track))',
    "insert into \"Playlist Track\" values (1, 10, 'a'), (1, 11, 'b'), (2, 10, 'c')",
    "create table line (id integer, place integer, words text unique, primary key (place, id))",
    "insert into line values (1, 1, 'x'), (2, 1, 'y')",  # `id` is different in every row: by chance
    "create table plain (id integer, words text)",
    "insert into plain values (1, 'x'), (2, 'x')",
]


def test_a_draft_takes_the_primary_key_that_the_source_declares(tmp_path: Path) -> None:
    ward = Ward(project(tmp_path, source=KEYED, record=RECORD, mappings={}))
    keys = {
        table: next(
            line for line in ward.ask("mappings", "new", "old", table, "--into", "finding").out.splitlines() if line.startswith("key:")
        )
        for table in ("Playlist Track", "line", "plain")
    }
    said = "    # the source's declared primary key"
    assert keys == {"Playlist Track": f'key: ["List Id", track]{said}', "line": f"key: [place, id]{said}", "plain": "key: [id]"}
