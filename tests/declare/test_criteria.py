"""Faults in checks, gates and evidence are told with their line, the nearest right word, and before anything is asked."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from asking import CHECKS, make_asking

from vardskiftet.declare import read
from vardskiftet.engine.vocabulary import vocabulary
from vardskiftet.errors import DeclarationsWrong, Fault
from vardskiftet.model.check import Criteria
from vardskiftet.model.own import OWN
from vardskiftet.run.own import READERS
from vardskiftet.shipped import shipped

WORDS = vocabulary()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_asking(tmp_path_factory.mktemp("criteria") / "ward").folder


def told(project: Path, **changed: str) -> list[Fault]:
    """The faults of the project with some files of checks replaced."""
    try:
        for path, content in CHECKS.items():
            (project / path).write_text(changed.get(Path(path).stem, content), encoding="utf-8")
        read(project, WORDS)
    except DeclarationsWrong as wrong:
        return list(wrong.faults)
    return []


SOURCES, GATES, PEOPLE = CHECKS["checks/sources.yaml"], CHECKS["checks/gates.yaml"], CHECKS["checks/people.yaml"]


def test_the_small_programme_and_the_shipped_one_are_without_fault(project: Path) -> None:
    assert told(project) == []
    criteria = read(shipped(), WORDS).criteria
    assert len(criteria.checks) == len({one.check for one in criteria.checks}) >= 50
    assert {one.check for one in criteria.checks} >= {f"R{number:02d}" for number in range(1, 37)}
    assert [one.gate for one in criteria.gates][:7] == ["G120", "G90", "G60", "G30", "G14", "G7", "G2"]


def test_a_project_without_checks_declares_none(project: Path, tmp_path: Path) -> None:
    folder = make_asking(tmp_path / "ward").folder
    for path in CHECKS:
        (folder / path).unlink()
    assert read(folder, WORDS).criteria == Criteria()


FAULTS = [
    (
        "people",
        "severity: hard\n    gate: G7\n    owner: training lead",
        "severty: hard\n    gate: G7\n    owner: training lead",
        "severty",
        "severity",
    ),
    ("people", "in: training, by", "in: trainig, by", "'trainig' is not declared", "training"),
    ("people", "part: completed", "part: complete", "'complete' is not a column of numbers", "completed"),
    ("people", "by: [role]", "by: [rôle]", "'rôle' is not a column", "role"),
    ("people", "\"state <> 'answered'\"", "\"sate <> 'answered'\"", "'sate' is not a column", "state"),
    ("people", "\"state <> 'answered'\"", '"state <>"', "is not SQL", ""),
    ("people", "\"state <> 'answered'\"", '"(select 1) = 1"', "is not SQL", ""),
    ("people", "gate: G7\n    owner: training", "gate: G8\n    owner: training", "'G8' is not a gate", "G7"),
    ("people", "check: R31", "check: R05", "'R05' is declared 2 times", ""),
    (
        "people",
        "{ratio: {part: completed, whole: rostered}",
        "{ratoi: {part: completed, whole: rostered}",
        "in no way that is known",
        "ratio",
    ),
    ("people", "measure: {own: criteria}", "measure: {own: criteria, sql: x}", "in 2 ways", ""),
    ("people", "measure: {own: criteria}", "measure: {own: criterion}", "'criterion' is not possible", "criteria"),
    ("people", 'pass: ">= 0.95", warn: ">= 0.9"', 'pass: ">= 0.9", warn: ">= 0.95"', "is stricter than what passes", ""),
    ("people", 'pass: ">= 0.95", warn: ">= 0.9"', 'pass: ">= 0.95", warn: ">= 0.95"', "is the same as what passes", ""),
    ("people", 'pass: ">= 0.95", warn: ">= 0.9"', 'pass: ">= 0.95", warn: "<= 0.9"', "a gap, or an overlap", ""),
    ("people", 'pass: ">= 0.95", warn: ">= 0.9"', 'pass: ">= 0.95", warn: ">= 0.9", fail: "< 0.8"', "leaves a gap, or overlaps", "< 0.9"),
    ("people", 'pass: ">= 0.95", warn: ">= 0.9"', 'pass: "= 1"', "does not say which way is better", ""),
    ("people", 'pass: ">= 0.95", warn: ">= 0.9"', 'pass: "about 0.9"', "is not a bound", ""),
    ("people", 'pass: ">= 0.95", warn: ">= 0.9"', "warn: x", "lacks the key 'pass'", ""),
    ("people", "per: unit", "per: unit\n    applies_to: {kinds: [municipality]}", "applies to no unit of any wave", ""),
    ("people", "per: unit", "per: unit\n    applies_to: {units: [clinik]}", "'clinik' is not a unit", "clinic"),
    ("people", "per: unit", "per: unit\n    applies_to: {}", "narrows nothing", ""),
    ("people", "per: programme\n    measure: {count", "per: unit\n    measure: {count", "names no unit", "per: programme"),
    ("people", "measure: {own: criteria}", "measure: {own: books}", "lacks the key 'max_age'", ""),
    ("people", "severity: hard\n    gate: G30", "severity: soft\n    gate: G30", "can be got round", ""),
    ("people", 'remedy: "Sign."', 'remedy: "Sign."\n    waivable: {by: [anna], days: 3}', "can be got round", ""),
    ("people", 'remedy: "Answer."', 'remedy: "Answer."\n    was: R05', "'R05' is another check", ""),
    (
        "people",
        "measure: {count: \"state <> 'answered'\", in: objections}",
        "measure: {sql: lost, on: journal}",
        "there is no file checks/people/lost.sql",
        "",
    ),
    ("people", "topic: people", "topic: peeple", "'peeple' is not the name", "people"),
    ("gates", "at: T-7d", "at: T-40d", "lies not after", ""),
    ("gates", "gate: G7", "gate: G30", "'G30' stands twice", ""),
    ("gates", "freeze: G30", "freeze: G31", "'G31' is not a gate", "G30"),
    (
        "gates",
        "  - {gate: G30, title",
        '  - {gate: G90, title: x, question: "?", at: T-90d}\n  - {gate: G30, title',
        "no check is asked at this gate",
        "",
    ),
    ("sources", "key: [unit, role]", "key: [unit, rol]", "'rol' is not a column of this evidence", "role"),
    ("sources", "unit: unit\n", "unit: role\n", "is not of the kind unit", ""),
    ("sources", "as_of: exported", "as_of: role", "holds no time", ""),
    ("sources", "part: completed", "part: copleted", "'copleted' is not a column", "completed"),
    ("sources", "max_age: 7d\n    owner: training", "max_age: soon\n    owner: training", "is not an age", "7d"),
    ("sources", "kind: count}\n      completed", "kind: cuont}\n      completed", "'cuont' is not possible", "count"),
    ("sources", "    may_be_empty: true\n", "", "an open matter needs `may_be_empty:`", ""),
    ("sources", "objection: text", "go_live: text", "cannot be a column's name", ""),
    ("sources", "evidence: objections", "evidence: training", "'training' stands twice", ""),
]


@pytest.mark.parametrize(("file", "old", "new", "what", "hint"), FAULTS, ids=[what for *_, what, _ in FAULTS])
def test_a_fault_is_told_with_its_place_and_the_nearest_right_word(
    project: Path, file: str, old: str, new: str, what: str, hint: str
) -> None:
    text = CHECKS[f"checks/{file}.yaml"]
    broken = text.replace(old, new, 1)
    assert broken != text
    found = told(project, **{file: broken})
    assert any(what in fault.message and hint in fault.message + fault.hint for fault in found), [
        (f.where, f.message, f.hint) for f in found
    ]
    assert all(fault.line >= 1 and fault.path.startswith("checks/") for fault in found)


def test_all_faults_of_all_files_come_at_once(project: Path) -> None:
    found = told(
        project,
        people=PEOPLE.replace("in: training,", "in: trainig,").replace("gate: G7\n    owner: programme", "gate: G8\n    owner: programme"),
        gates=GATES.replace("freeze: G30", "freeze: G31"),
        sources=SOURCES.replace("key: [unit, role]", "key: [unit, rol]"),
    )
    assert {fault.path for fault in found} == {"checks/people.yaml", "checks/gates.yaml", "checks/sources.yaml"}
    assert len(found) == 4


def test_a_gate_file_is_needed_where_there_are_checks(project: Path) -> None:
    told(project)
    (project / "checks/gates.yaml").unlink()
    with pytest.raises(DeclarationsWrong) as wrong:
        read(project, WORDS)
    assert ("checks/gates.yaml", "is missing.") in {(fault.path, fault.message) for fault in wrong.value.faults}


def test_a_query_that_nobody_asks_is_a_fault(project: Path) -> None:
    told(project)
    folder = project / "checks/people"
    folder.mkdir()
    (folder / "lost.sql").write_text("select 1 as id, 'x' as why", encoding="utf-8")
    with pytest.raises(DeclarationsWrong, match="1 problem"):
        read(project, WORDS)
    (folder / "lost.sql").unlink()
    folder.rmdir()


@pytest.mark.parametrize(
    "text",
    [
        "\ttopic: people",
        "topic: people\n---\ntopic: other",
        "topic: &a people\ntitle: *a",
        "topic: people\ntopic: people",
        "topic: !!python/object people",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]",
    ],
    ids=["tab", "documents", "anchor", "twice", "tag", "bomb"],
)
def test_yaml_as_nobody_should_write_it_is_refused(project: Path, text: str) -> None:
    assert told(project, people=text)


def test_words_that_yaml_would_change_stay_words(project: Path) -> None:
    text = PEOPLE.replace("state <> 'answered'", "state <> 'NO' and from_whom <> '012'").replace("title: Training done", "title: 18:00")
    assert told(project, people="\ufeff" + text.replace("\n", "\r\n")) == []
    check = read(project, WORDS).criteria.check("R31")
    assert "'NO'" in check.measure.that
    assert read(project, WORDS).criteria.check("R05").title == "18:00"


def test_the_examples_of_the_guide_are_right(project: Path) -> None:
    guide = (shipped() / "checks/README.md").read_text(encoding="utf-8")
    sources, commanded, topic, gates = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    sources += commanded.removeprefix("sources:\n")
    head, _, rest = PEOPLE.partition("  - check: R05")
    told(project)
    (project / "checks/training.yaml").write_text(topic, encoding="utf-8")
    (project / "checks/commands").mkdir()
    (project / "checks/commands/probe").write_text("#!/bin/sh\n", encoding="utf-8")
    found = told(
        project,
        sources=sources + SOURCES.partition("  - evidence: objections")[1] + SOURCES.partition("  - evidence: objections")[2],
        people=head + rest[rest.index("  - check: R31") :],
        gates=gates,
    )
    (project / "checks/training.yaml").unlink()
    shutil.rmtree(project / "checks/commands")
    assert found == []


def test_a_check_may_ask_for_fresher_evidence_never_for_older(project: Path) -> None:
    told(project, people=PEOPLE.replace("    owner: training lead", "    max_age: 2d\n    owner: training lead"))
    assert read(project, WORDS).criteria.check("R05").max_age.days == 2
    told(project, people=PEOPLE.replace("    owner: training lead", "    max_age: 90d\n    owner: training lead"))
    assert read(project, WORDS).criteria.check("R05").max_age.days == 7


def test_every_kind_of_own_evidence_has_its_reader() -> None:
    assert set(READERS) | {"criteria"} == set(OWN)
