"""How many rows has a batch of which only keys and marks are read, and whole rows of few?"""

from __future__ import annotations

WIDEST = 32
"""How many times as many rows such a batch has at most: their keys are in memory together."""


def width(batch_rows: int, rows: int, wanted: int) -> int:
    """Rows of a batch, of which about half of `batch_rows` are read whole where `wanted` of all `rows` are: at least `batch_rows`."""
    return min(max(batch_rows * rows // (2 * max(wanted, 1)), batch_rows), batch_rows * WIDEST)
