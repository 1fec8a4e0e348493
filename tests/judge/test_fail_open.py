"""Each way in which careful peers let a wave go that was not ready, and what happens here instead.

The list is peers-rollout.md §2. What concerns waivers, decisions and runs of a cutover (rows 10 to 20) is tested where those are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asking import WAVE, Asking, make_asking, objections, training
from test_readiness_verdict import ONE, WEEK, asked, check, known, measured, of

from vardskiftet.errors import DeclarationsWrong
from vardskiftet.model.evidence import EvidenceRef
from vardskiftet.model.outcome import Outcome, Severity, Verdict


@pytest.fixture
def project(tmp_path: Path) -> Asking:
    asking = make_asking(tmp_path / "ward")
    asking.ask("gate", "freeze", WAVE, "--as", "anna", now="2024-10-05 09:00")
    return asking


def never_measured(_project: Asking) -> None:
    """1: a metric that was never measured counts as successful."""
    assert of(known()) is Verdict.NOT_EVALUABLE


def nothing_to_score(project: Asking) -> None:
    """2: a gate with nothing in it passes with full score."""
    project.edit("checks/gates.yaml", "  - {gate: G30,", '  - {gate: G90, title: x, question: "?", at: T-90d}\n  - {gate: G30,')
    with pytest.raises(DeclarationsWrong):
        project.programme()


def no_history(_project: Asking) -> None:
    """3: a comparison with a past that does not exist passes."""
    one = measured(ONE)
    assert of(known(replace(one, units=tuple(replace(unit, value=None) for unit in one.units)))) is Verdict.NOT_EVALUABLE


def misspelt(project: Asking) -> None:
    """4: a misspelt check vanishes."""
    project.edit("checks/people.yaml", "ratio:", "ratoi:")
    with pytest.raises(DeclarationsWrong):
        project.programme()


def unmatched_unit(project: Asking) -> None:
    """4: rows of a unit that nobody knows are passed over."""
    assert project.hand_in("training", training(more="Kliniken;nurse;10;10;2024-11-05 07:00\n")).code == 2


def not_listed(project: Asking) -> None:
    """5: a failing check is missing from the report."""
    listed = {one["check"] for one in project.ask("ready", WAVE, "--json").document["results"]}
    assert listed == {one.check for one in project.programme().criteria.checks}


def one_error_on_all(project: Asking) -> None:
    """6: one exception is shown on every check."""
    project.hand_in("training", training())
    project.hand_in("objections", objections("answered"), "2024-11-05 07:00")
    (kept,) = (project.folder / "work/evidence/training").iterdir()
    kept.write_text("gone", encoding="utf-8")
    project.ask("check", "run", WAVE)
    found = {one["check"]: one["result"] for one in project.ask("ready", WAVE, "--gate", "G7", "--json").document["results"]}
    assert found == {"R02": "pass", "R05": "error", "R31": "pass"}


def error_exits_zero(project: Asking) -> None:
    """7: an error, or a failure, exits 0."""
    assert project.ask("ready", WAVE, "--gate", "G7").code == 4
    project.hand_in("training", training(hospital=10))
    project.ask("check", "run", WAVE)
    done = project.ask("ready", WAVE, "--gate", "G7", "--json")
    assert (done.code, done.document["exit_code"], done.document["verdict"]) == (1, 1, "no_go")


def failed_and_green(_project: Asking) -> None:
    """8: a failed check shows a green tick, and the rest goes on."""
    told = asked((ONE,), known(measured(ONE, "0.5")))
    assert ({one.outcome for one in told.results}, told.verdict) == ({Outcome.FAIL}, Verdict.NO_GO)


def stale_counts(_project: Asking) -> None:
    """9: what was measured on older evidence counts as of now."""
    held = known(measured(ONE))
    newer = EvidenceRef(name="e-one", digest="another", as_of=held.in_force["e-one"].as_of + timedelta(minutes=1))
    assert of(replace(held, in_force={"e-one": newer})) is Verdict.NOT_EVALUABLE
    assert of(known(measured(ONE, age=2 * WEEK))) is Verdict.NOT_EVALUABLE


def no_zone(project: Asking) -> None:
    """21: the zone of a window defaults to another country's."""
    text = (project.folder / "waves/programme.yaml").read_text(encoding="utf-8")
    (project.folder / "waves/programme.yaml").write_text(text.replace("timezone: Europe/Stockholm", "# timezone"), encoding="utf-8")
    with pytest.raises(DeclarationsWrong):
        project.programme()


def banner_in_json(project: Asking) -> None:
    """22: words of another kind stand in the JSON."""
    for command in (("ready", WAVE), ("check", "run", WAVE), ("gate", "status", WAVE), ("evidence", "list")):
        assert project.ask(*command, "--json").document["schema"].startswith("vardskiftet.")


def stuck_without_a_reason(project: Asking) -> None:
    """23: a group is held up, and nothing says by which member."""
    project.hand_in("training", training(clinic=5))
    project.hand_in("objections", objections("answered"), "2024-11-05 07:00")
    project.ask("check", "run", WAVE)
    assert "clinic 50 %" in project.ask("ready", WAVE, "--gate", "G7").out


def weighed_away(_project: Asking) -> None:
    """24: a weighted mean hides a blocker."""
    many = tuple(check(f"fine-{number}") for number in range(40))
    bad = check("bad")
    held = known(measured(bad, "0.1"), *(measured(one) for one in many))
    assert of(held, bad, *many) is Verdict.NO_GO


def partial_passes(_project: Asking) -> None:
    """25: what was broken off is reported as a normal, partial result."""
    assert of(known(measured(ONE, units=("a",)))) is Verdict.NOT_EVALUABLE
    soft = check("soft", severity=Severity.SOFT)
    assert of(known(measured(ONE), measured(soft, units=("a",))), ONE, soft) is Verdict.CONDITIONAL


WAYS = [
    never_measured,
    nothing_to_score,
    no_history,
    misspelt,
    unmatched_unit,
    not_listed,
    one_error_on_all,
    error_exits_zero,
    failed_and_green,
    stale_counts,
    no_zone,
    banner_in_json,
    stuck_without_a_reason,
    weighed_away,
    partial_passes,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{(way.__doc__ or '').split(':')[0]} {way.__name__}")
def test_no_way_to_fail_open(way: Callable[[Asking], None], project: Asking) -> None:
    way(project)


def test_every_row_of_the_list_that_concerns_gates_is_here() -> None:
    assert {int((way.__doc__ or "").split(":")[0]) for way in WAYS} == {*range(1, 10), 21, 22, 23, 24, 25}
