"""How does each record column get its value? Every field becomes an SQL expression with its reason, level by level of its chain."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace

from vardskiftet.engine.compile.coerce import coerced, first_of
from vardskiftet.engine.compile.kin import id_sql
from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.transforms import KINDS
from vardskiftet.engine.transforms.protocol import Expression, Join, Setting
from vardskiftet.model.mapping import Field, Find, FollowParent, Mapping, Step
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import Column, ColumnType, Table


@dataclass(frozen=True, slots=True)
class Filled:
    """One record column on its way: the expressions of its levels, last one in the column's type."""

    column: Column
    levels: tuple[Expression, ...]
    by: str = ""
    """SQL of the key by which a parent is found; empty for other fields."""
    follows: str = ""
    """SQL that is true where the row goes the way of an excluded parent; empty if it cannot."""
    where: str = ""
    """Where its file says what fills it."""


def field_levels(programme: Programme, mapping: Mapping, table: Table, number: int, field: Field) -> Filled:
    """All levels of one field."""
    column = table.column(field.column)
    prefix = f"vs{number}"
    by, follows = "", ""
    if field.find is not None:
        by = quoted(field.find.by)
        expression, follows = found(programme, mapping, field.find, prefix)
        levels = [expression]
    elif field.constant is not None:
        levels = [Expression(literal(field.constant))]
    elif field.sql:
        levels = [guarded(field.sql, prefix), *_further(programme, mapping, field.steps, prefix)]
    else:
        levels = chain(programme, mapping, field.source, field.steps, prefix)
    # Beside a reason of the first level the value can be called by its name; later ones stand beside the value of the level before.
    levels[-1] = coerced(levels[-1], column, f"{prefix}_value" if len(levels) == 1 else "")
    return Filled(column, tuple(levels), by, follows, field.where if field.line else "")


def chain(programme: Programme, mapping: Mapping, source: str, steps: tuple[Step, ...], prefix: str) -> list[Expression]:
    """A source column through its transforms, one level each."""
    if not steps:
        return [Expression(quoted(source))]
    zone = programme.system(mapping.system).timezone
    first = _step(quoted(source), steps[0], Setting(zone, _shared_prefix(source, steps[0])))
    return _texts_between([first, *_further(programme, mapping, steps[1:], prefix)])


def _further(programme: Programme, mapping: Mapping, steps: tuple[Step, ...], prefix: str) -> list[Expression]:
    """The steps of a chain after its first level, each on the value of the one before."""
    zone = programme.system(mapping.system).timezone
    return _texts_between([_step(f"{prefix}_value", step, Setting(zone, f"{prefix}_{place}")) for place, step in enumerate(steps, 1)])


def _step(value: str, step: Step, setting: Setting) -> Expression:
    kind = KINDS[step.transform]
    made: Expression = kind.to_sql(value, kind.Options.model_validate(step.options), setting)
    return made


def _texts_between(levels: list[Expression]) -> list[Expression]:
    """Every step takes text, so every step but the last gives it."""
    return [
        one
        if place + 1 == len(levels) or one.type == ColumnType.TEXT
        else replace(one, value=f"({one.value})::varchar", type=ColumnType.TEXT)
        for place, one in enumerate(levels)
    ]


def _shared_prefix(source: str, step: Step) -> str:
    """One name for a source column under one reading of it, so that fields that read it alike share the work."""
    shared = getattr(KINDS[step.transform], "SHARED", ())
    reading = json.dumps(
        [source, step.transform, {name: value for name, value in step.options.items() if name not in shared}], sort_keys=True
    )
    word = "".join(letter for letter in source.lower() if letter.isascii() and letter.isalnum())[:24]
    return f"vs_{word}_{hashlib.sha256(reading.encode()).hexdigest()[:4]}"


def guarded(sql: str, prefix: str) -> Expression:
    """A mapping's own SQL: an error inside it rejects the row instead of stopping the batch, and is told apart from NULL."""
    tried = f"{prefix}_tried"
    return Expression(
        f"{tried}.v", f"case when {tried} is null then 'SQL_FAILED' end", stages=(((tried, f"try({{'v': ({sql})::varchar}})"),),)
    )


def condition(sql: str) -> str:
    """A mapping's condition: true, false, or NULL where it failed."""
    return f"try({{'v': coalesce(({sql}), false)}})"


def parent_mapping(programme: Programme, mapping: Mapping, find: Find) -> str:
    """The mapping whose key a `find` names. Raises KeyError if there is none; declarations are checked before."""
    if find.mapping:
        return find.mapping
    return next(other.mapping for other in programme.mappings if other.system == mapping.system and other.into == find.table)


def found(programme: Programme, mapping: Mapping, find: Find, prefix: str) -> tuple[Expression, str]:
    """A reference: its id, or why there is none; and the SQL that is true where an excluded parent is followed."""
    by, alias = quoted(find.by), f"{prefix}_parent"
    if find.step is not None:
        return _found_person(programme, mapping, find, prefix), ""
    if find.mapping == mapping.mapping:
        return _found_kin(mapping, find, prefix), ""
    join = Join("parent", alias, f"{alias}.mapping = {literal(parent_mapping(programme, mapping, find))} and {alias}.key = {by}")
    orphan = "null" if find.missing == "empty" else f"case when {by} is not null and {alias}.key is null then 'PARENT_MISSING' end"
    fate = f"case {alias}.fate when 'rejected' then 'PARENT_REJECTED' when 'excluded' then 'PARENT_EXCLUDED' end"
    follows = f"{alias}.fate = 'excluded'" if mapping.follow_parent == FollowParent.EXCLUDE else ""
    return Expression(f"{alias}.id", first_of([fate, orphan]), ColumnType.UUID, joins=(join,)), follows


def _found_kin(mapping: Mapping, find: Find, prefix: str) -> Expression:
    """A row of the mapping itself: of this batch, or loaded before. What becomes of those in this batch is settled afterwards."""
    by, own, earlier = quoted(find.by), f"{prefix}_own", f"{prefix}_parent"
    joins = (
        Join("own_key", own, f"{own}.vs_key = {by}"),
        Join("parent", earlier, f"{earlier}.mapping = {literal(mapping.mapping)} and {earlier}.key = {by}"),
    )
    missing = "null" if find.missing == "empty" else f"case when {by} is not null and {earlier}.key is null then 'PARENT_MISSING' end"
    fate = f"case {earlier}.fate when 'rejected' then 'PARENT_REJECTED' when 'excluded' then 'PARENT_EXCLUDED' end"
    return Expression(
        f"case when {own}.vs_key is not null then {id_sql(mapping, by)} else {earlier}.id end",
        f"case when {own}.vs_key is null then coalesce({fate}, {missing}) end",
        ColumnType.UUID,
        joins=joins,
    )


def _found_person(programme: Programme, mapping: Mapping, find: Find, prefix: str) -> Expression:
    """A person by a national identifier: domain + identifier, never name or date."""
    if find.step is None:
        raise ValueError("a person is found through a transform")
    (spelled,) = chain(programme, mapping, find.by, (find.step,), prefix)
    alias, name = f"{prefix}_person", spelled.value
    on = f"{alias}.record_table = {literal(find.table)} and {alias}.domain = identity_domain({name}) and {alias}.identifier = {name}"
    orphan = "null" if find.missing == "empty" else f"case when {name} is not null and {alias}.id is null then 'PARENT_MISSING' end"
    reason = first_of([spelled.reason, orphan])
    joins = (*spelled.joins, Join("person", alias, on))
    return replace(spelled, value=f"{alias}.id", reason=reason, type=ColumnType.UUID, joins=joins)
