"""What does a report know? One frozen object for every template: counts and declared words, never a patient's values."""

from __future__ import annotations

from datetime import datetime

from vardskiftet.model.books import ALL_UNITS, RejectLine, TableLine
from vardskiftet.model.fate import Fate, Tally
from vardskiftet.model.frozen import Frozen
from vardskiftet.report.findings import BooksVerdict, Finding

NO_UNIT = "no_unit"
"""The line of source rows without a unit among the reject reasons: it has a budget of its own."""


class Flow(Frozen):
    """Items of one mapping, one unit, or one of both, from extracted to their fates."""

    name: str
    """A mapping, a unit's id (`*` for persons), or `mapping · unit`."""
    title: str
    tally: Tally
    in_target: int | None
    """Rows that the target itself counts; None if it could not be read."""
    closes: bool

    def of(self, fate: str) -> int:
        """Items of one fate."""
        return int(getattr(self.tally, Fate(fate).value))


class UnitFlow(Flow):
    """A unit's line, with what the declarations say of it."""

    scope: str = ""
    """Its scope level in this wave; empty on the line of persons and for units that are not in the wave."""
    illustrative: bool = False

    @property
    def for_persons(self) -> bool:
        """Whether this is the line on which each person counts once per wave."""
        return self.name == ALL_UNITS

    @property
    def silent(self) -> bool:
        """Whether nothing at all came from this unit."""
        return self.tally.extracted == 0


class Exclusion(Frozen):
    """Items that a declared rule leaves out, and why."""

    mapping: str
    because: str
    items: int


class ExcludedUnit(Frozen):
    """A unit that takes part in no wave, and why."""

    unit: str
    title: str
    because: str


class OtherRoute(Frozen):
    """A kind of information that this load does not carry."""

    system: str
    information: str
    route: str
    because: str
    owner: str


class SourceTable(Frozen):
    """A source table's line in the books, with what the plan expected."""

    line: TableLine
    planned: int | None
    """Rows when the plan was made; None without a plan."""


class PlanFacts(Frozen):
    """Which plan the load follows."""

    name: str
    fingerprint: str
    made_at: datetime
    tool: str


class RunFacts(Frozen):
    """One run that touched the wave."""

    run_id: str
    verb: str
    started: datetime
    seconds: float
    """Machine time: a synthetic programme's clock may stand still."""
    outcome: str


class Flagged(Frozen):
    """Items of a mapping that were kept under a flag; `detail` says which column, where a flag is about one."""

    mapping: str
    flag: str
    detail: str
    items: int


class Facts(Frozen):
    """Everything a report of a wave may say. Moments are in the programme's time zone."""

    programme: str
    programme_title: str
    timezone: str
    synthetic: bool
    clock: datetime | None
    wave: str
    wave_title: str
    go_live: datetime | None
    season: str
    days_to_go_live: int | None
    """Calendar days from `now`; negative once it has passed, None while only a season is known."""
    now: datetime
    tool: str
    record_title: str
    record_version: str
    plan: PlanFacts | None
    runs: tuple[RunFacts, ...]
    store_length: int
    store_head: str
    verdict: BooksVerdict
    findings: tuple[Finding, ...]
    total: Flow
    mappings: tuple[Flow, ...]
    units: tuple[UnitFlow, ...]
    lines: tuple[Flow, ...]
    rejects: tuple[RejectLine, ...]
    """Reject reasons and `no_unit`, those over their budget first, then by number."""
    exclusions: tuple[Exclusion, ...]
    flagged: tuple[Flagged, ...] = ()
    """What was loaded as it is, and is to be known, by mapping and flag."""
    excluded_units: tuple[ExcludedUnit, ...]
    other_routes: tuple[OtherRoute, ...]
    tables: tuple[SourceTable, ...]
    batches_done: int
    batches_planned: int
    gates: bool = False
    """Whether the programme asks gates: then readiness has a page of its own."""
    readiness: str = "not_evaluable"
    readiness_because: str = "no_checks"

    @property
    def complete(self) -> bool:
        """Whether every planned batch is in the target."""
        return self.batches_planned > 0 and self.batches_done == self.batches_planned

    @property
    def no_unit(self) -> RejectLine:
        """Source rows without a unit, against their budget."""
        return next(line for line in self.rejects if line.reason == NO_UNIT)

    @property
    def over_budget(self) -> tuple[RejectLine, ...]:
        """Reasons that took more than they may."""
        return tuple(line for line in self.rejects if not line.within)

    @property
    def places(self) -> tuple[UnitFlow, ...]:
        """The units themselves, without the line of persons."""
        return tuple(unit for unit in self.units if not unit.for_persons)

    @property
    def silent_units(self) -> tuple[UnitFlow, ...]:
        """Units of the wave from which nothing came."""
        return tuple(unit for unit in self.places if unit.silent)

    @property
    def source_rows(self) -> int:
        """Source rows that the load saw, over all tables."""
        return sum(table.line.rows for table in self.tables)

    @property
    def unread_lines(self) -> int:
        """Lines whose target rows could not be counted."""
        return sum(line.in_target is None for line in self.lines)

    @property
    def uncounted_tables(self) -> int:
        """Source tables without an independent count."""
        return sum(table.line.counted is None for table in self.tables)
