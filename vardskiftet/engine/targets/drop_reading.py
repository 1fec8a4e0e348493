"""How is a question to a drop answered? By DuckDB over the files that stand, each looked at before; nothing is kept in memory between."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGTypeCompiler

from vardskiftet.engine.duck import MACROS
from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.targets.drop_entries import Entries, EntryReader
from vardskiftet.engine.targets.drop_files import DropFiles
from vardskiftet.engine.targets.drop_place import DropPlace, translated
from vardskiftet.engine.targets.drop_types import ENTRY, as_asked, schema_of
from vardskiftet.engine.targets.protocol import Query
from vardskiftet.errors import IntegrityBroken
from vardskiftet.model.record import Record

Answer = TypeVar("Answer")
MEMORY = "1GiB"
IN_ENTRIES = ("vs_batch", "vs_tally", "vs_rows", "vs_mark")
"""Books whose lines are few, and stand in the entries themselves."""
FURTHER = ("vs_meta", "vs_lock")
"""Books that are no batch's: the drop's marks, and who holds which wave."""


class _Types(PGTypeCompiler):
    """PostgreSQL's words for types, but for ids, which are text in a drop."""

    def visit_UUID(self, type_: Any, **kw: Any) -> str:
        return "VARCHAR"

    visit_uuid = visit_UUID


def _dialect() -> sa.Dialect:
    """DuckDB understands PostgreSQL's way to ask."""
    dialect = sa.create_engine("postgresql+psycopg://", paramstyle="numeric_dollar").dialect
    dialect.type_compiler_instance = _Types(dialect)
    return dialect


_DIALECT = _dialect()


class DropReading:
    """A drop's tables as DuckDB sees them. Every question has a connection, and views, of its own."""

    def __init__(
        self, place: DropPlace, layout: sa.MetaData, record: Record, files: DropFiles, further: Callable[[str], list[dict[str, Any]]]
    ) -> None:
        self.place = place
        self.layout = layout
        self.keys = {table.table: table.key for table in record.tables}
        self.files = files
        self.further = further
        self._entries = EntryReader(place)
        self._duck: duckdb.DuckDBPyConnection | None = None
        self._opening = threading.Lock()

    def entries(self) -> Entries:
        """What stands, every file of it looked at. Raises IntegrityBroken."""
        for attempt in (1, 2, 3):
            # The manifest first: an entry may come meanwhile, and never goes.
            found = self._entries.read(self.promised())
            try:
                self.files.demand(found.live())
                return found
            except (IntegrityBroken, FileNotFoundError):
                # Somebody may have taken a batch back since the entries were read: then its files are not missing.
                if attempt == 3 or self._entries.read([]).last == found.last:
                    raise
        raise RuntimeError("three attempts end in an answer or a failure")

    def promised(self) -> list[str]:
        """The digests of the entries that the drop's manifest names. Raises IntegrityBroken if it cannot be read."""
        path = self.place.manifest
        if not path.is_file():
            return []
        try:
            return [str(one["sha256"]) for one in json.loads(path.read_text(encoding="utf-8"))["entries"]]
        except (ValueError, KeyError, TypeError) as error:
            raise IntegrityBroken("The drop's manifest cannot be read.", where=f"{self.place.name}/manifest.json") from error

    def rows(self, query: Query) -> list[tuple[Any, ...]]:
        """The answer in Python's types."""
        sql, values = _said(query)
        return self._asked(sql, {}, lambda duck: list(duck.execute(sql, values).fetchall()))

    def arrow(self, query: Query, **beside: pa.Table) -> pa.Table:
        """The answer in Arrow; `beside` are further tables that the question names."""
        sql, values = _said(query)
        return self._asked(sql, beside, lambda duck: duck.sql(sql, params=values).to_arrow_table())

    def _asked(self, sql: str, beside: dict[str, pa.Table], ask: Callable[[duckdb.DuckDBPyConnection], Answer]) -> Answer:
        """The answer from one state of the drop; from the next one, if a batch was taken back and its files went in the midst of it."""
        named = [name for name in self.layout.tables if re.search(rf"\b{re.escape(name)}\b", sql)]
        with translated(self.place.name):
            while True:
                entries = self.entries()
                try:
                    with self.opened(entries, named) as duck:
                        for name, rows in beside.items():
                            duck.register(name, rows)
                        return ask(duck)
                except duckdb.IOException:
                    if self._entries.read([]).last == entries.last:
                        raise

    @contextlib.contextmanager
    def opened(self, entries: Entries, tables: list[str]) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that can read this drop and nothing else, with these tables as views of its own."""
        with self._opening:
            if self._duck is None:
                self._duck = _opened(self.place.root.resolve())
            duck = self._duck.cursor()
        try:
            for name in tables:
                self.view(duck, entries, name)
            yield duck
        finally:
            duck.close()

    def close(self) -> None:
        """Give the engine back; the next question opens it again."""
        with self._opening:
            if self._duck is not None:
                self._duck.close()
                self._duck = None

    def view(self, duck: duckdb.DuckDBPyConnection, entries: Entries, name: str) -> None:
        """A table as it stands after these entries, as a view of its name."""
        table = self.layout.tables[name]
        if name in self.keys:
            content = self._record_rows(entries, table)
        elif name in (*IN_ENTRIES, *FURTHER):
            lines = self.further(name) if name in FURTHER else entries.lines(name)
            duck.register(f"lines_of_{name}", pa.Table.from_pylist(lines, schema_of(table)))
            content = f"select * from lines_of_{name}"
        else:
            content = self.files_sql(entries.files(name, "books"), table)
        duck.execute(f"create temporary view {quoted(name)} as {content}")

    def _record_rows(self, entries: Entries, table: sa.Table) -> str:
        """Rows that came, but for those that a later entry changed or took out."""
        changed, gone = entries.files(table.name, "renewed"), entries.files(table.name, "removed")
        rows = self.files_sql(entries.files(table.name, "new", "renewed"), table)
        if not changed and not gone:
            return rows
        key = quoted(self.keys[table.name])
        later = f"select {key}, {ENTRY} from read_parquet({self.listed([*changed, *gone])}, union_by_name = true)"
        return f"{rows} where not exists (select 1 from ({later}) as later where later.{key} = file.{key} and later.{ENTRY} > file.{ENTRY})"

    def files_sql(self, files: list[str], table: sa.Table) -> str:
        """SQL of all rows of a table's files; of none, a table without rows."""
        if not files:
            kinds = ", ".join(f"null::{_SQL[str(kind)]} as {quoted(name)}" for name, kind in _named(schema_of(table)))
            return f"select {as_asked(table)} from (select {kinds}, null::bigint as {ENTRY} limit 0) as file"
        return f"select {as_asked(table)} from read_parquet({self.listed(files)}) as file"

    def listed(self, files: list[str]) -> str:
        """SQL of a list of files of this drop."""
        folder = self.place.root.resolve()
        return "[" + ", ".join(literal(str(folder / name)) for name in files) + "]"


_SQL = {
    "int64": "bigint",
    "bool": "boolean",
    "timestamp[us, tz=UTC]": "timestamptz",
    "date32[day]": "date",
    "binary": "blob",
    "string": "varchar",
}


def _opened(folder: Path) -> duckdb.DuckDBPyConnection:
    duck = duckdb.connect(config={"memory_limit": MEMORY, "threads": 2, "temp_directory": ""})
    duck.execute("set global timezone = 'UTC'")
    duck.execute("set autoinstall_known_extensions = false")
    duck.execute("set autoload_known_extensions = false")
    duck.execute(f"set allowed_directories = [{literal(f'{folder}/')}]")
    duck.execute("set enable_external_access = false")
    for macro in MACROS:
        duck.execute(f"create macro {macro}")
    return duck


def _named(schema: pa.Schema) -> Iterator[tuple[str, pa.DataType]]:
    return zip(schema.names, schema.types, strict=True)


def _said(query: Query) -> tuple[str, list[Any]]:
    said = query.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    return str(said), [said.params[name] for name in said.positiontup or ()]


def shown(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A column as the text that digests are made of."""
    match column.type:
        case sa.LargeBinary():
            return sa.func.lower(sa.func.hex(column))
        case sa.Boolean():
            return sa.cast(sa.cast(column, sa.Integer), sa.Text)
        case sa.DateTime():
            return sa.func.instant_text(column)
        case _:
            return sa.cast(column, sa.Text)
