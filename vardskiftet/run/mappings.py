"""What does a mapping do? Its SQL, its examples held against it, and its first rows, without loading anything."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from vardskiftet.declare.words import nearest
from vardskiftet.engine.census import columns_of
from vardskiftet.engine.compile import Compiled, compile_mapping
from vardskiftet.engine.compile.named import named_columns
from vardskiftet.engine.duck import arrow, open_duck
from vardskiftet.engine.examples import shortfalls, take_parents_as_loaded
from vardskiftet.engine.lookups import place_units, prepare_places, prepare_references
from vardskiftet.engine.move import transform
from vardskiftet.engine.python_code import calls, load_code
from vardskiftet.engine.sources import open_source
from vardskiftet.engine.sources.protocol import Extract
from vardskiftet.engine.targets import open_target
from vardskiftet.errors import Usage, VardskiftetError
from vardskiftet.model.mapping import Mapping
from vardskiftet.run.desk import Desk
from vardskiftet.run.gaps import demand_no_gaps_of
from vardskiftet.run.trust import demand_trust


@dataclass(frozen=True, slots=True)
class ExampleRun:
    """One example of a mapping: where it stands, and what came otherwise (empty if nothing did)."""

    mapping: str
    where: str
    shortfalls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a mapping: fates and reasons by number, and the rows as the record would hold them."""

    rows: int
    fates: dict[str, int]
    reasons: dict[str, int]
    places: dict[str, int]
    assumed: tuple[str, ...]
    """Tables of which nothing is loaded yet: their rows are taken as if they were."""
    items: pa.Table


def mapping_of(desk: Desk, name: str) -> Mapping:
    """The mapping of that name. Raises Usage with the known names if there is none."""
    known = [mapping.mapping for mapping in desk.programme.mappings]
    if name not in known:
        raise Usage(f"'{name}' is not a mapping of this programme.", hint=nearest(name, known))
    return desk.programme.mapping(name)


def compiled_text(desk: Desk, name: str) -> str:
    """The SQL of a mapping, over the source's columns if it can be reached, else over those that the mapping names."""
    mapping = mapping_of(desk, name)
    return compile_mapping(desk.programme, mapping, _columns(desk, mapping)).text


def _columns(desk: Desk, mapping: Mapping) -> tuple[str, ...]:
    return _told_columns(desk, mapping) or named_columns(mapping)


def _told_columns(desk: Desk, mapping: Mapping) -> tuple[str, ...]:
    """The columns of the mapping's rows as the source tells them; none if it cannot be asked."""
    try:
        source = open_source(desk.programme.system(mapping.system), desk.programme.root)
    except VardskiftetError:
        return ()
    try:
        return columns_of(source, mapping)
    except (KeyError, VardskiftetError):
        return ()
    finally:
        source.close()


def run_examples(desk: Desk, names: tuple[str, ...]) -> tuple[ExampleRun, ...]:
    """All examples of the named mappings. No source is needed; where it can be asked, a column that it lacks is told."""
    mappings = tuple(mapping_of(desk, name) for name in names)
    duck = _engine(desk, mappings)
    done: list[ExampleRun] = []
    for mapping in mappings:
        given = {column for example in mapping.examples for column in example.row}
        columns = tuple(dict.fromkeys([*named_columns(mapping), *sorted(given)]))
        compiled = compile_mapping(desk.programme, mapping, columns)
        told = _told_columns(desk, mapping) if mapping.examples else ()
        for example in mapping.examples:
            strange = [name for name in example.row if told and name not in told]
            found = tuple(f"its row has a column '{name}' that the source lacks. {nearest(name, told)}" for name in strange)
            found += tuple(shortfalls(duck, desk.programme, compiled, example))
            done.append(ExampleRun(mapping.mapping, f"{example.file or mapping.path}:{example.line}", found))
    duck.close()
    return tuple(done)


def preview(desk: Desk, name: str, wave: str, limit: int) -> Preview:
    """What a mapping would make of the first rows of its live source, as the target stands now; nothing is written."""
    programme = desk.programme
    mapping = mapping_of(desk, name)
    duck = _engine(desk, (mapping,))
    source = open_source(programme.system(mapping.system), programme.root)
    try:
        demand_no_gaps_of(programme, mapping, source)
        place_units(duck, programme, wave)
        prepare_places(duck, programme, mapping, source)
        prepare_references(duck, programme, mapping, open_target(programme))
        columns = columns_of(source, mapping)
        compiled: Compiled = compile_mapping(programme, mapping, columns)
        by = source.most_telling(Extract(mapping.reads, columns, (), mapping.sql)) if "whole_row" in mapping.key else mapping.key
        extract = Extract(mapping.reads, columns, by, mapping.sql)
        first = source.cuts(extract, max(limit, 2))[0]
        rows = pa.Table.from_batches(list(source.read(extract, first))).sort_by("vs_row").slice(0, limit)
        assumed = take_parents_as_loaded(duck, programme, mapping, rows)
        transform(duck, compiled, rows)
        items = arrow(duck, "select * from outcome order by vs_row")
        places = arrow(duck, "select vs_place, count(*) as rows from placed group by all order by all").to_pylist()
    finally:
        source.close()
        duck.close()
    fates = Counter(items.column("vs_fate").to_pylist())
    reasons = Counter(reason for reason in items.column("vs_reason").to_pylist() if reason is not None)
    return Preview(
        rows.num_rows,
        dict(sorted(fates.items())),
        dict(sorted(reasons.items())),
        {one["vs_place"]: one["rows"] for one in places},
        assumed,
        items,
    )


def _engine(desk: Desk, mappings: tuple[Mapping, ...]) -> duckdb.DuckDBPyConnection:
    """An engine with everything but rows; it never spills. Raises Usage for code that nobody trusts."""
    demand_trust(desk, mappings)
    programme = desk.programme
    duck = open_duck(None, programme.codebooks, [system.timezone for system in programme.systems])
    load_code(duck, programme.codes, calls(mappings))
    duck.execute("set variable extracted_at = ?::timestamptz", [desk.clock().isoformat()])
    place_units(duck, programme, programme.waves[0].wave)
    return duck
