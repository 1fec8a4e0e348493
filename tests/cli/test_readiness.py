"""A wave's way to go, through the real commands: nothing known, no-go, mended, stale, and criteria that move."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from asking import CHECKS, WAVE, Asking, make_asking, objections, training
from ward import rows_of

BEFORE = "2024-10-05 09:00"
NOW = "2024-11-05 08:00"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Asking:
    """A project with checks and an empty memory; only asked."""
    return make_asking(tmp_path_factory.mktemp("bare") / "ward")


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    return make_asking(tmp_path / "ward")


def proven(asking: Asking) -> Asking:
    """Everything that is asked, proven and fresh."""
    assert asking.ask("gate", "freeze", WAVE, "--as", "anna", now=BEFORE).code == 0
    assert asking.hand_in("training", training()).code == 0
    assert asking.hand_in("objections", objections("answered"), "2024-11-05 07:00").code == 0
    assert asking.ask("check", "run", WAVE).code == 0
    return asking


def test_from_nothing_to_go_and_on_to_stale(asking: Asking) -> None:
    assert asking.ask("ready", WAVE, "--gate", "G7").code == 4
    assert asking.ask("gate", "freeze", WAVE, "--as", "anna", now=BEFORE).code == 0
    assert asking.hand_in("training", training(hospital=80)).code == 0
    assert asking.hand_in("objections", objections("answered", "open"), "2024-11-05 07:00").code == 0
    assert asking.ask("ready", WAVE, "--gate", "G7").code == 4, "handed in, and not measured"
    assert asking.ask("check", "run", WAVE).code == 0
    done = asking.ask("ready", WAVE, "--gate", "G7")
    assert done.code == 1
    assert "80 % (asked: ≥ 95 %)" in done.out
    assert "training lead: Book sessions." in done.out
    assert asking.hand_in("training", training(exported="2024-11-05 07:30"), file="mended.csv").code == 0
    assert asking.hand_in("objections", objections("answered", "answered"), "2024-11-05 07:40", file="answered.csv").code == 0
    assert asking.verdict() == "no_go", "what failed stays failed until it is measured anew"
    assert asking.ask("check", "run", WAVE).code == 0
    assert asking.ask("ready", WAVE, "--gate", "G7").code == 0
    assert asking.verdict(now="2024-11-12 07:00") == "go"
    assert asking.verdict(now="2024-11-12 08:31") == "not_evaluable", "a week is over"


def test_a_lowered_threshold_is_shown_and_holds_the_gate_until_it_is_signed(asking: Asking) -> None:
    proven(asking)
    assert asking.verdict() == "go"
    asking.edit("checks/people.yaml", 'pass: ">= 0.95", warn: ">= 0.9"', 'pass: ">= 0.5"')
    done = asking.ask("ready", WAVE, "--gate", "G7")
    assert done.code == 1
    assert "check R05 threshold pass >= 0.95, warn >= 0.9 → pass >= 0.5" in done.out
    assert asking.ask("gate", "freeze", WAVE, "--as", "anna").code == 2, "no reason, no signature"
    assert asking.ask("gate", "freeze", WAVE, "--as", "anna", "--reason", "The board decided so.").code == 0
    assert asking.verdict() == "go"
    told = asking.ask("gate", "status", WAVE).out
    assert "1 changes: The board decided so." in told
    history = asking.ask("check", "history", "R05", WAVE, "--json").document["measured"]
    assert [one["threshold"] for one in history] == ["pass >= 0.95, warn >= 0.9"], "an old result keeps its old threshold"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("checks/people.yaml", 'warn: ">= 0.9"}\n    severity: hard', 'warn: ">= 0.9"}\n    severity: soft'),
        ("checks/people.yaml", "gate: G7\n    owner: training lead", "gate: go-live\n    owner: training lead"),
        ("checks/people.yaml", "in: training, by: [role], at_least: 5", "in: training, by: [role], at_least: 2"),
        ("checks/people.yaml", 'remedy: "Book sessions."', 'remedy: "Book sessions."\n    shadow: true'),
        ("checks/sources.yaml", "max_age: 7d\n    owner: training lead", "max_age: 70d\n    owner: training lead"),
        ("checks/gates.yaml", "at: T-7d", "at: T-5d"),
        ("waves/first.yaml", "  - {unit: clinic, scope: primary_care}\n", ""),
    ],
    ids=["severity", "gate", "least", "shadow", "age", "day", "unit"],
)
def test_whatever_makes_it_easier_after_the_freeze_holds_the_gate(asking: Asking, file: str, old: str, new: str) -> None:
    proven(asking)
    asking.edit(file, old, new)
    if file == "waves/first.yaml":
        asking.edit("waves/units.yaml", "systems: [journal], illustrative: true, principal: A company}", 'excluded: "Left."}')
    document = asking.ask("ready", WAVE, "--gate", "G7", "--json").document
    assert document["verdict"] == "no_go"
    assert document["criteria"]["unsigned_changes"]


def test_criteria_that_were_frozen_late_are_a_reservation_for_good(asking: Asking) -> None:
    assert asking.hand_in("training", training()).code == 0
    assert asking.hand_in("objections", objections("answered"), "2024-11-05 07:00").code == 0
    assert asking.ask("check", "run", WAVE).code == 0
    assert asking.verdict() == "no_go"
    assert asking.ask("gate", "freeze", WAVE, "--as", "anna").code == 0
    done = asking.ask("ready", WAVE, "--gate", "G7")
    assert (done.code, "the criteria were not frozen in time" in done.out) == (3, True), done.out


def test_what_the_others_came_to_is_not_shown_for_a_unit_with_too_few(asking: Asking) -> None:
    few = "hospital;doctor;4;0;2024-11-05 07:00\n"
    assert asking.hand_in("training", training(more=few.replace("hospital", "The hospital"))).code == 0
    assert asking.ask("check", "run", WAVE).code == 0
    found = asking.ask("ready", WAVE, "--gate", "G7", "--json").document["results"]
    (one,) = [one for one in found if (one["check"], one["unit"]) == ("R05", "hospital")]
    assert (one["result"], one["why"], one["value"]) == ("no_data", "too_few", None), one


def test_criteria_that_were_not_frozen_in_time_fail_as_soon_as_anything_is_known(asking: Asking) -> None:
    assert asking.hand_in("training", training()).code == 0
    found = {one["check"]: one for one in asking.ask("ready", WAVE, "--gate", "G7", "--json").document["results"]}
    assert (found["R02"]["result"], found["R02"]["why"]) == ("fail", "not_frozen_in_time")
    early = {one["check"]: one for one in asking.ask("ready", WAVE, "--gate", "G7", "--json", now=BEFORE).document["results"]}
    assert (early["R02"]["result"], early["R02"]["why"]) == ("no_data", "not_frozen_yet")


def test_asking_writes_nothing(asking: Asking) -> None:
    proven(asking)
    before = rows_of(asking.folder / "work/store.sqlite", "select count(*) from event")
    for command in (("ready", WAVE), ("check", "explain", "R05", WAVE), ("check", "history", "R05", WAVE), ("gate", "status", WAVE)):
        asking.ask(*command)
    asking.ask("evidence", "list")
    asking.ask("report", "readiness", WAVE)
    assert rows_of(asking.folder / "work/store.sqlite", "select count(*) from event") == before


def test_at_uses_what_was_known_then(asking: Asking) -> None:
    proven(asking)
    later = "2024-11-06 08:00"
    assert asking.hand_in("training", training(hospital=50, exported="2024-11-06 07:00"), now=later, file="later.csv").code == 0
    assert asking.ask("check", "run", WAVE, now=later).code == 0
    assert asking.verdict(now=later) == "no_go"
    assert asking.verdict("--at", NOW, now=later) == "go"
    assert asking.verdict("--at", "2024-11-04 08:00", now=later) == "not_evaluable", "nothing was known then"
    assert asking.ask("ready", WAVE, "--at", "2024-11-07 08:00", now=later).code == 2


def test_one_unit_alone_is_asked_with_what_concerns_all(asking: Asking) -> None:
    proven(asking)
    assert asking.hand_in("training", training(clinic=5, exported="2024-11-05 07:30"), file="again.csv").code == 0
    asking.ask("check", "run", WAVE)
    assert asking.verdict() == "no_go"
    assert asking.verdict("--unit", "hospital") == "go"
    assert asking.verdict("--unit", "clinic") == "no_go"
    assert asking.ask("ready", WAVE, "--unit", "clinik").code == 2


def test_an_objection_that_a_later_file_leaves_out_stays_open(asking: Asking) -> None:
    proven(asking)
    assert asking.hand_in("objections", objections("answered", "open"), "2024-11-05 07:20", file="two.csv").code == 0
    assert asking.hand_in("objections", objections("answered"), "2024-11-05 07:40", file="one.csv").code == 0
    asking.ask("check", "run", WAVE)
    assert asking.verdict() == "no_go"
    assert asking.hand_in("objections", "objection,from_whom,state\n", "2024-11-05 07:50", file="none.csv").code == 0
    asking.ask("check", "run", WAVE)
    assert asking.verdict() == "no_go", "an empty file answers nobody"
    assert asking.hand_in("objections", objections("answered", "answered"), "2024-11-05 07:55", file="all.csv").code == 0
    asking.ask("check", "run", WAVE)
    assert asking.verdict() == "go"


def test_the_order_in_which_files_come_does_not_matter(tmp_path: Path) -> None:
    verdicts = set()
    files = [training(hospital=80, exported="2024-11-05 06:00"), training(exported="2024-11-05 07:00")]
    for turn, order in enumerate((files, files[::-1])):
        asking = make_asking(tmp_path / f"ward{turn}")
        asking.ask("gate", "freeze", WAVE, "--as", "anna", now=BEFORE)
        asking.hand_in("objections", objections("answered"), "2024-11-05 07:00")
        for place, text in enumerate(order):
            assert asking.hand_in("training", text, file=f"t{place}.csv").code == 0
        asking.ask("check", "run", WAVE)
        verdicts.add(asking.verdict())
    assert verdicts == {"go"}


def test_evidence_that_was_changed_or_lost_in_the_work_folder_is_an_error_and_the_other_checks_stand(asking: Asking) -> None:
    proven(asking)
    (kept,) = (asking.folder / "work/evidence/training").iterdir()
    kept.write_bytes(kept.read_bytes().replace(b";100;100;", b";100;101;"))
    done = asking.ask("check", "run", WAVE, "--json")
    assert (done.code, [one["id"] for one in done.document["reasons"]]) == (8, ["ALTERED"])
    assert [one["check"] for one in done.document["measured"] if one["error"]] == ["R05"]
    found = {one["check"]: one["result"] for one in asking.ask("ready", WAVE, "--gate", "G7", "--json").document["results"]}
    assert found == {"R02": "pass", "R05": "error", "R31": "pass"}
    kept.unlink()
    assert asking.ask("check", "run", WAVE, "--check", "R05").code == 8
    assert asking.verdict() == "not_evaluable"


def test_the_exit_code_the_document_and_the_words_are_one(asking: Asking) -> None:
    proven(asking)
    assert asking.hand_in("training", training(hospital=92, exported="2024-11-05 07:30"), file="warn.csv").code == 0
    asking.ask("check", "run", WAVE)
    done = asking.ask("ready", WAVE, "--gate", "G7")
    document = asking.ask("ready", WAVE, "--gate", "G7", "--json")
    assert (done.code, document.code, document.document["exit_code"], document.document["verdict"]) == (3, 3, 3, "conditional")
    assert done.out.startswith("▲ CONDITIONAL")
    page = asking.ask("report", "readiness", WAVE, "--gate", "G7")
    assert page.code == 3
    json.loads(document.out)


def test_the_next_gate_due_is_asked_if_none_is_named(bare: Asking) -> None:
    days = {
        "2024-10-13 09:00": "G30",
        "2024-10-14 09:00": "G7",
        "2024-11-05 23:00": "G7",
        "2024-11-06 00:30": "go-live",
        "2025-01-01 09:00": "go-live",
    }
    assert {now: bare.ask("ready", WAVE, "--json", now=now).document["gate"] for now in days} == days


def test_a_programme_without_gates_is_never_told_go(tmp_path: Path) -> None:
    asking = make_asking(tmp_path / "ward")
    for path in CHECKS:
        (asking.folder / path).unlink()
    done = asking.ask("ready", WAVE)
    assert done.code == 2
    assert "declares no gate" in done.err


def test_a_renamed_check_keeps_its_history_only_if_it_says_what_it_was(asking: Asking) -> None:
    proven(asking)
    asking.edit("checks/people.yaml", "check: R05", "check: training.done")
    assert asking.ask("check", "history", "training.done", WAVE, "--json").document["measured"] == []
    asking.edit("checks/people.yaml", "check: training.done", "check: training.done\n    was: R05")
    assert [one["name"] for one in asking.ask("check", "history", "training.done", WAVE, "--json").document["measured"]] == ["R05"]


@pytest.mark.parametrize("point", ["file.rename.before", "file.rename.after", "store.event.before", "store.event.after"])
def test_evidence_is_in_whole_or_not_at_all(asking: Asking, point: str) -> None:
    from ward import Ward

    path = asking.folder / "t.csv"
    path.write_text(training(), encoding="utf-8")
    died = Ward(asking.folder).run("evidence", "add", "training", str(path), failpoint=point)
    assert died.code == 137, "the injection did not happen"
    assert asking.ask("evidence", "add", "training", str(path)).code == 0
    told = asking.ask("evidence", "show", "training", "--json").document
    assert len(told["handed_in"]) == 1
    assert asking.ask("audit", "verify").code == 0
