"""Is a plan that is made again carried out on the sources as they are then, and not on what was held for it before?"""

from __future__ import annotations

from pathlib import Path

import pytest
from landing import NOTES, project
from records import rows_of
from ward import Ward, opened

WAVE = "first"
SOURCE = ["create table note (nid text, words text)", "insert into note values ('n1', 'then')"]
MAPPING = "reads: note\ninto: note\nkey: [nid]\nunit: {is: ward}\nfields:\n  words: {from: words}\n"


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    ward = Ward(project(tmp_path / "p", source=SOURCE, record=NOTES, mappings={"note": MAPPING}))
    assert ward.ask("plan", WAVE).code == 0
    return ward


def planned(ward: Ward) -> str:
    """Plan; the plan's name."""
    return str(ward.ask("plan", WAVE, "--json").document["plan"])


def changed(ward: Ward) -> None:
    """One word of a row: no count and no key moves."""
    with opened(ward.folder / "old.sqlite") as journal:
        journal.execute("update note set words = 'now'")


def words(ward: Ward) -> list[tuple[object, ...]]:
    return rows_of(ward.target, "select words from note")


def test_after_an_undo(ward: Ward) -> None:
    assert ward.ask("apply", WAVE).code == 0
    before = planned_name(ward)
    assert ward.ask("undo", WAVE, "--confirm", WAVE).code == 0
    changed(ward)
    assert planned(ward) == before, "another plan: then nothing is tried here"
    assert ward.ask("apply", WAVE).code == 0
    assert words(ward) == [("now",)]


def test_after_an_undo_without_a_new_plan_it_is_the_same_again(ward: Ward) -> None:
    assert ward.ask("apply", WAVE).code == 0
    assert ward.ask("undo", WAVE, "--confirm", WAVE).code == 0
    changed(ward)
    assert ward.ask("apply", WAVE).code == 0
    assert words(ward) == [("then",)]


def test_after_a_load_that_broke_off_before_its_first_batch(ward: Ward) -> None:
    assert ward.run("apply", WAVE, failpoint="target.commit.before:exit:1").code == 137
    before = planned_name(ward)
    changed(ward)
    assert planned(ward) == before
    assert ward.ask("apply", WAVE).code == 0
    assert words(ward) == [("now",)]


def test_the_same_round_taken_back_twice_does_no_harm(ward: Ward) -> None:
    assert ward.ask("apply", WAVE).code == 0
    round_ = ("undo", WAVE, "--round", planned_name(ward), "--confirm", WAVE)
    assert [ward.ask(*round_).code for _ in range(3)] == [0, 0, 0]
    done = ward.ask("audit", "show", "--kind", "round.undone", "--last", "0", "--json").document["events"]
    assert sum(event["payload"]["batches"] for event in done) == 1


def planned_name(ward: Ward) -> str:
    """The name of the only plan that there is."""
    (path,) = (ward.work / "plans").glob("*.json")
    return path.stem
