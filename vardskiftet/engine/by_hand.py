"""What of whom is carried over by hand? Rows that no mapping reads, by patient: counted, their content as a digest."""

from __future__ import annotations

import duckdb

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.open_care import NOBODY
from vardskiftet.engine.sources.protocol import Extract, Source
from vardskiftet.engine.whole import read_whole
from vardskiftet.model.system import InformationRoute, ManualTable, System

_COLUMNS = "person varchar, key varchar, information varchar, system varchar, rows bigint, content varchar"


def begin_by_hand(duck: duckdb.DuckDBPyConnection) -> None:
    """Make the table `by_hand`, which `gather_by_hand` fills."""
    duck.execute(f"create or replace table by_hand ({_COLUMNS})")


def gather_by_hand(duck: duckdb.DuckDBPyConnection, system: System, route: InformationRoute, one: ManualTable, source: Source) -> None:
    """Every row of a table under the patient that it names; a row of nobody is kept with an empty person. `patient_of` must be filled."""
    columns = tuple(column.name for column in source.schema()[one.table])
    duck.execute("create or replace temp table seen_row (key varchar, content varchar)")
    said = " || ".join(f"tagged('t', {quoted(name)})" for name in columns)
    for batch in read_whole(source, Extract(one.table, columns)):
        duck.register("extract", batch)
        duck.execute(f"insert into seen_row select {quoted(one.by)}, sha256({said}) from extract")
        duck.unregister("extract")
    known = f"(select key, min(person) as person from patient_of where mapping = {literal(one.mapping)} group by key)"
    duck.execute(
        f"insert into by_hand select min(known.person), seen_row.key, {literal(route.information)}, {literal(system.system)}, count(*),"
        f" sha256({literal(one.table)} || string_agg(seen_row.content, '' order by seen_row.content))"
        f" from seen_row left join {known} as known on known.key = seen_row.key group by seen_row.key"
    )


def lines_of(duck: duckdb.DuckDBPyConnection, units: frozenset[str]) -> list[tuple[str, str, int, str, str, str, str, int, str]]:
    """(id, unit, rank, because, information, system, keys there, rows, patient's number) of every patient with open care in these units.

    A line is one patient's information in one system, at the unit that needs it first; its id changes with what is to be moved.
    """
    named = ", ".join(literal(unit) for unit in sorted(units)) or NOBODY
    return duck.execute(
        "with need as (select person, unit, min(rank) as rank, arg_min(because, rank) as because from care_item"
        f" where unit in ({named}) and person is not null group by person, unit"
        " qualify row_number() over (partition by person order by min(rank) nulls last, unit) = 1),"
        " moved as (select person, information, system, string_agg(distinct key, ', ' order by key) as keys, sum(rows)::bigint as rows,"
        " string_agg(content, '' order by content) as content from by_hand where person is not null group by all)"
        " select 'm' || substr(sha256(part(moved.person) || part(information) || part(system) || content), 1, 15), unit,"
        " coalesce(rank, 99), coalesce(because, ''), information, system, keys, rows, coalesce(number, '')"
        " from need join moved on moved.person = need.person"
        " left join (select person, min(identifier) as number from patient_of group by person) as told on told.person = need.person"
        " order by unit, coalesce(rank, 99), 1"
    ).fetchall()


def unlisted(duck: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Source rows whose patient is not known, and patients who have no open care anywhere: nobody's list holds them."""
    ((rows, patients),) = duck.execute(
        "select coalesce(sum(rows) filter (person is null), 0)::bigint, count(distinct person) filter (person is not null and person not in"
        " (select person from care_item where person is not null)) from by_hand"
    ).fetchall()
    return int(rows), int(patients)
