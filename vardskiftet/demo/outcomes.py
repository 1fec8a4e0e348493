"""Which fates can the generator plant, and which comes first? Outcomes as small integers, for arrays of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vardskiftet.model.fate import Fate

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Hit = tuple[Mask, str] | tuple[Mask, Ints]
"""Rows, and the outcome that they come to: one by its word, or each row's own code."""

# Word for word as the mappings say it.
STRUCK = "Struck out in Elvis; kept in the archive."
PAST = "Past bookings stay in Elvis, readable for at least one year."
FOLLOWS = "Follows its excluded parent."
STRUCK_IN_ASYNJA = "Struck out in AsynjaVisph; kept in the archive."
STRUCK_IN_OBSTETRIX = "Struck out in Obstetrix; kept in the archive."
PAST_IN_OBSTETRIX = "Past bookings stay in Obstetrix, readable for at least one year."
STRUCK_IN_MELIOR = "Struck out in Melior; kept in the archive."
OF_ADULTS = "Measurements of adults are history; they stay in Melior, readable for at least one year."
NO_ITEM = "NO_ITEM"
"""What the engine says of a row without any of its pieces."""

BECAUSES = (STRUCK, PAST, FOLLOWS, STRUCK_IN_ASYNJA, STRUCK_IN_OBSTETRIX, PAST_IN_OBSTETRIX, STRUCK_IN_MELIOR, OF_ADULTS, NO_ITEM)

REASONS = (
    "AMBIGUOUS_CENTURY",
    "DUPLICATE_KEY",
    "FUTURE_DATE",
    "IDENTITY_CHECKSUM",
    "IDENTITY_FORMAT",
    "IDENTITY_MISSING",
    "IMPLAUSIBLE_VALUE",
    "INVALID_DATE",
    "INVALID_ENCODING",
    "INVALID_NUMBER",
    "MISSING_HOUR",
    "PARENT_EXCLUDED",
    "PARENT_MISSING",
    "PARENT_REJECTED",
    "REQUIRED_EMPTY",
    "TOO_LONG",
    "UNMAPPED_CODE",
)
OUTCOMES: tuple[tuple[Fate, str], ...] = (
    (Fate.LOADED, ""),
    (Fate.MERGED, ""),
    *((Fate.REJECTED, reason) for reason in REASONS),
    *((Fate.EXCLUDED, because) for because in BECAUSES),
)
LOADED, MERGED = 0, 1
CODE = {word: code for code, (_, word) in enumerate(OUTCOMES) if word}

_REJECTED = np.array([fate is Fate.REJECTED for fate, _ in OUTCOMES])
_EXCLUDED = np.array([fate is Fate.EXCLUDED for fate, _ in OUTCOMES])


def first_of(rows: int, *hits: Hit) -> Ints:
    """The outcome of each row: the first hit's, given by its word or row by row; loaded where nothing hits."""
    masks = [mask for mask, _ in hits]
    codes = [np.full(rows, CODE[what]) if isinstance(what, str) else what for _, what in hits]
    return np.select(masks, codes, default=LOADED).astype(np.int64)


def by_parent(parents: Ints, child_of: Ints, *, follow: bool = False) -> Ints:
    """What a parent's outcome makes of its child; `child_of` indexes `parents`, -1 where there is none. Loaded if nothing."""
    outcome = np.where(child_of >= 0, parents[child_of] if len(parents) else LOADED, LOADED)
    excluded = CODE[FOLLOWS] if follow else CODE["PARENT_EXCLUDED"]
    return np.where(_REJECTED[outcome], CODE["PARENT_REJECTED"], np.where(_EXCLUDED[outcome], excluded, LOADED))


def left_behind(outcomes: Ints) -> Mask:
    """Where a rule of the mapping leaves the row behind."""
    return _EXCLUDED[outcomes]


def of_copies(outcomes: Ints) -> Ints:
    """The outcome of an identical copy: merged where the row is loaded, else the row's own."""
    return np.where(outcomes == LOADED, MERGED, outcomes)


def with_the_copies(outcomes: Ints, row_of: Ints) -> Ints:
    """Outcomes row by row; `row_of` lists every index once, in order, then the identical copies."""
    return np.concatenate([outcomes, of_copies(outcomes[row_of[len(outcomes) :]])])
