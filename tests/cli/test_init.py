"""Does a programme of one's own validate, run, and teach every key, from the hints that it prints itself?"""

from __future__ import annotations

import contextlib
import getpass
import io
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from ward import Done, Ward, rows_of

from vardskiftet.cli import main
from vardskiftet.declare import read
from vardskiftet.declare.schemas import KINDS, schema_of
from vardskiftet.demo.starter import FILES, WAVE, slug, start
from vardskiftet.engine.vocabulary import vocabulary
from vardskiftet.errors import Usage
from vardskiftet.model.system import CONDITIONS

ROOT = Path(__file__).resolve().parents[2]


def init(*arguments: str) -> Done:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main.run(["init", *arguments])
    return Done(code, out.getvalue(), err.getvalue())


@pytest.fixture
def mine(tmp_path: Path) -> Ward:
    folder = tmp_path / "mine"
    assert init(str(folder)).code == 0
    return Ward(folder)


def hints(told: str) -> list[str]:
    """What stands under `next:`."""
    return [line.strip() for line in told.partition("next:\n")[2].splitlines()]


def shell(line: str, here: Path) -> Done:
    """A line as a person types it, with `vardskiftet` on the path."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("VARDSKIFTET", "PYTEST"))}
    tool = here.parent / "bin"
    tool.mkdir(exist_ok=True)
    (tool / "vardskiftet").write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m vardskiftet "$@"\n', encoding="utf-8")
    (tool / "vardskiftet").chmod(0o755)
    env = inherited | {"PATH": f"{tool}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(line, shell=True, cwd=here, env=env, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.story
def test_its_own_hints_lead_from_the_beginning_to_a_report(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    begun = shell("vardskiftet init 'my own' --name 'Region Öst'", here)
    assert begun.code == 0, begun.told
    lines = hints(begun.out)
    assert lines[0].startswith("cd ")
    assert [line.split()[1] for line in lines[1:]] == ["validate", "doctor", "plan", "rehearse", "apply", "report"]
    for at in range(1, len(lines)):
        done = shell(f"{lines[0]} && {lines[at]}", here)
        assert done.code == 0, f"{lines[at]}\n{done.told}"
        for hint in hints(done.out):
            assert hint.startswith("vardskiftet "), hint
    assert (here / "my own" / "work" / "reports" / f"{WAVE}.html").is_file()


def test_its_load_has_one_of_each_outcome_and_closes_within_budget(mine: Ward) -> None:
    assert mine.ask("plan", WAVE, "--quiet").code == 0
    assert mine.ask("apply", WAVE, "--quiet").code == 0
    books = mine.ask("books", WAVE, "--json").document
    assert books["closes"]
    assert {one["reason"]: one["items"] for one in books["rejects"]} == {"IDENTITY_CHECKSUM": 1, "PARENT_REJECTED": 1, "UNMAPPED_CODE": 1}
    assert books["no_unit"]["items"] == 1
    assert [one["items"] for one in books["exclusions"]] == [1]
    assert all(one["items"] == one["budget"] for one in books["rejects"])


def test_birth_numbers_are_those_of_invented_persons(mine: Ward) -> None:
    found = [str(identity) for (identity,) in rows_of(mine.folder / "journals" / "journal.sqlite", "select identity from person")]
    assert len(found) == len(set(found)) == 10
    assert all(980 <= int(identity[8:11]) <= 999 for identity in found)


def test_it_is_a_real_programme_whose_wave_lies_ahead_and_whose_user_may_sign(mine: Ward) -> None:
    programme = mine.programme()
    assert not programme.synthetic
    go_live = programme.wave(WAVE).go_live
    assert go_live is not None
    assert go_live > datetime.now(UTC)
    assert go_live.strftime("%a %H:%M") == "Tue 04:00"
    assert [person.person for person in programme.people] == [getpass.getuser()]


def test_what_holds_patients_data_is_kept_out_of_git(mine: Ward) -> None:
    assert {"work/", "journals/"} <= set((mine.folder / ".gitignore").read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("name", ["Region Öst", 'a "quoted": name', "#1 {odd} [name]", "日本", "a & b"])
def test_any_name_is_taken_as_it_is(name: str, tmp_path: Path) -> None:
    assert init(str(tmp_path / "mine"), "--name", name).code == 0
    assert read(tmp_path / "mine", vocabulary()).title == name


@pytest.mark.parametrize(("name", "short"), [("Region Öst", "region-ost"), ("  A--B ", "a-b"), ("日本", "programme"), ("2030", "2030")])
def test_a_short_name_comes_of_any_name(name: str, short: str) -> None:
    assert slug(name) == short


def test_the_folder_names_the_programme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nordland").mkdir()
    monkeypatch.chdir(tmp_path / "nordland")
    assert init(".").code == 0
    assert read(Path(), vocabulary()).title == "nordland"


def test_a_folder_that_holds_anything_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    for place in ("mine", "file"):
        done = init(str(tmp_path / place))
        assert done.code == 2
        assert "not an empty folder" in done.err
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "mine", "notes.txt"]


def test_a_blank_name_is_refused(tmp_path: Path) -> None:
    assert init(str(tmp_path / "mine"), "--name", " ").code == 2
    assert not (tmp_path / "mine").exists()


def names_in(schema: Any) -> set[str]:
    """Every key that a schema names, but for the options of transforms."""
    if isinstance(schema, list):
        return {name for one in schema for name in names_in(one)}
    if not isinstance(schema, dict):
        return set()
    own = set(schema.get("properties", {}))
    return own | {name for key, one in schema.items() if key != "through" for name in names_in(one)}


ELSEWHERE = ("codebook", "runbook", "sources", "checks", "gates")
"""Kinds that a programme begins without; checks/README.md teaches those of readiness, and its examples are run."""


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ELSEWHERE])
def test_the_files_of_a_kind_show_every_key_of_it(kind: str) -> None:
    paths = {
        "programme": ["waves/programme.yaml"],
        "units": ["waves/units.yaml"],
        "wave": ["waves/first.yaml"],
        "flows": ["waves/coexistence.yaml"],
        "record": ["mappings/record.yaml"],
        "system": ["mappings/journal/system.yaml"],
        "mapping": ["mappings/journal/person.yaml", "mappings/journal/visit.yaml"],
    }
    text = "\n".join((FILES / path).read_text(encoding="utf-8") for path in paths[kind])
    missing = {name for name in names_in(schema_of(kind, vocabulary())) if not re.search(rf"\b{name}: ", text) and f"{name}:\n" not in text}
    assert missing == set(), "no line of the beginning shows them"


def test_an_editor_is_led_to_the_schema_of_every_file(mine: Ward) -> None:
    led = 0
    for path in sorted(mine.folder.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        match = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
        assert match, f"{path.name} names no schema"
        schema = yaml.safe_load((path.parent / match[1]).read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        assert schema == schema_of(schema["title"].removeprefix("vardskiftet "), vocabulary())
        led += 1
    assert led == 8


def test_the_same_day_gives_the_same_files(tmp_path: Path) -> None:
    now = datetime(2024, 2, 29, tzinfo=UTC)
    for name in ("one", "other"):
        start(tmp_path / name, "Same", "anna", now, {})
    for path in sorted(path for path in (tmp_path / "one").rglob("*") if path.suffix in (".yaml", ".md", ".csv")):
        assert path.read_bytes() == (tmp_path / "other" / path.relative_to(tmp_path / "one")).read_bytes()
    assert read(tmp_path / "one", vocabulary()).wave(WAVE).days[0].isoformat() == "2024-09-17"
    with pytest.raises(Usage):
        start(tmp_path / "one", "Again", "anna", now, {})


OWN_RECORD = """\
record: new
title: The new record
version: "1"
tables:
  - table: note
    title: Notes
    key: note_id
    columns:
      - {column: note_id, type: uuid, required: true}
      - {column: words, type: text, required: true}
"""
OWN_SYSTEM = f"""\
system: paper
title: Paper
source: {{kind: csv, path: drop}}
routes:
  - {{information: notes, route: auto, owner: migration lead, conditions: {{{", ".join(f"{one}: true" for one in CONDITIONS)}}}}}
"""
OWN_UNITS = """\
units:
  - {unit: town, title: The town, kind: municipality, area: west, hsa_id: SE2321000131-X0007, systems: [paper], principal: A town}
"""


def test_the_guides_three_steps_are_all_that_a_database_of_ones_own_needs(mine: Ward) -> None:
    shutil.rmtree(mine.folder / "mappings/journal")
    (mine.folder / "mappings/codes/visit_kind.csv").unlink()
    (mine.folder / "mappings/paper").mkdir()
    (mine.folder / "mappings/paper/system.yaml").write_text(OWN_SYSTEM, encoding="utf-8")
    mine.edit("waves/programme.yaml", "systems: [journal]", "systems: [paper]")
    (mine.folder / "waves/units.yaml").write_text(OWN_UNITS, encoding="utf-8")
    go_live = yaml.safe_load((mine.folder / "waves/first.yaml").read_text(encoding="utf-8"))["go_live"]
    wave = f"wave: first\ntitle: First\ngo_live: {go_live}\nunits:\n  - {{unit: town, scope: base}}\n"
    (mine.folder / "waves/first.yaml").write_text(wave, encoding="utf-8")
    (mine.folder / "mappings/record.yaml").write_text(OWN_RECORD, encoding="utf-8")
    (mine.folder / "drop").mkdir()
    (mine.folder / "drop/slip.csv").write_text("number,words\n1,one\n2,two\n", encoding="utf-8")
    missing = mine.ask("validate")
    assert (missing.code, "'notes' is auto, but no mapping carries it" in missing.err) == (2, True), missing.told
    assert "1 problem in 1 file" in missing.err, "nothing else is wrong with what init left"
    for verb in (("profile", "paper"), ("mappings", "new", "paper", "slip")):
        assert mine.ask(*verb).code == 0, mine.ask(*verb).told
    drafted = mine.ask("mappings", "new", "paper", "slip").out
    assert "key: [number]" in drafted
    mapping = drafted.replace("unit: {from: COLUMN}", "unit: {is: town}")
    (mine.folder / "mappings/paper/slip.yaml").write_text(mapping, encoding="utf-8")
    for line in (("validate",), ("doctor",), ("plan", "first"), ("apply", "first")):
        done = mine.ask(*line)
        assert done.code == 0, done.told
    assert rows_of(mine.target, "select words from note order by words") == [("one",), ("two",)]
