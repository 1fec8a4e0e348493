"""What became of an item, and how many of each? The words of the books."""

from __future__ import annotations

from enum import StrEnum

from vardskiftet.model.frozen import Frozen


class Fate(StrEnum):
    """Every item has exactly one."""

    LOADED = "loaded"
    MERGED = "merged"
    REJECTED = "rejected"
    EXCLUDED = "excluded"
    UNCHANGED = "unchanged"


CHANGED = "CHANGED_IN_TARGET"
"""The reason of a row that the new system's users changed: it is left alone, and its line in the books names it as it stands."""


class Left(StrEnum):
    """Why a row that a wave brought stands in the record though no item of the wave's newest plan is it.

    A plan puts every row that its wave brought, and that still stands, on exactly one line: the item that is the row was `loaded` or
    found `unchanged`, or the row was left, for one of these reasons. So `in_target = loaded + unchanged + left` is proved by the
    target alone: its rows are counted, the other numbers are written down by the plan's batches, row by row for those that were left.
    """

    VANISHED = "vanished"
    """The source has no row of that key any more, or the row no longer holds that item."""
    MOVED = "moved"
    """The source's row lies in another wave now, in an excluded unit, or nowhere."""
    EDITED = "edited"
    """The new system's users changed the row, and the source changed too: rejected CHANGED_IN_TARGET, never overwritten."""
    REJECTED = "rejected"
    """The source's row came once, and is rejected now."""
    EXCLUDED = "excluded"
    """The source's row came once, and a rule takes it out now: struck out in the old system, it stands in the new."""
    MERGED = "merged"
    """The source's row came once as one of its own, and is another's copy now."""


class Place(StrEnum):
    """Where a source row belongs before it is an item: each row has exactly one."""

    IN_WAVE = "in_wave"
    OTHER_WAVE = "other_wave"
    EXCLUDED_UNIT = "excluded_unit"
    NO_UNIT = "no_unit"
    NO_CARE = "no_care"


class Tally(Frozen):
    """Item counts of one mapping for one unit."""

    extracted: int = 0
    loaded: int = 0
    merged: int = 0
    rejected: int = 0
    excluded: int = 0
    unchanged: int = 0

    @property
    def unaccounted(self) -> int:
        """Items without a fate; anything but 0 means that the books do not close."""
        return self.extracted - self.loaded - self.merged - self.rejected - self.excluded - self.unchanged
