"""Values of checks, held against sums made by other code; a row of which nothing can be said is never passed over."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.measure import CannotMeasure, broken_rules, keep_only, measure, open_rows, place_rows
from vardskiftet.model.check import Check, How, Measure, Per
from vardskiftet.model.evidence import ColumnKind, EvidenceColumn, EvidenceSource, RowRule
from vardskiftet.model.measurement import UnitValue
from vardskiftet.model.outcome import Severity
from vardskiftet.model.threshold import Bound, Threshold

KINDS = {
    "unit": ColumnKind.UNIT,
    "role": ColumnKind.TEXT,
    "part": ColumnKind.COUNT,
    "whole": ColumnKind.COUNT,
    "hours": ColumnKind.NUMBER,
    "good": ColumnKind.YES_NO,
    "held": ColumnKind.DAY,
}
SOURCE = EvidenceSource(
    evidence="e",
    title="t",
    columns=tuple(EvidenceColumn(column=name, heading=name, kind=kind, may_be_empty=True) for name, kind in KINDS.items()),
    key=("role",),
    unit="unit",
    max_age=timedelta(days=1),
    owner="o",
    open_while="good is not true",
    rules=(RowRule(must="whole > 0", because="A share of nothing."),),
)
REGISTER = SOURCE.model_copy(update={"may_be_empty": True})
DAY = date(2024, 11, 5)


def check(how: How, sign: str = ">=", per: Per = Per.UNIT, **more: Any) -> Check:
    return Check(
        check="c",
        topic="t",
        title="c",
        question="?",
        why="w",
        per=per,
        measure=Measure(how=how, evidence="e", **more),
        threshold=Threshold(passes=Bound(sign=sign, number="0.9")),
        severity=Severity.HARD,
        gate="G7",
        max_age=timedelta(days=1),
        owner="o",
        remedy="r",
    )


def row(unit: str = "a", role: str = "n", part: int | None = 1, whole: int | None = 1, **more: Any) -> dict[str, Any]:
    return {"unit": unit, "role": role, "part": part, "whole": whole, "hours": Decimal("1.5"), "good": True, "held": DAY, **more}


def values(
    one: Check, rows: list[dict[str, Any]], source: EvidenceSource = SOURCE, units: tuple[str, ...] = ("a", "b")
) -> dict[str, UnitValue]:
    duck = open_duck()
    try:
        place_rows(duck, source, rows, DAY, date(2024, 11, 12))
        return {value.unit: value for value in measure(duck, source, one, units)}
    finally:
        duck.close()


ROWS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(0, 50), st.integers(0, 50), st.booleans()), min_size=1, max_size=40
)


@settings(max_examples=25)
@given(ROWS, st.integers(1, 20))
def test_the_worst_group_speaks_and_small_ones_are_told(drawn: list[tuple[str, str, int, int, bool]], least: int) -> None:
    rows = [row(unit, role, min(one, other), max(one, other), good=good) for unit, role, one, other, good in drawn]
    sums: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for one in rows:
        if one["good"]:
            sums[one["unit"]][one["role"]][0] += one["part"]
            sums[one["unit"]][one["role"]][1] += one["whole"]
    found = values(check(How.RATIO, that="part", whole="whole", of="good", by=("role",), at_least=least), rows)
    for unit in {one["unit"] for one in rows}:
        told = [Fraction(part, whole) for part, whole in sums[unit].values() if whole >= least]
        assert found[unit].value == min(told, default=None)
        assert found[unit].small == sum(whole < least for _, whole in sums[unit].values())
        assert found[unit].excluded == sum(one["unit"] == unit and not one["good"] for one in rows)


def test_all_attempts_count_and_what_was_left_out_is_told() -> None:
    """A figure of 89 percent came about by leaving out those who failed; from the raw rows it was 44."""
    rows = [row(good=number < 44, part=number) for number in range(100)]
    raw = values(check(How.SHARE, that="good"), rows)["a"]
    assert (raw.value, raw.excluded) == (Fraction(44, 100), 0)
    talked_up = values(check(How.SHARE, that="good", of="part < 49"), rows)["a"]
    assert (talked_up.value, talked_up.excluded) == (Fraction(44, 49), 51)


def test_a_unit_without_a_row_is_not_measured_but_in_a_register_it_has_nothing() -> None:
    assert set(values(check(How.SHARE, that="good"), [row("a")])) == {"a"}
    assert set(values(check(How.COUNT, sign="=", that="not good"), [row("a")])) == {"a"}
    assert values(check(How.COUNT, sign="=", that="not good"), [row("a")], REGISTER)["b"].value == 0
    assert values(check(How.COUNT, sign="=", per=Per.PROGRAMME, that="good"), [], REGISTER)["*"].value == 0


@pytest.mark.parametrize("rows", [[], [row(part=0, whole=0)], [row(part=4, whole=4)]], ids=["no row", "of nothing", "of few"])
def test_nothing_and_few_are_no_value(rows: list[dict[str, Any]]) -> None:
    found = values(check(How.RATIO, that="part", whole="whole", at_least=5), rows)
    assert all(one.value is None for one in found.values())


@pytest.mark.parametrize(
    ("one", "rows"),
    [
        (check(How.COUNT, sign="=", that="role = 'bad'"), [row(role=None)]),
        (check(How.SHARE, that="good", of="role = 'x'"), [row(role=None)]),
        (check(How.RATIO, that="part", whole="whole"), [row(part=None)]),
        (check(How.LARGEST, sign="<=", that="hours / (part - 1)"), [row(part=1)]),
        (check(How.SHARE, that="error('x')"), [row()]),
        (check(How.RATIO, that="part", whole="whole"), [row(part=3, whole=1)]),
    ],
    ids=["count of null", "of null", "sum of null", "divided by nothing", "the query fails", "part above whole"],
)
def test_a_row_of_which_nothing_can_be_said_is_an_error(one: Check, rows: list[dict[str, Any]]) -> None:
    with pytest.raises(CannotMeasure):
        values(one, rows)


def test_largest_smallest_and_days() -> None:
    rows = [row(hours=Decimal("1.1")), row(hours=Decimal("7.3")), row("b", hours=Decimal("0.3"), held=date(2024, 10, 1))]
    assert values(check(How.LARGEST, sign="<=", that="hours"), rows)["a"].value == Fraction("7.3")
    assert values(check(How.SMALLEST, that="hours * 3"), rows)["b"].value == Fraction("0.9")
    assert values(check(How.DAYS_SINCE, sign="<=", that="held"), rows)["b"].since == date(2024, 10, 1)
    assert values(check(How.DAYS_SINCE, sign="<=", that="held", of="good"), [row(good=False)])["a"].since is None


def test_rows_of_other_waves_and_units_are_left_out() -> None:
    duck = open_duck()
    place_rows(duck, SOURCE, [row("a"), row("elsewhere", good=False)], DAY, DAY)
    keep_only(duck, SOURCE, "w", ("a", "b"))
    assert [one.unit for one in measure(duck, SOURCE, check(How.SHARE, that="good"), ("a", "b"))] == ["a"]
    duck.close()


def test_rules_and_open_matters_take_what_cannot_be_told_for_the_worse() -> None:
    duck = open_duck()
    place_rows(duck, SOURCE, [row(), row(whole=0), row(whole=None, good=None)], DAY, DAY)
    assert [place for place, _ in broken_rules(duck, SOURCE)] == [1, 2]
    assert open_rows(duck, SOURCE) == [False, False, True]
    duck.close()
