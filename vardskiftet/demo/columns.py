"""How is a column of a synthetic table made? Arrow arrays from draws, moments and flags, without a loop over rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vardskiftet.demo.outcomes import Ints, Mask

Moments = NDArray[np.datetime64]
FEW = 4
"""At least so many rows of each kind of dirt, as long as they stay a small part."""


def words(rng: np.random.Generator, choices: Sequence[str | None], rows: int) -> pa.Array:
    """Text drawn from a list, each choice as likely as the next."""
    return pa.array(choices, pa.string()).take(pa.array(rng.integers(0, len(choices), rows)))


def ascii_text(values: NDArray[np.bytes_]) -> pa.Array:
    """Text from fixed-width bytes."""
    return pa.array(values).cast(pa.string())


def numbers(values: Ints, empty: Mask | None = None) -> pa.Array:
    """Whole numbers, NULL where `empty`."""
    return pa.array(values, pa.int64(), mask=empty)


def flags(mask: Mask) -> pa.Array:
    """J where true, N elsewhere."""
    return pc.if_else(pa.array(mask), "J", "N")


def written(moments: Moments, pattern: str) -> pa.Array:
    """Local moments or days as text, in strftime's pattern."""
    return pc.strftime(pa.array(moments.astype("datetime64[s]")), format=pattern)


def put(column: pa.Array, mask: Mask, value: str | pa.Array | None) -> pa.Array:
    """The column with another value where the mask is true."""
    other = value if isinstance(value, pa.Array) else pa.scalar(value, column.type)
    return pc.if_else(pa.array(mask), other, column)


def put_bytes(column: pa.Array, mask: Mask, raw: pa.Array) -> pa.Array:
    """The column with bytes where the mask is true, under the type of text though they need not be any: what a careless client writes."""
    mixed = pc.if_else(pa.array(mask), raw, column.cast(pa.binary()))
    return pa.Array.from_buffers(pa.string(), len(mixed), mixed.buffers(), mixed.null_count, mixed.offset)


def replace(table: pa.Table, column: str, values: Any) -> pa.Table:
    """The table with another column in the place of one of its own."""
    return table.set_column(table.schema.get_field_index(column), column, values)


def deal(rng: np.random.Generator, candidates: Ints, shares: Mapping[str, float]) -> dict[str, Ints]:
    """Disjoint hands of rows, one for each kind of dirt: its share of the candidates, and a few at least."""
    shuffled = rng.permutation(candidates)
    hands, start = {}, 0
    for kind, share in shares.items():
        size = max(round(share * len(candidates)), min(FEW, len(candidates) // 40))
        hands[kind] = np.sort(shuffled[start : start + size])
        start += size
    return hands


def mask_of(rows: int, indices: Ints) -> Mask:
    """True at these rows."""
    mask = np.zeros(rows, dtype=np.bool_)
    mask[indices] = True
    return mask


def moments_between(rng: np.random.Generator, first: Moments, hours: tuple[int, int], step: int) -> Moments:
    """Moments on these days, between the hours (the last not included), a whole number of steps of minutes past midnight."""
    minute = rng.integers(hours[0] * 60 // step, hours[1] * 60 // step, len(first)) * step
    moments: Moments = first.astype("datetime64[m]") + minute.astype("timedelta64[m]")
    return moments
