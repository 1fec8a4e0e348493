"""What is in a system's source, before anybody maps it? Every table looked at once, and held against what the mappings mean it to be."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial

import duckdb

from vardskiftet.declare.words import nearest
from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.misfits import misfits
from vardskiftet.engine.profile import Meant, Oddity, TableProfile, profile_table
from vardskiftet.engine.sources import open_source
from vardskiftet.errors import Usage
from vardskiftet.model.mapping import WHOLE_ROW, Mapping
from vardskiftet.model.programme import Programme
from vardskiftet.model.progress import Progress
from vardskiftet.model.record import ColumnType
from vardskiftet.run.desk import Desk
from vardskiftet.run.patience import await_leave
from vardskiftet.run.spoken import idle_patterns, speakers


@dataclass(frozen=True, slots=True)
class Profile:
    """A system's source. `spoken` says for each table what speaks of it: mappings, a route, ignored, or nothing."""

    system: str
    title: str
    tables: tuple[TableProfile, ...]
    spoken: dict[str, str]
    oddities: tuple[Oddity, ...]
    idle: tuple[str, ...] = ()
    """Patterns under `ignored:` that are like no table of the source."""


def profile(desk: Desk, system: str, only: tuple[str, ...] = ()) -> Profile:
    """Look at every table of a system, or only at some. Raises Usage for an unknown name, Unreachable if the source is not there."""
    programme = desk.programme
    known = [one.system for one in programme.systems]
    if system not in known:
        raise Usage(f"'{system}' is not a system of this programme.", hint=nearest(system, known))
    declared = programme.system(system)
    tables: list[TableProfile] = []
    with ExitStack() as closing:
        source = open_source(declared, programme.root)
        closing.callback(source.close)
        names, idle = sorted(source.schema()), idle_patterns(declared, source.schema())
        for wrong in (name for name in only if name not in names):
            raise Usage(f"System '{system}' has no table '{wrong}'.", hint=nearest(wrong, names))
        duck = open_duck(desk.work / "spill" / "profile", programme.codebooks, [declared.timezone])
        closing.callback(duck.close)
        duck.execute("set variable extracted_at = ?::timestamptz", [desk.clock().isoformat()])
        wanted = [name for name in names if not only or name in only]
        for done, name in enumerate(wanted):
            await_leave(desk, system, source)
            desk.notify(Progress(f"look at {name}", done, len(wanted)))
            meant = replace(_meant(programme, system, name), misfits=partial(_misfits, duck, programme, system, name))
            tables.append(profile_table(duck, source, name, declared.timezone, meant))
    mine = [one for one in programme.mappings if one.system == system]
    spoken = {table.table: ", ".join(speakers(programme, declared, table.table)) for table in tables}
    oddities = tuple(odd for table in tables for odd in (*_of_table(table, mine), *_of_columns(table)))
    return Profile(system, declared.title, tuple(tables), spoken, oddities, idle)


def _meant(programme: Programme, system: str, table: str) -> Meant:
    """Lengths and codes that the mappings of a table mean its columns to have."""
    longest: dict[str, int] = {}
    coded: set[str] = set()
    keys: set[str] = set()
    for mapping in programme.mappings:
        if mapping.system != system or mapping.reads != table or mapping.sql:
            continue
        keys |= set(mapping.key) if len(mapping.key) == 1 else set()
        for one in mapping.fields:
            column = programme.record.table(mapping.into).column(one.column)
            if one.source and not one.steps and column.type is ColumnType.TEXT and column.max_length is not None:
                longest[one.source] = min(column.max_length, longest.get(one.source, column.max_length))
            if one.source and one.steps and one.steps[0].transform == "codebook":
                coded.add(one.source)
    return Meant(longest, frozenset(coded), frozenset(keys))


def _misfits(duck: duckdb.DuckDBPyConnection, programme: Programme, system: str, table: str, rows: str) -> dict[str, int]:
    """Numbers of a table that its mappings would reject, by source column; of several mappings the one that rejects most."""
    found: dict[str, int] = {}
    for mapping in programme.mappings:
        if mapping.system == system and mapping.reads == table and not mapping.sql and not mapping.split:
            for column, number in misfits(duck, programme, mapping, rows).items():
                found[column] = max(number, found.get(column, 0))
    return found


def _of_table(table: TableProfile, mappings: list[Mapping]) -> list[Oddity]:
    found = []
    if table.torn:
        found.append(Oddity(table.table, "", "damaged", table.torn))
    if table.counted != table.rows:
        found.append(Oddity(table.table, "", "not_counted", abs(table.counted - table.rows)))
    for mapping in mappings:
        if mapping.reads != table.table or mapping.sql or mapping.key == (WHOLE_ROW,):
            continue
        for column in (one for one in table.columns if one.column in mapping.key):
            if column.nulls + column.empty:
                found.append(Oddity(table.table, column.column, "key_empty", column.nulls + column.empty))
    found += [Oddity(table.table, column, "key_repeats", rows) for column, rows in table.repeats.items()]
    return found


def _of_columns(table: TableProfile) -> list[Oddity]:
    found = []
    for column in table.columns:
        counted = {"damaged": column.damaged, "second_encoding": column.recoded, "too_long": column.too_long, "no_number": column.misfits}
        odd = {**{what: rows for what, rows in counted.items() if rows}, **column.text, **column.times}
        found += [Oddity(table.table, column.column, what, rows) for what, rows in odd.items() if what != "line_ends"]
    return found
