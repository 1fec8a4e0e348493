"""What may a file say that extends a base, and what is told with which address where it may not?"""

from __future__ import annotations

from pathlib import Path

import pytest
from asking import CHECKS, make_asking
from jsonschema import Draft202012Validator
from landing import PATIENTS, project
from ward import Ward

from vardskiftet.declare import read
from vardskiftet.declare.schemas import EXTENDABLE, overlay_of
from vardskiftet.engine.vocabulary import vocabulary
from vardskiftet.errors import DeclarationsWrong

RECORD = (
    "tables:\n"
    + PATIENTS
    + """\
  - table: note
    title: Notes
    key: note_id
    columns:
      - {column: note_id, type: uuid, required: true}
      - {column: words, type: text}
      - {column: kind, type: text, code_system: kind}
code_systems: [{code_system: kind, title: Kinds, version: "1"}]
"""
)
NOTE = """\
mapping: old.note
information: note
reads: d
into: note
key: [id]
unit: {is: ward}
changed: at
fields:
  words: {from: words}
  kind: {from: kind, through: {codebook: kinds}, unmapped: reject}
examples:
  - {row: {id: "1", words: x, kind: a}, gives: {kind: asthma}}
"""
OVER = "extends: base/mappings/old/note.yaml\n"


def shared(folder: Path, own: str = OVER, **files: str) -> Path:
    """A region whose one mapping extends a base; `files` by their path with `__` for a slash."""
    codes = {"kinds": "# code_system: kind\nsource,target\na,asthma\nb,broken\n"}
    project(folder, source=["create table d (id, words, kind, at)"], record=RECORD, mappings={"note": own}, codes=codes)
    base = {"base/mappings/old/note.yaml": NOTE, **{name.replace("__", "/"): text for name, text in files.items()}}
    for path, text in base.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def faults(folder: Path) -> list[str]:
    with pytest.raises(DeclarationsWrong) as wrong:
        read(folder, vocabulary())
    return [f"{one.path}:{one.line} {one.message} {one.hint}" for one in wrong.value.faults]


def test_what_a_file_does_not_say_is_as_in_the_base(tmp_path: Path) -> None:
    own = f'{OVER}without: [changed]\nfields:\n  words: {{sql: "upper(words)"}}\n'
    note = read(shared(tmp_path, own), vocabulary()).mapping("old.note")
    assert (note.changed, note.reads, note.key) == ("", "d", ("id",))
    assert [(one.column, one.sql, one.where) for one in note.fields] == [
        ("words", "upper(words)", "line 6"),
        ("kind", "", "line 10 of base/mappings/old/note.yaml"),
    ]
    assert Ward(tmp_path).ask("mappings", "test", "--json").document["examples"][0]["where"] == "base/mappings/old/note.yaml:12"


def test_a_base_extends_another(tmp_path: Path) -> None:
    nation = NOTE.replace("reads: d", "reads: e")
    files = {"base/mappings/old/note.yaml": "extends: base/nation/mappings/old/note.yaml\nreads: d\n"}
    folder = shared(tmp_path, OVER, **{"base__nation__mappings__old__note.yaml": nation, **files})
    assert read(folder, vocabulary()).mapping("old.note").reads == "d"
    assert {path for path, _ in read(folder, vocabulary()).files} >= {*files, "base/nation/mappings/old/note.yaml"}


WRONG = {
    "extends: base/mappings/old/nota.yaml\n": (
        "mappings/old/note.yaml:3 'base/mappings/old/nota.yaml' is no file under base/. Did you mean 'base/mappings/old/note.yaml'?"
    ),
    "extends: base/mappings/codes/kinds.csv\n": "mappings/old/note.yaml:3 'base/mappings/codes/kinds.csv' is another kind of file.",
    "extends: ../elsewhere/note.yaml\n": "mappings/old/note.yaml:3 '../elsewhere/note.yaml' is no file under base/.",
    "extends: [a, b]\n": "mappings/old/note.yaml:3 must name one file.",
    "without: [changed]\n": "mappings/old/note.yaml:3 stands only beside `extends:`.",
    f"{OVER}without: [fields.wards]\n": "mappings/old/note.yaml:4 the base has no 'wards'. Did you mean 'words'?",
    f"{OVER}without: changed\n": "mappings/old/note.yaml:4 must be a list.",
    f"{OVER}fields:\n  words: {{from: words, sql: x}}\n": "mappings/old/note.yaml:5 is filled in 2 ways: from, sql. Keep one of them.",
    f"{OVER}without: [unit]\n": "mappings/old/note.yaml:1 lacks the key 'unit'. Add it.",
}


@pytest.mark.parametrize("own", WRONG, ids=lambda own: own.replace("\n", " "))
def test_what_cannot_be_is_told_with_its_address(own: str, tmp_path: Path) -> None:
    told = faults(shared(tmp_path, own, **{"base/mappings/codes/kinds.csv": "x"}).resolve())
    assert any(one.startswith(WRONG[own]) for one in told), told


def test_a_fault_in_the_base_is_told_where_it_stands(tmp_path: Path) -> None:
    wrong = NOTE.replace("changed:", "change:").replace("{is: ward}", "{is: wars}")
    told = faults(shared(tmp_path, OVER, **{"base/mappings/old/note.yaml": wrong}))
    assert any(one.startswith("base/mappings/old/note.yaml:7 'change' is not a key here. Did you mean 'changed'?") for one in told), told
    assert any(one.startswith("base/mappings/old/note.yaml:6 ") and "'wars'" in one for one in told), told


def test_a_circle_is_told(tmp_path: Path) -> None:
    one, back = "base/mappings/old/note.yaml", "base/b/mappings/old/x.yaml"
    told = faults(shared(tmp_path, OVER, **{one: f"extends: {back}\n", back: f"extends: {one}\n"}))
    assert told == [f"{back}:1 goes in a circle: {one} extends {back} extends {one}. Let one of them stand alone."]


OVER_RECORD = "extends: base/mappings/record.yaml\n"
UNPROTECTED = {
    "tables:\n  - table: patient\n    columns: [{column: name, type: text, protected: false}]\n": "protected",
    "without: [tables.patient.columns.name]\n": "protected",
    "tables: [{table: patient, identity: false}]\n": "identity",
    "without: [tables.patient]\n": "identity",
}


@pytest.mark.parametrize("own", UNPROTECTED, ids=lambda own: own.replace("\n", " "))
def test_what_protects_a_patient_is_never_less_than_in_the_base(own: str, tmp_path: Path) -> None:
    folder = shared(tmp_path, OVER, **{"base/mappings/record.yaml": f"record: new\ntitle: New\nversion: '1'\n{RECORD}"})
    (folder / "mappings/record.yaml").write_text(OVER_RECORD + own, encoding="utf-8")
    told = faults(folder)
    assert any(f"the base says `{UNPROTECTED[own]}: true` (base/mappings/record.yaml:" in one for one in told), told


def test_a_record_is_laid_over_by_the_names_of_its_tables_and_columns(tmp_path: Path) -> None:
    folder = shared(tmp_path, OVER, **{"base/mappings/record.yaml": f"record: new\ntitle: New\nversion: '1'\n{RECORD}"})
    own = "title: Ours\ntables:\n  - table: note\n    columns:\n      - {column: words, max_length: 9}\n      - {column: ours, type: day}\n"
    (folder / "mappings/record.yaml").write_text(OVER_RECORD + own.replace("day", "date"), encoding="utf-8")
    record = read(folder, vocabulary()).record
    assert (record.record, record.title, [one.table for one in record.tables]) == ("new", "Ours", ["patient", "note"])
    note = record.table("note")
    assert [one.column for one in note.columns] == ["note_id", "words", "kind", "ours"]
    assert (note.column("words").max_length, note.column("words").type) == (9, "text")


def test_a_codebook_has_the_bases_codes_and_its_own_before_them(tmp_path: Path) -> None:
    folder = shared(tmp_path, OVER, **{"base/mappings/codes/kinds.csv": "# code_system: kind\nsource,target\na,asthma\nb,broken\n"})
    book = folder / "mappings/codes/kinds.csv"
    book.write_text("# code_system: kind\n# extends: base/mappings/codes/kinds.csv\nsource,target\nb,bent\nc,cold\n", encoding="utf-8")
    (found,) = read(folder, vocabulary()).codebooks
    assert found.entries == (("a", "asthma"), ("b", "bent"), ("c", "cold"))
    book.write_text("# code_system: other\n# extends: base/mappings/codes/kinds.csv\nsource,target\n", encoding="utf-8")
    assert any("is of 'other'; what it extends is of 'kind'" in one for one in faults(folder))
    book.write_text("# code_system: kind\n# extends: base/mappings/codes/none.csv\nsource,target\n", encoding="utf-8")
    lost = "mappings/codes/kinds.csv:2 'base/mappings/codes/none.csv' is no file under base/."
    assert any(one.startswith(lost) for one in faults(folder))


def test_checks_are_laid_over_by_their_names(tmp_path: Path) -> None:
    own = "extends: base/checks/people.yaml\nchecks: [{check: R05, threshold: {pass: '>= 0.99'}}]\n"
    asked = make_asking(tmp_path / "asked", people=own)
    (asked.folder / "base" / "checks").mkdir(parents=True)
    (asked.folder / "base/checks/people.yaml").write_text(CHECKS["checks/people.yaml"], encoding="utf-8")
    criteria = asked.programme().criteria
    found = {one.check: one for one in criteria.checks}
    assert set(found) == {"R02", "R05", "R31"}
    assert str(found["R05"].threshold.passes.number) == "0.99" and found["R05"].title == "Training done"
    assert "base/checks/people.yaml" in dict(criteria.files) and "base/checks/people.yaml" not in dict(asked.programme().files)


@pytest.mark.parametrize("kind", EXTENDABLE)
def test_the_editor_knows_a_file_that_extends(kind: str) -> None:
    schema = overlay_of(kind, vocabulary())
    Draft202012Validator.check_schema(schema)
    said = Draft202012Validator(schema)
    assert said.is_valid({"extends": "base/x/mappings/old/note.yaml", "without": ["a.b"]})
    assert not said.is_valid({"without": ["a.b"]})
    assert not said.is_valid({"extends": "elsewhere.yaml"})
    assert not said.is_valid({"extends": "base/x.yaml", "nonsense": 1})
