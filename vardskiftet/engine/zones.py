"""When does a zone's clock change? A table of weeks, with the local stretch that is missing or repeated in each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pyarrow as pa

FIRST = datetime(1849, 12, 31, tzinfo=UTC)
"""A Monday. Earlier local times take its offset; `week_of` in the SQL counts from here: 3,786,912,000 s before 1970."""

WEEKS = 30_800
"""To the spring of 2440: more than 400 years beyond the last year with a rule of its own, after which the calendar, and with it every
rule by weekday, begins again (146,097 days, which are whole weeks). Later local times are read 400 years earlier, and put back."""
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
    # From a week before the first to two beyond the last: the offset at each Monday.
    offsets = {number: _offset(place, _monday(number)) for number in range(-1, WEEKS + 2)}
    before, after = ([offsets[number + beside] for number in range(WEEKS)] for beside in (-1, 2))
    changes = {number: _change(place, number, offsets[number]) for number in range(-1, WEEKS + 1) if offsets[number] != offsets[number + 1]}
    near = (
        (number, next(changes[one] for one in (number - 1, number, number + 1) if one in changes))
        for number in range(WEEKS)
        if before[number] != after[number]
    )
    odd = {number: _odd(change, before[number], after[number]) for number, change in near}
    none = (None, None, None)
    kinds, starts, ends = zip(*(odd.get(number, none) for number in range(WEEKS)), strict=True)
    columns = ([zone] * WEEKS, range(WEEKS), before, after, kinds, starts, ends)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def _monday(number: int) -> datetime:
    return FIRST + timedelta(days=7 * number)


def _offset(place: ZoneInfo, moment: datetime) -> int:
    shift = moment.astimezone(place).utcoffset() or timedelta()
    return int(shift.total_seconds())


def _change(place: ZoneInfo, number: int, before: int) -> datetime:
    """The moment in this week at which the offset is `before` no more, in UTC without saying so."""
    low, high = _monday(number), _monday(number + 1)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (middle, high) if _offset(place, middle) == before else (low, middle)
    return high.replace(microsecond=0, tzinfo=None)


def _odd(change: datetime, before: int, after: int) -> tuple[str, datetime, datetime]:
    """What a clock change makes of local time, and from when until when."""
    edges = sorted((change + timedelta(seconds=before), change + timedelta(seconds=after)))
    return "missing" if after > before else "repeated", edges[0], edges[1]
