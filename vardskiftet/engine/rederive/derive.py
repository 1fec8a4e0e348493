"""What should a mapping's rows have become? Chunk by chunk: placed, read, judged, named; each item with its fate and its stored texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.rederive import kin, persons
from vardskiftet.engine.rederive.beside import books_of
from vardskiftet.engine.rederive.code import functions
from vardskiftet.engine.rederive.items import held_sql, item_sql, placed_sql
from vardskiftet.engine.rederive.meaning import CODE
from vardskiftet.engine.rederive.readings import Reading, Setting, domains, reader_of, whole
from vardskiftet.engine.rederive.stage import SHARED, arrow
from vardskiftet.engine.rederive.verdicts import fated_sql, judged_sql, own_finds, refuse_unheld, uuid_of
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.model.mapping import Field, Mapping
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import Column

Read = Callable[[pa.Table, int], tuple[pa.Array, pa.Array]]


@dataclass
class Deriver:
    """One mapping over a source with these columns, worked in a stage that holds units, persons and parents.

    `target` is asked for nothing but what its kind cannot keep.
    """

    stage: duckdb.DuckDBPyConnection
    programme: Programme
    mapping: Mapping
    columns: tuple[str, ...]
    target: Target
    _readers: dict[int, Read] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        mapping, record = self.mapping, self.programme.record
        self.table = record.table(mapping.into)
        steps = [step for one in mapping.fields for step in one.steps if step.transform == CODE]
        code = functions(self.programme.codes, (str(step.options["function"]) for step in steps))
        self.setting = Setting(self.programme.system(mapping.system).timezone, books_of(self.programme), code)
        for number, one in enumerate(mapping.fields):
            if one.find is None:
                self._readers[number] = reader_of(one, self.table.column(one.column), self.setting)
        self._finds = {
            number: (one.find.by, Reading((one.find.step,), None, self.setting))
            for number, one in enumerate(mapping.fields)
            if one.find is not None and one.find.step is not None
        }
        self._people = [(one.source, Reading((one.step,), None, self.setting)) for one in mapping.identities]
        self._refusing = self._unheld()
        self._placed, self._held = placed_sql(mapping, self.columns), held_sql(mapping, self.columns)
        self._items, self._fated = item_sql(mapping, self.columns), fated_sql(mapping, self._refusing)
        self._named = f"select *, {uuid_of(mapping, 'vs_key', 'vs_item')} as vs_id, false as vs_second from judged"
        own = mapping.split.columns if mapping.split else ()
        hidden = {name.lower() for name in own}
        seen = (*(name for name in self.columns if name.lower() not in hidden), *own)
        self._judged = judged_sql(mapping, self.table, seen)

    def prepare(self) -> None:
        """Parents of each find, by key: of this load as derived, else as given of the latest before it. A loaded copy speaks first."""
        for number, one in enumerate(self.mapping.fields):
            if one.find is None or one.find.step is not None:
                continue
            name = literal(parent_of(self.programme, self.mapping, one))
            # A row that is another's now, by decision, was its own in a plan before: what came later speaks.
            sides = {"derived": "'now' as came", "elsewhere": "came"}
            both = " union all ".join(f"select key, id, fate, {came} from {side} where mapping = {name}" for side, came in sides.items())
            order = "case when fate in ('L', 'M') then 1 when fate = 'E' then 2 else 3 end, came desc, fate"
            turn = f"row_number() over (partition by key order by {order})"
            self.stage.execute(
                f"create or replace table {SHARED}.parent_{number} as select key, case when fate in ('L', 'M') then id end as id, fate"
                f" from ({both}) where key is not null qualify {turn} = 1"
            )

    def chunk(self, rows: pa.Table) -> None:
        """Derive the rows of one batch, the next in order; leaves `item` and `fated` in the stage."""
        self.look(rows)
        if self.table.identity:
            persons.remember(self.stage, self.mapping, self.table)

    def look(self, rows: pa.Table) -> None:
        """The same for rows that may have been derived before: nobody new becomes known by it."""
        stage = self.stage
        stage.register("came", rows)
        told = f"with placed as materialized ({self._placed}), held as ({self._held}) select * from ({self._items})"
        items = arrow(stage, told)
        stage.unregister("came")
        stage.register("item", items)
        stage.register("reading", self._read(items))
        if own_finds(self.mapping):
            stage.execute("create or replace temp table own_key as select distinct vs_key from item where vs_key is not null")
        if self.table.identity or own_finds(self.mapping):
            stage.execute(f"create or replace temp table judged as {self._judged}")
            kin.settle(stage, self.mapping)
            if self.table.identity:
                persons.resolve(stage, self.mapping, self.table)
            else:
                stage.execute(f"create or replace temp table named as {self._named}")
            stage.execute(f"create or replace temp table fated as {self._fated}")
        else:
            told = f"with judged as ({self._judged}), named as ({self._named}) select * from ({self._fated})"
            stage.execute(f"create or replace temp table fated as {told}")
        stage.unregister("reading")
        if self._refusing:
            refuse_unheld(stage)

    def forget(self) -> None:
        """Let go of what the last batch left, once nobody asks for it: with long texts that is much."""
        self.stage.unregister("item")
        for table in ("judged", "named", "fated"):
            self.stage.execute(f"drop table if exists {table}")

    def expected_sql(self, where: str = "vs_fate = 'L'") -> str:
        """Query of derived rows: id, key, item, unit, fate, reason, and every column but the table's key, as stored texts."""
        given = {one.column: f"vs_c{number}" for number, one in enumerate(self.mapping.fields)}
        columns = "".join(
            f", {given.get(one.column, 'null::varchar')} as {quoted(one.column)}" for one in stored_columns(self.programme, self.mapping)
        )
        told = "vs_id as _id, vs_key as _key, vs_item as _item, vs_unit as _unit, vs_fate as _fate, vs_reason as _reason"
        return f"select {told}{columns} from fated where {where}"

    def _unheld(self) -> str:
        """SQL, true for an item of `named` that the target's kind cannot keep; empty where it keeps everything."""
        filled = [self.target.unheld(self.table.column(one.column), f"vs_c{number}") for number, one in enumerate(self.mapping.fields)]
        return " or ".join(one for one in (*filled, self.target.unheld_text("vs_key")) if one)

    def _read(self, items: pa.Table) -> pa.Table:
        """The items with every field's text and reason, the numbers of persons, and of those who are found by number."""
        made: dict[str, pa.Array] = {}
        for number, read in self._readers.items():
            made[f"vs_c{number}"], made[f"vs_r{number}"] = read(items, number)
        for number, (by, reading) in self._finds.items():
            made[f"vs_k{number}"], made[f"vs_kr{number}"] = reading.of(whole(items, by))
            made[f"vs_d{number}"] = domains(made[f"vs_k{number}"])
        for number, (by, reading) in enumerate(self._people):
            made[f"vs_id{number}"], made[f"vs_ir{number}"] = reading.of(whole(items, by))
            made[f"vs_id{number}d"] = domains(made[f"vs_id{number}"])
        for name, column in made.items():
            items = items.append_column(name, column)
        return items


def stored_columns(programme: Programme, mapping: Mapping) -> tuple[Column, ...]:
    """The record's columns that a row is compared in: all but the key, which is the row's own name."""
    table = programme.record.table(mapping.into)
    return tuple(one for one in table.columns if one.column != table.key)


def parent_of(programme: Programme, mapping: Mapping, one: Field) -> str:
    """The mapping whose keys a find by key names. Raises KeyError if there is none."""
    if one.find is None:
        raise KeyError(one.column)
    if one.find.mapping:
        return one.find.mapping
    found = [other.mapping for other in programme.mappings if (other.system, other.into) == (mapping.system, one.find.table)]
    if not found:
        raise KeyError(one.find.table)
    return found[0]
