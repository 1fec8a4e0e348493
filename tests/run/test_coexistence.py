"""Are patients on both sides counted as a plain recount says, once each, however many journals spell them?"""

from __future__ import annotations

from pathlib import Path

import pytest
from two_journals import FLOWS, Oracle, region
from ward import Ward


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Ward:
    return region(tmp_path_factory.mktemp("region") / "ward")


def test_pairs_are_those_of_a_plain_recount(made: Ward) -> None:
    done = made.ask("coexistence", "first", "--json")
    told = {(one["new_unit"], one["old_unit"], one["flow"]): one["patients"] for one in done.document["pairs"]}
    assert told == Oracle().pairs() == {("ward", "later", "referrals"): 1, ("clinic", "later", ""): 1}
    assert done.document["patients"] == 2
    assert done.document["open_patients"] == len(Oracle().items)
    assert done.document["without_person"] == 2


def test_units_without_a_routine_are_a_finding(made: Ward) -> None:
    done = made.ask("coexistence", "first", "--json")
    assert done.code == 1
    (reason,) = done.document["reasons"]
    assert (reason["id"], "no declared flow joins the units" in reason["message"]) == ("NO_ROUTINE", True)


def test_with_a_routine_for_all_there_is_none(tmp_path: Path) -> None:
    ward = region(tmp_path, FLOWS.replace("[ward]", '["*"]'))
    done = ward.ask("coexistence", "first")
    assert done.code == 0, done.told
    assert "By telephone." in done.out


def test_a_critical_flow_without_routine_is_told_as_that(tmp_path: Path) -> None:
    ward = region(tmp_path, FLOWS.replace("[ward]", '["*"]').replace(', routine: "By telephone."', ""))
    done = ward.ask("coexistence", "first")
    assert (done.code, "the critical flow 'referrals' has no temporary routine" in done.out) == (1, True)


def test_patients_are_named_for_a_reason_only(made: Ward) -> None:
    plain = made.ask("coexistence", "first")
    for number in ("19811228", "198202029818", "9874"):
        assert number not in plain.told
    assert made.ask("coexistence", "first", "--show-values").code == 2
    named = made.ask("coexistence", "first", "--show-values", "--reason", "a call list", "--json").document["persons"]
    assert [(one["identifier"], one["new_units"], one["old_units"]) for one in named] == [
        ("198112289874", ["ward"], ["later"]),
        ("198202029818", ["clinic"], ["later"]),
    ]
    events = made.ask("audit", "show", "--kind", "values.shown", "--json").document["events"]
    assert [event["payload"]["reason"] for event in events] == ["a call list"]


def test_after_the_last_wave_nobody_is_on_the_old_side(made: Ward) -> None:
    done = made.ask("coexistence", "second", "--json")
    assert (done.code, done.document["pairs"]) == (0, [])


def test_nothing_is_written_to_the_record(made: Ward) -> None:
    made.ask("coexistence", "first")
    assert not made.target.exists()


WRONG = [
    ("\"status <> 'closed'\"", "\"stattus <> 'closed'\"", "'stattus' is not a column of the table"),
    ("flow: referrals,", "flow: referals,", "Did you mean 'referrals'?"),
    ('"starts >= go_live"', '"starts >= "', "is not SQL that can stand here"),
]


@pytest.mark.parametrize(("old", "new", "told"), WRONG, ids=[told for _, _, told in WRONG])
def test_a_wrong_declaration_is_told_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    ward = region(tmp_path)
    ward.edit("mappings/record.yaml", old, new)
    done = ward.ask("validate")
    assert (done.code, told in done.told, "mappings/record.yaml:" in done.told) == (2, True, True), done.told
