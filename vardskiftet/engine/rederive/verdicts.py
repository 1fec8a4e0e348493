"""What becomes of every item of a chunk, by the verifier's own judging? Finds, exclusions, reasons and copies, in the guide's order."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.rederive.items import asked, because_sql
from vardskiftet.engine.rederive.stage import SHARED
from vardskiftet.model.mapping import Conflict, Find, FollowParent, Mapping, WithoutNumber, emptied
from vardskiftet.model.record import Column, ColumnType, Table

_SEEN = {
    ColumnType.INTEGER: "{v}::bigint",
    ColumnType.DECIMAL: "try_cast({v} as decimal(38, 9))",
    ColumnType.BOOLEAN: "({v} = '1')",
    ColumnType.DATE: "{v}::date",
    ColumnType.INSTANT: "{v}::timestamp",
}
"""How the mapping's own rules see a stored text."""


@dataclass(frozen=True, slots=True)
class Found:
    """SQL of one find: its id, its reason, when an excluded parent is followed, and its joins."""

    value: str
    reason: str
    follows: str
    joins: str


def uuid_of(mapping: Mapping, key: str, item: str) -> str:
    """SQL of the id of a row outside the identity tables."""
    return f"named_uuid(concat(counted({literal(mapping.system)}), counted({literal(mapping.mapping)}), counted({key}), counted({item})))"


def own_finds(mapping: Mapping) -> tuple[Find, ...]:
    """Finds that lead to rows of the mapping itself."""
    return tuple(one.find for one in mapping.fields if one.find is not None and one.find.mapping == mapping.mapping)


def found(mapping: Mapping, find: Find, column: Column, number: int) -> Found:
    """Where a find leads. The parents of field N stand in `shared.parent_N`; persons in `person`; keys of this chunk in `own_key`."""
    alias = f"p{number}"
    if find.step is not None:
        by, spoilt = f"vs_k{number}", f"vs_kr{number}"
        joins = f" left join person as {alias} on {alias}.record_table = {literal(find.table)}"
        joins += f" and {alias}.domain = vs_d{number} and {alias}.identifier = {by}"
        lost = f"{by} is not null and {alias}.id is null"
        value, fate = f"{alias}.id", spoilt
    else:
        by = f"r.{quoted(find.by)}"
        joins = f" left join {SHARED}.parent_{number} as {alias} on {alias}.key = {by}"
        lost = f"{by} is not null and {alias}.key is null"
        value = f"{alias}.id"
        fate = f"case {alias}.fate when 'R' then 'PARENT_REJECTED' when 'E' then 'PARENT_EXCLUDED' end"
    if find.mapping == mapping.mapping and find.step is None:
        joins += f" left join own_key as o{number} on o{number}.vs_key = {by}"
        value = f"case when o{number}.vs_key is not null then {uuid_of(mapping, by, literal(''))} else {alias}.id end"
        lost, fate = f"o{number}.vs_key is null and {lost}", f"case when o{number}.vs_key is null then {fate} end"
    reasons = [fate]
    reasons += [] if find.missing == "empty" else [f"case when {lost} then 'PARENT_MISSING' end"]
    reasons += [f"case when {value} is null then 'REQUIRED_EMPTY' end"] if column.required else []
    follows = ""
    if mapping.follow_parent is FollowParent.EXCLUDE and find.step is None and find.mapping != mapping.mapping:
        follows = f"{alias}.fate = 'E'"
    return Found(value, f"coalesce({', '.join(reasons)}, null)", follows, joins)


def judged_sql(mapping: Mapping, table: Table, columns: tuple[str, ...]) -> str:
    """Query over `reading`: every item with its values (`vs_cN`), the reason against it, and the exclusion that takes it out."""
    finds = {number: one.find for number, one in enumerate(mapping.fields) if one.find is not None}
    led = {number: found(mapping, find, table.column(mapping.fields[number].column), number) for number, find in finds.items()}
    values = "".join(f", {one.value} as vs_c{number}, {one.reason} as vs_r{number}" for number, one in led.items())
    values += "".join(
        f", (nullif(r.{quoted(finds[number].by)}, '') is not null and {led[number].value} is null) as vs_emptied{number}"
        for number, _ in mapping.may_be_emptied
    )
    values += "".join(f", ({one.follows}) as vs_f{number}" for number, one in led.items() if one.follows)
    joined = f"select r.*{values} from reading as r{''.join(one.joins for one in led.values())}"
    follows = [f"vs_f{number}" for number, one in led.items() if one.follows]
    wrong, because = because_sql(mapping, follows)
    names = {one.column.lower() for one in mapping.fields}
    hidden = ", ".join(quoted(name) for name in columns if name.lower() in names)
    shown = "".join(
        f", {_SEEN.get(table.column(one.column).type, '{v}').format(v=f'vs_c{number}')} as {quoted(one.column)}"
        for number, one in enumerate(mapping.fields)
    )
    seen = f"select *{f' exclude ({hidden})' if hidden else ''}{shown} from joined"
    doubts = "".join(
        f", case when {asked(one.when)} is null then 'SQL_FAILED' when {asked(one.when)} then {literal(one.reason)} end as vs_doubt{number}"
        for number, one in enumerate(mapping.reject)
    )
    doubts += "".join(
        f", case when {asked(one.when)} is null then 'SQL_FAILED' when {asked(one.when)} then {literal(one.reason)} end as vs_odd{number}"
        for number, one in enumerate(mapping.flag)
    )
    own = [number for number, find in finds.items() if find in own_finds(mapping)]
    others = [number for number in range(len(mapping.fields)) if number not in own]
    reasons = [_identities(mapping), *(f"vs_r{number}" for number in others)]
    reasons += [f"vs_doubt{number}" for number in range(len(mapping.reject))]
    reasons += [f"vs_r{number}" for number in own]  # known last, and said last
    return (
        f"with joined as ({joined}), seen as ({seen}), ruled as (select *, {wrong} as vs_wrong, {because} as vs_taken{doubts} from seen)"
        f" select *, coalesce(vs_wrong, case when vs_taken is null then coalesce({', '.join(reasons)}) end) as vs_reason,"
        " case when vs_wrong is null then vs_taken end as vs_because from ruled"
    )


def _identities(mapping: Mapping) -> str:
    """Of a person's numbers a wrong one speaks against the row; an empty one only where all are empty, and one is wanted."""
    numbers = len(mapping.identities)
    wrong = [f"nullif(vs_ir{number}, 'IDENTITY_MISSING')" for number in range(numbers)]
    if mapping.without_number is WithoutNumber.OWN_KEY:
        return f"coalesce({', '.join([*wrong, 'null'])})"
    if numbers < 2:
        return "vs_ir0" if numbers else "null"
    every = " and ".join(f"vs_ir{number} = 'IDENTITY_MISSING'" for number in range(numbers))
    return f"coalesce({', '.join(wrong)}, case when {every} then 'IDENTITY_MISSING' end)"


def fated_sql(mapping: Mapping, unheld: str = "") -> str:
    """Query over `named` (judged, with `vs_id` and `vs_second`): L, M, R or E for every item, its reason, and its flags if any is asked.

    `unheld` is SQL, true for an item that the target's kind cannot keep: such items come with `vs_unheld`, for `refuse_unheld`.
    """
    if mapping.conflict is Conflict.REVIEW:
        lost = "false"
    else:
        first = "bool_or(vs_turn = 1 and vs_reason is null and vs_because is null) over (partition by vs_key, vs_item)"
        lost = f"(vs_turn > 1 and vs_reason is null and vs_because is null and not {first})"
    refused = f" (vs_reason is null and vs_because is null and not vs_lost and ({unheld})) as vs_unheld," if unheld else ""
    told = [f"vs_odd{number}" for number in range(len(mapping.flag))]
    told += [f"case when vs_emptied{number} then {literal(emptied(one.column))} end" for number, one in mapping.may_be_emptied]
    odd = ", ".join(told)
    flags = f" list_distinct([{odd}]) as vs_flags," if odd else ""
    return (
        f"with kept as (select *, {lost} as vs_lost from named)"
        f" select{flags}{refused} vs_row, vs_key, vs_item, vs_unit, vs_id,"
        " case when vs_reason is not null or vs_lost then 'R' when vs_because is not null then 'E'"
        " when vs_turn > 1 or vs_second then 'M' else 'L' end as vs_fate,"
        " case when vs_lost then 'CHOSEN_LEFT_OUT' else coalesce(vs_reason, vs_because) end as vs_reason,"
        " columns('^vs_c[0-9]+$') from kept"
    )


def refuse_unheld(stage: duckdb.DuckDBPyConnection) -> None:
    """Change `fated`: all items that were to become a row that the target's kind cannot keep are rejected with it."""
    if stage.execute("select bool_or(vs_unheld) from fated").fetchall() != [(True,)]:
        return
    stage.execute(
        "create or replace temp table fated as select * replace (case when refused then 'R' else vs_fate end as vs_fate,"
        " case when refused then 'UNHELD_SIGN' else vs_reason end as vs_reason) from (select *, vs_fate in ('L', 'M')"
        " and vs_id in (select vs_id from fated where vs_unheld) as refused from fated)"
    )
