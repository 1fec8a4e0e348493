"""What does the programme's page know? All waves at once: dates, statuses, units, coexistence; counts and declared words only."""

from __future__ import annotations

from datetime import date, datetime

from vardskiftet.model.frozen import Frozen
from vardskiftet.plan.calendar import Calendar, WaveCalendar
from vardskiftet.plan.clash import Clash, Severity
from vardskiftet.plan.coexistence import Coexistence, Extent


class LoadState(Frozen):
    """How far a wave's load is, as it was read from the target."""

    load: str
    """not_planned, planned, partial, running, dead, loaded, books_open."""
    batches_done: int
    batches_planned: int


class WaveFacts(Frozen):
    """One wave on the page."""

    dated: WaveCalendar
    status: str
    load: LoadState | None
    """None where nobody could look."""
    days: int
    """Calendar days to the go-live, or to the first day of its season; negative once passed."""
    kinds: tuple[tuple[str, int], ...]
    """(kind of unit, number), the most first."""
    units: int
    moved: int
    """Units that came here from another wave."""


class FlowFacts(Frozen):
    """One coexistence flow over all waves."""

    flow: str
    title: str
    critical: bool
    routine: str
    approved: str
    unit_days: Extent
    pairs: tuple[Coexistence, ...]


class UnitPlace(Frozen):
    """A unit and where it goes."""

    unit: str
    title: str
    area: str
    wave: str
    """Empty for an excluded unit."""
    scope: str
    because: str = ""
    """Why it is excluded."""


class ProgrammeFacts(Frozen):
    """Everything the programme's page may say. Moments are in the programme's time zone."""

    programme: str
    programme_title: str
    timezone: str
    synthetic: bool
    clock: datetime | None
    now: datetime
    tool: str
    record_title: str
    record_version: str
    calendar: Calendar
    waves: tuple[WaveFacts, ...]
    clashes: tuple[Clash, ...]
    """Without milestones that were due: most of them are done, and the page does not know which."""
    flows: tuple[FlowFacts, ...]
    municipalities: tuple[UnitPlace, ...]
    excluded: tuple[UnitPlace, ...]
    units: int
    illustrative: int
    store_length: int
    store_head: str

    @property
    def today(self) -> date:
        """The present's calendar day."""
        return self.now.date()

    @property
    def next_wave(self) -> WaveFacts | None:
        """The first wave whose go-live lies ahead and that is not over; None if there is none."""
        return next((one for one in self.waves if one.days >= 0 and one.status not in ("cancelled", "closed", "stabilised", "live")), None)

    @property
    def certain(self) -> tuple[Clash, ...]:
        """Clashes that are so whatever day a season turns out to be, and all that must not be."""
        return tuple(one for one in self.clashes if one.certain or one.severity is Severity.HARD)

    @property
    def possible(self) -> tuple[Clash, ...]:
        """Clashes that only a fixed date will settle."""
        return tuple(one for one in self.clashes if one not in self.certain)

    @property
    def areas(self) -> tuple[str, ...]:
        """Areas that have municipalities, sorted."""
        return tuple(sorted({one.area for one in self.municipalities}))

    @property
    def unapproved(self) -> tuple[FlowFacts, ...]:
        """Flows without an approved routine."""
        return tuple(one for one in self.flows if not one.approved)

    @property
    def seasons(self) -> int:
        """Waves of which only the season is known."""
        return sum(one.dated.go_live is None for one in self.waves)
