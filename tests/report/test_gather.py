"""What the facts of a wave's report hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from vardskiftet.model.books import BookLine, Books, RejectLine
from vardskiftet.model.programme import Programme
from vardskiftet.model.wave import Precision
from vardskiftet.report.facts import Facts

Make = Callable[..., Any]


def test_total_is_the_sum_of_the_lines_that_the_page_shows(facts: Callable[..., Facts]) -> None:
    told = facts()
    for flows in (told.mappings, told.units, told.lines):
        assert sum(flow.tally.extracted for flow in flows) == told.total.tally.extracted == 12696
        assert sum(flow.in_target or 0 for flow in flows) == told.total.in_target == 12237


def test_a_unit_without_items_is_shown_and_persons_stand_first(facts: Callable[..., Facts]) -> None:
    told = facts()
    assert [unit.name for unit in told.units] == ["*", "sas", "narhalsan-kinna", "laboratory-south"]
    assert [unit.name for unit in told.silent_units] == ["laboratory-south"]
    assert len(told.places) == 3


def test_a_unit_that_only_the_books_know_is_shown_too(facts: Callable[..., Facts], books: Callable[..., Books]) -> None:
    stray = BookLine(
        mapping="elvis.booking", unit="stray", extracted=1, loaded=1, merged=0, rejected=0, excluded=0, unchanged=0, in_target=1
    )
    told = facts(books=books(lines=(stray,)))
    assert [(unit.name, unit.scope) for unit in told.units if not unit.silent] == [("stray", "")]


def test_one_line_that_could_not_be_counted_makes_the_sum_unknown(facts: Callable[..., Facts], books: Callable[..., Books]) -> None:
    lines = books().lines
    told = facts(books=books(lines=(lines[0].model_copy(update={"in_target": None}), *lines[1:])))
    assert told.total.in_target is None
    assert told.unread_lines == 1
    assert next(flow for flow in told.mappings if flow.name == "elvis.booking").in_target == 5923


def test_reasons_over_budget_come_first_and_no_unit_is_one_of_them(facts: Callable[..., Facts], books: Callable[..., Books]) -> None:
    told = facts(books=books(no_unit=RejectLine(reason="no_unit", items=13, budget=12)))
    assert told.rejects[0].reason == "no_unit"
    assert [line.reason for line in told.over_budget] == ["no_unit"]
    assert facts().over_budget == ()


def test_moments_are_local_to_the_programme(facts: Callable[..., Facts]) -> None:
    told = facts(now=datetime(2024, 11, 11, 23, 30, tzinfo=UTC))
    assert told.now.isoformat() == "2024-11-12T00:30:00+01:00"
    assert told.go_live is not None and told.go_live.isoformat() == "2024-11-12T04:00:00+01:00"
    assert told.days_to_go_live == 0


def test_a_season_has_no_days_left(facts: Callable[..., Facts], programme: Callable[..., Programme]) -> None:
    season = {"go_live": None, "season": "2025-autumn", "precision": Precision.SEASON}
    told = facts(programme=programme(wave=season))
    assert (told.go_live, told.days_to_go_live, told.season) == (None, None, "2025-autumn")


def test_planned_rows_stand_beside_the_table_they_belong_to(facts: Callable[..., Facts]) -> None:
    assert {table.line.table: table.planned for table in facts().tables} == {"bokning": None, "person": 6000, "remiss": None}
    assert all(table.planned is None for table in facts(plan=None).tables)


def test_what_stays_behind_is_told_with_its_reason(facts: Callable[..., Facts]) -> None:
    told = facts()
    assert [(one.mapping, one.items) for one in told.exclusions] == [("elvis.booking", 234), ("elvis.referral", 12)]
    assert [unit.unit for unit in told.excluded_units] == ["folktandvarden"]
    assert [(one.information, one.route) for one in told.other_routes] == [("old contacts", "archive")]


def test_a_wave_that_is_not_declared_is_refused(facts: Callable[..., Facts]) -> None:
    with pytest.raises(KeyError):
        facts(wave="north-9")
