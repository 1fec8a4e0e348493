"""Do `mappings new` and `mappings preview` help before anything else is right, or loaded?"""

from __future__ import annotations

from pathlib import Path

from landing import project
from test_persons import RECORD
from ward import Ward

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
