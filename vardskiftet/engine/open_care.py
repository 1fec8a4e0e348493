"""Who has care that goes on, and where? Every row of every unit through its own mapping, persons as one; nothing is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import duckdb
import pyarrow as pa

from vardskiftet.engine.census import columns_of
from vardskiftet.engine.compile import Compiled, compile_mapping
from vardskiftet.engine.examples import take_parents_as_loaded
from vardskiftet.engine.held import Held
from vardskiftet.engine.lookups import fill, prepare_places
from vardskiftet.engine.move import remember
from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.sources.protocol import Extract, Source
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.whole import read_whole
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import OpenCare

NOBODY = "null::varchar"
_DOUBTED = "(vs_fate = 'rejected' and (starts_with(vs_reason, 'IDENTITY') or vs_reason = 'AMBIGUOUS_CENTURY'))"

_TABLES = {
    "care_item": "person varchar, unit varchar, record_table varchar, flow varchar, rank bigint, because varchar, mapping varchar,"
    " rows bigint",
    "patient_of": "mapping varchar, key varchar, person varchar, identifier varchar",
}


def begin(duck: duckdb.DuckDBPyConnection) -> None:
    """Make the two tables that the others fill: `patient_of` (source person to person) and `care_item` (an open item, whose, where)."""
    for name, columns in _TABLES.items():
        duck.execute(f"create or replace table {name} ({columns})")


def know_record(duck: duckdb.DuckDBPyConnection, programme: Programme, target: Target) -> None:
    """Bring the record's persons into the engine's look-ups: whoever is known there has the record's own id here."""
    books = Held(programme.record)
    for table in programme.record.tables:
        if table.identity:
            fill(duck, "person", target.arrow(books.known_persons(table.table)))


def know_keys(duck: duckdb.DuckDBPyConnection, programme: Programme, mapping: Mapping, target: Target) -> None:
    """Bring the keys that a mapping of persons brought to the record into the engine's look-ups."""
    duck.execute("delete from brought")
    fill(duck, "brought", target.arrow(Held(programme.record).keys_brought(mapping)))


def gather_persons(duck: duckdb.DuckDBPyConnection, programme: Programme, mapping: Mapping, source: Source) -> None:
    """Every person of a mapping, with or without care. Those of earlier systems must be gathered already: identifiers lead to them.

    A person whose number is wrong is a person of that system alone: nobody is guessed.
    """
    for compiled, _ in _placed(duck, programme, mapping, source):
        duck.execute("update placed set vs_place = 'in_wave', vs_unit = '*'")
        duck.execute(compiled.outcome)
        duck.execute("alter table outcome add column vs_renew boolean")
        number = "vs_identifier1" if mapping.identities else NOBODY
        alone = f"{literal(f'{mapping.system}: ')} || vs_key"
        duck.execute(
            f"insert into patient_of select distinct {literal(mapping.mapping)}, vs_key, case when {_DOUBTED} then {alone} else vs_id end,"
            f" case when not {_DOUBTED} then {number} end from outcome where vs_key is not null and vs_fate <> 'excluded'"
        )
        remember(duck, compiled)
    duck.execute(
        f"insert into parent select distinct mapping, key, person, 'loaded' from patient_of where mapping = {literal(mapping.mapping)}"
    )


def gather_care(
    duck: duckdb.DuckDBPyConnection, programme: Programme, mapping: Mapping, source: Source, care: OpenCare, go_live: datetime
) -> None:
    """Every open row of a mapping, in whichever unit, whether or not the load would take it; what the mapping leaves behind is not open."""
    person = _person(programme, mapping)
    first = care.first
    rank = f"case when ({first.when}) then {first.rank} end" if first else "null"
    why = f"case when ({first.when}) then {literal(first.because)} end" if first else "null"
    moment = f"{literal(go_live.isoformat())}::timestamptz as go_live"
    for compiled, rows in _placed(duck, programme, mapping, source):
        duck.execute("update placed set vs_place = 'in_wave' where vs_unit is not null")
        take_parents_as_loaded(duck, programme, mapping, rows)
        duck.execute(
            f"insert into care_item select {person}, vs_unit, {literal(mapping.into)}, {literal(care.flow)}, {rank}, {why},"
            f" {literal(mapping.mapping)}, count(*)"
            f" from (select *, {moment} from ({compiled.judged})) where vs_because is null and ({care.when}) group by all"
        )


def _placed(duck: duckdb.DuckDBPyConnection, programme: Programme, mapping: Mapping, source: Source) -> Iterator[tuple[Compiled, pa.Table]]:
    """The mapping's rows, part by part, each placed in its unit."""
    prepare_places(duck, programme, mapping, source)
    columns = columns_of(source, mapping)
    compiled = compile_mapping(programme, mapping, columns)
    for batch in read_whole(source, Extract(mapping.reads, columns, mapping.key if mapping.key[0] in columns else (), mapping.sql)):
        rows = pa.Table.from_batches([batch])
        duck.register("extract", rows)
        duck.execute(compiled.place)
        duck.unregister("extract")
        yield compiled, rows


def _person(programme: Programme, mapping: Mapping) -> str:
    """SQL of whose a row is: the first column that finds a person."""
    people = {table.table for table in programme.record.tables if table.identity}
    found = (field.column for field in mapping.fields if field.find is not None and field.find.table in people)
    return next((quoted(column) for column in found), NOBODY)
