"""What the tool knows itself: a comparison, books, coverage; what they do not say is never taken for good."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from asking import make_asking

from vardskiftet.model.event import Event
from vardskiftet.run.desk import Desk
from vardskiftet.run.own import READERS, books, coverage, verify

NOW = datetime(2024, 11, 5, 8, 0, tzinfo=UTC)
EQUAL: dict[str, Any] = {
    "wave": "w",
    "equal": True,
    "levels": {"books": "equal", "totals": "equal", "rows": "equal", "clinical": "equal"},
    "differences": {"total": 0, "explained": 0, "by_class": {}},
    "zero_tolerance": {},
    "stale": [],
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    programme = make_asking(tmp_path_factory.mktemp("own") / "ward").programme()
    return Desk(programme, lambda: NOW, "0", "test", lambda _: None)


def event(kind: str, **payload: Any) -> Event:
    return Event(seq=1, run_id="r", kind=kind, at=NOW, recorded_at=NOW, payload=payload, prev="", hash="h")


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({}, 0),
        ({"differences": {"total": 7, "explained": 5, "by_class": {}}, "equal": False}, 2),
        ({"differences": {"total": 7, "explained": 7, "by_class": {}}, "zero_tolerance": {"identity": 1}, "equal": False}, 1),
        ({"levels": {**EQUAL["levels"], "books": "open"}, "equal": False}, 1),
        ({"equal": None}, None),
        ({"equal": False}, None),
        ({"levels": {"books": "equal"}}, None),
        ({"levels": {**EQUAL["levels"], "clinical": "not_verified"}}, None),
        ({"stale": ["mappings/x.yaml"]}, None),
        ({"differences": {}}, None),
    ],
    ids=["equal", "unexplained", "forbidden", "open", "untold", "unequal", "books-only", "not-looked", "stale", "no-numbers"],
)
def test_a_comparison_proves_only_what_it_looked_at(desk: Desk, change: dict[str, Any], value: int | None) -> None:
    found = verify.values(desk, "w", event("verify.done", **{**EQUAL, **change}), ())
    assert [one.value for one in found] == ([] if value is None else [Fraction(value)])


def test_a_load_after_the_comparison_makes_it_none(desk: Desk) -> None:
    assert verify.values(desk, "w", event("books.drawn", wave="w", closes=True, within_budget=True), ()) == ()


@pytest.mark.parametrize(
    ("payload", "value"),
    [({"closes": True, "within_budget": True}, 0), ({"closes": True}, 1), ({"closes": False, "within_budget": True}, 1), ({}, 2)],
)
def test_books_that_do_not_say_that_they_close_do_not(desk: Desk, payload: dict[str, Any], value: int) -> None:
    assert [one.value for one in books.values(desk, "w", event("books.drawn", **payload), ())] == [value]
    assert books.values(desk, "w", event("wave.undone", **payload), ()) == ()


def test_coverage_of_no_row_is_no_share(desk: Desk) -> None:
    for mapped, value in (({"a.b": [3, 4], "a.c": [4, 4]}, Fraction(7, 8)), ({}, None)):
        assert [one.value for one in coverage.values(desk, "w", event("coverage.measured", mapped=mapped), ())] == [value]


def test_every_reader_names_its_events_or_what_it_stands_on(desk: Desk, tmp_path: Path) -> None:
    assert {name for name, module in READERS.items() if not module.KINDS and not hasattr(module, "digest")} == set()
