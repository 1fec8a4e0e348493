"""What is said beside a fate? Which field a reject fell over, the parent that it looked for, and what of a kept row is flagged."""

from __future__ import annotations

from vardskiftet.engine.compile.fields import Filled, condition
from vardskiftet.engine.names import literal
from vardskiftet.model.mapping import Mapping, emptied

FAILED = "SQL_FAILED"


def blame(filled: list[Filled]) -> str:
    """Columns of the outcome: the record's column whose reason it is, and the source key of the parent that it did not find."""
    fields = [(number, level, one) for number, one in enumerate(filled, 1) for level in range(1, len(one.levels) + 1)]
    able = [(number, level, one) for number, level, one in fields if one.levels[level - 1].reason != "null"]
    columns = "".join(f"\n            when vs{number}_reason{level} then {literal(one.column.column)}" for number, level, one in able)
    # A parent of the same batch that fell is found out after the fields: then no field has a reason of its own.
    finds = [(number, one) for number, one in enumerate(filled, 1) if one.by]
    keys = "".join(f"\n            when vs{number}_reason1 = vs_reason then vs{number}_value_by" for number, one in finds)
    last = f"vs{finds[0][0]}_value_by" if len(finds) == 1 else "null"
    none = "null::varchar"
    field = f"case when vs_reason is not null then case vs_reason{columns} end end" if columns else none
    other = "case when vs_reason is null or not starts_with(vs_reason, 'PARENT_') then null"
    parent = f"{other}{keys}\n            else {last} end" if finds else none
    return f"       {field} as vs_field,\n       {parent} as vs_parent,\n"


def flagged(mapping: Mapping) -> str:
    """Further columns of the level that asks a mapping's own rules: the answers to `flag:`; NULL where one failed."""
    return "".join(
        f",\n       -- flag, {one.where}\n       {condition(one.when)} as vs_flagged{number}" for number, one in enumerate(mapping.flag, 1)
    )


def flags_sql(mapping: Mapping) -> str:
    """A column of the outcome: the flags of an item, in the order of the file. A condition that fails is a flag too: nobody could tell."""
    if not mapping.has_flags:
        return ""
    asked = [
        f"case when vs_flagged{number} is null then {literal(FAILED)} when vs_flagged{number}.v then {literal(one.reason)} end"
        for number, one in enumerate(mapping.flag, 1)
    ]
    asked += [
        f"case when nullif(vs{place + 1}_value_by, '') is not null and vs{place + 1}_value is null then {literal(emptied(one.column))} end"
        for place, one in mapping.may_be_emptied
    ]
    one_each = ",".join(f"\n         {one}" for one in asked)
    return f"       list_distinct([{one_each}]) as vs_flags,\n"
