"""Is a source asked no harder than was agreed, and does a run that waits say why?"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import time
from pathlib import Path

import landing
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from ward import Ward

from vardskiftet.engine.sources import pace
from vardskiftet.engine.sources.options import Throttle
from vardskiftet.engine.sources.pace import Pace, within
from vardskiftet.engine.sources.server import ServerSource
from vardskiftet.errors import IntegrityBroken
from vardskiftet.model.progress import Progress
from vardskiftet.run import patience
from vardskiftet.run.apply import apply
from vardskiftet.run.desk import Desk, save_plan
from vardskiftet.run.planning import make_plan

ZONE = "Europe/Stockholm"


@pytest.mark.parametrize(
    ("window", "now", "open_"),
    [
        ("22:00-06:00", "21:59:59", False),
        ("22:00-06:00", "22:00", True),
        ("22:00-06:00", "00:00", True),
        ("22:00-06:00", "05:59:59", True),
        ("22:00-06:00", "06:00", False),
        ("06:00-22:00", "05:59", False),
        ("06:00-22:00", "06:00", True),
        ("06:00-22:00", "22:00", False),
    ],
)
def test_a_window_is_half_open_and_may_go_over_midnight(window: str, now: str, open_: bool) -> None:
    assert within(window, time.fromisoformat(now)) is open_


@given(st.times(), st.times(), st.times())
def test_a_moment_lies_in_a_window_or_in_the_other_one(begin: time, end: time, now: time) -> None:
    one, other = (f"{a:%H:%M}-{b:%H:%M}" for a, b in ((begin, end), (end, begin)))
    if one != other:
        assert within(one, now) is not within(other, now)


@pytest.mark.parametrize(
    "wrong", [{"window": "22-06"}, {"window": "06:00-06:00"}, {"window": "24:00-06:00"}, {"pause_file": "../x"}, {"rows": 1}]
)
def test_a_pace_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Throttle.model_validate(wrong)


def test_rows_are_taken_no_faster_than_agreed_and_a_rest_is_not_caught_up_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = 100.0, []

    def sleep(seconds: float) -> None:
        nonlocal now
        slept.append(round(seconds, 6))
        now += seconds

    monkeypatch.setattr(pace.time, "monotonic", lambda: now)
    monkeypatch.setattr(pace.time, "sleep", sleep)
    slow = Pace(Throttle(rows_per_second=1000), tmp_path, ZONE)
    slow.take(500)
    slow.take(250)
    now += 0.1  # the record took its time
    slow.take(250)
    now += 60
    slow.take(1000)
    assert slept == [0.5, 0.25, 0.15, 1.0]
    Pace(Throttle(), tmp_path, ZONE).take(10**9)
    assert len(slept) == 4


def test_a_pause_file_is_seen_when_it_comes_and_when_it_goes(tmp_path: Path) -> None:
    source = Pace(Throttle(pause_file="pause"), tmp_path, ZONE)
    assert source.waits() == ""
    (tmp_path / "pause").touch()
    assert source.waits() == "paused: pause lies there"
    (tmp_path / "pause").unlink()
    assert source.waits() == ""


def journal(folder: Path, options: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose source is a SQLite file that SQLAlchemy reads."""
    landing.findings(folder, options)
    monkeypatch.setenv(landing.FINDINGS_URL, f"sqlite:///{folder / 'old.sqlite'}")
    return folder


def test_a_paused_load_says_so_and_goes_on_when_it_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = journal(tmp_path, ", throttle: {pause_file: pause-old}", monkeypatch)
    monkeypatch.setattr(patience, "ASKED_EVERY", 0.01)
    here = landing.desk(folder)
    save_plan(here, plan := make_plan(here, "first"))
    (folder / "pause-old").touch()
    said: list[str] = []

    def hear(progress: Progress) -> None:
        said.append(progress.step)
        if sum(step.startswith("wait") for step in said) == 3:
            (folder / "pause-old").unlink(missing_ok=True)

    applied = apply(Desk(here.programme, here.clock, here.tool, "test", hear), plan)
    assert applied.books.closes
    assert said.count("wait for old (paused: pause-old lies there)") == 3
    assert landing.rows(folder, "select count(*) from finding") == [(4,)]


def test_what_cannot_be_held_still_is_read_twice_and_must_be_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = journal(tmp_path, "", monkeypatch)
    here = landing.desk(folder)
    save_plan(here, plan := make_plan(here, "first"))
    changed = threading.Event()
    count = ServerSource.count_range

    def meanwhile(self: ServerSource, *asked: object) -> int:
        found = count(self, *asked)  # the count agrees with the first reading; then somebody writes
        with closing(sqlite3.connect(folder / "old.sqlite")) as source:
            source.execute("update d set code = code || '!'")
            source.commit()
        changed.set()
        return found

    monkeypatch.setattr(ServerSource, "count_range", meanwhile)
    with pytest.raises(IntegrityBroken, match="read twice, and was not the same"):
        apply(here, plan)
    assert changed.is_set()
    assert landing.rows(folder, "select count(*) from finding") == [(0,)]


@pytest.mark.parametrize(("options", "owed"), [("", ["old"]), (', frozen: "Read-only since the 10th."', [])])
def test_a_load_of_several_moments_owes_a_delta_unless_the_source_is_frozen(
    options: str, owed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward = Ward(journal(tmp_path, options, monkeypatch))
    assert ward.ask("plan", "first").code == 0
    assert ward.ask("apply", "first").code == 0
    (status,) = ward.ask("status", "first", "--json").document["waves"]
    assert status["owes_delta"] == owed
    assert ("vardskiftet plan first" in status["next_steps"]) is bool(owed)
    books = ward.ask("books", "first", "--json").document
    assert (books["closes"], books["owes_delta"]) == (True, owed)
    assert [table["counted"] for table in books["tables"]] == [4]
    assert ("closing delta" in ward.ask("status", "first").out) is bool(owed)
    (looked,) = (one for one in ward.ask("doctor", "--json").document["looks"] if one["look"] == "source old")
    assert ("frozen" in looked["hint"]) is bool(owed)
