"""No loss and no age of evidence makes a wave readier; no order does; and what is proven is go."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vardskiftet.judge.definition import definition
from vardskiftet.judge.lines import lines
from vardskiftet.judge.readiness import Known, Member, ask, verdict
from vardskiftet.model.check import AppliesTo, Check, Criteria, Gate, How, Measure, Per
from vardskiftet.model.evidence import EvidenceRef
from vardskiftet.model.measurement import WHOLE_WAVE, Measurement, UnitValue
from vardskiftet.model.outcome import BAD, EXIT_CODES, GOOD, MIDDLING, SILENT, UNKNOWN, WORST_FIRST, Outcome, Severity, Verdict
from vardskiftet.model.own import CRITERIA
from vardskiftet.model.readiness import CriteriaChange, Readiness
from vardskiftet.model.threshold import Bound, Threshold
from vardskiftet.model.unit import Unit, UnitKind
from vardskiftet.model.wave import Offset, Scope

NOW = datetime(2024, 11, 5, 8, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
UNITS = ("a", "b")
GATES = tuple(Gate(gate=name, title=name, question="?", at=Offset(days=-days)) for name, days in (("G30", 30), ("G7", 7), ("G2", 2)))
UPWARD = Threshold(passes=Bound(sign=">=", number="0.95"), warns=Bound(sign=">=", number="0.9"))
MEMBERS = tuple(
    Member(Unit(unit=name, title=name, kind=UnitKind.PRIMARY_CARE, area="x", hsa_id=f"SE2321000131-{name}"), Scope.PRIMARY_CARE)
    for name in UNITS
)


def check(name: str, **more: object) -> Check:
    told: dict[str, object] = {
        "check": name,
        "topic": "t",
        "title": name,
        "question": "?",
        "why": "w",
        "per": Per.UNIT,
        "measure": Measure(how=How.RATIO, evidence=f"e-{name}", that="part", whole="whole"),
        "threshold": UPWARD,
        "severity": Severity.HARD,
        "gate": "G7",
        "max_age": WEEK,
        "owner": "o",
        "remedy": "r",
        **more,
    }
    return Check.model_validate(told)


def measured(one: Check, value: str = "1", age: timedelta = timedelta(hours=1), units: tuple[str, ...] = UNITS) -> Measurement:
    """A measurement of every unit, on evidence of its own."""
    names = units if one.per is Per.UNIT else (WHOLE_WAVE,)
    ref = EvidenceRef(name=one.measure.evidence, digest=f"d-{one.check}", as_of=NOW - age)
    values = tuple(UnitValue(name, Fraction(value), Fraction(value) * 100, Fraction(100), 100) for name in names)
    return Measurement(one.check, "w", NOW, definition(one), (ref,), values)


def known(*measurements: Measurement, **more: object) -> Known:
    in_force = {ref.name: ref for one in measurements for ref in one.evidence}
    told = Known({one.check: one for one in measurements}, in_force, frozen_at=NOW - 9 * WEEK)
    return replace(told, **more)


def asked(checks: tuple[Check, ...], held: Known, gate: str = "G7", now: datetime = NOW, unit: str = "") -> Readiness:
    return ask(Criteria(checks=checks, gates=GATES), "w", MEMBERS, gate, held, now, unit)


ONE = check("one")


def of(held: Known, *checks: Check, **more: object) -> Verdict:
    return asked(checks or (ONE,), held, **more).verdict


def test_outcomes_and_verdicts_are_partitions() -> None:
    parts = (GOOD, BAD, MIDDLING, UNKNOWN, SILENT)
    assert sorted(outcome for part in parts for outcome in part) == sorted(Outcome)
    assert sorted(WORST_FIRST) == sorted(Outcome)
    assert EXIT_CODES == {Verdict.GO: 0, Verdict.NO_GO: 1, Verdict.CONDITIONAL: 3, Verdict.NOT_EVALUABLE: 4}


@pytest.mark.parametrize(
    ("value", "outcome"),
    [("0.95", "pass"), ("0.9499999", "warn"), ("0.9", "warn"), ("0.8999999", "fail"), ("949/1000", "warn"), ("0", "fail"), ("1", "pass")],
)
def test_a_value_on_the_threshold_is_compared_exactly(value: str, outcome: str) -> None:
    assert UPWARD.of(Fraction(value)).value == outcome


def test_everything_proven_and_fresh_is_go() -> None:
    soft = check("soft", severity=Severity.SOFT, per=Per.PROGRAMME)
    assert of(known(measured(ONE), measured(soft)), ONE, soft) is Verdict.GO


@pytest.mark.parametrize(
    ("held", "verdict"),
    [
        (known(), Verdict.NOT_EVALUABLE),
        (known(measured(ONE, "0.5")), Verdict.NO_GO),
        (known(measured(ONE, "0.92")), Verdict.CONDITIONAL),
        (known(measured(ONE, age=WEEK)), Verdict.GO),
        (known(measured(ONE, age=WEEK + timedelta(seconds=1))), Verdict.NOT_EVALUABLE),
        (known(measured(ONE, "0.5", age=9 * WEEK)), Verdict.NO_GO),
        (known(measured(ONE, units=("a",))), Verdict.NOT_EVALUABLE),
        (known(measured(ONE), in_force={}), Verdict.NOT_EVALUABLE),
        (known(replace(measured(ONE), definition="another")), Verdict.NOT_EVALUABLE),
        (known(replace(measured(ONE), error="it failed")), Verdict.NOT_EVALUABLE),
        (known(replace(measured(ONE), evidence=())), Verdict.NOT_EVALUABLE),
        (known(measured(ONE, age=-timedelta(hours=1))), Verdict.NOT_EVALUABLE),
    ],
    ids=[
        "none",
        "fails",
        "warns",
        "just fresh",
        "just stale",
        "old failure",
        "a unit missing",
        "no evidence",
        "changed",
        "error",
        "on nothing",
        "future",
    ],
)
def test_what_a_hard_check_comes_to(held: Known, verdict: Verdict) -> None:
    assert of(held) is verdict


@pytest.mark.parametrize(("value", "word"), [("0.5", Verdict.CONDITIONAL), ("0.92", Verdict.CONDITIONAL), ("1", Verdict.GO)])
def test_a_soft_check_never_forbids_and_never_passes_in_silence(value: str, word: Verdict) -> None:
    soft = check("soft", severity=Severity.SOFT)
    assert of(known(measured(ONE), measured(soft, value)), ONE, soft) is word
    assert of(known(measured(ONE)), ONE, soft) is Verdict.CONDITIONAL, "a soft check of which nothing is known"


def test_a_gate_asks_its_own_checks_and_those_of_all_earlier_gates() -> None:
    early, late = check("early", gate="G30"), check("late", gate="G2")
    held = known(measured(ONE), measured(early, "0.5"), measured(late, "0.5"))
    assert of(held, ONE, early, late, gate="G7") is Verdict.NO_GO
    mended = known(measured(ONE), measured(early), measured(late, "0.5"))
    assert of(mended, ONE, early, late, gate="G7") is Verdict.GO
    assert of(mended, ONE, early, late, gate="G2") is Verdict.NO_GO


def test_a_shadow_is_shown_and_weighs_nothing_but_never_makes_a_gate_of_its_own() -> None:
    shadow = check("shadow", shadow=True)
    told = asked((ONE, shadow), known(measured(ONE), measured(shadow, "0.1")))
    assert told.verdict is Verdict.GO
    assert {one.outcome for one in told.results if one.check == "shadow"} == {Outcome.FAIL}
    assert of(known(measured(shadow)), shadow) is Verdict.NOT_EVALUABLE


def test_what_applies_to_no_unit_of_the_wave_is_told_and_proves_nothing() -> None:
    other = check("other", applies_to=AppliesTo(kinds=(UnitKind.MUNICIPALITY,)))
    told = asked((other,), known(measured(other)))
    assert [(one.unit, one.outcome) for one in told.results] == [(WHOLE_WAVE, Outcome.NOT_APPLICABLE)]
    assert told.verdict is Verdict.NOT_EVALUABLE


def test_days_go_by_by_themselves() -> None:
    drill = check(
        "drill",
        per=Per.PROGRAMME,
        measure=Measure(how=How.DAYS_SINCE, evidence="e-drill", that="on"),
        threshold=Threshold(passes=Bound(sign="<=", number="30")),
        max_age=50 * WEEK,
    )
    one = replace(measured(drill), units=(UnitValue(WHOLE_WAVE, since=(NOW - timedelta(days=30)).date()),))
    assert of(known(one), drill) is Verdict.GO
    assert of(known(one), drill, now=NOW + timedelta(days=1)) is Verdict.NO_GO


WATCH = check(
    "watch", per=Per.PROGRAMME, measure=Measure(how=How.OWN, own=CRITERIA), threshold=Threshold(passes=Bound(sign="=", number="0"))
)
CHANGE = CriteriaChange("check one", "threshold", "pass >= 0.95", "pass >= 0.5")


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({}, Verdict.GO),
        ({"changes": (CHANGE,)}, Verdict.NO_GO),
        ({"frozen_at": None, "freeze_due": (NOW - WEEK).date()}, Verdict.NO_GO),
        ({"frozen_at": None, "freeze_due": NOW.date()}, Verdict.NOT_EVALUABLE),
        ({"frozen_at": None, "freeze_due": (NOW - WEEK).date(), "silent": True}, Verdict.NOT_EVALUABLE),
        ({"frozen_at": None}, Verdict.NOT_EVALUABLE),
    ],
    ids=["frozen", "changed", "missed", "due today", "empty memory", "never due"],
)
def test_criteria_are_frozen_in_time_and_changed_by_signature_only(more: dict[str, object], word: Verdict) -> None:
    assert of(known(measured(ONE), **more), ONE, WATCH) is word


def test_listed_is_declared_and_a_check_that_fell_out_is_a_bug() -> None:
    criteria = Criteria(checks=(ONE, WATCH), gates=GATES)
    told = asked((ONE, WATCH), known(measured(ONE)))
    assert [line.check.check for line in lines(criteria, told)] == ["one", "watch"]
    lost = replace(told, results=tuple(one for one in told.results if one.check != "one"))
    with pytest.raises(AssertionError, match="one"):
        lines(criteria, lost)


# Generated worlds: some checks, measured somehow, some time ago.

ROUNDS = st.lists(
    st.tuples(
        st.sampled_from(list(Severity)),
        st.sampled_from([Per.UNIT, Per.PROGRAMME]),
        st.sampled_from(["G30", "G7"]),
        st.sampled_from([None, "1", "0.95", "0.92", "0.5", "0"]),
        st.integers(0, 10),
        st.sampled_from([UNITS, ("a",), ()]),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


def world(rounds: list[tuple[Severity, Per, str, str | None, int, tuple[str, ...], bool]]) -> tuple[tuple[Check, ...], Known]:
    checks, measurements = [], []
    for place, (severity, per, gate, value, days, units, _) in enumerate(rounds):
        one = check(f"c{place}", severity=severity, per=per, gate=gate)
        checks.append(one)
        if value is not None:
            measurements.append(measured(one, value, timedelta(days=days), units))
    return tuple(checks), known(*measurements)


READY = (Verdict.GO, Verdict.CONDITIONAL)
RANK = {Verdict.GO: 2, Verdict.CONDITIONAL: 1, Verdict.NO_GO: 0, Verdict.NOT_EVALUABLE: 0}


@given(ROUNDS, st.data())
def test_no_removal_of_evidence_makes_a_wave_readier(rounds: list, data: st.DataObject) -> None:
    checks, held = world(rounds)
    before = of(held, *checks)
    names = sorted(held.measurements)
    gone = data.draw(st.sets(st.sampled_from(names))) if names else set()
    without = replace(held, measurements={name: one for name, one in held.measurements.items() if name not in gone})
    assert RANK[of(without, *checks)] <= RANK[before]
    fewer = {name: replace(one, units=one.units[: data.draw(st.integers(0, len(one.units)))]) for name, one in held.measurements.items()}
    assert RANK[of(replace(held, measurements=fewer), *checks)] <= RANK[before]
    refs = data.draw(st.sets(st.sampled_from(sorted(held.in_force)))) if held.in_force else set()
    lost = replace(held, in_force={name: ref for name, ref in held.in_force.items() if name not in refs})
    assert RANK[of(lost, *checks)] <= RANK[before]


@given(ROUNDS, st.integers(0, 400))
def test_no_age_makes_a_wave_readier(rounds: list, hours: int) -> None:
    checks, held = world(rounds)
    assert RANK[of(held, *checks, now=NOW + timedelta(hours=hours))] <= RANK[of(held, *checks)]


@given(ROUNDS, st.randoms(use_true_random=False))
def test_no_order_changes_anything(rounds: list, random: object) -> None:
    checks, held = world(rounds)
    shuffled = list(checks)
    random.shuffle(shuffled)
    turned = replace(held, measurements=dict(reversed(held.measurements.items())), in_force=dict(reversed(held.in_force.items())))
    assert asked(tuple(shuffled), turned).results == asked(checks, held).results


@given(ROUNDS)
def test_ready_means_that_every_hard_result_was_proven(rounds: list) -> None:
    checks, held = world(rounds)
    told = asked(checks, held)
    hard = {one.outcome for one in told.asked if one.severity is Severity.HARD}
    assert (told.verdict in READY) == (hard <= {Outcome.PASS, Outcome.WARN})
    if told.verdict is Verdict.GO:
        assert {one.outcome for one in told.asked} == {Outcome.PASS}
    assert verdict(told.asked) is told.verdict


NEARLY = st.lists(
    st.tuples(
        st.sampled_from(list(Severity)),
        st.sampled_from([Per.UNIT, Per.PROGRAMME]),
        st.sampled_from(["G30", "G7"]),
        st.sampled_from(["1", "1", "0.95", "0.92", "0.5", None]),
        st.integers(0, 9),
        st.sampled_from([UNITS, UNITS, ("a",), ()]),
        st.sampled_from([False, False, False, True]),
    ),
    min_size=1,
    max_size=3,
)
"""Worlds in which nearly everything is proven, so that each single thing that is not must speak for itself."""


@settings(max_examples=400)
@given(NEARLY)
def test_the_verdict_is_what_the_rounds_say_without_asking_the_judge(rounds: list) -> None:
    checks, held = world(rounds)
    lost = {f"e-c{place}" for place, (*_, gone) in enumerate(rounds) if gone}
    held = replace(held, in_force={name: ref for name, ref in held.in_force.items() if name not in lost})

    def holds(place: int, bound: str) -> bool:
        _, per, _, value, days, units, gone = rounds[place]
        everywhere = per is Per.PROGRAMME or set(units) == set(UNITS)
        return value is not None and Fraction(value) >= Fraction(bound) and days <= WEEK.days and everywhere and not gone

    hard = [place for place, (severity, *_) in enumerate(rounds) if severity is Severity.HARD]
    found = of(held, *checks)
    assert (found in READY) == all(holds(place, "0.9") for place in hard)
    assert (found is Verdict.GO) == all(holds(place, "0.95") for place in range(len(rounds)))
