"""Do the books close exactly when every number fits every other, and does the exit code say so?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.judge.books import balance, beyond, exit_code, strays
from vardskiftet.model.batch import Batch, KeyRange
from vardskiftet.model.books import ALL_UNITS, Books
from vardskiftet.model.fate import Place, Tally
from vardskiftet.model.mapping import Mapping, UnitRule
from vardskiftet.model.plan import Plan, TableExpectation
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import Record
from vardskiftet.model.system import SourceSpec
from vardskiftet.model.wave import Budgets, Precision, Wave

WAVE = "south-1"
PERSON, BOOKING = "elvis.person", "elvis.booking"
AMPLE = Budgets(no_unit=1000)
FATES = ("loaded", "merged", "rejected", "excluded", "unchanged")


def mapping(name: str, reads: str, rule: UnitRule) -> Mapping:
    return Mapping(mapping=name, system="elvis", information="x", reads=reads, into="x", key=("id",), unit=rule, fields=())


def programme(budgets: Budgets) -> Programme:
    return Programme(
        programme="landstad",
        title="Landstad",
        timezone="Europe/Stockholm",
        target=SourceSpec(kind="sqlite"),
        systems_in_order=("elvis",),
        waves=(Wave(wave=WAVE, title="First", precision=Precision.SEASON, season="2024-autumn", units=(), budgets=budgets),),
        units=(),
        systems=(),
        record=Record(record="r", title="R", version="1", tables=()),
        mappings=(
            mapping(PERSON, "person", UnitRule(wherever=("bokning.person_id",))),
            mapping(BOOKING, "bokning", UnitRule(source="enhet")),
        ),
        root=Path("landstad"),
    )


def plan(batches: int = 4) -> Plan:
    whole = [
        Batch(mapping=name, number=number, range=KeyRange(), by=("id",)) for name in (PERSON, BOOKING) for number in range(batches // 2)
    ]
    return Plan(
        wave=WAVE,
        fingerprint="f",
        tool="0.1",
        made_at="",
        programme="landstad",
        declarations={},
        source_schemas={},
        target_schema="",
        expectations=tuple(
            TableExpectation(
                mapping=name, system="elvis", table=table, rows=100, units={}, other_wave=0, excluded_units=0, no_unit=0, no_care=0
            )
            for name, table in ((PERSON, "person"), (BOOKING, "bokning"))
        ),
        batches=tuple(whole),
    )


@dataclass(frozen=True)
class Found:
    """What is put together into books."""

    tallies: dict[tuple[str, str], Tally]
    places: dict[str, dict[Place, int]]
    in_target: dict[tuple[str, str], int] | None
    counted: dict[str, int | None]
    rejected: dict[str, int] = field(default_factory=dict)
    excluded: dict[tuple[str, str], int] = field(default_factory=dict)
    batches: int = 4
    budgets: Budgets = AMPLE

    def books(self) -> Books:
        return balance(
            programme(self.budgets),
            WAVE,
            plan(),
            batches_done=self.batches,
            tallies=self.tallies,
            places=self.places,
            in_target=self.in_target,
            counted=self.counted,
            rejected={(BOOKING, reason): items for reason, items in self.rejected.items()},
            excluded=self.excluded,
            instances={(BOOKING, reason): "field visit_type" for reason in self.rejected},
            flagged={(BOOKING, "AFTER_DEATH", ""): 2},
        )


def tally(loaded: int, merged: int, rejected: int, excluded: int, unchanged: int) -> Tally:
    figures = dict(zip(FATES, (loaded, merged, rejected, excluded, unchanged), strict=True))
    return Tally(extracted=sum(figures.values()), **figures)


numbers = st.integers(0, 9)
tallied = st.tuples(*[numbers] * len(FATES)).map(lambda figures: tally(*figures))


@st.composite
def sound(draw: st.DrawFn) -> Found:
    """Numbers that fit each other."""
    units = draw(st.lists(st.sampled_from(["sas", "kinna", "sjobo"]), min_size=1, unique=True))
    tallies = {(PERSON, ALL_UNITS): draw(tallied)} | {(BOOKING, unit): draw(tallied) for unit in units}
    places = {
        PERSON: {Place.OTHER_WAVE: draw(numbers), Place.NO_CARE: draw(numbers)},
        BOOKING: {Place.OTHER_WAVE: draw(numbers), Place.EXCLUDED_UNIT: draw(numbers), Place.NO_UNIT: draw(numbers)},
    }
    for name, rows in places.items():
        rows[Place.IN_WAVE] = sum(one.extracted for (of, _), one in tallies.items() if of == name)
    return Found(
        tallies=tallies,
        places=places,
        in_target={line: one.loaded + one.unchanged for line, one in tallies.items()},
        counted={name: sum(rows.values()) for name, rows in places.items()},
    )


FITTING = Found(
    tallies={(PERSON, ALL_UNITS): tally(5, 1, 1, 1, 0), (BOOKING, "sas"): tally(7, 0, 2, 1, 3)},
    places={PERSON: {Place.IN_WAVE: 8, Place.NO_CARE: 2}, BOOKING: {Place.IN_WAVE: 13, Place.NO_UNIT: 1}},
    in_target={(PERSON, ALL_UNITS): 5, (BOOKING, "sas"): 10},
    counted={PERSON: 10, BOOKING: 14},
)


@given(sound())
def test_numbers_that_fit_close_and_the_total_is_their_sum(found: Found) -> None:
    books = found.books()
    assert books.closes and books.complete and exit_code(books) == 0
    for name in Tally.model_fields:
        assert getattr(books.total, name) == sum(getattr(one, name) for one in found.tallies.values())
    assert books.total.in_target == sum(found.in_target.values())
    assert books.no_unit.items == found.places[BOOKING][Place.NO_UNIT]


@given(sound(), st.data())
def test_any_one_number_that_is_off_opens_the_books(found: Found, data: st.DataObject) -> None:
    off = data.draw(st.integers(-3, 3).filter(bool))
    part = data.draw(st.sampled_from(["tallies", "places", "in_target", "counted", "batches"]))
    if part == "batches":
        spoilt = replace(found, batches=found.batches + off)
    elif part == "tallies":
        line = data.draw(st.sampled_from(sorted(found.tallies)))
        name = data.draw(st.sampled_from(sorted(Tally.model_fields)))
        one = found.tallies[line]
        spoilt = replace(found, tallies=found.tallies | {line: one.model_copy(update={name: getattr(one, name) + off})})
    elif part == "places":
        name = data.draw(st.sampled_from(sorted(found.places)))
        place = data.draw(st.sampled_from(sorted(found.places[name])))
        spoilt = replace(found, places=found.places | {name: found.places[name] | {place: found.places[name][place] + off}})
    else:
        numbers_of: dict[Any, Any] = getattr(found, part)
        key = data.draw(st.sampled_from(sorted(numbers_of)))
        spoilt = replace(found, **{part: numbers_of | {key: numbers_of[key] + off}})
    books = spoilt.books()
    assert not books.closes and exit_code(books) == 8, part


@given(sound(), st.randoms())
def test_the_order_in_which_numbers_come_changes_nothing(found: Found, random: Any) -> None:
    def shuffled(numbers_of: dict[Any, Any]) -> dict[Any, Any]:
        items = list(numbers_of.items())
        random.shuffle(items)
        return dict(items)

    other = replace(
        found,
        tallies=shuffled(found.tallies),
        places={name: shuffled(rows) for name, rows in shuffled(found.places).items()},
        in_target=shuffled(found.in_target or {}),
        counted=shuffled(found.counted),
    )
    assert other.books() == found.books()


@pytest.mark.parametrize(
    "unseen",
    [
        replace(FITTING, counted=FITTING.counted | {PERSON: None}),
        replace(FITTING, counted={BOOKING: 14}),
        replace(FITTING, in_target={}),
        replace(FITTING, in_target=None),
        replace(FITTING, tallies={}, in_target={}, places={}),
        replace(FITTING, batches=0),
    ],
    ids=["a source not counted", "a source forgotten", "no rows in the target", "a target not read", "nothing loaded", "no batch"],
)
def test_what_could_not_be_looked_at_never_closes(unseen: Found) -> None:
    assert exit_code(FITTING.books()) == 0
    assert exit_code(unseen.books()) == 8


def test_rows_of_the_wave_that_no_mapping_of_the_plan_speaks_of_open_the_books() -> None:
    books = replace(FITTING, in_target=FITTING.in_target | {("elvis.gone", "sas"): 3}).books()
    assert not books.closes
    assert [(line.mapping, line.in_target) for line in books.lines if not line.closes] == [("elvis.gone", 3)]


def test_no_batches_planned_is_not_complete() -> None:
    books = FITTING.books().model_copy(update={"batches_done": 0, "batches_planned": 0})
    assert not books.complete and not books.closes


def test_persons_without_a_unit_are_no_finding_and_rows_without_one_are() -> None:
    person = replace(FITTING, places=FITTING.places | {PERSON: {Place.IN_WAVE: 8, Place.NO_CARE: 2}}).books()
    assert [(table.table, table.no_unit, table.no_care) for table in person.tables] == [("person", 0, 2), ("bokning", 1, 0)]
    assert person.no_unit.items == 1


def test_what_is_flagged_and_where_rejects_stand_opens_no_books_and_is_no_finding() -> None:
    books = FITTING.books()
    assert books.flagged == ((BOOKING, "AFTER_DEATH", "", 2),)
    assert {reason: detail for _, reason, detail in books.instances} == dict.fromkeys(FITTING.rejected, "field visit_type")
    assert books.closes and books.within_budget


def test_a_wave_allows_nothing_that_it_does_not_name() -> None:
    strict = replace(FITTING, budgets=Budgets(), rejected={"INVALID_DATE": 2, "IDENTITY_CHECKSUM": 1})
    assert exit_code(strict.books()) == 1
    named = {"INVALID_DATE": 2, "IDENTITY_CHECKSUM": 1}
    assert exit_code(replace(strict, budgets=Budgets(no_unit=1, rejected=named)).books()) == 0
    assert exit_code(replace(strict, budgets=Budgets(no_unit=0, rejected=named)).books()) == 1
    for reason, items in named.items():
        assert exit_code(replace(strict, budgets=Budgets(no_unit=1, rejected=named | {reason: items - 1})).books()) == 1


def test_budgets_that_were_not_needed_stand_in_the_books_too() -> None:
    books = replace(FITTING, budgets=Budgets(no_unit=1, rejected={"INVALID_DATE": 3}), rejected={"UNMAPPED_CODE": 1}).books()
    assert [(line.reason, line.items, line.budget, line.within) for line in books.rejects] == [
        ("INVALID_DATE", 0, 3, True),
        ("UNMAPPED_CODE", 1, 0, False),
    ]


@pytest.mark.parametrize(
    ("found", "findings", "code"),
    [
        (FITTING, False, 0),
        (FITTING, True, 1),
        (replace(FITTING, budgets=Budgets()), False, 1),
        (replace(FITTING, batches=3), False, 8),
        (replace(FITTING, batches=3, budgets=Budgets()), True, 8),
    ],
)
def test_the_graver_finding_speaks(found: Found, findings: bool, code: int) -> None:
    assert exit_code(found.books(), findings=findings) == code


@pytest.mark.parametrize(
    ("rows", "tolerance", "far"), [(100, 0.0, 0), (109, 0.1, 0), (110, 0.1, 0), (111, 0.1, 1), (89, 0.1, 1), (101, 0.0, 1)]
)
def test_counts_outside_their_tolerance_are_findings(rows: int, tolerance: float, far: int) -> None:
    places = {PERSON: {Place.IN_WAVE: 100}, BOOKING: {Place.IN_WAVE: rows}}
    books = replace(FITTING, places=places).books()
    found = beyond(plan(), books, tolerance)
    assert len(found) == far
    assert set(found) <= set(strays(plan(), books))
    assert len(strays(plan(), books)) == int(rows != 100)
    assert all(f"{rows:,}" in text and "100" in text and BOOKING in text for text in found)
