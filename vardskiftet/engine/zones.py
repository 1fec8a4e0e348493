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

    A change at a week's border belongs to both weeks' local times, so each week looks a day beyond its ends.
    """
    place = ZoneInfo(zone)
    rows = [_week(zone, place, number) for number in range(WEEKS)]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _offset(place: ZoneInfo, moment: datetime) -> int:
    shift = moment.astimezone(place).utcoffset() or timedelta()
    return int(shift.total_seconds())


def _week(zone: str, place: ZoneInfo, number: int) -> dict[str, object]:
    start, end = FIRST + timedelta(days=7 * number - 1), FIRST + timedelta(days=7 * number + 8)
    before, after = _offset(place, start), _offset(place, end)
    row: dict[str, object] = {"zone": zone, "week": number, "offset_before": before, "offset_after": after}
    if before == after:
        return row
    low, high = start, end
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (middle, high) if _offset(place, middle) == before else (low, middle)
    change = high.replace(microsecond=0, tzinfo=None)
    edges = sorted((change + timedelta(seconds=before), change + timedelta(seconds=after)))
    return row | {"odd": "missing" if after > before else "repeated", "odd_from": edges[0], "odd_until": edges[1]}
