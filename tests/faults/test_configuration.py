"""Faults J1 to J6 and J14: what becomes of declarations that are hostile, ambiguous or misspelt?"""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from fault import WAVE, carried, project, refused
from ward import Ward, opened, rows_of

RECORD = """\
tables:
  - table: note
    title: Notes
    key: note_id
    columns:
      - {column: note_id, type: uuid, required: true}
      - {column: words, type: text, protected: true}
"""
NOTE = "reads: note\ninto: note\nkey: [nid]\nunit: {is: ward}\nfields:\n  words: {from: words}\n"
MAPPING = "mappings/old/note.yaml"
SYSTEM = "mappings/old/system.yaml"
PROGRAMME = "waves/programme.yaml"
SECRET = "Överkänslig mot penicillin"


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    """A project that nothing is wrong with."""
    source = ["create table note (nid text, words text)", f"insert into note values ('1', '{SECRET}')"]
    return project(tmp_path / "project", record=RECORD, mappings={"note": NOTE}, source=source)


def untouched(ward: Ward, *said: str) -> None:
    """Refused before anything is looked at, and nothing made of it."""
    outside = sorted(ward.folder.parent.iterdir())
    refused(ward, 2, "validate", said=said, hidden=(SECRET,))
    assert ward.ask("plan", WAVE).code == 2
    assert not ward.work.exists()
    assert sorted(ward.folder.parent.iterdir()) == outside


def test_j1_a_bomb_of_aliases_is_refused_before_it_grows(ward: Ward) -> None:
    lines = ["a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]" for before, one in zip("abcdefghijk", "bcdefghijkl", strict=True)]
    (ward.folder / MAPPING).write_text("\n".join(lines), encoding="utf-8")
    began = time.monotonic()
    untouched(ward, f"{MAPPING}:2", "alias")
    assert time.monotonic() - began < 30


def test_j1_nesting_and_size_have_limits(ward: Ward) -> None:
    (ward.folder / MAPPING).write_text("a: " + "[" * 5_000 + "]" * 5_000, encoding="utf-8")
    untouched(ward, MAPPING, "nested deeper")
    (ward.folder / MAPPING).write_text("a: " + "b" * 6_000_000, encoding="utf-8")
    untouched(ward, MAPPING, "bytes")


def test_j1_a_large_file_without_tricks_is_read(ward: Ward) -> None:
    examples = "".join(
        f'  - {{row: {{nid: "{number}", words: "rad {number}"}}, gives: {{words: "rad {number}"}}}}\n' for number in range(2_000)
    )
    with (ward.folder / MAPPING).open("a", encoding="utf-8") as file:
        file.write(f"examples:\n{examples}")
    assert ward.ask("validate").code == 0


@pytest.mark.parametrize(
    "tag", ['!!python/object/apply:os.system ["touch ../made"]', "!!python/name:os.system", "!local note", "!!binary bm90ZQ=="]
)
def test_j2_a_tag_is_refused_and_nothing_runs(ward: Ward, tag: str) -> None:
    ward.edit(MAPPING, "reads: note", f"reads: {tag}")
    untouched(ward, f"{MAPPING}:3", "tag")


TRAPS = {
    "a key twice": (MAPPING, "into: note", "into: note\ninto: patient", f"{MAPPING}:5", "stands twice"),
    "a tab": (MAPPING, "into: note", "into:\tnote", f"{MAPPING}:4", "tab"),
    "no for a truth": (PROGRAMME, "synthetic: true", "synthetic: no", f"{PROGRAMME}:4", "'no'"),
    "on for a truth": (PROGRAMME, "synthetic: true", "synthetic: on", f"{PROGRAMME}:4", "'on'"),
    "a number in eights": (PROGRAMME, "batch_rows: 3000", "batch_rows: 010", f"{PROGRAMME}:6", "'010'"),
    "a time in sixties": (PROGRAMME, "batch_rows: 3000", "batch_rows: 1:30", f"{PROGRAMME}:6", "'1:30'"),
    "an unknown key": (MAPPING, "fields:", "feilds:", f"{MAPPING}:7", "'fields'"),
    "nothing after the colon": (MAPPING, "into: note", "into:", f"{MAPPING}:4", "empty"),
    "two documents": (MAPPING, "into: note", "into: note\n---\na: b", f"{MAPPING}:", "more than one document"),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_j3_a_trap_of_the_format_is_told_with_its_line(ward: Ward, trap: str) -> None:
    name, old, new, where, said = TRAPS[trap]
    ward.edit(name, old, new)
    untouched(ward, where, said)


PATHS = ["../../etc/passwd", "/etc/passwd", "a/../../old.sqlite", "~/old.sqlite", "..\\old.sqlite", "C:/old.sqlite", "old.sqlite\0.txt"]


@pytest.mark.parametrize("path", PATHS)
def test_j4_a_path_out_of_the_project_is_refused(ward: Ward, path: str) -> None:
    ward.edit(SYSTEM, "path: old.sqlite", f"path: {json.dumps(path)}")
    untouched(ward, f"{SYSTEM}:3")


def test_j4_a_link_out_of_the_project_is_refused(ward: Ward) -> None:
    source = ward.folder / "old.sqlite"
    source.rename(ward.folder.parent / "elsewhere.sqlite")
    source.symlink_to(ward.folder.parent / "elsewhere.sqlite")
    untouched(ward, f"{SYSTEM}:3", "links are followed")


@pytest.mark.parametrize("option", ["manifest: ../manifest.csv", "tables: {note: '../*.csv'}", "tables: {note: /etc/passwd}"])
def test_j4_a_delivery_does_not_reach_out_of_its_folder(ward: Ward, option: str) -> None:
    ward.edit(SYSTEM, "{kind: sqlite, path: old.sqlite}", f"{{kind: csv, path: drops, {option}}}")
    untouched(ward, f"{SYSTEM}:3", "leads out of the folder")


INJECTED = "'); drop table note; --"
NAME = 'd"; drop table note; --'


def test_j5_hostile_names_and_values_are_only_names_and_values(tmp_path: Path) -> None:
    quoted = NAME.replace('"', '""')
    columns = f'nid text, "{quoted}" text'
    source = [f'create table "{quoted}" ({columns})', f"""insert into "{quoted}" values ('1', '{INJECTED.replace("'", "''")}')"""]
    mapping = NOTE.replace("reads: note", f"reads: {json.dumps(NAME)}").replace("{from: words}", f"{{from: {json.dumps(NAME)}}}")
    ward = project(tmp_path, record=RECORD, mappings={"note": mapping}, source=source)
    assert rows_of(ward.folder / "old.sqlite", "select name from sqlite_schema") == [(NAME,)]
    loaded = carried(ward, counted={NAME: 1}, rejected={}, hidden=(INJECTED,))
    assert loaded.values("note", "words") == {"1": INJECTED}


def test_j5_a_hostile_wave_is_an_unknown_wave(ward: Ward) -> None:
    for verb in ("plan", "apply", "books", "status"):
        refused(ward, 2, verb, "first'; drop table note; --", said=("Known: first, second",), hidden=(SECRET,))
    refused(ward, 2, "plan", "../../first", said=("Known: first, second",))


ESCAPES = ["read_text('/etc/hostname') = ''", "(select 1) = 1", "getenv('HOME') = ''", "true); attach 'x.db' as x; select (true"]


@pytest.mark.parametrize("sql", ESCAPES)
def test_j5_an_expression_sees_its_row_and_nothing_else(ward: Ward, sql: str) -> None:
    ward.edit(MAPPING, "fields:", f"reject:\n  - {{when: {json.dumps(sql)}, reason: FUTURE_DATE}}\nfields:")
    untouched(ward, f"{MAPPING}:8")


TEMPLATE = "{{ 7*191 }}{% for x in y %}<script>alert(1)</script>"


def test_j6_no_template_in_a_title_or_a_value_is_carried_out(ward: Ward) -> None:
    ward.edit("waves/first.yaml", "title: First", f"title: {json.dumps(TEMPLATE)}")
    ward.edit("waves/units.yaml", "title: The ward", f"title: {json.dumps(TEMPLATE)}")
    value = f"{TEMPLATE} i en anteckning"
    with opened(ward.folder / "old.sqlite") as old:
        old.execute("insert into note values ('2', ?)", (value,))
    loaded = carried(ward, counted={"note": 2}, rejected={}, hidden=(SECRET, value))
    assert loaded.values("note", "words")["2"] == value
    assert ward.ask("report", "wave", WAVE).code == 0
    (report,) = ward.work.glob("reports/**/*.html")
    page = report.read_text(encoding="utf-8")
    assert "{{ 7*191 }}{% for x in y %}&lt;script&gt;" in page, "escaped, and not carried out"
    assert "1337" not in page and "<script>alert" not in page and "i en anteckning" not in page


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [(SYSTEM, "ignored: []", "ignored: [{table: nota, because: Not needed.}]"), (MAPPING, "reads: note", "reads: nota")],
    ids=["ignored", "read"],
)
def test_j14_a_misspelt_table_is_told_with_the_nearest_one(ward: Ward, name: str, old: str, new: str) -> None:
    ward.edit(name, old, new)
    refused(ward, 2, "plan", WAVE, said=(name, "'nota'", "Did you mean 'note'?"), hidden=(SECRET,))
    assert not ward.target.exists()
