"""How many rows of a mapping's table belong to which unit, and where? Counted before a plan is made, from the telling columns alone."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from vardskiftet.engine.compile.places import place_sql
from vardskiftet.engine.lookups import prepare_places
from vardskiftet.engine.names import quoted
from vardskiftet.engine.sources.protocol import Extract, Source
from vardskiftet.engine.watermark import fresh_sql
from vardskiftet.engine.whole import read_whole
from vardskiftet.model.fate import Place
from vardskiftet.model.mapping import WHOLE_ROW, Mapping
from vardskiftet.model.plan import Mark
from vardskiftet.model.programme import Programme

SHOWN = 20
"""How many different unknown units are listed, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Census:
    """Rows of one table: by unit of this wave, by place, and what those without a unit say of theirs."""

    units: dict[str, int]
    places: dict[Place, int]
    unknown_units: tuple[tuple[str, int], ...]
    fresh: int
    """Rows that were changed since the mark of the plan before, or do not say when; 0 without such a mark."""


def census(duck: duckdb.DuckDBPyConnection, programme: Programme, mapping: Mapping, source: Source, since: Mark | None) -> Census:
    """Place every row of the mapping's table. The units' look-ups must stand in DuckDB already."""
    prepare_places(duck, programme, mapping, source)
    rule = mapping.unit
    whole = mapping.key == (WHOLE_ROW,)
    keys = columns_of(source, mapping) if whole else mapping.key
    telling = tuple(
        dict.fromkeys([*keys, *(name for name in (rule.on if rule.via else rule.source, mapping.changed if since else "") if name)])
    )
    fresh = fresh_sql(mapping, since) if since else "false"
    duck.execute("create or replace temp table place_count (unit varchar, place varchar, written varchar, rows bigint, fresh bigint)")
    statement = place_sql(mapping, telling)
    for batch in read_whole(source, Extract(mapping.reads, telling, sql=mapping.sql)):
        duck.register("extract", batch)
        duck.execute(statement)
        duck.execute(
            f"insert into place_count select vs_unit, vs_place, {_written(mapping)}, count(*), count(*) filter (vs_fresh)"
            f" from {_placed(mapping, fresh)} group by all"
        )
        duck.unregister("extract")
    rows = duck.execute("select unit, place, sum(rows)::bigint from place_count group by all order by all").fetchall()
    unknown = duck.execute(
        "select coalesce(written, ''), sum(rows)::bigint as rows from place_count where place = 'no_unit'"
        f" group by all order by rows desc, 1 limit {SHOWN}"
    ).fetchall()
    ((changed,),) = duck.execute("select coalesce(sum(fresh), 0)::bigint from place_count").fetchall()
    # A person's care is without a unit, not the person: the tables of care say what they say.
    unknown = [] if mapping.for_persons else unknown
    return Census(
        units={unit: number for unit, place, number in rows if place == Place.IN_WAVE},
        places={place: sum(number for _, one, number in rows if one == place) for place in Place},
        unknown_units=tuple((str(written), int(number)) for written, number in unknown),
        fresh=int(changed),
    )


def key_sum(duck: duckdb.DuckDBPyConnection, source: Source, extract: Extract) -> int:
    """A sum over all keys, each as often as it comes: equal for the same keys in whatever order."""
    total = 0
    columns = ", ".join(quoted(name) for name in extract.columns)
    for batch in source.read(extract, None):
        duck.register("keys_read", batch)
        ((part,),) = duck.execute(f"select coalesce(sum(hash(row({columns}))::hugeint), 0) from keys_read").fetchall()
        duck.unregister("keys_read")
        total += int(part)
    return total


def columns_of(source: Source, mapping: Mapping) -> tuple[str, ...]:
    """All columns that a mapping's rows have, in the source's own order."""
    return source.columns(mapping.sql) if mapping.sql else tuple(one.name for one in source.schema()[mapping.reads])


def _written(mapping: Mapping) -> str:
    """SQL of what a row says of its unit, where no unit was found: the worklist of whoever mends it."""
    rule = mapping.unit
    if not rule.source:
        return "null"
    return f"case when vs_place = 'no_unit' then {'unit_path.told' if rule.via else f'placed.{quoted(rule.source)}'} end"


def _placed(mapping: Mapping, fresh: str) -> str:
    """The placed rows and which of them are fresh, with the other table's word for the unit where the rule goes by a path."""
    rule = mapping.unit
    rows = f"(select *, {fresh} as vs_fresh from placed) as placed"
    return f"{rows} left join unit_path on unit_path.key = placed.{quoted(rule.on)}" if rule.via else rows
