"""How do a programme, a wave's books and its plan become the facts of a report?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from vardskiftet.model.books import ALL_UNITS, BookLine, Books, RejectLine
from vardskiftet.model.fate import Tally
from vardskiftet.model.plan import Plan
from vardskiftet.model.programme import Programme
from vardskiftet.model.run import Run
from vardskiftet.model.system import Route
from vardskiftet.model.wave import Wave
from vardskiftet.report.facts import (
    NO_UNIT,
    ExcludedUnit,
    Exclusion,
    Facts,
    Flagged,
    Flow,
    OtherRoute,
    PlanFacts,
    RunFacts,
    SourceTable,
    UnitFlow,
)
from vardskiftet.report.findings import findings, verdict


def gather(
    programme: Programme,
    wave: str,
    books: Books,
    plan: Plan | None,
    runs: tuple[Run, ...],
    store_length: int,
    store_head: str,
    now: datetime,
    tool: str,
) -> Facts:
    """The facts of one wave's load. Raises KeyError if the programme has no such wave."""
    declared = programme.wave(wave)
    zone = ZoneInfo(programme.timezone)
    return Facts(
        **_declared(programme, declared, _local(now, zone), zone),
        **_counted(programme, declared, books),
        tool=tool,
        plan=_plan(plan, zone) if plan else None,
        runs=_runs(runs, zone),
        store_length=store_length,
        store_head=store_head,
        tables=_tables(books, plan),
    )


def _declared(programme: Programme, wave: Wave, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """What the declarations say, seen from `now`."""
    go_live = _local(wave.go_live, zone) if wave.go_live else None
    return {
        "programme": programme.programme,
        "programme_title": programme.title,
        "timezone": programme.timezone,
        "synthetic": programme.synthetic,
        "clock": _local(programme.clock, zone) if programme.clock else None,
        "wave": wave.wave,
        "wave_title": wave.title,
        "go_live": go_live,
        "season": wave.season,
        "days_to_go_live": (go_live.date() - now.date()).days if go_live else None,
        "now": now,
        "record_title": programme.record.title,
        "record_version": programme.record.version,
        "gates": bool(programme.criteria.gates),
        "excluded_units": _excluded_units(programme),
        "other_routes": _other_routes(programme),
    }


def _counted(programme: Programme, wave: Wave, books: Books) -> dict[str, Any]:
    """What the books say."""
    return {
        "verdict": verdict(books),
        "findings": findings(books),
        "total": _sum("", "", books.lines),
        "mappings": _mappings(programme, books),
        "units": _units(programme, wave, books),
        "lines": _lines(books),
        "rejects": _rejects(books),
        "exclusions": _exclusions(books),
        "flagged": tuple(Flagged(mapping=one[0], flag=one[1], detail=one[2], items=one[3]) for one in books.flagged),
        "batches_done": books.batches_done,
        "batches_planned": books.batches_planned,
    }


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """A moment in the programme's zone; one without a zone is local already."""
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def _tally(lines: Iterable[BookLine]) -> Tally:
    held = tuple(lines)
    return Tally(**{name: sum(getattr(line, name) for line in held) for name in Tally.model_fields})


def _in_target(lines: Iterable[BookLine]) -> int | None:
    """The sum of what the target counts; None as soon as one line could not be counted."""
    counts = [line.in_target for line in lines]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _sum(name: str, title: str, lines: tuple[BookLine, ...]) -> Flow:
    """Several lines of the books as one; it closes only if each of them does."""
    return Flow(name=name, title=title, tally=_tally(lines), in_target=_in_target(lines), closes=all(line.closes for line in lines))


def _lines(books: Books) -> tuple[Flow, ...]:
    """The books line by line, by mapping and unit."""
    return tuple(
        _sum(f"{line.mapping} · {line.unit}", "", (line,)) for line in sorted(books.lines, key=lambda line: (line.mapping, line.unit))
    )


def _exclusions(books: Books) -> tuple[Exclusion, ...]:
    """Declared reasons to leave items out, the one that took most first."""
    ordered = sorted(books.exclusions, key=lambda one: (-one[2], one[0], one[1]))
    return tuple(Exclusion(mapping=mapping, because=because, items=items) for mapping, because, items in ordered)


def _mappings(programme: Programme, books: Books) -> tuple[Flow, ...]:
    """One flow per mapping, the largest first."""
    titles = {mapping.mapping: mapping.information for mapping in programme.mappings}
    names = {line.mapping for line in books.lines}
    flows = [_sum(name, titles.get(name, ""), tuple(line for line in books.lines if line.mapping == name)) for name in names]
    return tuple(sorted(flows, key=lambda flow: (-flow.tally.extracted, flow.name)))


def _units(programme: Programme, wave: Wave, books: Books) -> tuple[UnitFlow, ...]:
    """Persons first, then every unit of the wave, also those without an item, then any other that the books name."""
    declared = {unit.unit: unit for unit in programme.units}
    scopes = {member.unit: member.scope.value for member in wave.units}
    persons = [ALL_UNITS] if any(line.unit == ALL_UNITS for line in books.lines) else []
    rest = sorted({line.unit for line in books.lines} - set(scopes) - {ALL_UNITS})
    flows = []
    for name in (*persons, *scopes, *rest):
        unit = declared.get(name)
        flow = _sum(name, unit.title if unit else "", tuple(line for line in books.lines if line.unit == name))
        flows.append(UnitFlow(**dict(flow), scope=scopes.get(name, ""), illustrative=bool(unit and unit.illustrative)))
    order = {name: place for place, name in enumerate((*persons, *sorted(scopes), *rest))}
    return tuple(sorted(flows, key=lambda flow: (not flow.for_persons, -flow.tally.extracted, order[flow.name])))


def _rejects(books: Books) -> tuple[RejectLine, ...]:
    no_unit = RejectLine(reason=NO_UNIT, items=books.no_unit.items, budget=books.no_unit.budget)
    return tuple(sorted((*books.rejects, no_unit), key=lambda line: (line.within, -line.items, line.reason)))


def _excluded_units(programme: Programme) -> tuple[ExcludedUnit, ...]:
    units = (unit for unit in programme.units if unit.excluded)
    return tuple(ExcludedUnit(unit=u.unit, title=u.title, because=u.excluded) for u in sorted(units, key=lambda unit: unit.unit))


def _other_routes(programme: Programme) -> tuple[OtherRoute, ...]:
    """What travels another way than by a mapping, or not at all."""
    return tuple(
        OtherRoute(system=system.system, information=one.information, route=one.route.value, because=one.because, owner=one.owner)
        for system in sorted(programme.systems, key=lambda system: system.system)
        for one in sorted(system.routes, key=lambda route: route.information)
        if one.route is not Route.AUTO
    )


def _tables(books: Books, plan: Plan | None) -> tuple[SourceTable, ...]:
    planned = {(one.mapping, one.table): one.rows for one in plan.expectations} if plan else {}
    lines = sorted(books.tables, key=lambda line: (line.system, line.table, line.mapping))
    return tuple(SourceTable(line=line, planned=planned.get((line.mapping, line.table))) for line in lines)


def _plan(plan: Plan, zone: ZoneInfo) -> PlanFacts:
    made_at = _local(datetime.fromisoformat(plan.made_at), zone)
    return PlanFacts(name=plan.name, fingerprint=plan.fingerprint, made_at=made_at, tool=plan.tool)


def _runs(runs: tuple[Run, ...], zone: ZoneInfo) -> tuple[RunFacts, ...]:
    """Runs by their start; those that started together, as under a fixed clock, in the order in which they were given."""
    told = (
        RunFacts(run_id=run.run_id, verb=run.verb, started=_local(run.started_at, zone), seconds=run.seconds, outcome=run.outcome)
        for run in runs
    )
    return tuple(sorted(told, key=lambda run: run.started))
