"""What did a measurement find, on which evidence, and when?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from vardskiftet.model.evidence import EvidenceRef

WHOLE_WAVE = "*"
"""The line of a check that is asked once for the wave."""


@dataclass(frozen=True, slots=True)
class UnitValue:
    """What was found on one unit, raw: nothing is judged yet."""

    unit: str
    value: Fraction | None = None
    """None where there are too few rows, or none."""
    part: Fraction | None = None
    whole: Fraction | None = None
    rows: int = 0
    """Rows that were looked at."""
    excluded: int = 0
    """Rows that do not count by the check's own `of:`."""
    group: str = ""
    """The worst group, in words; empty without groups."""
    groups: int = 0
    small: int = 0
    """Groups with too few rows to tell."""
    since: date | None = None
    """The newest day, where days since it are the value."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A check, measured for a wave."""

    check: str
    wave: str
    at: datetime
    definition: str
    """Digest of how it was measured."""
    evidence: tuple[EvidenceRef, ...]
    units: tuple[UnitValue, ...]
    error: str = ""
    """Why it could not be measured, in words; empty where it could."""
    threshold: str = ""
    """What was asked then, in words: an old result keeps its old threshold."""
    seq: int = 0

    @property
    def as_of(self) -> datetime:
        """The oldest of what it stands on; its own time where it stands on nothing."""
        return min((one.as_of for one in self.evidence), default=self.at)
