"""What is the whole SQL of a mapping? Two statements a batch: `placed` (every row), then `outcome` (every item with its fate)."""

from __future__ import annotations

from dataclasses import dataclass

from vardskiftet.engine.compile.beside import blame, flagged, flags_sql
from vardskiftet.engine.compile.coerce import DUCK_TYPES, canonical, digest
from vardskiftet.engine.compile.fields import Filled, chain, condition, field_levels
from vardskiftet.engine.compile.identity import NAMESPACE, known, local, part_of, resolving
from vardskiftet.engine.compile.kin import FOLLOWS, OWN_KEYS, kin, settled
from vardskiftet.engine.compile.layout import wrapped
from vardskiftet.engine.compile.pieces import NO_ITEM, item_sql, number_sql, pieces_sql
from vardskiftet.engine.compile.places import place_sql
from vardskiftet.engine.compile.turns import CHOSEN_LEFT_OUT, turn_sql
from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.transforms.protocol import Expression, Join
from vardskiftet.model.mapping import Conflict, Mapping, WithoutNumber
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import ColumnType, Table


@dataclass(frozen=True, slots=True)
class Compiled:
    """A mapping as SQL. `columns` are the source columns that it reads, in the source's own order."""

    mapping: Mapping
    table: Table
    columns: tuple[str, ...]
    place: str
    outcome: str
    judged: str
    """The same as far as the verdict on each item, with every field's value and reason beside it: what examples are held against."""
    items: str
    """How many items a row of `placed` is, counted apart from `outcome`."""

    @property
    def text(self) -> str:
        """What a migration engineer reads and signs."""
        return f"{self.place};\n\n{self.outcome};\n"


@dataclass(frozen=True, slots=True)
class Slot:
    """An expression of one level, and the names that its value and its reason get."""

    name: str
    reason: str
    made: Expression
    by: str = ""
    follows: str = ""
    comment: str = ""
    """The record's column that it fills, and the line that says so."""


def compile_mapping(programme: Programme, mapping: Mapping, columns: tuple[str, ...]) -> Compiled:
    """The SQL of a mapping over a source table with these columns."""
    table = programme.record.table(mapping.into)
    filled = [field_levels(programme, mapping, table, number, field) for number, field in enumerate(mapping.fields, 1)]
    people = [
        known(table, chain(programme, mapping, one.source, (one.step,), f"vsi{number}")[0], number)
        for number, one in enumerate(mapping.identities, 1)
    ]
    depth = max([len(one.levels) for one in filled] + [1])
    own = [OWN_KEYS] if kin(mapping) else []
    parts = [*own, _copies(mapping, columns), _items(mapping, columns)]
    for level in range(1, depth + 1):
        slots = [
            Slot(f"vs{n}_value", f"vs{n}_reason{level}", one.levels[level - 1], one.by, one.follows, _comment(one))
            for n, one in enumerate(filled, 1)
            if len(one.levels) >= level
        ]
        parts += _level(level, slots, people if level == 1 else [], local(mapping, table) if table.identity and level == 1 else None)
    parts += [_shown(depth, filled, _seen(mapping, columns)), _judged(mapping, filled, len(people))]
    judged = "with " + ",\n".join(parts) + "\nselect * from judged order by vs_row, vs_item"
    parts += resolving(mapping, table, len(people)) if table.identity else _identified(mapping)
    told = f", lines of {mapping.path}" if mapping.path else ""
    head = f"-- {mapping.mapping}: {mapping.reads} becomes {mapping.into}; every item with its fate{told}\n"
    head += f"create or replace temp table outcome as\nwith {'recursive ' if kin(mapping) else ''}"
    body = ",\n".join(parts) + "\n" + _outcome(mapping, table, filled, len(people))
    items = number_sql(mapping.split) if mapping.split else "1"
    return Compiled(mapping, table, columns, place_sql(mapping, columns), head + body, judged, items)


def _comment(one: Filled) -> str:
    return one.column.column + (f" ({one.where})" if one.where else "")


def _copies(mapping: Mapping, columns: tuple[str, ...]) -> str:
    """Keys that come more than once, how many different rows stand behind each, and which goes first; dear only where there are any."""
    whole = wrapped([f"placed.{quoted(name)}" for name in columns])
    return (
        "-- keys that come more than once\n"
        "repeated_key as (\nselect vs_key\n  from placed\n where vs_key is not null\n group by vs_key\nhaving count(*) > 1\n),\n"
        "-- their rows: how many different ones there are, and which goes first\n"
        f"copy as (\nselect placed.vs_row,\n       count(distinct row({whole})) over (partition by placed.vs_key) as contents,\n"
        f"       row_number() over (partition by placed.vs_key order by\n            {turn_sql(mapping, columns)}) as place\n"
        "  from placed\n  join repeated_key on repeated_key.vs_key = placed.vs_key\n)"
    )


def _items(mapping: Mapping, columns: tuple[str, ...]) -> str:
    """Rows of this wave with the answers to the mapping's exclusions, and their items."""
    asked = "".join(
        f",\n       -- exclude, {one.where}\n       {condition(one.when)} as vs_excluded{number}"
        for number, one in enumerate(mapping.exclude, 1)
    )
    if mapping.split is not None:
        asked += f",\n       {pieces_sql(mapping.split)} as vs_pieces"
    held = (
        "-- rows of this wave, with the mapping's exclusions\n"
        f"{'held' if mapping.split else 'item'} as (\nselect placed.*,\n       '' as vs_item,\n"
        "       coalesce(copy.contents, 1) as vs_contents,\n"
        f"       coalesce(copy.place, 1) as vs_copy{asked}\n"
        "  from placed\n  left join copy on copy.vs_row = placed.vs_row\n where placed.vs_place = 'in_wave'\n)"
    )
    return held if mapping.split is None else f"{held},\n{item_sql(mapping.split, columns)}"


def _level(level: int, slots: list[Slot], people: list[Expression], own: Join | None) -> list[str]:
    """One step of every field's chain: what is parsed first, then look-ups, values and reasons."""
    before = "item" if level == 1 else f"level{level - 1}"
    made = [slot.made for slot in slots] + people
    parts = []
    for stage in range(max([len(one.stages) for one in made], default=0)):
        columns = dict(column for one in made if len(one.stages) > stage for column in one.stages[stage])
        named = ",\n".join(f"       {sql} as {name}" for name, sql in columns.items())
        read = f"-- what values of level {level} are made of, each named once\n"
        parts.append(f"{read}parsed{level}{'abcdef'[stage]} as (\nselect *,\n{named}\n  from {before}\n)")
        before = f"parsed{level}{'abcdef'[stage]}"
    joins = dict.fromkeys(join for one in made for join in one.joins)
    if own is not None:
        joins[own] = None
    beside = "".join(f"\n  left join {join.table} as {join.alias}\n    on {join.on}" for join in joins)
    lines = [
        f"       -- {slot.comment}\n       {slot.made.value} as {slot.name},\n       {slot.made.reason} as {slot.reason}" for slot in slots
    ]
    lines += [f"       {slot.by} as {slot.name}_by" for slot in slots if slot.by]
    lines += [f"       {slot.follows} as {slot.name}_follows" for slot in slots if slot.follows]
    lines += [
        f"       {one.value} as vs_identifier{n},\n       identity_domain({one.value}) as vs_domain{n},\n"
        f"       {one.reason} as vs_identity_reason{n},\n       vsi{n}_known.id as known{n}_id"
        for n, one in enumerate(people, 1)
    ]
    lines += ["       self.id as self_id"] if own is not None else []
    # A later level writes a field's value anew under the same name.
    renewed = [slot.name for slot in slots if level > 1]
    star = f"{before}.*" + (f" exclude ({', '.join(renewed)})" if renewed else "")
    select = ",\n".join([f"select {star}", *lines])
    told = f"-- level {level} of the fields: each value, and the reason that speaks against it\n"
    return [*parts, f"{told}level{level} as (\n{select}\n  from {before}{beside}\n)"]


def _seen(mapping: Mapping, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that an item has: its row's, and those of its piece."""
    own = mapping.split.columns if mapping.split else ()
    hidden = {name.lower() for name in own}
    return (*(name for name in columns if name.lower() not in hidden), *own)


def _shown(depth: int, filled: list[Filled], columns: tuple[str, ...]) -> str:
    """The record's columns under their own names; one of them hides a source column of the same name."""
    names = {one.column.column.lower() for one in filled}
    hidden = [quoted(name) for name in columns if name.lower() in names]
    star = "*" + (f" exclude ({', '.join(hidden)})" if hidden else "")
    # A decimal is kept as its exact text; the mapping's own rules see it as a number.
    typed = {number: f"try_cast(vs{number}_value as decimal(38, 9))" for number, one in enumerate(filled, 1) if _is_decimal(one)}
    lines = [f"       {typed.get(n, f'vs{n}_value')} as {quoted(one.column.column)}" for n, one in enumerate(filled, 1)]
    return (
        "-- the record's columns under their own names\nshown as (\n" + ",\n".join([f"select {star}", *lines]) + f"\n  from level{depth}\n)"
    )


def _is_decimal(one: Filled) -> bool:
    return one.column.type is ColumnType.DECIMAL


def _judged(mapping: Mapping, filled: list[Filled], people: int) -> str:
    """The first reason that speaks against an item, and the first exclusion that takes it out."""
    failed = [f"vs_excluded{number} is null" for number in range(1, len(mapping.exclude) + 1)]
    torn = ["vs_contents > 1"] if mapping.conflict == Conflict.REVIEW else []
    failed += ["vs_torn_apart"] if mapping.split else []
    early = ["vs_key is null", "vs_damaged is not null", *torn, *failed]
    because = [f"when vs_no_item then {literal(NO_ITEM)}"] if mapping.split else []
    because += [f"when vs_excluded{number}.v then {literal(one.because)}" for number, one in enumerate(mapping.exclude, 1)]
    because += [f"when vs{number}_value_follows then {literal(FOLLOWS)}" for number, one in enumerate(filled, 1) if one.follows]
    reasons = _identity_reasons(people, may_be_empty=mapping.without_number is WithoutNumber.OWN_KEY)
    told = [(number, f"vs{number}_reason{level}") for number, one in enumerate(filled, 1) for level in range(1, len(one.levels) + 1)]
    # What becomes of rows of the mapping itself is known last, and speaks last.
    own = {number for number, field in enumerate(mapping.fields, 1) if field.find in kin(mapping)}
    reasons += [name for number, name in told if number not in own]
    reasons += [f"vs_doubt{number}" for number in range(1, len(mapping.reject) + 1)]
    reasons += [name for number, name in told if number in own]
    doubts = "".join(
        f",\n       -- reject, {one.where}\n       {condition(one.when)} as vs_asked{number},\n"
        f"       case when vs_asked{number} is null then 'SQL_FAILED'\n"
        f"            when (vs_asked{number}).v then {literal(one.reason)} end as vs_doubt{number}"
        for number, one in enumerate(mapping.reject, 1)
    )
    ways = "".join(f"\n            {one}" for one in because)
    taken = f"case when {' or '.join(early)} then null{ways} end" if because else "null::varchar"
    # What is no row, or no text, has no key to speak of.
    cases = ["when starts_with(vs_damaged, 'row:') then 'MALFORMED_ROW'", "when vs_damaged is not null then 'INVALID_ENCODING'"]
    cases += ["when vs_key is null then 'KEY_MISSING'"]
    cases += ["when vs_contents > 1 then 'DUPLICATE_KEY'"] if torn else []
    cases += [f"when {one} then 'SQL_FAILED'" for one in failed]
    late = f"coalesce({wrapped(reasons)})" if len(reasons) > 1 else reasons[0] if reasons else "null"
    judged = "\n            ".join(cases)
    return (
        "-- which exclusion takes it out, and what the mapping's own rules say against it\n"
        f"ruled as (\nselect *,\n       {taken} as vs_because{doubts}{flagged(mapping)}\n  from shown\n),\n"
        "-- the first reason that speaks against it\n"
        f"judged as (\nselect *,\n       case {judged}\n            when vs_because is null\n            then {late} end as vs_reason\n"
        "  from ruled\n)"
    )


def _identity_reasons(people: int, *, may_be_empty: bool) -> list[str]:
    """What speaks against a person's numbers: one that is wrong; an empty one only where all are, and a number is wanted."""
    numbers = range(1, people + 1)
    wrong = [f"nullif(vs_identity_reason{number}, 'IDENTITY_MISSING')" for number in numbers]
    if may_be_empty:
        return wrong
    if people < 2:
        return [f"vs_identity_reason{number}" for number in numbers]
    every = " and ".join(f"vs_identity_reason{number} = 'IDENTITY_MISSING'" for number in numbers)
    return [*wrong, f"case when {every} then 'IDENTITY_MISSING' end"]


def _identified(mapping: Mapping) -> list[str]:
    """Outside the identity tables an id is made of system, mapping, key and item."""
    name = f"{literal(part_of(mapping.system) + part_of(mapping.mapping))} || part(vs_key) || part(vs_item)"
    before, last = (settled(mapping), "settled") if kin(mapping) else ([], "judged")
    return [
        *before,
        f"identified as (\nselect *,\n       uuid5({NAMESPACE}, {name}) as vs_id,\n       false as vs_second\n  from {last}\n)",
    ]


def _outcome(mapping: Mapping, table: Table, filled: list[Filled], people: int) -> str:
    """Every item with its fate, its target id and, where it is to be loaded, its columns and their digest."""
    given = {field.column: f"vs{number}_value" for number, field in enumerate(mapping.fields, 1)}
    typed = [
        (column, given[column.column] if column.column in given else f"null::{DUCK_TYPES[column.type]}")
        for column in table.columns
        if column.column != table.key
    ]
    lines = [f"       {value} as {quoted(column.column)}" for column, value in typed]
    lines += [f"       vs_identifier{n},\n       vs_domain{n}" for n in range(1, people + 1)]
    stored = digest([(column, canonical(column, value)) for column, value in typed])
    first_lost = (
        "\n            when vs_copy > 1 and not bool_or(vs_copy = 1 and vs_reason is null and vs_because is null)"
        " over (partition by vs_key, vs_item) then 'rejected'"
        if mapping.conflict != Conflict.REVIEW
        else ""
    )
    reason = f"case when vs_because is not null then vs_because{_lost_reason(first_lost)} else vs_reason end"
    blamed, flags = blame(filled), flags_sql(mapping)
    select = ",\n".join(
        [
            (
                "select vs_row,\n       vs_key,\n       vs_item,\n       vs_unit,\n       vs_copy,\n"
                "       case when vs_reason is not null then 'rejected'\n            when vs_because is not null then 'excluded'"
                f"{first_lost}\n            when vs_copy > 1 or vs_second then 'merged'\n            else 'loaded' end as vs_fate,\n"
                f"       {reason} as vs_reason,\n{blamed}{flags}       vs_id,\n       {stored} as vs_digest"
            ),
            *lines,
        ]
    )
    return f"{select}\n  from identified\n order by vs_row"


def _lost_reason(first_lost: str) -> str:
    """A later copy whose first one did not come along leaves the reason CHOSEN_LEFT_OUT, unless it has one of its own."""
    if not first_lost:
        return ""
    return first_lost.replace("            when vs_copy", "            when vs_reason is null and vs_copy").replace(
        "'rejected'", f"'{CHOSEN_LEFT_OUT}'"
    )
