"""The rollout over time: in the terminal, as a picture, as calendar entries."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar as File
from rollout import NOW, rollout

from vardskiftet.plan.calendar import calendar
from vardskiftet.plan.what_if import moved
from vardskiftet.report.gantt import ASCII, DRAWN, gantt
from vardskiftet.report.ics import calendar_file
from vardskiftet.report.programme_page import timeline_svg
from vardskiftet.report.stretch import Stretch
from vardskiftet.report.timeline import NARROW, WIDE, timeline_picture

CALENDAR = calendar(rollout())
STATUS = {"south-1": "go_decided", "south-2": "paused", "north-east": "planned", "west": "planned"}
WAVES = ("south-1", "south-2", "north-east", "west")


@pytest.mark.parametrize("signs", [DRAWN, ASCII])
@given(width=st.integers(40, 250))
def test_the_bars_fit_any_terminal_and_name_every_wave(signs: object, width: int) -> None:
    lines = gantt(CALENDAR, STATUS, NOW, width, signs if signs is ASCII else DRAWN)
    assert max(map(len, lines)) <= width
    assert all(any(line.startswith(f"{wave}  ") for line in lines) for wave in WAVES)


def test_the_bars_of_a_poor_terminal_are_ascii() -> None:
    told = "".join(gantt(CALENDAR, STATUS, NOW, 40, ASCII))
    assert told.isascii()


def test_the_go_live_stands_where_its_date_is() -> None:
    lines = gantt(CALENDAR, STATUS, NOW, 100)
    place = {wave: lines[next(n for n, line in enumerate(lines) if line.startswith(wave)) + 1] for wave in WAVES}
    later = gantt(calendar(moved(rollout(), "south-1", date(2025, 11, 11))), STATUS, NOW, 100)
    bar = later[next(n for n, line in enumerate(later) if line.startswith("south-1")) + 1]
    assert bar.index("◆") > place["south-1"].index("◆")
    assert "◆" not in place["south-2"] and "▒" in place["south-2"]


@given(st.dates(date(2024, 1, 1), date(2025, 12, 31)), st.integers(1, 300))
def test_a_day_lies_in_one_of_the_cells(day: date, cells: int) -> None:
    assert 0 <= Stretch(date(2024, 6, 1), date(2025, 6, 1)).place(day, cells) < cells


@pytest.mark.parametrize("width", [WIDE, NARROW, 320, 1600])
def test_nothing_of_the_picture_lies_outside_it(width: int) -> None:
    picture = timeline_picture(CALENDAR, NOW.date(), width)
    bars = [bar for row in picture.rows for bar in (row.before, row.after, row.season) if bar]
    points = [x for row in picture.rows for _, x in row.milestones] + [tick.x for tick in picture.ticks] + [picture.now]
    assert all(bar.x >= 0 and bar.x + bar.width <= width + 2 for bar in bars)
    assert all(0 <= x <= width for x in points)
    assert all(key.x + 100 <= width and key.y <= picture.height for key in picture.keys)


@pytest.mark.parametrize("lang", ["en", "sv"])
@pytest.mark.parametrize("width", [WIDE, 390])
def test_the_picture_is_a_file_of_its_own_that_says_what_it_shows(width: int, lang: str) -> None:
    text = timeline_svg(rollout(title="A <b> & c"), CALENDAR, STATUS, NOW, "sv" if lang == "sv" else "en", width)
    root = ET.fromstring(text)
    name = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    told = root.find(f"{name}desc")
    assert told is not None and told.text is not None and all(wave in told.text for wave in WAVES)
    assert "prefers-color-scheme: dark" in text and "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_the_picture_is_the_same_each_time() -> None:
    assert timeline_svg(rollout(), CALENDAR, STATUS, NOW, "en") == timeline_svg(rollout(), CALENDAR, STATUS, NOW, "en")


def test_go_live_is_an_hour_in_utc_and_milestones_are_whole_days() -> None:
    events = {str(one["uid"]): one for one in File.from_ical(calendar_file(rollout(), CALENDAR, WAVES, NOW)).walk("VEVENT")}
    go_live = events["vgr-south-1-go-live@vardskiftet"]
    assert go_live["dtstart"].to_ical() == b"20241112T030000Z"
    training = events["vgr-south-1-milestone-training@vardskiftet"]
    assert (training["dtstart"].dt, training["dtend"].dt) == (date(2024, 8, 14), date(2024, 8, 15))


def test_a_season_is_a_tentative_stretch_of_days() -> None:
    events = {str(one["uid"]): one for one in File.from_ical(calendar_file(rollout(), CALENDAR, ("south-2",), NOW)).walk("VEVENT")}
    season = events["vgr-south-2-go-live@vardskiftet"]
    assert (season["dtstart"].dt, season["dtend"].dt) == (date(2025, 9, 1), date(2025, 11, 30) + timedelta(days=1))
    assert str(season["status"]) == "TENTATIVE"
    assert all("south-2" in uid for uid in events)


def test_a_date_that_moves_keeps_its_uid_and_the_same_dates_give_the_same_bytes() -> None:
    here = calendar_file(rollout(), CALENDAR, WAVES, NOW)
    there = calendar_file(rollout(), calendar(moved(rollout(), "south-1", date(2024, 11, 19))), WAVES, NOW)
    assert here == calendar_file(rollout(), calendar(rollout()), WAVES, NOW) != there
    uids = [[str(one["uid"]) for one in File.from_ical(content).walk("VEVENT")] for content in (here, there)]
    assert sorted(uids[0]) == sorted(uids[1]) and len(set(uids[0])) == len(uids[0])


def test_lines_end_and_fold_as_the_standard_says() -> None:
    content = calendar_file(rollout(title="Å" * 200), CALENDAR, WAVES, NOW)
    assert all(len(line) <= 75 for line in content.split(b"\r\n")) and b"\n" not in content.replace(b"\r\n", b"")
