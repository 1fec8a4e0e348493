"""Which codes stand in a wave's rows, and which of them has the codebook no answer for? Counted over all rows that would be loaded."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from vardskiftet.engine.census import columns_of
from vardskiftet.engine.compile import compile_mapping
from vardskiftet.engine.lookups import prepare_places
from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.sources.protocol import Extract, Source
from vardskiftet.engine.whole import read_whole
from vardskiftet.model.mapping import Field, Mapping
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import ColumnType

CODEBOOK = "codebook"


@dataclass(frozen=True, slots=True)
class CodeCount:
    """One source code in one field: rows, and different patients where the mapping knows whose a row is (None where it does not)."""

    code: str
    rows: int
    patients: int | None
    mapped: bool


@dataclass(frozen=True, slots=True)
class FieldCodes:
    """All codes of one coded field over a wave's rows, the most frequent first."""

    mapping: str
    column: str
    codebook: str
    unmapped: str
    """reject, keep_local, or the code that is taken instead."""
    codes: tuple[CodeCount, ...]
    empty: int
    """Rows without a code: nothing, or a sentinel that the codebook passes by."""
    patients: int | None
    patients_unmapped: int | None


def coded_fields(mapping: Mapping) -> tuple[Field, ...]:
    """The fields that go through a codebook."""
    return tuple(field for field in mapping.fields if any(step.transform == CODEBOOK for step in field.steps))


def codes_of(duck: duckdb.DuckDBPyConnection, programme: Programme, mapping: Mapping, source: Source) -> tuple[FieldCodes, ...]:
    """The codes of every coded field of a mapping, as they reach the codebook; struck and otherwise excluded rows are left out.

    The units' look-ups must stand in DuckDB already.
    """
    fields = coded_fields(mapping)
    if not fields:
        return ()
    prepare_places(duck, programme, mapping, source)
    columns = columns_of(source, mapping)
    asked = _before_the_book(mapping, fields)
    compiled = compile_mapping(_with_texts(programme, mapping, fields), asked, columns)
    person = _person(programme, mapping)
    duck.execute("create or replace temp table seen_code (field bigint, code varchar, person varchar, rows bigint)")
    for batch in read_whole(source, Extract(mapping.reads, columns, mapping.key if mapping.key[0] in columns else (), mapping.sql)):
        duck.register("extract", batch)
        duck.execute(compiled.place)
        duck.execute(f"create or replace temp table judged_code as {compiled.judged}")
        for number, _ in enumerate(fields, 1):
            duck.execute(
                f"insert into seen_code select {number}, coalesce(vs{number}_value, ''), {person}, count(*) from judged_code"
                " where vs_because is null group by all"
            )
        duck.unregister("extract")
    return tuple(_counted(duck, mapping, number, field, known=person != "null") for number, field in enumerate(fields, 1))


def _before_the_book(mapping: Mapping, fields: tuple[Field, ...]) -> Mapping:
    """The mapping with nothing but its coded fields, each as far as the text that the codebook is asked about."""
    cut = []
    for field in fields:
        at = next(place for place, step in enumerate(field.steps) if step.transform == CODEBOOK)
        cut.append(field.model_copy(update={"steps": field.steps[:at]}))
    return mapping.model_copy(update={"fields": tuple(cut), "identities": (), "reject": (), "flag": ()})


def _with_texts(programme: Programme, mapping: Mapping, fields: tuple[Field, ...]) -> Programme:
    """The programme with a record in which the coded columns take any text: what is too long for a code is still counted."""
    coded = {field.column for field in fields}
    free = {"type": ColumnType.TEXT, "max_length": None, "required": False}
    tables = [
        table.model_copy(update={"columns": tuple(one.model_copy(update=free) if one.column in coded else one for one in table.columns)})
        if table.table == mapping.into
        else table
        for table in programme.record.tables
    ]
    return programme.model_copy(update={"record": programme.record.model_copy(update={"tables": tuple(tables)})})


def _person(programme: Programme, mapping: Mapping) -> str:
    """SQL of whose a row is: the person itself, or the source column by which the mapping finds one; `null` if it finds none."""
    if programme.record.table(mapping.into).identity:
        return "vs_key"
    identity = {table.table for table in programme.record.tables if table.identity}
    found = (field.find.by for field in mapping.fields if field.find is not None and field.find.table in identity)
    return next((quoted(by) for by in found), "null")


def _counted(duck: duckdb.DuckDBPyConnection, mapping: Mapping, number: int, field: Field, *, known: bool) -> FieldCodes:
    step = next(step for step in field.steps if step.transform == CODEBOOK)
    book, passed = str(step.options[CODEBOOK]), [str(one) for one in step.options.get("sentinels", ())]
    no_code = f"code in ({', '.join(literal(one) for one in ('', *passed))})"
    is_code = f"field = {number} and not {no_code}"
    mapped = f"exists (select 1 from codebook as b where b.codebook = {literal(book)} and b.source = code)"
    rows = duck.execute(
        f"select code, sum(rows)::bigint as rows, count(distinct person), {mapped} from seen_code where {is_code}"
        " group by code order by rows desc, code"
    ).fetchall()
    people = f"select count(distinct person), count(distinct person) filter (not {mapped}) from seen_code where {is_code}"
    ((patients, without),) = duck.execute(people).fetchall()
    nothing = f"select coalesce(sum(rows), 0)::bigint from seen_code where field = {number} and {no_code}"
    ((empty,),) = duck.execute(nothing).fetchall()
    return FieldCodes(
        mapping=mapping.mapping,
        column=field.column,
        codebook=book,
        unmapped=str(step.options.get("unmapped", "reject")),
        codes=tuple(CodeCount(code, number, people if known else None, found) for code, number, people, found in rows),
        empty=empty,
        patients=patients if known else None,
        patients_unmapped=without if known else None,
    )
