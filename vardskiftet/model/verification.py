"""What came of a verification? Each level's verdict, table by table, with what it could not see."""

from __future__ import annotations

from vardskiftet.model.difference import Level, Verdict
from vardskiftet.model.frozen import Frozen


class TableVerdict(Frozen):
    """One mapping's rows at one level."""

    mapping: str
    table: str
    verdict: Verdict
    expected: int
    """Rows, groups or pairs that were derived from the source."""
    stored: int
    """The same, as read from the record."""
    differences: int
    unexplained: int
    only_counts: bool = False
    """Of books that are open: whether all that is open is how many rows the record holds."""
    why: str = ""
    """Why it was not verified; empty where it was."""


class LevelVerdict(Frozen):
    """One level."""

    level: Level
    verdict: Verdict
    tables: tuple[TableVerdict, ...] = ()
    problems: tuple[str, ...] = ()
    """What does not close, or could not be looked at, in words."""


class Selftest(Frozen):
    """How many seeded corruptions the verifier saw."""

    seeded: int
    seen: int
    missed: tuple[str, ...]


class Changed(Frozen):
    """A declaration that is not what it was when the wave was loaded."""

    path: str
    mapping: str
    """The mapping that it is; empty for a declaration that concerns all."""
    items: int
    """Items of the load that it, or all mappings, made: they stand as the earlier version says."""


class Verification(Frozen):
    """A whole verification of a wave."""

    wave: str
    plan: str
    run_id: str
    quick: bool = False
    """Against digests that the load kept: no second opinion."""
    recheck: bool = False
    """Only the differences of the verification before were looked at."""
    levels: tuple[LevelVerdict, ...]
    total: int
    explained: int
    by_kind: dict[str, int]
    zero_tolerance: dict[str, int]
    """Reason to differences that no cause excuses."""
    waiting: tuple[tuple[str, str, int], ...] = ()
    """(unit, what waits for somebody there, how many), as the record holds it."""
    stale: tuple[Changed, ...]
    """Declarations that changed since the load: what was verified is what they said then."""
    cannot_see: tuple[str, ...]
    selftest: Selftest | None = None
    file: str = ""
    """Where every difference lies, below the work folder; empty if there is none."""

    @property
    def equal(self) -> bool | None:
        """True only if all that was asked was looked at and nothing unexplained was found; None where it could not be told."""
        verdicts = {one.verdict for one in self.levels}
        if self.total > self.explained or self.zero_tolerance or verdicts & {Verdict.DIFFERENT, Verdict.OPEN}:
            return False
        return None if not verdicts or Verdict.NOT_VERIFIED in verdicts else True
