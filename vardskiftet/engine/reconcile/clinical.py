"""Did what a clinician reads come along? Negations word for word, what belongs to whom, marks of protection, and who is to receive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import duckdb

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.rederive.stage import arrow, lines_of
from vardskiftet.model.difference import Difference, Kind, Level
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.record import Column, ColumnType, Table

TABLES = (
    "negation (mapping varchar, side varchar, id varchar, key varchar, col varchar, words varchar)",
    "pair (mapping varchar, side varchar, patient varchar, what varchar, rows bigint)",
    "mark (mapping varchar, side varchar, unit varchar, col varchar, rows bigint)",
    "receiver (mapping varchar, side varchar, id varchar, key varchar, unit varchar, col varchar, named varchar, day varchar)",
    "waiting (mapping varchar, unit varchar, title varchar, rows bigint)",
)
DERIVED, STOOD = "derived", "stood"


def begin(stage: duckdb.DuckDBPyConnection) -> None:
    """The tables of this level, where they are missing."""
    for table in TABLES:
        stage.execute(f"create table if not exists {table}")


def pattern_of(negations: Iterable[str]) -> str:
    """One pattern for all negations. Letters beyond ASCII are letters: `utan` does not stand in `utanför`, nor `ej` in `grejå`."""
    words = "|".join(re.escape(word).replace(r"\ ", r"\s?") for word in sorted(negations, key=lambda one: (-len(one), one)))
    return rf"(?i)(?:^|[^\p{{L}}\p{{N}}])({words})(?:$|[^\p{{L}}\p{{N}}])"


def _words(text: str, pattern: str) -> str:
    """SQL of the negations of a text, in order. Letters between two are shared by both, so each border is doubled first."""
    apart = rf"regexp_replace({text}, '([^\p{{L}}\p{{N}}])', '\1\1', 'g')"
    return f"array_to_string([lower(word) for word in regexp_extract_all({apart}, {literal(pattern)}, 1)], ' ')"


def texts_carried(mapping: Mapping, table: Table) -> list[tuple[Column, str]]:
    """Text columns that one source column fills as it stands, with that column."""
    carried = []
    for one in mapping.fields:
        column = table.column(one.column)
        if one.source and column.type is ColumnType.TEXT and not column.code_system and all(step.transform == "text" for step in one.steps):
            carried.append((column, one.source))
    return carried


def look_at_source(stage: duckdb.DuckDBPyConnection, mapping: Mapping, table: Table, pattern: str) -> None:
    """Negations in the source's own texts, of the items that were derived just now and are to stand."""
    head = f"insert into negation select {literal(mapping.mapping)}, {literal(DERIVED)}"
    items = "from fated as f join item as i on i.vs_row = f.vs_row and i.vs_item = f.vs_item where f.vs_fate = 'L'"
    for column, source in texts_carried(mapping, table):
        told = f"select f.vs_id, f.vs_key, {_words(f'i.{quoted(source)}', pattern)} as words {items}"
        stage.execute(f"{head}, vs_id, vs_key, {literal(column.column)}, words from ({told}) where words <> ''")


def look_at_texts(stage: duckdb.DuckDBPyConnection, mapping: Mapping, table: Table, pattern: str, rows: str) -> None:
    """Negations in the record's texts."""
    head = f"insert into negation select {literal(mapping.mapping)}, {literal(STOOD)}"
    for column, _ in texts_carried(mapping, table):
        told = f"select _id, _key, {_words(quoted(column.column), pattern)} as words from ({rows})"
        stage.execute(f"{head}, _id, _key, {literal(column.column)}, words from ({told}) where words <> ''")


def look_at_rows(stage: duckdb.DuckDBPyConnection, mapping: Mapping, table: Table, side: str, columns: Sequence[Column], rows: str) -> None:
    """What belongs to whom, marks of protection, who is to receive, and what waits; of either side."""
    name, here = literal(mapping.mapping), literal(side)
    owner = owner_of(table, columns)
    if owner is not None:
        told = [f"coalesce({quoted(one.column)}, '')" for one in columns if tells_what(one)]
        what = f"concat_ws('|', {', '.join(told)})" if told else "''"
        stage.execute(
            f"insert into pair select {name}, {here}, {quoted(owner.column)}, {what} as what, count(*) from ({rows}) group by all"
        )
    for one in columns:
        if one.type is ColumnType.BOOLEAN and (one.protected or one.safety_critical):
            mark = literal(one.column)
            marked = f"from ({rows}) where {quoted(one.column)} = '1' group by _unit"
            stage.execute(f"insert into mark select {name}, {here}, _unit, {mark}, count(*) {marked}")
        if one.recipient and side == STOOD:
            at = next(
                (quoted(time.column) for time in columns if time.type in (ColumnType.INSTANT, ColumnType.DATE) and time.required), "null"
            )
            stage.execute(
                f"insert into receiver select {name}, {here}, _id, _key, _unit, {literal(one.column)}, {quoted(one.column)}, {at}[1:10]"
                f" from ({rows}) where {quoted(one.column)} is not null"
            )
    if table.waiting is not None and side == STOOD:
        states = ", ".join(literal(one) for one in table.waiting.states)
        stage.execute(
            f"insert into waiting select {name}, _unit, {literal(table.waiting.title)}, count(*) from ({rows})"
            f" where {quoted(table.waiting.column)} in ({states}) group by _unit"
        )


def _day(columns: Sequence[Column]) -> str:
    """SQL of the day of which a row speaks; NULL where it must have none."""
    times = (one for one in columns if one.type in (ColumnType.INSTANT, ColumnType.DATE) and one.required)
    return next((f"{quoted(one.column)}[1:10]" for one in times), "null::varchar")


def owner_of(table: Table, columns: Sequence[Column]) -> Column | None:
    """The column that says whose a row is: the first required reference, or the first."""
    references = [one for one in columns if one.references and one.references != table.table]
    return next((one for one in references if one.required), references[0] if references else None)


def tells_what(column: Column) -> bool:
    """A code or a state: what a row is, without being a patient's own words."""
    return bool(column.code_system) or (column.type is ColumnType.TEXT and not column.protected and column.max_length is None)


def clinical_differences(stage: duckdb.DuckDBPyConnection, mapping: Mapping, table: Table) -> Iterator[Difference]:
    """Negations, pairs and marks that the two sides do not share."""
    name = literal(mapping.mapping)
    found = arrow(
        stage,
        "select coalesce(l.id, r.id) as id, coalesce(l.key, r.key) as key, coalesce(l.col, r.col) as col, l.words as expected,"
        f" r.words as stored from (select * from negation where mapping = {name} and side = 'derived') as l"
        f" full join (select * from negation where mapping = {name} and side = 'stood') as r on r.id = l.id and r.col = l.col"
        " where l.words is distinct from r.words order by all",
    )
    yield from (_told(mapping, table, line, "negation") for line in lines_of(found))
    sums = "select patient, what, sum(rows)::bigint as rows from pair where mapping = {m} and side = {s} group by all"
    ours, theirs = (sums.format(m=name, s=literal(side)) for side in (DERIVED, STOOD))
    found = arrow(
        stage,
        "select coalesce(l.patient, r.patient) as id, '' as key, '' as col, concat_ws(' × ', l.rows, l.what) as expected,"
        f" concat_ws(' × ', r.rows, r.what) as stored from ({ours}) as l full join ({theirs}) as r"
        " on r.patient is not distinct from l.patient and r.what = l.what where l.rows is distinct from r.rows order by all",
    )
    yield from (_told(mapping, table, line, "pair") for line in lines_of(found))
    sums = "select unit, col, sum(rows)::bigint as rows from mark where mapping = {m} and side = {s} group by all"
    ours, theirs = (sums.format(m=name, s=literal(side)) for side in (DERIVED, STOOD))
    found = arrow(
        stage,
        "select '' as id, coalesce(l.unit, r.unit) as key, coalesce(l.col, r.col) as col, l.rows::varchar as expected,"
        f" r.rows::varchar as stored from ({ours}) as l full join ({theirs}) as r on r.unit is not distinct from l.unit and r.col = l.col"
        " where l.rows is distinct from r.rows order by all",
    )
    yield from (_told(mapping, table, line, "protection") for line in lines_of(found))


def receivers(stage: duckdb.DuckDBPyConnection, mapping: str) -> list[dict[str, str | None]]:
    """Every unit that rows of a mapping are sent to, as named there, with the latest day and how many rows."""
    query = f"select col, named, max(day) as day, count(*)::varchar as rows from receiver where mapping = {literal(mapping)}"
    return list(arrow(stage, f"{query} group by all order by all").to_pylist())


def sent_to(stage: duckdb.DuckDBPyConnection, mapping: Mapping, table: Table, column: str, named: str, after: str) -> Iterator[Difference]:
    """The rows that name a receiver who cannot receive; after a day, where one is given."""
    late = f" and day > {literal(after)}" if after else ""
    query = f"select id, key, unit from receiver where mapping = {literal(mapping.mapping)}"
    query += f" and col = {literal(column)} and named = {literal(named)}"
    for line in lines_of(arrow(stage, f"{query}{late} order by all")):
        yield _told(mapping, table, {**line, "col": column, "expected": None, "stored": named}, "receiver", Kind.OTHER)


def waiting(stage: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int]]:
    """(unit, what waits, how many), sorted."""
    found = stage.execute("select unit, title, sum(rows)::bigint from waiting group by all order by all").fetchall()
    return [(str(unit or ""), str(title), int(rows)) for unit, title, rows in found]


def _told(mapping: Mapping, table: Table, line: dict[str, str | None], what: str, kind: Kind | None = None) -> Difference:
    expected, stored = line["expected"] or None, line["stored"] or None
    return Difference(
        level=Level.CLINICAL,
        mapping=mapping.mapping,
        table=table.table,
        key=line["key"] or "",
        id=line["id"] or "",
        unit=line.get("unit") or "",
        column=line["col"] or what,
        kind=kind or (Kind.MISSING if stored is None else Kind.EXTRA if expected is None else Kind.OTHER),
        zero_tolerance="protection" if what == "protection" else "",
        expected=expected,
        stored=stored,
    )
