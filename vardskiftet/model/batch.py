"""What is the unit of work, of commit and of resuming? A mapping and a key range: small and picklable."""

from __future__ import annotations

from enum import StrEnum

from vardskiftet.model.frozen import Frozen

KeyPart = int | float | str | bytes
Key = tuple[KeyPart, ...]


class KeyRange(Frozen):
    """Half-open range [low, high) in the source's own key order, compared only there; None is open.

    Rows whose key holds a NULL have no place in that order: `nulls` is the range of just those.
    """

    low: Key | None = None
    high: Key | None = None
    nulls: bool = False


class BatchKind(StrEnum):
    """What is done with a range."""

    LOAD = "load"
    """Its rows are read, judged and written."""
    SCAN = "scan"
    """Its keys are read, and rows of the record whose key is not among them are told: the last batch of a mapping in a delta."""


class Batch(Frozen):
    """One key range of one mapping under one plan."""

    mapping: str
    number: int
    range: KeyRange
    by: tuple[str, ...]
    """The source columns that the range is cut by: the key, or for a table without one its most telling column."""
    kind: BatchKind = BatchKind.LOAD
