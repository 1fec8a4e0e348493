"""Do the books close? The three identities of a wave, line by line."""

from __future__ import annotations

from vardskiftet.model.fate import Left
from vardskiftet.model.frozen import Frozen

ALL_UNITS = "*"
"""The line of persons: a person counts once per wave."""


class BookLine(Frozen):
    """Items of one mapping and unit, and what the target itself counts."""

    mapping: str
    unit: str
    extracted: int
    loaded: int
    merged: int
    rejected: int
    excluded: int
    unchanged: int
    in_target: int | None
    """Rows of this line counted in the target; None if it could not be read."""
    left: dict[Left, int] = {}
    """Rows that an earlier plan of the wave brought and that no item of this one is, by reason."""

    @property
    def due(self) -> int:
        """Rows that the target must hold: loaded, found unchanged, or left."""
        return self.loaded + self.unchanged + sum(self.left.values())

    @property
    def closes(self) -> bool:
        """Items add up, and the target holds what was loaded, found unchanged, or left."""
        accounted = self.loaded + self.merged + self.rejected + self.excluded + self.unchanged
        return self.extracted == accounted and self.in_target == self.due


class TableLine(Frozen):
    """Rows of one source table under one mapping, each row once."""

    system: str
    table: str
    mapping: str
    rows: int
    """Rows that the load saw."""
    counted: int | None
    """Rows of an unfiltered count on a connection of its own; None if it was not taken."""
    in_waves: int
    excluded_units: int
    no_unit: int
    no_care: int

    @property
    def closes(self) -> bool:
        """Every row that the source counts was seen, once, and has its place."""
        placed = self.in_waves + self.excluded_units + self.no_unit + self.no_care
        return self.rows == self.counted and self.rows == placed


class RejectLine(Frozen):
    """Rejected items of one reason against their budget."""

    reason: str
    items: int
    budget: int

    @property
    def within(self) -> bool:
        """No more than the budget allows."""
        return self.items <= self.budget


class Books(Frozen):
    """A wave's books."""

    wave: str
    lines: tuple[BookLine, ...]
    tables: tuple[TableLine, ...]
    rejects: tuple[RejectLine, ...]
    rejects_by: tuple[tuple[str, str, int], ...] = ()
    """(mapping, reason, items): where to look."""
    instances: tuple[tuple[str, str, str], ...] = ()
    """(mapping, reason, detail): one reject of each line of `rejects_by`, where it stands and what of it is wrong."""
    flagged: tuple[tuple[str, str, str, int], ...] = ()
    """(mapping, flag, detail, items): what was kept as it is, and is to be known."""
    exclusions: tuple[tuple[str, str, int], ...] = ()
    """(mapping, because, items)."""
    taken_over: tuple[tuple[str, str, int], ...] = ()
    """(mapping, other wave, rows): counted here and there, since both brought them; they stand as the other wave wrote them."""
    no_unit: RejectLine
    batches_done: int
    batches_planned: int
    total: BookLine

    @property
    def complete(self) -> bool:
        """Every planned batch is in the target."""
        return self.batches_planned > 0 and self.batches_done == self.batches_planned

    @property
    def closes(self) -> bool:
        """All three identities hold on every line, and nothing planned is missing."""
        return self.complete and all(line.closes for line in self.lines) and all(table.closes for table in self.tables)

    @property
    def within_budget(self) -> bool:
        """No reason, nor `no_unit`, is over its budget."""
        return self.no_unit.within and all(line.within for line in self.rejects)
