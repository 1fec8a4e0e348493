"""How heavy and how tall are the synthetic children? Plausible values of one kind each, as a journal writes them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vardskiftet.demo.outcomes import Ints, Mask

WEIGHT, LENGTH, HEAD = 0, 1, 2

NEWBORN = np.array([350, 500, 350])
"""Weight in hundredths of a kilogram, length and head in tenths of a centimetre; our own round figures, not a growth curve."""

YEARLY = np.array([230, 70, 20])


def values(rng: np.random.Generator, kinds: Ints, years: NDArray[np.float64]) -> Ints:
    """A value for each measurement: in hundredths of a kilogram or tenths of a centimetre."""
    middle = NEWBORN[kinds] + YEARLY[kinds] * years
    found: Ints = np.rint(middle * rng.normal(1.0, 0.06, len(kinds)).clip(0.8, 1.2)).astype(np.int64)
    return found


def with_comma(number: Ints, places: Ints) -> pa.Array:
    """A whole number of tenths (1 place) or hundredths (2), written with a decimal comma."""
    divisor = 10**places
    whole, rest = pa.array(number // divisor).cast(pa.string()), pa.array(number % divisor).cast(pa.string())
    padded = pc.if_else(pa.array(places == 2), pc.utf8_lpad(rest, 2, padding="0"), rest)
    return pc.binary_join_element_wise(whole, padded, ",")


def without_comma(number: Ints, factor: int) -> pa.Array:
    """The number times a factor, whole: what stands beside a smaller unit."""
    return pa.array(number * factor).cast(pa.string())


def chosen(mask: Mask, one: pa.Array, other: pa.Array) -> pa.Array:
    """The one where the mask is true, the other elsewhere."""
    return pc.if_else(pa.array(mask), one, other)
