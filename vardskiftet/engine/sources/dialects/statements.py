"""Which SQL counts, cuts and reads a table or a query on a server? Built once for all dialects; half-open ranges compared in the server."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vardskiftet.engine.sources.dialects.dialect import HOLE, Dialect, Form, Statement
from vardskiftet.engine.sources.protocol import Extract
from vardskiftet.model.batch import Key, KeyPart, KeyRange

ROWS = "vs_rows"
"""The alias of whatever is read from."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An extract on a server of one dialect, with the declared type of each of its columns."""

    dialect: Dialect
    extract: Extract
    types: Mapping[str, str]
    schema: str = ""
    """Where the tables lie; empty where the connection's own place is meant."""

    def count(self) -> Statement:
        """All rows of the table, unfiltered."""
        return Statement(f"select count(*) from {table_of(self.dialect, self.schema, self.extract.table)}")

    def columns(self) -> Statement:
        """No row, and every column."""
        return Statement(f"select * from {self._rows()} where 1 = 0")

    def count_range(self, within: KeyRange) -> Statement:
        """Rows of one range."""
        condition, values = self._condition(within)
        return Statement(f"select count(*) from {self._rows()} where {condition}", values)

    def distinct(self, columns: Sequence[str]) -> Statement:
        """How many different values each of these columns has."""
        counts = ", ".join(f"count(distinct {self._order(column)})" for column in columns)
        return Statement(f"select {counts} from {self._rows()}")

    def borders(self, rows: int, beside: str = "") -> Statement:
        """The key of every row that begins a range of so many rows, in order; `beside` asks something more of each part (`{c}`)."""
        places = self._keys()
        parts = [self._told(key) for key in self.extract.key]
        parts += [_filled_in(beside, c=self.column(key)) for key in self.extract.key if beside]
        names = [f"vs_{number}" for number in range(len(parts))]
        told = ", ".join(f"{part} as {name}" for part, name in zip(parts, names, strict=True))
        begins = self.dialect.modulo.format(a="vs_place", b=max(rows, 2))
        return Statement(
            f"select {', '.join(names)} from (select {told}, row_number() over (order by {', '.join(places)}) as vs_place"
            f" from {self._rows()} where {self._filled()}) vs_placed where {begins} = 1 and vs_place > 1 order by vs_place"
        )

    def cut(self, within: KeyRange, parts: int) -> Statement:
        """The key of every row that begins one of about so many equal parts of a range, in order."""
        places, names = self._keys(), [f"vs_{number}" for number in range(len(self.extract.key))]
        told = ", ".join(f"{self._told(key)} as {name}" for key, name in zip(self.extract.key, names, strict=True))
        condition, values = self._condition(within)
        begins = self.dialect.modulo.format(a=f"(vs_place * {parts})", b="vs_all")
        return Statement(
            f"select {', '.join(names)} from (select {told}, row_number() over (order by {', '.join(places)}) as vs_place,"
            f" count(*) over () as vs_all from {self._rows()} where {condition}) vs_placed"
            f" where {begins} < {parts} and vs_place > 1 order by vs_place",
            values,
        )

    def nulls(self) -> Statement:
        """How many rows have a key with a NULL in it."""
        return Statement(f"select count(*) from {self._rows()} where not ({self._filled()})")

    def numbered(self, within: KeyRange | None, also: Statement | None = None) -> Statement:
        """The rows of a range, or all, each after its place in the order of the key; `also` is one condition more.

        For a server whose rows are not asked for in an order.
        """
        place = f"row_number() over (order by {', '.join(self._keys())})" if self.extract.key else "1"
        columns = ", ".join(self.text(column) for column in self.extract.columns)
        condition, values = self._condition(within) if within else ("1 = 1", ())
        if also is not None:
            condition, values = f"{condition} and {also.sql}", (*values, *also.values)
        return Statement(f"select {place}, {columns} from {self._rows()} where {condition}", values)

    def read(self, within: KeyRange | None, also: Statement | None = None) -> Statement:
        """The rows of a range, or all: every column as text, in the order of the key; `also` is one condition more."""
        columns = ", ".join(f"{self.text(column)} as {self.dialect.quoted(column)}" for column in self.extract.columns)
        condition, values = self._condition(within) if within else ("1 = 1", ())
        if also is not None:
            condition, values = f"{condition} and {also.sql}", (*values, *also.values)
        order = f" order by {', '.join(self._keys())}" if self.extract.key else ""
        return Statement(f"select {columns} from {self._rows()} where {condition}{order}", values)

    def among(self, key: Sequence[str], keys: Sequence[Sequence[str]]) -> Statement:
        """The condition that these columns have one of these keys' texts, each compared as a border is: so an index serves."""
        columns = [self._order(column) for column in key]
        holes = [_filled_in(self._form(column).bound, v=HOLE) for column in key]
        values = tuple(part for one in keys for part in one)
        if len(key) == 1:
            return Statement(f"{columns[0]} in ({', '.join(holes * len(keys))})", values)
        same = " and ".join(f"{column} = {hole}" for column, hole in zip(columns, holes, strict=True))
        return Statement(f"({' or '.join([f'({same})'] * len(keys))})", values)

    def single(self) -> tuple[bool, ...]:
        """Which of the columns are reals of single precision that arrive with the digits of a double."""
        return tuple(self._form(column).single for column in self.extract.columns)

    def _rows(self) -> str:
        """The table, or the query in brackets, so that it can be nothing but a query."""
        if self.extract.sql:
            return f"({self.extract.sql.strip().rstrip(';')}\n) {ROWS}"
        return f"{table_of(self.dialect, self.schema, self.extract.table)} {ROWS}"

    def _form(self, column: str) -> Form:
        return self.dialect.form(self.types.get(column, ""))

    def column(self, column: str) -> str:
        """SQL of a column as it is."""
        return f"{ROWS}.{self.dialect.quoted(column)}"

    def text(self, column: str) -> str:
        """SQL of a column as text."""
        return _filled_in(self._form(column).text, c=self.column(column))

    def _told(self, column: str) -> str:
        return _filled_in(self._form(column).border, c=self.column(column))

    def _order(self, column: str) -> str:
        return _filled_in(self._form(column).order, c=self.column(column))

    def _keys(self) -> list[str]:
        return [self._order(column) for column in self.extract.key]

    def _filled(self) -> str:
        return " and ".join(f"{self.column(column)} is not null" for column in self.extract.key) or "1 = 1"

    def _condition(self, within: KeyRange) -> tuple[str, tuple[KeyPart, ...]]:
        if within.nulls:
            return f"not ({self._filled()})", ()
        parts = [self._filled()]
        values: list[KeyPart] = []
        for bound, sign in ((within.low, ">="), (within.high, "<")):
            if bound is not None:
                condition, bound_values = self._compared(bound, sign)
                parts.append(condition)
                values += bound_values
        return " and ".join(parts), tuple(values)

    def _compared(self, bound: Key, sign: str) -> tuple[str, list[KeyPart]]:
        """The key beside a border. Where rows cannot be compared: column after column, the first one alone for the index."""
        keys = self._keys()
        texts: list[KeyPart] = [part if self.dialect.typed else str(part) for part in bound]
        holes = [_filled_in(self._form(column).bound, v=HOLE) for column in self.extract.key]
        if self.dialect.compares_rows or len(keys) == 1:
            brackets = "({})" if len(keys) > 1 else "{}"
            return f"{brackets.format(', '.join(keys))} {sign} {brackets.format(', '.join(holes))}", texts
        condition, values = f"{keys[-1]} {sign} {holes[-1]}", [texts[-1]]
        for key, hole, text in reversed(list(zip(keys[:-1], holes[:-1], texts[:-1], strict=True))):
            condition = f"{key} {sign[0]}= {hole} and ({key} {sign[0]} {hole} or ({condition}))"
            values = [text, text, *values]
        return condition, values


def ranges_between(borders: Sequence[Key | None], *, nulls: bool) -> tuple[KeyRange, ...]:
    """Half-open ranges from border to border, and one for keys with a NULL. A border that is None, or that comes twice, is none."""
    known: list[Key] = []
    for border in borders:
        if border is not None and border not in known[-1:]:
            known.append(border)
    edges: list[Key | None] = [None, *known, None]
    ranges = [KeyRange(low=low, high=high) for low, high in itertools.pairwise(edges)]
    return (*ranges, KeyRange(nulls=True)) if nulls else tuple(ranges)


def ranges_within(within: KeyRange, borders: Sequence[Key | None]) -> tuple[KeyRange, ...]:
    """The same range in parts, from border to border."""
    first, *middle, last = (KeyRange(), KeyRange()) if not borders else ranges_between(borders, nulls=False)
    if first.high is None:
        return (within,)
    return (KeyRange(low=within.low, high=first.high), *middle, KeyRange(low=last.low, high=within.high))


def table_of(dialect: Dialect, schema: str, table: str) -> str:
    """A table's name with its schema."""
    return f"{dialect.quoted(schema)}.{dialect.quoted(table)}" if schema else dialect.quoted(table)


def _filled_in(form: str, **parts: str) -> str:
    """A form with its column or value: by replacing, since a column's name may hold braces."""
    for name, part in parts.items():
        form = form.replace(f"{{{name}}}", part)
    return form
