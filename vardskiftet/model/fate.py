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
