"""How is an embedded SQLite record written? One file in WAL mode; rows through ADBC, one transaction a batch."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.sources.options import SqliteOptions
from vardskiftet.engine.sqlite_adbc import Connection, Cursor, connected
from vardskiftet.engine.sqlite_uri import sqlite_uri
from vardskiftet.engine.targets.changes import AMENDED, LINKED, RENEWED, amending, beside, entry_table, linking, redirecting, renewing
from vardskiftet.engine.targets.marks import RECORD, REHEARSAL, Marks, demand_rehearsal, mark, marks_of
from vardskiftet.engine.targets.protocol import Lock, Outcome, Query, TakenBack, TakingBack
from vardskiftet.engine.targets.questions import ASKED, in_texts, present_rows
from vardskiftet.engine.targets.schema import check, create, digest_of, drift
from vardskiftet.engine.targets.sqlite_errors import translated
from vardskiftet.engine.targets.sqlite_keys import SqliteKeys, keyed_apart
from vardskiftet.engine.targets.sqlite_locks import SqliteLocks
from vardskiftet.engine.targets.taking_back import KEPT, RESTORED, taken_back
from vardskiftet.engine.targets.turns import folder_turn
from vardskiftet.failpoint import reach
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import Column, ColumnType, Record, Table

OPTIONS = SqliteOptions
MAIN = "path"
SAYS = "A SQLite file in WAL mode: others read while a wave is loaded."


def open_target(programme: Programme) -> SqliteTarget:
    """The programme's SQLite record."""
    options = SqliteOptions.model_validate(programme.target.options)
    named = os.environ.get(options.path_from, "") if options.path_from else options.path
    return SqliteTarget(programme.root / named, programme.record, marks_of(programme, RECORD))


def open_scratch(programme: Programme, folder: Path) -> SqliteTarget:
    """An empty SQLite record in `folder`."""
    return SqliteTarget(folder / "record.sqlite", programme.record, marks_of(programme, REHEARSAL))


def strays(programme: Programme, folders: Collection[Path]) -> tuple[str, ...]:
    """A scratch record lies in its rehearsal's folder and nowhere else."""
    return ()


class SqliteTarget:
    """A SQLite file that holds the record and the books."""

    def __init__(self, path: Path, record: Record, marks: Marks) -> None:
        self.path = path
        self.marks = marks
        self.record = record
        self.layout = keyed_apart(record)
        self.locks = SqliteLocks(path)
        self._writing: Connection | None = None
        self.keys = SqliteKeys(path.name, self.layout, self._writer)
        self._prepared = False
        self._is_complete = False

    def exists(self) -> bool:
        """Whether there is a file with all of the books' tables in it: the mark of completion is written last, and never taken away."""
        if not self.path.is_file():
            return False
        asked = ("select count(*) from sqlite_schema where name = 'vs_meta'", "select count(*) from vs_meta where name = 'layout'")
        self._is_complete = self._is_complete or all(self._ask(sql).column(0)[0].as_py() for sql in asked)
        return self._is_complete

    def rows(self, query: Query) -> list[tuple[Any, ...]]:
        """A question to the books, on a connection of its own, read-only."""
        if not self.exists():
            return []
        found = self._ask(_text(query))
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def _ask(self, sql: str) -> pa.Table:
        # Never through the standard library's driver while rows are written: two SQLite libraries in one process drop each
        # other's file locks, and the file is damaged (seen; https://sqlite.org/howtocorrupt.html §2.2).
        with (
            translated(self.path.name),
            connected(self.path, read_only=True) as connection,
            connection.cursor() as cursor,
        ):
            # Rows are found by their batch, and do not lie in its order: so what was read is kept for a while.
            cursor.execute("pragma cache_size = -32768")
            if cursor.description:
                cursor.fetchall()
            # In one batch: a column's type is taken from the first one, and NULLs for whole numbers.
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": "2000000000"})
            cursor.execute(sql)
            return cursor.fetch_arrow_table()

    def copy_in(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Rows into one table, in a transaction of their own; before anything else writes."""
        with translated(self.path.name), self._engine().begin() as connection:
            connection.execute(sa.insert(table), rows)

    def _engine(self, *, read_only: bool = False) -> sa.Engine:
        """The standard library's driver: for creating and inspecting, when no row is being read or written."""
        uri = sqlite_uri(self.path, read_only=read_only)
        return sa.create_engine("sqlite+pysqlite://", creator=lambda: sqlite3.connect(uri, uri=True), poolclass=sa.NullPool)

    def inspect(self) -> str:
        """The schema's digest. Raises Stale for drift or foreign tables."""
        if self.path.is_file():
            with translated(self.path.name):
                check(drift(self._engine(read_only=True), self.layout, self.marks), self.path.name)
        return digest_of(self.layout)

    def lacking(self) -> tuple[str, ...]:
        """A file has no privileges but its modes, which whoever asks can look at."""
        return ()

    def prepare(self) -> None:
        """Create what is missing of the tables in a target of ours, or in an empty file."""
        self.inspect()
        self._prepared = True
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.path.exists():
            self.path.touch(mode=0o600)
        with translated(self.path.name), self._engine().connect() as connection:
            connection.exec_driver_sql("pragma journal_mode = wal")
            if sa.inspect(connection).has_table("vs_meta") and connection.scalar(
                sa.text("select value from vs_meta where name = 'layout'")
            ):
                return
            reach("target.create.before")
            create(connection, self.layout)
            mark(connection, self.marks)
            connection.commit()
            reach("target.create.after")

    def stored_form(self, column: Column, value: str) -> str:
        """Text for everything but whole numbers and truth values."""
        match column.type:
            case ColumnType.INSTANT:
                return f"instant_text({value})"
            case ColumnType.DATE:
                return f"strftime({value}, '%Y-%m-%d')"
            case ColumnType.BOOLEAN:
                return f"({value})::bigint"
            case _:
                return value

    def unheld(self, column: Column, value: str) -> str:
        """It keeps everything."""
        return ""

    def unheld_text(self, value: str) -> str:
        """It keeps everything."""
        return ""

    def arrow(self, query: Query) -> pa.Table:
        """A question on a connection of its own, read-only."""
        if not self.exists():
            return pa.table({str(column.name): pa.array([], pa.string()) for column in query.selected_columns})
        return self._ask(_led_by_texts(query)).slice(1)

    def present(self, mapping: Mapping, table: Table, ids: pa.Table) -> pa.Table:
        """Rows of the record with these ids (`ids` has one column `id`), on the connection that writes."""
        self.keys.demand()
        connection = self._writer()
        with translated(self.path.name), connection.cursor() as cursor:
            cursor.adbc_ingest(ASKED, ids, mode="create", temporary=True)
            cursor.execute(_led_by_texts(present_rows(self.layout.tables, table)))
            found = cursor.fetch_arrow_table().slice(1)
            cursor.execute(f"drop table temp.{ASKED}")
            connection.adbc_connection.rollback()
        return found

    def lay_bare(self, table: Table) -> None:
        """Take key and indexes off an empty table; those of all others stand."""
        self.keys.lay_aside(table)

    def make_whole(self) -> int:
        """Put every key and index back."""
        return self.keys.demand()

    def write(self, outcome: Outcome) -> None:
        """One transaction: the entry, the rows, their links, what became of the others, and the tallies."""
        connection = self._writer()
        with translated(self.path.name), connection.cursor() as cursor:
            try:
                reach("target.rows.before")
                _take_pen(cursor)
                cursor.adbc_ingest("vs_batch", entry_table(outcome), mode="append")
                _bring(cursor, outcome)
                reach("target.rows.after")
                reach("target.commit.before")
                connection.adbc_connection.commit()
            except BaseException:
                connection.adbc_connection.rollback()
                raise
        reach("target.commit.after")

    def amend(self, outcome: Outcome, keys: pa.Table) -> None:
        """One transaction: what the batch's books say of these source keys goes, and what the outcome brings comes in its place."""
        self.keys.demand()
        connection, entry = self._writer(), outcome.entry
        with translated(self.path.name), connection.cursor() as cursor:
            try:
                _take_pen(cursor)
                cursor.adbc_ingest(AMENDED, keys, mode="create", temporary=True)
                for statement in amending(entry):
                    cursor.execute(statement)
                _bring(cursor, outcome)
                cursor.execute(f"drop table temp.{AMENDED}")
                reach("target.amend.before")
                connection.adbc_connection.commit()
            except BaseException:
                connection.adbc_connection.rollback()
                raise
        reach("target.amend.after")

    def take_back(self, taking: TakingBack) -> TakenBack:
        """Take a batch's rows and its lines out of the record and the books, in one transaction."""
        self.keys.demand()
        connection = self._writer()
        with translated(self.path.name), connection.cursor() as cursor:
            try:
                _take_pen(cursor)
                cursor.adbc_ingest(KEPT, taking.keep, mode="create", temporary=True)
                cursor.adbc_ingest(RESTORED, taking.restored, mode="create", temporary=True)
                taken = taken_back(lambda sql: _run(cursor, sql), self.record, taking)
                cursor.execute(f"drop table temp.{KEPT}")
                cursor.execute(f"drop table temp.{RESTORED}")
                reach("undo.commit.before")
                connection.adbc_connection.commit()
            except BaseException:
                connection.adbc_connection.rollback()
                raise
        reach("undo.commit.after")
        return taken

    def lock(self, lock: Lock) -> Lock | None:
        """Take the wave's lock, or tell who has it."""
        reach("target.lock.before")
        holder = self.locks.take(lock)
        reach("target.lock.after")
        return holder

    def replace_lock(self, dead: Lock, lock: Lock | None) -> bool:
        """Take over, or break, exactly this lock."""
        return self.locks.replace(dead, lock)

    def beat(self, lock: Lock, at: str) -> None:
        """Write the holder's heartbeat."""
        self.locks.beat(lock, at)

    def unlock(self, lock: Lock) -> None:
        """Give the lock back."""
        reach("target.unlock.before")
        self.locks.release(lock)
        reach("target.unlock.after")

    def turn(self, table: Table, waiting: Callable[[], None]) -> AbstractContextManager[None]:
        """Be the only one on this host who loads persons."""
        return folder_turn(self.path.parent, waiting)

    def discard(self) -> None:
        """Delete a rehearsal's file, and what SQLite keeps beside it."""
        demand_rehearsal(self.marks)
        self.close()
        self._is_complete = False
        for ending in ("-wal", "-shm", ""):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the writing connection and fold the write-ahead log into the file; who only asked writes nothing."""
        if self._writing is not None:
            self._writing.close()
            self._writing = None
        if self._prepared:
            self.locks.close()

    def _writer(self) -> Connection:
        if self._writing is None:
            with translated(self.path.name):
                connection = connected(self.path, read_only=False)
                with connection.cursor() as cursor:
                    # `foreign_keys` is ignored inside ADBC's opening transaction, so it is set under autocommit.
                    # What is sorted for an index may be large: it goes to files beside the record, which have no name and end with us.
                    beside_it = f"temp_store_directory = {literal(str(self.path.parent))}"
                    for pragma in ("foreign_keys = on", "synchronous = full", "cache_size = -32768", beside_it):
                        cursor.execute(f"pragma {pragma}")
                        if cursor.description:
                            cursor.fetchall()
                connection.adbc_connection.set_autocommit(False)
                self._writing = connection
        return self._writing


def _take_pen(cursor: Cursor) -> None:
    """Be the one who writes, before anything is read: a transaction that begins with a look is refused at once, and not kept waiting,

    if somebody (the heartbeat, say) wrote between its look and its first word (https://sqlite.org/isolation.html).
    """
    cursor.execute("delete from vs_lock where 0")


def _led_by_texts(query: Query) -> str:
    """A question's rows as texts, after a row of empty ones: ADBC takes a column's type from its first rows, and NULLs for numbers."""
    first = ", ".join(f"'' as {quoted(str(column.name))}" for column in query.selected_columns)
    return f"select {first} union all select * from ({_text(in_texts(query, _shown))})"


def _bring(cursor: Cursor, outcome: Outcome) -> None:
    """Everything of a batch but its entry: rows, links, what became of the others, and the tallies."""
    if outcome.fresh.num_rows:
        cursor.adbc_ingest(outcome.table.table, outcome.fresh, mode="append")
    if outcome.renewed.num_rows:
        _update(cursor, outcome.table, outcome.renewed)
    if outcome.identities.num_rows:
        _link(cursor, outcome.identities)
    for name, rows in beside(outcome):
        if rows.num_rows:
            cursor.adbc_ingest(name, rows, mode="append")


def _update(cursor: Cursor, table: Table, rows: pa.Table) -> None:
    """Rows of the same origin with new content; the key stays."""
    cursor.adbc_ingest(RENEWED, rows, mode="create", temporary=True)
    # An index is written anew wherever its column is, changed or not: so references wait, and few of them have changed.
    references = {column.column for column in table.columns if column.references}
    cursor.execute(renewing(table, [name for name in rows.column_names if name not in references]))
    if moved := redirecting(table):
        cursor.execute(moved)
    cursor.execute(f"drop table temp.{RENEWED}")


def _link(cursor: Cursor, identities: pa.Table) -> None:
    """New identifiers; one that is known already keeps its person for ever."""
    cursor.adbc_ingest(LINKED, identities, mode="create", temporary=True)
    cursor.execute(linking())
    cursor.execute(f"drop table temp.{LINKED}")


def _run(cursor: Cursor, sql: str) -> int:
    """Rows that a statement changed."""
    cursor.execute(sql)
    cursor.execute("select changes()")
    ((rows,),) = cursor.fetchall()
    return int(rows)


def _text(query: Query) -> str:
    return str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))


def _shown(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A column as the text that digests are made of; most are stored as that text."""
    return sa.func.lower(sa.func.hex(column)) if isinstance(column.type, sa.LargeBinary) else sa.cast(column, sa.Text)
