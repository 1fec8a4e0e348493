"""How do a verdict, measurements and evidence become the facts of the page?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from vardskiftet.judge.heat import heat
from vardskiftet.judge.lines import Line, lines, unmet
from vardskiftet.judge.trend import Point, trend
from vardskiftet.model.chain import Head
from vardskiftet.model.check import Gate
from vardskiftet.model.evidence import AddedEvidence
from vardskiftet.model.measurement import WHOLE_WAVE, Measurement
from vardskiftet.model.outcome import GOOD, WORST_FIRST
from vardskiftet.model.programme import Programme
from vardskiftet.model.readiness import Readiness
from vardskiftet.report.readiness_facts import EvidenceFacts, FreezingFacts, Matter, ReadinessFacts, Since, UnitFacts
from vardskiftet.report.spark import spark


def gather_readiness(
    programme: Programme,
    readiness: Readiness,
    earlier: Readiness | None,
    gate: Gate,
    gate_day: date,
    measurements: Mapping[str, Measurement],
    evidence: Mapping[str, AddedEvidence],
    freezings: Sequence[FreezingFacts],
    points: Mapping[str, Sequence[Point]],
    head: Head,
    tool: str,
) -> ReadinessFacts:
    """The facts of a wave's readiness at a gate; `earlier` is the same a while ago, `points` the way of each check's worst value."""
    zone = ZoneInfo(programme.timezone)
    now = readiness.as_of.astimezone(zone)
    declared = programme.wave(readiness.wave)
    go_live = declared.go_live.replace(tzinfo=declared.go_live.tzinfo or zone) if declared.go_live else None
    told = lines(programme.criteria, readiness)
    return ReadinessFacts(
        programme_title=programme.title,
        timezone=programme.timezone,
        synthetic=programme.synthetic,
        clock=programme.clock.replace(tzinfo=programme.clock.tzinfo or zone) if programme.clock else None,
        now=now,
        tool=tool,
        store_length=head.length,
        store_head=head.hash,
        wave=readiness.wave,
        wave_title=declared.title,
        go_live=go_live,
        season=declared.season,
        days_to_go_live=(go_live.date() - now.date()).days if go_live else None,
        gate=gate,
        gate_day=gate_day,
        days_to_gate=(gate_day - now.date()).days,
        readiness=readiness,
        criteria=programme.criteria,
        lines=told,
        matters=tuple(_matter(programme, line, measurements, evidence, points) for line in unmet(told)),
        heat=heat(programme.criteria.topics, told),
        units=_units(programme, readiness, told),
        titles={unit.unit: unit.title for unit in programme.units},
        evidence=tuple(_evidence(programme, evidence, now)),
        freezings=tuple(freezings),
        since=_since(told, lines(programme.criteria, earlier), earlier) if earlier is not None else None,
        people={person.role: person.name for person in programme.people},
    )


def _matter(
    programme: Programme,
    line: Line,
    measurements: Mapping[str, Measurement],
    evidence: Mapping[str, AddedEvidence],
    points: Mapping[str, Sequence[Point]],
) -> Matter:
    check = line.check
    way = tuple(points.get(check.check, ()))
    return Matter(
        line=line,
        source=programme.criteria.source(check.measure.evidence) if check.measure.evidence else None,
        evidence=evidence.get(check.measure.evidence),
        measurement=measurements.get(check.check),
        points=way,
        trend=trend(way, check.threshold),
        spark=spark(way, check.threshold),
    )


def _units(programme: Programme, readiness: Readiness, told: Sequence[Line]) -> tuple[UnitFacts, ...]:
    """Every unit of the wave, the worst first; those that nothing is asked of stand there too."""
    found: dict[str, list[tuple[Line, int]]] = {}
    for line in told:
        for place, result in enumerate(line.results):
            if result.asked and result.unit != WHOLE_WAVE:
                found.setdefault(result.unit, []).append((line, place))
    units = []
    for member in programme.wave(readiness.wave).units:
        if readiness.unit not in ("", member.unit):
            continue
        unit = programme.unit(member.unit)
        held = [(line.check, line.results[place]) for line, place in found.get(member.unit, [])]
        held.sort(key=lambda one: (WORST_FIRST.index(one[1].outcome), one[0].check))
        units.append(UnitFacts(unit.unit, unit.title, unit.kind.value, member.scope.value, tuple(held)))
    return tuple(sorted(units, key=lambda one: (WORST_FIRST.index(one.outcome), -len(one.unmet), one.title)))


def _evidence(programme: Programme, evidence: Mapping[str, AddedEvidence], now: datetime) -> list[EvidenceFacts]:
    told = []
    for source in programme.criteria.sources:
        held = evidence.get(source.evidence)
        state = "missing" if held is None else "stale" if now - held.as_of > source.max_age else "fresh"
        told.append(EvidenceFacts(source, held, state))
    return sorted(told, key=lambda one: (("missing", "stale", "fresh").index(one.state), one.source.evidence))


def _since(now: Sequence[Line], then: Sequence[Line], earlier: Readiness) -> Since:
    passed = {line.check.check for line in then if line.outcome in GOOD}
    passing = {line.check.check for line in now if line.asked and line.outcome in GOOD}
    asked = {line.check.check for line in now if line.asked}
    return Since(earlier.as_of.date(), len(passing - passed), len((passed & asked) - passing))
