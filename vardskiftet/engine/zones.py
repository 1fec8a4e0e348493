"""When does a zone's clock change? A table of weeks, with the local stretch that is missing or repeated in each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pyarrow as pa

FIRST = datetime(1849, 12, 31, tzinfo=UTC)
"""A Monday. Earlier local times take its offset; `week_of` in the SQL counts from here: 3,786,912,000 s before 1970."""

WEEKS = 18_001
SCHEMA = pa.schema(
    [
        ("zone", pa.string()),
        ("week", pa.int64()),
        ("offset_before", pa.int64()),
        ("offset_after", pa.int64()),
        ("odd", pa.string()),
        ("odd_from", pa.timestamp("us")),
        ("odd_until", pa.timestamp("us")),
    ]
)


@cache
def zone_weeks(zone: str) -> pa.Table:
    """One row per week: offsets in seconds on either side of its clock change, and the odd stretch in local time (NULL without one).

    A change near a week's border belongs to the local times of both weeks, so each looks a week beyond its ends; no zone changes
    its clock twice in three weeks.
    """
    place = ZoneInfo(zone)
    offsets = [_offset(place, FIRST + timedelta(days=7 * number)) for number in range(-1, WEEKS + 2)]
    before, after = offsets[:WEEKS], offsets[3 : WEEKS + 3]
    odd = {number: _odd(place, number, before[number], after[number]) for number in range(WEEKS) if before[number] != after[number]}
    none = (None, None, None)
    kinds, starts, ends = zip(*(odd.get(number, none) for number in range(WEEKS)), strict=True)
    columns = ([zone] * WEEKS, range(WEEKS), before, after, kinds, starts, ends)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def _offset(place: ZoneInfo, moment: datetime) -> int:
    shift = moment.astimezone(place).utcoffset() or timedelta()
    return int(shift.total_seconds())


def _odd(place: ZoneInfo, number: int, before: int, after: int) -> tuple[str, datetime, datetime]:
    """What the clock change around a week makes of local time, and from when until when."""
    low, high = FIRST + timedelta(days=7 * (number - 1)), FIRST + timedelta(days=7 * (number + 2))
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (middle, high) if _offset(place, middle) == before else (low, middle)
    change = high.replace(microsecond=0, tzinfo=None)
    edges = sorted((change + timedelta(seconds=before), change + timedelta(seconds=after)))
    return "missing" if after > before else "repeated", edges[0], edges[1]
