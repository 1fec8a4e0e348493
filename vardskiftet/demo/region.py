"""Where is care given, and when is now? What all tables of one synthetic journal share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vardskiftet.demo.columns import deal
from vardskiftet.demo.outcomes import Ints, Mask
from vardskiftet.demo.served import ServedUnit

UNKNOWN_HSA_ID = "SE2321000131-X99999"
"""A unit that no programme declares."""

NO_UNIT_SHARES = {"unit NULL": 0.004, "unit empty": 0.004, "unit unknown": 0.001}


@dataclass(frozen=True, slots=True)
class Region:
    """The units' HSA-ids and shares of the care, and the journal's present day."""

    hsa_ids: tuple[str, ...]
    shares: NDArray[np.float64]
    now: np.datetime64

    def somewhere(self, rng: np.random.Generator, rows: int) -> Ints:
        """A unit (its index) for each row."""
        return rng.choice(len(self.hsa_ids), size=rows, p=self.shares).astype(np.int64)

    def days(self, rng: np.random.Generator, rows: int, first: int, last: int) -> NDArray[np.datetime64]:
        """Days from now + first to now + last (not included)."""
        return self.now + rng.integers(first, last, rows).astype("timedelta64[D]")

    def soil(self, rng: np.random.Generator, units: Ints, spared: Mask) -> tuple[Ints, pa.Array, dict[str, int]]:
        """Take the unit from some rows, other than the spared: the units with -1 there, the column, and how many of each."""
        hands = deal(rng, np.flatnonzero(~spared), NO_UNIT_SHARES)
        choices = pa.array([*self.hsa_ids, None, "", UNKNOWN_HSA_ID], pa.string())
        column = units.copy()
        for offset, hand in enumerate(hands.values()):
            column[hand] = len(self.hsa_ids) + offset
        known = np.where(column < len(self.hsa_ids), units, -1)
        return known, choices.take(pa.array(column)), {kind: len(hand) for kind, hand in hands.items()}


def region_of(units: Sequence[ServedUnit], now: np.datetime64) -> Region:
    """The region of these units, with their weights as shares of the care."""
    weights = np.array([unit.weight for unit in units], dtype=np.float64)
    return Region(tuple(unit.hsa_id for unit in units), weights / weights.sum(), now)
