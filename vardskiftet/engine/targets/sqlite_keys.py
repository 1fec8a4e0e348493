"""When do a table's key and indexes stand? Laid aside while an empty table is filled, and put back when all its rows are in.

Rows come into a table with a key, an index by batch and one by each reference at a fifth of the speed, since ids have no order: every
batch touches every page of them. That they are gone is the note that a load was broken off: whoever fills the table next goes on without.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex

from vardskiftet.engine.names import quoted
from vardskiftet.engine.sqlite_adbc import Connection, Cursor
from vardskiftet.engine.targets.sqlite_errors import translated
from vardskiftet.engine.targets.tables import index_name, new_layout
from vardskiftet.failpoint import reach
from vardskiftet.model.record import Record, Table


@cache
def keyed_apart(record: Record) -> sa.MetaData:
    """All tables of a target, where the record's have an index as their key: SQLite cannot put a primary key back."""
    own = new_layout(record)
    for declared in record.tables:
        rows = own.tables[declared.table]
        rows.primary_key.ddl_if(dialect="postgresql")
        sa.Index(index_name(declared.table, "_key"), rows.c[declared.key], unique=True)
    return own


class SqliteKeys:
    """The keys and indexes of a SQLite record's tables, through the connection that writes its rows."""

    def __init__(self, name: str, layout: sa.MetaData, writer: Callable[[], Connection]) -> None:
        self.name = name
        self.layout = layout
        self._writer = writer
        self._all_stand = False

    def lay_aside(self, table: Table) -> None:
        """Those of a table without rows; one that a load was broken off in stays without. Those of all other tables stand."""
        self._put_back([one for name, one in self.layout.tables.items() if name != table.table])
        if _may_wait(table) and self._is_empty(table.table):
            with self._changing("target.bare") as cursor:
                for one in sorted(self.layout.tables[table.table].indexes, key=_key_first):
                    cursor.execute(f"drop index if exists {quoted(str(one.name))}")
        self._all_stand = False

    def demand(self) -> int:
        """See that all stand; returns how many did not. Raises IntegrityBroken if two rows of a table have one id."""
        put_back = 0 if self._all_stand else self._put_back(list(self.layout.tables.values()))
        self._all_stand = True
        return put_back

    def _put_back(self, tables: list[sa.Table]) -> int:
        have = self._standing()
        gone = [one for table in tables for one in sorted(table.indexes, key=_key_first) if one.name not in have]
        for index in gone:
            with self._changing("target.whole") as cursor:
                cursor.execute(str(CreateIndex(index).compile(dialect=sqlite.dialect())))
        return len(gone)

    def _standing(self) -> set[str]:
        with self._looking() as cursor:
            cursor.execute("select name from sqlite_schema where type = 'index'")
            return {name for (name,) in cursor.fetchall()}

    def _is_empty(self, table: str) -> bool:
        with self._looking() as cursor:
            cursor.execute(f"select not exists (select 1 from {quoted(table)})")
            ((empty,),) = cursor.fetchall()
            return bool(empty)

    @contextlib.contextmanager
    def _looking(self) -> Iterator[Cursor]:
        """A question: nothing stays open after it, since what was seen may be old when it is time to write."""
        connection = self._writer()
        with translated(self.name), connection.cursor() as cursor:
            try:
                yield cursor
            finally:
                connection.adbc_connection.rollback()

    @contextlib.contextmanager
    def _changing(self, failpoint: str) -> Iterator[Cursor]:
        """A transaction, with a failpoint on either side of its end."""
        connection = self._writer()
        with translated(self.name), connection.cursor() as cursor:
            try:
                yield cursor
                reach(f"{failpoint}.before")
                connection.adbc_connection.commit()
            except BaseException:
                connection.adbc_connection.rollback()
                raise
        reach(f"{failpoint}.after")


def _may_wait(table: Table) -> bool:
    """Persons are found by their key while they come, and a table that refers to itself needs it for each batch: theirs always stand."""
    return not table.identity and not any(column.references == table.table for column in table.columns)


def _key_first(index: sa.Index) -> tuple[bool, str]:
    return not index.unique, str(index.name)
