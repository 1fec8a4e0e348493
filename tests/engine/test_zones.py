"""Does the table of weeks hold every change of a zone's clock, and only those?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from vardskiftet.engine.zones import FIRST, SCHEMA, WEEKS, zone_weeks

ZONES = ("Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "UTC")


def seconds(zone: ZoneInfo, moment: datetime) -> int:
    shift = moment.astimezone(zone).utcoffset()
    assert shift is not None
    return int(shift.total_seconds())


@pytest.mark.parametrize("name", ZONES)
def test_there_is_one_row_for_every_week(name: str) -> None:
    table = zone_weeks(name)
    assert table.schema == SCHEMA
    assert table["week"].to_pylist() == list(range(WEEKS))
    assert table["zone"].unique().to_pylist() == [name]


def test_the_first_week_begins_where_the_sql_counts_from() -> None:
    assert FIRST.weekday() == 0
    assert FIRST.timestamp() == -3_786_912_000


def test_a_zone_without_changes_has_none() -> None:
    table = zone_weeks("UTC")
    assert table["odd"].null_count == table["odd_from"].null_count == table["odd_until"].null_count == WEEKS
    assert set(table["offset_before"].to_pylist()) == set(table["offset_after"].to_pylist()) == {0}


@pytest.mark.parametrize("name", ZONES)
def test_an_odd_stretch_lies_between_the_two_offsets(name: str) -> None:
    zone = ZoneInfo(name)
    odd = [row for row in zone_weeks(name).to_pylist() if row["odd"] is not None]
    for row in odd:
        before, after = row["offset_before"], row["offset_after"]
        assert row["odd"] == ("missing" if after > before else "repeated")
        assert row["odd_until"] - row["odd_from"] == timedelta(seconds=abs(after - before))
        change = (row["odd_from"] - timedelta(seconds=min(before, after))).replace(tzinfo=UTC)
        assert seconds(zone, change - timedelta(seconds=1)) == before
        assert seconds(zone, change) == after


@pytest.mark.parametrize("name", ZONES)
def test_a_week_without_an_odd_stretch_has_one_offset_all_through(name: str) -> None:
    zone = ZoneInfo(name)
    # Local times of a week lie up to a day beside it in UTC.
    for row in zone_weeks(name).to_pylist()[::7]:
        if row["odd"] is None:
            start = FIRST + timedelta(days=7 * row["week"])
            offsets = {seconds(zone, start + timedelta(days=day)) for day in range(-1, 9)}
            assert offsets == {row["offset_before"]} == {row["offset_after"]}


@pytest.mark.parametrize("name", ["Europe/Stockholm", "Europe/London", "Europe/Helsinki", "Australia/Lord_Howe"])
def test_no_two_changes_of_our_zones_share_a_rows_stretch(name: str) -> None:
    # The table has room for one change in the three weeks that a row looks over.
    zone = ZoneInfo(name)
    offsets = [seconds(zone, FIRST + timedelta(days=day)) for day in range(WEEKS * 7)]
    changed = [day for day in range(1, len(offsets)) if offsets[day] != offsets[day - 1]]
    assert all(later - earlier > 21 for earlier, later in pairwise(changed))


def test_an_unknown_zone_is_an_error() -> None:
    with pytest.raises(KeyError):
        zone_weeks("Europe/Skövde")
