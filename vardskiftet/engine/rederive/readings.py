"""Which value does each field read from its item? Python's own functions over the different texts of a column, not one row at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from vardskiftet.engine.rederive.code import Called
from vardskiftet.engine.rederive.form import between, stored
from vardskiftet.engine.rederive.meaning import CODE, beside_of, meaning_of
from vardskiftet.engine.rederive.meaning.answer import Value
from vardskiftet.engine.rederive.meaning.identity import domain_of
from vardskiftet.engine.rederive.meaning.many_moments import many_moments
from vardskiftet.model.mapping import Field, Step
from vardskiftet.model.record import Column, ColumnType

KEPT_TEXTS = 100_000
"""Different texts of one field that are remembered between chunks: of three hundred thousand persons' numbers, 120 MB each time."""

Told = tuple[str | None, str | None]
Books = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Setting:
    """What every reading may know: the system's zone, codebooks, and functions of the region's own."""

    zone: str
    books: Books
    code: Mapping[str, Called]


@dataclass
class Reading:
    """One column's texts through steps, and into the record's column where one is given; answers are remembered."""

    steps: tuple[Step, ...]
    column: Column | None
    setting: Setting
    _known: dict[Any, Told] = field(default_factory=dict)

    @property
    def beside(self) -> tuple[str, ...]:
        """Source columns that are read beside the text."""
        return tuple(name for step in self.steps for name in beside_of(step))

    def of(self, texts: pa.Array, beside: Sequence[pa.Array] = ()) -> tuple[pa.Array, pa.Array]:
        """(stored texts, reasons) for every text of a column."""
        if not self.steps and self.column is not None and self.column.type is ColumnType.TEXT:
            return texts, _as_it_is(texts, self.column)
        if any(step.transform == CODE for step in self.steps):
            return _arrays(self._by_column(texts, beside))
        if len(self._known) > KEPT_TEXTS:
            self._known.clear()
        if beside:
            return self._of_several(list(zip(texts.to_pylist(), *(one.to_pylist() for one in beside), strict=True)))
        return self._many.of(texts) if self._many is not None else self._one_by_one(texts)

    def _one_by_one(self, texts: pa.Array) -> tuple[pa.Array, pa.Array]:
        """Each different text once."""
        coded = texts.dictionary_encode(null_encoding="encode")
        values, reasons = _arrays([self._remembered((text,)) for text in coded.dictionary.to_pylist()])
        return values.take(coded.indices), reasons.take(coded.indices)

    def _of_several(self, rows: list[tuple[str | None, ...]]) -> tuple[pa.Array, pa.Array]:
        return _arrays([self._remembered(row) for row in rows])

    def _remembered(self, row: tuple[str | None, ...]) -> Told:
        found = self._known.get(row)
        if found is None:
            found = self._known[row] = self._read(*row)
        return found

    def _read(self, text: str | None, *beside: str | None) -> Told:
        value: Value = text
        kind, used = ColumnType.TEXT, 0
        for step in self.steps:
            meaning = self._meanings[id(step)] if id(step) in self._meanings else self._learn(step)
            wanted = len(beside_of(step))
            value, reason = meaning.read(between(value, kind), *beside[used : used + wanted])
            used, kind = used + wanted, meaning.type
            if reason is not None:
                return None, reason
        return self._stored(value, kind)

    def _stored(self, value: Value, kind: ColumnType) -> Told:
        if self.column is None:
            return between(value, kind), None
        told, reason = stored(value, kind, self.column)
        return (None if told is None else str(told)), reason

    def __post_init__(self) -> None:
        self._meanings: dict[int, Any] = {}
        times = len(self.steps) == 1 and self.steps[0].transform == "local_time"
        instants = self.column is not None and self.column.type is ColumnType.INSTANT
        self._many = many_moments(self.steps[0].options, self.setting.zone, self._one_by_one) if times and instants else None

    def _learn(self, step: Step) -> Any:
        found = self._meanings[id(step)] = meaning_of(step, self.setting.zone, self.setting.books)
        return found

    def _by_column(self, texts: pa.Array, beside: Sequence[pa.Array]) -> list[Told]:
        """Through a function of the region's own, which gets whole columns."""
        values: list[Value] = texts.to_pylist()
        reasons: list[str | None] = [None] * len(values)
        kind, used = ColumnType.TEXT, 0
        for step in self.steps:
            others = [one.to_pylist() for one in beside[used : used + len(beside_of(step))]]
            used += len(others)
            given = [between(value, kind) for value in values]
            if step.transform == CODE:
                answers, kind = self.setting.code[str(step.options["function"])]([given, *others]), ColumnType.TEXT
            else:
                meaning = self._learn(step)
                answers = [meaning.read(*row) for row in zip(given, *others, strict=True)]
                kind = meaning.type
            values = [value for value, _ in answers]
            reasons = [before or reason for before, (_, reason) in zip(reasons, answers, strict=True)]
        return [(None, why) if why else self._stored(value, kind) for value, why in zip(values, reasons, strict=True)]


def _as_it_is(texts: pa.Array, column: Column) -> pa.Array:
    """What speaks against texts that are carried byte for byte."""
    reasons = pa.nulls(len(texts), pa.string())
    if column.max_length is not None:
        reasons = pc.if_else(pc.greater(pc.utf8_length(texts), column.max_length), "TOO_LONG", reasons)
    return pc.if_else(pc.is_null(texts), "REQUIRED_EMPTY", reasons) if column.required else reasons


def _arrays(told: Sequence[Told]) -> tuple[pa.Array, pa.Array]:
    return pa.array([value for value, _ in told], pa.string()), pa.array([reason for _, reason in told], pa.string())


def reader_of(one: Field, column: Column, setting: Setting) -> Callable[[pa.Table, int], tuple[pa.Array, pa.Array]]:
    """How a field that finds no other row is read from a table of items; the number is its place among the mapping's fields."""
    reading = Reading(one.steps, column, setting)
    if one.constant is not None:
        told = reading._read(one.constant)
        return lambda items, _number: _arrays([told] * items.num_rows)
    if one.sql:
        return lambda items, number: _of_sql(reading, items, number)
    return lambda items, _number: reading.of(whole(items, one.source), [whole(items, name) for name in reading.beside])


def _of_sql(reading: Reading, items: pa.Table, number: int) -> tuple[pa.Array, pa.Array]:
    """A field of the user's own SQL: NULL as a whole where the SQL failed."""
    made = items[f"vs_sql{number}"].combine_chunks()
    texts = pc.struct_field(made, "v")
    values, reasons = reading.of(texts, [whole(items, name) for name in reading.beside])
    return values, pc.if_else(pc.is_null(made), "SQL_FAILED", reasons)


def whole(items: pa.Table, name: str) -> pa.Array:
    """A column as one array."""
    found = items[name].combine_chunks()
    return found if isinstance(found, pa.Array) else pa.concat_arrays(found.chunks)


def domains(identifiers: pa.Array) -> pa.Array:
    """The register of each identifier."""
    return pa.array([None if one is None else domain_of(one) for one in identifiers.to_pylist()], pa.string())
