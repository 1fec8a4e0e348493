"""Is every local time the instant that the zone's own history says, on both sides of every change of the clock?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transforming import STOCKHOLM, Answer, one, open_examples, run_transform

ZONES = (STOCKHOLM, "America/New_York", "Australia/Lord_Howe", "Europe/Helsinki")
"""Ours; one with other dates; one whose clock moves half an hour, south of the equator; a neighbour."""

FORM = "%Y-%m-%d %H:%M:%S"
MINUTES = [minute + second for minute in range(-150, 151, 10) for second in (0, 1 / 60, 59 / 60)]
FROM_1000, TO_1849, FROM_1900, TO_9999 = map(datetime.fromisoformat, ("1000-01-01", "1849-01-01", "1900-01-02", "9999-12-30"))
CHOICES = [{}, {"repeated_hour": "first", "missing_hour": "shift"}, {"repeated_hour": "second"}]


@pytest.fixture(scope="module")
def zoned() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_examples(*ZONES) as connection:
        yield connection


def expected(local: datetime, zone: ZoneInfo, repeated_hour: str = "reject", missing_hour: str = "reject") -> Answer:
    """What the zone database says of a local time (PEP 495: `fold` tells the two passes of a repeated hour apart)."""
    first, second = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    assert first is not None
    assert second is not None
    if first < second and missing_hour == "reject":
        return None, "MISSING_HOUR"
    if first > second and repeated_hour == "reject":
        return None, "REPEATED_HOUR"
    later = first > second and repeated_hour == "second"
    return (local - (second if later else first)).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0"), None


def changes(zone: ZoneInfo, first: int, last: int) -> list[datetime]:
    """Every moment (UTC, to the minute) at which the zone's offset changes, found day by day."""
    found = []
    day = datetime(first, 1, 1, tzinfo=UTC)
    while day.year < last:
        low, high = day, day + timedelta(days=1)
        before, after = (moment.astimezone(zone).utcoffset() for moment in (low, high))
        while before != after and high - low > timedelta(minutes=1):
            middle = low + (high - low) // 2
            low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
        if before != after:
            found.append(high.replace(second=0, microsecond=0))
        day += timedelta(days=1)
    return found


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("choice", CHOICES, ids=["reject", "first", "second"])
def test_the_hours_around_every_change_of_the_clock(zoned: duckdb.DuckDBPyConnection, name: str, choice: dict[str, str]) -> None:
    zone = ZoneInfo(name)
    moments = changes(zone, 1980, 2040)
    assert len(moments) > 70
    locals_ = sorted(
        {(moment.astimezone(zone).replace(tzinfo=None) + timedelta(minutes=minute)) for moment in moments for minute in MINUTES}
    )
    answers = run_transform(zoned, "local_time", {"format": FORM} | choice, [local.strftime(FORM) for local in locals_], name)
    assert answers == [expected(local, zone, **choice) for local in locals_]
    assert {reason for _, reason in answers} >= ({"MISSING_HOUR", "REPEATED_HOUR"} if not choice else {None})


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("year", [2194, 2438, 2840, 9990])
def test_the_hours_around_changes_beyond_the_table_of_transitions(zoned: duckdb.DuckDBPyConnection, name: str, year: int) -> None:
    zone = ZoneInfo(name)
    moments = changes(zone, year, year + 4)
    assert len(moments) == 8
    locals_ = sorted({moment.astimezone(zone).replace(tzinfo=None) + timedelta(minutes=minute) for moment in moments for minute in MINUTES})
    answers = run_transform(zoned, "local_time", {"format": FORM}, [local.strftime(FORM) for local in locals_], name)
    assert answers == [expected(local, zone) for local in locals_]


@settings(max_examples=15)
@given(moments=st.lists(st.datetimes(FROM_1900, TO_9999), min_size=50, max_size=200), name=st.sampled_from(ZONES))
def test_any_local_time_until_the_last_year(zoned: duckdb.DuckDBPyConnection, moments: list[datetime], name: str) -> None:
    locals_ = [moment.replace(microsecond=0, fold=0) for moment in moments]
    answers = run_transform(zoned, "local_time", {"format": FORM}, [local.strftime(FORM) for local in locals_], name)
    assert answers == [expected(local, ZoneInfo(name)) for local in locals_]


@settings(max_examples=15)
@given(moments=st.lists(st.datetimes(FROM_1000, TO_1849), min_size=1, max_size=50))
def test_before_the_first_zone_the_sun_was_the_clock(zoned: duckdb.DuckDBPyConnection, moments: list[datetime]) -> None:
    locals_ = [moment.replace(microsecond=0, fold=0) for moment in moments]
    answers = run_transform(zoned, "local_time", {"format": FORM}, [local.strftime(FORM) for local in locals_])
    assert answers == [expected(local, ZoneInfo(STOCKHOLM)) for local in locals_]


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        ("%Y-%m-%d %H:%M:%S.%f", "2024-07-01 12:00:00.000001", "2024-07-01T10:00:00.000001Z"),
        ("%Y-%m-%d %H:%M:%S.%g", "2024-07-01 12:00:00.250", "2024-07-01T10:00:00.250000Z"),
        ("%Y%m%d%H%M", "202407011200", "2024-07-01T10:00:00Z"),
        ("%-d/%-m %Y kl. %H.%M", "1/7 2024 kl. 12.00", "2024-07-01T10:00:00Z"),
        ("%Y-%m-%dT%H:%M:%S", "2024-07-01T12:00:00", "2024-07-01T10:00:00Z"),
        ("%Y-%j", "2024-183", "2024-06-30T22:00:00Z"),
        ("100%% %Y-%m-%d", "100% 2024-07-01", "2024-06-30T22:00:00Z"),
    ],
)
def test_declared_forms(duck: duckdb.DuckDBPyConnection, form: str, text: str, value: str) -> None:
    assert one(duck, "local_time", {"format": form}, text) == (value, None)


@pytest.mark.parametrize(
    "text",
    [
        "2024-07-01 12:00 ",
        " 2024-07-01 12:00",
        "2024-7-1 12:00",
        "2024-07-01 24:00",
        "2024-07-01 12:60",
        "2024-07-01  12:00",
        "2024-07-01 12:00:00",
        "2024-07-01",
        "24-07-01 12:00",
        "12024-07-01 12:00",
        "2024-07-01 12:00\n",
        "2024-07-01 12:00\0",
        "2024-02-30 12:00",
        "٢٠٢٤-07-01 12:00",
        "-2024-07-01 12:00",
        "infinity",
        "now",
        "epoch",
    ],
)
def test_a_text_in_another_form_is_no_time(duck: duckdb.DuckDBPyConnection, text: str) -> None:
    assert one(duck, "local_time", {"format": "%Y-%m-%d %H:%M"}, text) == (None, "INVALID_DATE")


@settings(max_examples=25)
@given(texts=st.lists(st.text() | st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"), min_size=1, max_size=60))
def test_a_day_is_the_same_text_or_no_day(duck: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    def plain(text: str) -> Answer:
        try:
            known = date.fromisoformat(text).isoformat() == text
        except ValueError:
            known = False
        return (text, None) if known else (None, None if text == "" else "INVALID_DATE")

    assert run_transform(duck, "day", {}, texts) == [plain(text) for text in texts]


@settings(max_examples=25)
@given(texts=st.lists(st.text(), min_size=1, max_size=60), kind=st.sampled_from(["day", "local_time"]))
def test_any_text_is_a_time_or_says_why_not(duck: duckdb.DuckDBPyConnection, texts: list[str], kind: str) -> None:
    for text, (value, reason) in zip(texts, run_transform(duck, kind, {}, texts), strict=True):
        assert (value is None) == (reason is not None or text == "")


def test_only_the_listed_texts_mean_unknown(duck: duckdb.DuckDBPyConnection) -> None:
    options = {"sentinels": ["1900-01-01", "0000-00-00"]}
    answers = run_transform(duck, "day", options, ["1900-01-01", "0000-00-00", "1900-01-02", "0000-00-01", "1900-01-01 "])
    assert answers == [(None, None), (None, None), ("1900-01-02", None), (None, "INVALID_DATE"), (None, "INVALID_DATE")]
