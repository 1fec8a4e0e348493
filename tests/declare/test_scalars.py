"""What value does a text stand for, and what is said when it stands for none?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.declare import scalars
from vardskiftet.model.wave import Scope

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def said(read: object, value: str) -> str:
    with pytest.raises(scalars.Unreadable) as wrong:
        read(value)  # type: ignore[operator]  # any reader
    return f"{wrong.value} {wrong.value.hint}"


@pytest.mark.parametrize("value", ["yes", "True", "TRUE", "on", "1", "ja", "", " true"])
def test_only_true_and_false_are_booleans(value: str) -> None:
    assert "true or false" in said(scalars.boolean, value)
    assert scalars.boolean("true") is True and scalars.boolean("false") is False


@pytest.mark.parametrize("value", ["1.0", "1e3", "0123", "1_000", "1 000", "+1", "", "٣", "9" * 30, "0x1F"])
def test_only_plain_digits_are_whole_numbers(value: str) -> None:
    assert "whole number" in said(scalars.integer, value)


@given(st.integers(-(10**17), 10**17))
def test_whole_numbers_come_back(number: int) -> None:
    assert scalars.integer(str(number)) == number


def test_a_count_is_not_negative() -> None:
    assert scalars.count("0") == 0
    assert "negative" in said(scalars.count, "-1")


@pytest.mark.parametrize("value", ["0,1", "1.1", "-0.1", "nan", "inf", ".5", "10%"])
def test_a_share_lies_between_0_and_1_with_a_point(value: str) -> None:
    said(scalars.share, value)
    assert [scalars.share(good) for good in ("0", "0.1", "1")] == [0.0, 0.1, 1.0]


@pytest.mark.parametrize("value", ["2024-02-30", "2023-02-29", "2024-13-01", "24-01-01", "2024-1-1", "20240101", "2024-01-01 10:00"])
def test_a_day_is_in_the_calendar(value: str) -> None:
    said(scalars.day, value)
    assert scalars.day("2024-02-29") == date(2024, 2, 29)


@pytest.mark.parametrize("value", ["Sas", "-sas", "säs", "a b", "", "a/b", "../a", "a\n", "a\x00"])
def test_a_name_is_a_slug(value: str) -> None:
    assert "is not a name" in said(scalars.slug, value)
    assert scalars.slug("0-a_b") == "0-a_b"


@pytest.mark.parametrize("value", ["_key", "vs_row", "1a", "A", "å", "a-b", 'a"b', ""])
def test_names_of_the_record_leave_room_for_the_tools_own(value: str) -> None:
    said(scalars.record_name, value)
    assert scalars.record_name("v_s1") == "v_s1"


@pytest.mark.parametrize(
    "value", ["SE2321000131", "SE232100013-X1", "se2321000131-X1", "SE2321000131-", "SE2321000131-Å", "SE2321000131-" + "X" * 19]
)
def test_an_hsa_id_has_its_form(value: str) -> None:
    assert "is not an HSA-id" in said(scalars.hsa_id, value)
    assert scalars.hsa_id("SE2321000131-" + "X" * 18)


def test_an_unknown_choice_is_answered_with_the_nearest() -> None:
    assert "Did you mean 'hospital'?" in said(scalars.choice(Scope), "hopsital")
    assert "Known: base, full_record" in said(scalars.choice(Scope), "xyz")


@pytest.mark.parametrize(
    ("value", "meant"), [("Europe/Stokholm", "Europe/Stockholm"), ("../etc/passwd", "Europe/Stockholm"), ("", "Europe")]
)
def test_an_unknown_time_zone_is_answered_with_a_known_one(value: str, meant: str) -> None:
    assert meant in said(scalars.zone_name, value)


@pytest.mark.parametrize("value", ["hex", "utf-9", "zip", "a\x00b", ""])
def test_only_text_encodings_are_encodings(value: str) -> None:
    assert "is not a text encoding" in said(scalars.encoding, value)
    assert scalars.encoding("cp1252") == "cp1252"


@pytest.mark.parametrize("value", ["2025-fall", "2025", "autumn-2025", "25-autumn"])
def test_a_season_is_a_year_and_one_of_four(value: str) -> None:
    assert "is not a season" in said(scalars.season, value)


MOMENTS = {
    "2024-11-12 04:00": datetime(2024, 11, 12, 3, 0, tzinfo=UTC),
    "2024-07-01 04:00:30": datetime(2024, 7, 1, 2, 0, 30, tzinfo=UTC),
    "2024-07-01 04:00+02:00": datetime(2024, 7, 1, 2, 0, tzinfo=UTC),
    "2024-10-27 02:30+02:00": datetime(2024, 10, 27, 0, 30, tzinfo=UTC),
    "2024-10-27 02:30 +01:00": datetime(2024, 10, 27, 1, 30, tzinfo=UTC),
    "2024-10-27 03:00": datetime(2024, 10, 27, 2, 0, tzinfo=UTC),
    "2024-03-31 03:00": datetime(2024, 3, 31, 1, 0, tzinfo=UTC),
}


@pytest.mark.parametrize("value", MOMENTS)
def test_a_local_moment_is_read_in_its_zone(value: str) -> None:
    moment = scalars.moment(STOCKHOLM)(value)
    assert moment.astimezone(UTC) == MOMENTS[value] and moment.tzinfo is STOCKHOLM


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("2024-03-31 02:30", "is missing in Europe/Stockholm"),
        ("2024-03-31 02:30+01:00", "is missing in Europe/Stockholm"),
        ("2024-10-27 02:30", "Write 2024-10-27 02:30+02:00 or 2024-10-27 02:30+01:00."),
        ("2024-07-01 04:00+01:00", "Write +02:00"),
        ("2024-07-01 04:00-02:00", "Write +02:00"),
        ("2024-07-01", "is not a moment"),
        ("2024-07-01T04:00", "is not a moment"),
        ("2024-07-01 04:00Z", "is not a moment"),
        ("2024-07-01 24:00", "is not in the calendar"),
        ("2024-06-31 04:00", "is not in the calendar"),
        ("0000-00-00 00:00", "is not in the calendar"),
    ],
)
def test_a_moment_that_cannot_be_told_is_said_with_the_remedy(value: str, part: str) -> None:
    assert part in said(scalars.moment(STOCKHOLM), value)


FIRST = datetime(1990, 1, 1, tzinfo=UTC).replace(tzinfo=None)
MINUTES = st.integers(0, 47 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))


@given(MINUTES)
def test_every_instant_can_be_written_with_its_offset(naive: datetime) -> None:
    local = naive.replace(tzinfo=UTC).astimezone(STOCKHOLM)
    written = f"{local:%Y-%m-%d %H:%M}{local.isoformat()[-6:]}"
    assert scalars.moment(STOCKHOLM)(written).astimezone(UTC) == naive.replace(tzinfo=UTC)


@given(MINUTES)
def test_a_moment_without_offset_is_the_only_one_of_that_name_or_refused(naive: datetime) -> None:
    named = [
        instant
        for hours in (1, 2)
        for instant in [naive.replace(tzinfo=UTC) - timedelta(hours=hours)]
        if instant.astimezone(STOCKHOLM).replace(tzinfo=None) == naive
    ]
    try:
        assert [scalars.moment(STOCKHOLM)(f"{naive:%Y-%m-%d %H:%M}").astimezone(UTC)] == named
    except scalars.Unreadable:
        assert len(named) != 1
