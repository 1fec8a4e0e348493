"""How do a programme, its statuses and its loads become the facts of the programme's page?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from vardskiftet.model.chain import Head
from vardskiftet.model.programme import Programme
from vardskiftet.model.unit import UnitKind
from vardskiftet.plan.calendar import Calendar, WaveCalendar, calendar
from vardskiftet.plan.clash import Kind
from vardskiftet.plan.clashes import clashes
from vardskiftet.plan.coexistence import Extent, coexistence, unit_days
from vardskiftet.report.programme_facts import FlowFacts, LoadState, ProgrammeFacts, UnitPlace, WaveFacts


def gather_programme(
    programme: Programme, statuses: Mapping[str, str], loads: Mapping[str, LoadState], head: Head, now: datetime, tool: str
) -> ProgrammeFacts:
    """The facts of all waves; `statuses` and `loads` by wave, a wave without a load is one that nobody could look at."""
    zone = ZoneInfo(programme.timezone)
    here = now.astimezone(zone)
    dated = calendar(programme)
    places = _places(programme)
    return ProgrammeFacts(
        programme=programme.programme,
        programme_title=programme.title,
        timezone=programme.timezone,
        synthetic=programme.synthetic,
        clock=_local(programme.clock, zone) if programme.clock else None,
        now=here,
        tool=tool,
        record_title=programme.record.title,
        record_version=programme.record.version,
        calendar=dated,
        waves=tuple(_wave(programme, one, statuses, loads, here) for one in dated.waves),
        clashes=tuple(one for one in clashes(programme, dated, here) if one.kind is not Kind.MILESTONE_PAST),
        flows=_flows(programme, dated),
        municipalities=tuple(one for kind, one in places if kind is UnitKind.MUNICIPALITY),
        excluded=tuple(one for _, one in places if one.because),
        units=len(programme.units),
        illustrative=sum(unit.illustrative for unit in programme.units),
        store_length=head.length,
        store_head=head.hash,
    )


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def _wave(
    programme: Programme, dated: WaveCalendar, statuses: Mapping[str, str], loads: Mapping[str, LoadState], now: datetime
) -> WaveFacts:
    members = programme.wave(dated.wave).units
    counts = Counter(programme.unit(member.unit).kind.value for member in members)
    return WaveFacts(
        dated=dated,
        status=statuses[dated.wave],
        load=loads.get(dated.wave),
        days=(dated.when.earliest - now.date()).days,
        kinds=tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0]))),
        units=len(members),
        moved=sum(bool(member.moved) for member in members),
    )


def _flows(programme: Programme, dated: Calendar) -> tuple[FlowFacts, ...]:
    """Flows without an approved routine first, the critical before the others, then those of the most unit-days."""
    lines = coexistence(programme, dated)
    totals = unit_days(lines)
    flows = (
        FlowFacts(
            flow=one.flow,
            title=one.title,
            critical=one.critical,
            routine=one.routine,
            approved=one.approved,
            unit_days=totals.get(one.flow, Extent(least=0, most=0)),
            pairs=tuple(line for line in lines if line.flow == one.flow),
        )
        for one in programme.flows
    )
    return tuple(sorted(flows, key=lambda one: (bool(one.approved), not one.critical, -one.unit_days.most, one.flow)))


def _places(programme: Programme) -> list[tuple[UnitKind, UnitPlace]]:
    """Every unit with its wave, by area and title."""
    waves = programme.wave_of_unit
    scopes = {member.unit: member.scope.value for wave in programme.waves for member in wave.units}
    found = [
        (
            unit.kind,
            UnitPlace(
                unit=unit.unit,
                title=unit.title,
                area=unit.area,
                wave=waves.get(unit.unit, ""),
                scope=scopes.get(unit.unit, ""),
                because=unit.excluded,
            ),
        )
        for unit in programme.units
    ]
    return sorted(found, key=lambda one: (one[1].area, one[1].title, one[1].unit))
