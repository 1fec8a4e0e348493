"""Does a mapping do what its examples say? Each row alone, through the very SQL that a load runs; its parents are taken as loaded."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

from vardskiftet.engine.compile import Compiled
from vardskiftet.engine.compile.coerce import canonical
from vardskiftet.engine.compile.fields import parent_mapping
from vardskiftet.engine.duck import arrow
from vardskiftet.engine.encoding import DAMAGED
from vardskiftet.engine.names import literal, quoted
from vardskiftet.model.mapping import Example, Mapping
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import Column, ColumnType

PARENT = "00000000-0000-5000-8000-000000000001"
"""The id that every parent of an example has."""


def shortfalls(duck: duckdb.DuckDBPyConnection, programme: Programme, compiled: Compiled, example: Example) -> list[str]:
    """What the mapping makes otherwise than the example says, in words; empty if all is as it says.

    A column that the example leaves out is NULL. Only what `gives:` names is looked at: a column must come out so, or the
    reason must be among those that speak against the row.
    """
    items = _judged(duck, programme, compiled, example)
    if not items:
        return ["gives no item at all"]
    found = [_item_shortfalls(compiled, item, example.gives) for item in items]
    return min(found, key=len)


def _judged(duck: duckdb.DuckDBPyConnection, programme: Programme, compiled: Compiled, example: Example) -> list[dict[str, Any]]:
    cells = {name: pa.array([example.row.get(name)], pa.string()) for name in compiled.columns}
    rows = pa.table({"vs_row": pa.array([1], pa.int64()), **cells, DAMAGED: pa.array([None], pa.string())})
    duck.register("extract", rows)
    duck.execute(compiled.place)
    duck.execute("update placed set vs_place = 'in_wave', vs_unit = coalesce(vs_unit, 'example')")
    duck.execute("delete from parent")
    duck.execute("delete from person")
    take_parents_as_loaded(duck, programme, compiled.mapping, rows)
    found = arrow(duck, _canonical(compiled))
    duck.unregister("extract")
    return list(found.to_pylist())


def take_parents_as_loaded(duck: duckdb.DuckDBPyConnection, programme: Programme, mapping: Mapping, rows: pa.Table) -> tuple[str, ...]:
    """Let every find of these rows lead somewhere, where nothing of its table is loaded; returns those tables.

    Rows of the mapping itself are found among its own.
    """
    assumed: dict[str, None] = {}
    duck.register("rows_asking", rows)
    for find in (field.find for field in mapping.fields if field.find is not None):
        by = f"select distinct {quoted(find.by)} as t from rows_asking where {quoted(find.by)} is not null"
        if find.step is None:
            of = literal(parent_mapping(programme, mapping, find))
            if duck.execute(f"select 1 from parent where mapping = {of} and id is distinct from '{PARENT}' limit 1").fetchall():
                continue
            fresh = f"select t from ({by}) where t not in (select key from parent where mapping = {of})"
            duck.execute(f"insert into parent select {of}, t, '{PARENT}', 'loaded' from ({fresh})")
        else:
            there = f"select 1 from person where record_table = {literal(find.table)} and id is distinct from '{PARENT}' limit 1"
            if duck.execute(there).fetchall():
                continue
            spelled = f"select identity_spelling(trim(t), {literal(str(find.step.options.get('as_of', '')))}) as s from ({by})"
            known = f"select identifier from person where record_table = {literal(find.table)}"
            duck.execute(
                f"insert into person select distinct {literal(find.table)}, identity_domain(s), s, '{PARENT}' from ({spelled})"
                f" where s is not null and s not in ({known})"
            )
        assumed[find.table] = None
    duck.unregister("rows_asking")
    return tuple(assumed)


def _canonical(compiled: Compiled) -> str:
    """The verdicts, with every field's value as the text that the record would hold."""
    texts = "".join(
        f", {canonical(compiled.table.column(field.column), f'vs{number}_value')} as {quoted('text of ' + field.column)}"
        for number, field in enumerate(compiled.mapping.fields, 1)
    )
    return f"select *{texts} from ({compiled.judged})"


def _item_shortfalls(compiled: Compiled, item: dict[str, Any], gives: dict[str, Any]) -> list[str]:
    reasons = [str(value) for name, value in item.items() if value is not None and _tells_reason(name)]
    if "rejected" in gives:
        return [] if gives["rejected"] in reasons else [f"is not rejected {gives['rejected']}; {_against(reasons, item)}"]
    if gives.get("excluded"):
        return [] if item["vs_because"] is not None else [f"is not excluded; {_against(reasons, item)}"]
    flags = [one.reason for number, one in enumerate(compiled.mapping.flag, 1) if (item[f"vs_flagged{number}"] or {}).get("v")]
    faults = []
    if gives.get("flagged", "") not in ("", *flags):
        faults.append(f"is not flagged {gives['flagged']}; " + (f"it is flagged {', '.join(flags)}" if flags else "it has no flag"))
    for number, field in enumerate(compiled.mapping.fields, 1):
        if field.column not in gives:
            continue
        own = [str(value) for name, value in item.items() if value is not None and name.startswith(f"vs{number}_reason")]
        made = item[f"text of {field.column}"]
        wanted = _as_stored(compiled.table.column(field.column), gives[field.column])
        if own:
            faults.append(f"{field.column} is refused: {own[0]}")
        elif made != wanted:
            faults.append(f"{field.column} comes out as {made!r}, not as {wanted!r}")
    return faults


def _as_stored(column: Column, said: Any) -> Any:
    """What an example says in the form of the record: truth values are written true and false."""
    return {"true": "1", "false": "0"}.get(said, said) if column.type is ColumnType.BOOLEAN else said


def _tells_reason(name: str) -> bool:
    return name.startswith("vs") and ("reason" in name or name.startswith("vs_doubt"))


def _against(reasons: list[str], item: dict[str, Any]) -> str:
    if item["vs_because"] is not None:
        return f"it is excluded: {item['vs_because']}"
    return f"against it speak: {', '.join(dict.fromkeys(reasons))}" if reasons else "nothing speaks against it"
