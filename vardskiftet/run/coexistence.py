"""Which patients have open care on both sides after a wave, between which units, in which flow, and by which routine?"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from vardskiftet.model.coexistence import Flow
from vardskiftet.model.programme import Programme
from vardskiftet.plan.coexistence import takes_part
from vardskiftet.run.care import care_of
from vardskiftet.run.desk import Desk
from vardskiftet.run.noted import note

COUNTED = "coexistence.counted"

_PAIRS = """
create or replace temp table straddling as
select distinct new.person, new.unit as new_unit, old.unit as old_unit, unnest([new.flow, old.flow]) as flow
  from (select distinct person, unit, flow from care_item where unit in (select unit from new_side)) as new
  join (select distinct person, unit, flow from care_item where unit not in (select unit from new_side)) as old
    on old.person = new.person
"""
_BY_FLOW = """
create or replace temp table joined as
select s.person, s.new_unit, s.old_unit, p.flow
  from straddling as s
  join passes as p on p.new_unit = s.new_unit and p.old_unit = s.old_unit and p.flow = s.flow
 union
select s.person, s.new_unit, s.old_unit, ''
  from straddling as s
 where not exists (select 1 from straddling as other
                     join passes as p on p.new_unit = other.new_unit and p.old_unit = other.old_unit and p.flow = other.flow
                    where other.person = s.person and other.new_unit = s.new_unit and other.old_unit = s.old_unit)
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Patients with open care at two units, one live and one not, in one flow; no flow is declared where `flow` is empty."""

    new_unit: str
    old_unit: str
    flow: str
    critical: bool
    patients: int
    routine: str
    approved: str


@dataclass(frozen=True, slots=True)
class Person:
    """A patient on both sides: shown for a reason only."""

    identifier: str
    """The number by which a system knows the person; empty where none does."""
    new_units: tuple[str, ...]
    old_units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BothSides:
    """What a wave leaves on both sides."""

    wave: str
    pairs: tuple[Pair, ...]
    """The largest first."""
    patients: int
    """Different patients on both sides."""
    open_patients: int
    """Different patients with any open care."""
    without_person: int
    """Open rows whose patient is not known: they stand in no pair."""
    declared: tuple[str, ...]
    """Record tables whose open care was counted."""

    @property
    def bare(self) -> tuple[Pair, ...]:
        """Pairs without a temporary routine."""
        return tuple(pair for pair in self.pairs if not pair.routine)


def both_sides(desk: Desk, wave: str) -> tuple[BothSides, tuple[Person, ...]]:
    """Count a wave's patients on both sides; what was counted is kept, without persons. The persons are for who gave a reason."""
    programme = desk.programme
    with care_of(desk, wave) as (duck, _):
        _pair_up(duck, programme, wave)
        pairs = _pairs(duck, programme.flows)
        found = BothSides(
            wave=wave,
            pairs=pairs,
            patients=_one(duck, "select count(distinct person) from straddling"),
            open_patients=_one(duck, "select count(distinct person) from care_item"),
            without_person=_one(duck, "select coalesce(sum(rows), 0) from care_item where person is null"),
            declared=tuple(table.table for table in programme.record.tables if table.open_care is not None),
        )
        people = _people(duck)
    kept = {"wave": wave, "patients": found.patients, "pairs": len(pairs), "without_routine": len(found.bare)}
    note(desk, "coexistence", wave, COUNTED, kept)
    return found, people


def live_units(programme: Programme, wave: str) -> frozenset[str]:
    """Units on the new side when a wave has gone live: its own, those of waves that go live no later, and of all that it waits for."""
    waves = {one.wave: one for one in programme.waves}
    latest = waves[wave].days[1]
    live, waits = {wave}, [wave]
    while waits:
        fresh = [name for name in waves[waits.pop()].after if name in waves and name not in live]
        live.update(fresh)
        waits += fresh
    live |= {one.wave for one in programme.waves if one.days[1] <= latest}
    return frozenset(member.unit for name in live for member in waves[name].units)


def _pair_up(duck: duckdb.DuckDBPyConnection, programme: Programme, wave: str) -> None:
    new = sorted(live_units(programme, wave))
    duck.register("new_side_rows", pa.table({"unit": pa.array(new, pa.string())}))
    duck.execute("create or replace temp table new_side as select unit from new_side_rows")
    duck.unregister("new_side_rows")
    duck.execute(_PAIRS)
    met = duck.execute("select distinct new_unit, old_unit from straddling order by all").fetchall()
    passes = [(a, b, flow.flow) for a, b in met for flow in programme.flows if _passes(programme, flow, a, b)]
    columns = {name: pa.array([row[place] for row in passes], pa.string()) for place, name in enumerate(("new_unit", "old_unit", "flow"))}
    duck.register("passes", pa.table(columns))
    duck.execute(_BY_FLOW)
    duck.unregister("passes")


def _passes(programme: Programme, flow: Flow, one: str, other: str) -> bool:
    """Whether a flow joins two units, in either direction."""
    a, b = programme.unit(one), programme.unit(other)
    forth = takes_part(a, flow.sends) and takes_part(b, flow.receives)
    return forth or (takes_part(b, flow.sends) and takes_part(a, flow.receives))


def _pairs(duck: duckdb.DuckDBPyConnection, flows: tuple[Flow, ...]) -> tuple[Pair, ...]:
    declared = {flow.flow: flow for flow in flows}
    rows = duck.execute(
        "select new_unit, old_unit, flow, count(distinct person) as patients from joined group by all order by patients desc, 1, 2, 3"
    ).fetchall()
    found = []
    for new, old, name, patients in rows:
        flow = declared.get(name)
        critical, routine, approved = (flow.critical, flow.routine, flow.approved) if flow else (False, "", "")
        found.append(Pair(new, old, name, critical, patients, routine, approved))
    return tuple(found)


def _people(duck: duckdb.DuckDBPyConnection) -> tuple[Person, ...]:
    rows = duck.execute(
        "select coalesce(min(patient_of.identifier), ''), list_sort(list_distinct(list(new_unit))),"
        " list_sort(list_distinct(list(old_unit))) from straddling"
        " left join patient_of on patient_of.person = straddling.person group by straddling.person order by all"
    ).fetchall()
    return tuple(Person(identifier, tuple(new), tuple(old)) for identifier, new, old in rows)


def _one(duck: duckdb.DuckDBPyConnection, query: str) -> int:
    ((number,),) = duck.execute(query).fetchall()
    return int(number)
