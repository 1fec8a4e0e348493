"""A wave's status, and what a person may do to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.judge.standing import STATUS_AFTER, TURNS, standing, turns_from

STATUSES = ("planned", "preparing", "go_decided", "cutover", "live", "stabilised", "closed", "paused", "rolled_back", "cancelled")


def after(*kinds: str) -> str:
    return standing([(kind, "south-1") for kind in kinds], "south-1")


def test_an_empty_memory_means_planned() -> None:
    assert after() == "planned"


def test_events_of_another_wave_change_nothing() -> None:
    assert standing([("wave.paused", "west")], "south-1") == "planned"


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        (("wave.paused",), "paused"),
        (("wave.paused", "wave.resumed"), "planned"),
        (("criteria.frozen", "wave.paused", "wave.resumed"), "preparing"),
        (("cutover.completed", "wave.paused", "wave.resumed"), "live"),
        (("decision.go", "wave.paused", "wave.resumed"), "preparing"),
        (("wave.paused", "criteria.frozen"), "paused"),
        (("wave.paused", "criteria.frozen", "wave.resumed"), "preparing"),
        (("wave.paused", "wave.cancelled"), "cancelled"),
        (("wave.paused", "wave.undone"), "rolled_back"),
        (("wave.undone", "wave.resumed"), "planned"),
        (("hypercare.passed", "wave.closed"), "closed"),
        (("batch.done", "lock.broken"), "planned"),
    ],
)
def test_a_status_follows_from_the_events(kinds: tuple[str, ...], status: str) -> None:
    assert after(*kinds) == status


@pytest.mark.parametrize(
    ("status", "turns"),
    [
        ("planned", ("cancel", "pause")),
        ("live", ("pause",)),
        ("cutover", ()),
        ("paused", ("cancel", "resume")),
        ("rolled_back", ("cancel", "resume")),
        ("stabilised", ("close",)),
        ("closed", ()),
        ("cancelled", ()),
    ],
)
def test_what_may_be_done_depends_on_the_status(status: str, turns: tuple[str, ...]) -> None:
    assert turns_from(status) == turns


def test_every_turn_begins_at_a_status_that_there_is() -> None:
    assert all(set(turn.allowed) <= set(STATUSES) for turn in TURNS.values())
    assert set(STATUS_AFTER.values()) <= set(STATUSES)


@given(st.lists(st.sampled_from([*STATUS_AFTER, "wave.paused", "wave.resumed", "batch.done"])))
def test_whatever_happens_the_status_is_one_of_ten(kinds: list[str]) -> None:
    assert after(*kinds) in STATUSES


@given(st.lists(st.sampled_from([*STATUS_AFTER, "batch.done"])))
def test_a_pause_lasts_until_it_is_ended(kinds: list[str]) -> None:
    ends = {"wave.closed", "wave.cancelled", "wave.undone"}
    assert (after("wave.paused", *kinds) == "paused") == (not ends & set(kinds))
