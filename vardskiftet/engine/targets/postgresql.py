"""How is a record on a PostgreSQL server written? COPY into its tables, one transaction a batch; asked on connections of their own."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import sqlalchemy as sa

from vardskiftet.engine.compile.coerce import canonical
from vardskiftet.engine.names import quoted
from vardskiftet.engine.targets.changes import AMENDED, LINKED, RENEWED, amending, beside, entry_table, linking, renewing
from vardskiftet.engine.targets.marks import RECORD, REHEARSAL, Marks, marks_of
from vardskiftet.engine.targets.postgresql_answers import Asking, answer, shown
from vardskiftet.engine.targets.postgresql_bare import lay_bare, make_whole
from vardskiftet.engine.targets.postgresql_copy import copy_rows, taken, without_nul
from vardskiftet.engine.targets.postgresql_errors import Answer, answered, patiently, translated
from vardskiftet.engine.targets.postgresql_locks import PostgresqlLocks, holds, turn
from vardskiftet.engine.targets.postgresql_notices import Notices
from vardskiftet.engine.targets.postgresql_place import Place, PostgresqlOptions, place_of
from vardskiftet.engine.targets.postgresql_rights import lacking
from vardskiftet.engine.targets.postgresql_schema import demand_names, found_drift, is_prepared, prepared, refuse_unfit
from vardskiftet.engine.targets.postgresql_scratch import discard, scratch_name, scratches
from vardskiftet.engine.targets.postgresql_sums import LINES, ROOM, lines_of, sums_of
from vardskiftet.engine.targets.protocol import BatchEntry, Lock, Outcome, Query, TakenBack, TakingBack
from vardskiftet.engine.targets.questions import ASKED, present_rows
from vardskiftet.engine.targets.schema import digest_of
from vardskiftet.engine.targets.tables import layout
from vardskiftet.engine.targets.taking_back import KEPT, RESTORED, taken_back
from vardskiftet.errors import Locked
from vardskiftet.failpoint import reach
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import Column, ColumnType, Record, Table

OPTIONS = PostgresqlOptions
MAIN = "url_from"
SAYS = "A schema of a PostgreSQL database, reached by the URL in an environment variable."

ATTEMPTS = 5
"""How often a batch is tried where the server rolled it back for another transaction's sake, or the connection was lost."""


def open_target(programme: Programme) -> PostgresqlTarget:
    """The programme's record. Raises Unreachable if the variable names none; the server is asked later."""
    return PostgresqlTarget(_place(programme), programme.record, marks_of(programme, RECORD))


def open_scratch(programme: Programme, folder: Path) -> PostgresqlTarget:
    """An empty schema in the same database, named for the folder."""
    return PostgresqlTarget(_place(programme).beside(scratch_name(folder)), programme.record, marks_of(programme, REHEARSAL))


def strays(programme: Programme, folders: Collection[Path]) -> tuple[str, ...]:
    """Rehearsals' schemas in the same database that belong to none of these folders."""
    place = _place(programme)
    with translated(place.name):
        found = scratches(place, marks_of(programme, REHEARSAL))
    return tuple(sorted(set(found) - {scratch_name(folder) for folder in folders}))


def _place(programme: Programme) -> Place:
    return place_of(PostgresqlOptions.model_validate(programme.target.options))


class PostgresqlTarget:
    """A schema that holds the record and the books."""

    def __init__(self, place: Place, record: Record, marks: Marks) -> None:
        self.place = place
        self.marks = marks
        self.record = record
        self.layout = layout(record)
        self.locks = PostgresqlLocks(place)
        self.notices = Notices()
        self._asking = place.engine(read_only=True)
        self._answers = Asking(place)
        self._there = False
        self._writing: psycopg.Connection | None = None
        self._held: dict[str, Lock] = {}

    def exists(self) -> bool:
        """Whether the schema has all of the record's tables; what was there once is not asked for again."""
        if not self._there:
            with translated(self.place.name):
                self._there = is_prepared(self._asking, self.place)
        return self._there

    def rows(self, query: Query) -> list[tuple[Any, ...]]:
        """A question to the books, on a connection of its own, read-only."""
        if not self.exists():
            return []

        def question() -> list[tuple[Any, ...]]:
            with self._asking.connect() as connection:
                return [tuple(row) for row in connection.execute(query)]

        return self._answered(question)

    def copy_in(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Rows into one table, in a transaction of their own."""
        with translated(self.place.name), self.place.engine().begin() as connection:
            connection.execute(sa.insert(table), rows)

    def inspect(self) -> str:
        """The schema's digest. Raises Usage for names that the server cannot have, Stale for drift or foreign tables."""
        demand_names(self.layout, self.place.schema)
        with translated(self.place.name):
            refuse_unfit(self.place, found_drift(self._asking, self.place, self.layout, self.marks))
        return digest_of(self.layout)

    def lacking(self) -> tuple[str, ...]:
        """Privileges that this user lacks."""
        with translated(self.place.name):
            return lacking(self.place.engine(), self.place)

    def prepare(self) -> None:
        """Create what is missing of the tables in a schema of ours, or in an empty one."""
        self.inspect()
        with translated(self.place.name):
            prepared(self.place, self.layout, self.marks)

    def stored_form(self, column: Column, value: str) -> str:
        """Text, as digests are made of it: the server reads it as its own type."""
        return canonical(column, value)

    def unheld(self, column: Column, value: str) -> str:
        """A text with NUL in it."""
        return self.unheld_text(value) if column.type == ColumnType.TEXT else ""

    def unheld_text(self, value: str) -> str:
        """A text with NUL in it (https://www.postgresql.org/docs/current/datatype-character.html)."""
        return f"contains({value}, chr(0))"

    def arrow(self, query: Query) -> pa.Table:
        """A question on a connection that only reads."""
        if not self.exists():
            return pa.table({str(column.name): pa.array([], pa.string()) for column in query.selected_columns})
        return self._answered(lambda: self._answers.table(query))

    def sums(self, table: Table, batches: Collection[int]) -> list[tuple[int, int, int, int]]:
        """Added up by the server: only sums travel."""
        if not self.exists():
            return []

        def question() -> list[tuple[int, int, int, int]]:
            with self._asking.connect() as connection:
                connection.execute(sa.text(ROOM))
                found = connection.execute(sums_of(self.layout.tables[table.table], table, sorted(batches), shown))
                return [(int(bucket), int(rows), int(first), int(second)) for bucket, rows, first, second in found]

        return self._answered(question)

    def digests(self, table: Table, batches: Collection[int], buckets: Collection[int]) -> pa.Table:
        """Digested by the server, found by their ids."""
        found = self.rows(lines_of(self.layout.tables[table.table], table, sorted(batches), sorted(buckets), shown))
        columns = list(zip(*found, strict=True)) or [(), (), ()]
        return pa.table([pa.array(one, kind) for one, kind in zip(columns, LINES.types, strict=True)], LINES)

    def present(self, mapping: Mapping, table: Table, ids: pa.Table) -> pa.Table:
        """Rows of the record with these ids (`ids` has one column `id`), every column as text."""

        def question() -> pa.Table:
            with contextlib.closing(self.place.reading(read_only=False)) as connection:
                with connection.cursor() as cursor:
                    cursor.adbc_ingest(ASKED, ids, mode="create", temporary=True)
                return answer(connection, present_rows(self.layout.tables, table))

        return self._answered(question)

    def _answered(self, question: Callable[[], Answer]) -> Answer:
        """The answer to a question that changes nothing, put again where the server broke it off for another's sake."""

        def once() -> Answer:
            with translated(self.place.name):
                return question()

        return answered(once, _pause, ATTEMPTS)

    def lay_bare(self, table: Table) -> None:
        """Leave indexes and references out, if the table is empty and a wave's lock is ours."""
        if self._held:
            patiently(lambda: self._lay_bare(table), lambda: False, _pause, ATTEMPTS)

    def _lay_bare(self, table: Table) -> None:
        with translated(self.place.name):
            lay_bare(self.place, self.layout.tables[table.table])

    def make_whole(self) -> int:
        """Build and prove what was left out."""
        built: list[int] = []

        def attempt() -> None:
            with translated(self.place.name):
                built.append(make_whole(self.place, self.layout.sorted_tables))

        patiently(attempt, lambda: False, _pause, ATTEMPTS)
        return sum(built)

    def write(self, outcome: Outcome) -> None:
        """One transaction: the entry, the rows, their links, what became of the others, and the tallies."""
        patiently(lambda: self._write(outcome), lambda: self._stands(outcome.entry.batch), _pause, ATTEMPTS)
        reach("target.commit.after")

    def _write(self, outcome: Outcome) -> None:
        name = self.place.name
        with self._transaction() as cursor:
            reach("target.rows.before")
            self._demand_lock(cursor, outcome.entry.wave)
            copy_rows(cursor, "vs_batch", entry_table(outcome), name)
            self._bring(cursor, outcome)
            reach("target.rows.after")
            reach("target.commit.before")

    def amend(self, outcome: Outcome, keys: pa.Table) -> None:
        """One transaction: what the batch's books say of these source keys goes, and what the outcome brings comes in its place."""
        entry = outcome.entry

        def attempt() -> None:
            with self._transaction() as cursor:
                self._demand_lock(cursor, entry.wave)
                cursor.execute(f"create temporary table {AMENDED} (key text) on commit drop".encode())
                copy_rows(cursor, AMENDED, without_nul(keys), self.place.name)
                for statement in amending(entry):
                    cursor.execute(statement.encode())
                self._bring(cursor, outcome)
                reach("target.amend.before")

        patiently(attempt, lambda: self._says(entry), _pause, ATTEMPTS)
        reach("target.amend.after")

    def _says(self, entry: BatchEntry) -> bool:
        """Whether the batch's entry names this manifest already."""
        batch = self.layout.tables["vs_batch"]
        return bool(self.rows(sa.select(batch.c.batch).where(batch.c.batch == entry.batch, batch.c.manifest == entry.manifest)))

    def _bring(self, cursor: psycopg.Cursor, outcome: Outcome) -> None:
        """Everything of a batch but its entry: rows, links, what became of the others, and the tallies."""
        name = self.place.name
        if outcome.fresh.num_rows:
            copy_rows(cursor, outcome.table.table, outcome.fresh, name)
        if outcome.renewed.num_rows:
            self._stage(cursor, RENEWED, outcome.table.table, outcome.renewed)
            cursor.execute(renewing(outcome.table, outcome.renewed.column_names).encode())
            taken(cursor, outcome.renewed.num_rows, outcome.table.table, name)
        if outcome.identities.num_rows:
            self._stage(cursor, LINKED, "vs_identity", outcome.identities)
            cursor.execute(linking().encode())
        for books, rows in beside(outcome):
            if rows.num_rows:
                copy_rows(cursor, books, without_nul(rows), name)

    def _stage(self, cursor: psycopg.Cursor, staging: str, like: str, rows: pa.Table) -> None:
        """Rows into a temporary table with the columns and types of another; it goes with the transaction."""
        columns = ", ".join(quoted(name) for name in rows.column_names)
        cursor.execute(f"create temporary table {staging} on commit drop as select {columns} from {quoted(like)} limit 0".encode())
        copy_rows(cursor, staging, rows, self.place.name)

    def _stands(self, number: int) -> bool:
        """Whether a batch is in the books: after a lost connection, the way to know. Raises Unreachable while the server is silent."""
        batch = self.layout.tables["vs_batch"]
        return bool(self.rows(sa.select(batch.c.batch).where(batch.c.batch == number)))

    def take_back(self, taking: TakingBack) -> TakenBack:
        """Take a batch's rows and its lines out of the record and the books, in one transaction."""
        done = TakenBack(0, 0, 0, 0)
        entry, carried_out = taking.entry, False

        def attempt() -> None:
            nonlocal done, carried_out
            with self._transaction() as cursor:
                self._demand_lock(cursor, "")
                cursor.execute(_kept_like(taking.table).encode())
                copy_rows(cursor, KEPT, taking.keep, self.place.name)
                self._stage(cursor, RESTORED, taking.table.table, taking.restored)
                done = taken_back(lambda sql: cursor.execute(sql.encode()).rowcount, self.record, taking)
                carried_out = True
                reach("undo.commit.before")

        patiently(attempt, lambda: carried_out and not self._stands(entry.batch), _pause, ATTEMPTS)
        reach("undo.commit.after")
        return done

    def lock(self, lock: Lock) -> Lock | None:
        """Take the wave's lock, or tell who has it."""
        reach("target.lock.before")
        holder = self.locks.take(lock)
        reach("target.lock.after")
        if holder is None:
            self._held[lock.wave] = lock
        return holder

    def replace_lock(self, dead: Lock, lock: Lock | None) -> bool:
        """Take over, or break, exactly this lock."""
        done = self.locks.replace(dead, lock)
        if done and lock is not None:
            self._held[lock.wave] = lock
        return done

    def beat(self, lock: Lock, at: str) -> None:
        """Write the holder's heartbeat."""
        self.locks.beat(lock, at)

    def unlock(self, lock: Lock) -> None:
        """Give the lock back."""
        reach("target.unlock.before")
        self.locks.release(lock)
        self._held.pop(lock.wave, None)
        reach("target.unlock.after")

    def turn(self, table: Table, waiting: Callable[[], None]) -> contextlib.AbstractContextManager[None]:
        """Be the only one, on any host, who loads this table."""
        return turn(self.place, table.table, waiting)

    def discard(self) -> None:
        """Drop a rehearsal's schema."""
        self.close()
        with translated(self.place.name):
            discard(self.place, self.marks)

    def close(self) -> None:
        """Give every connection back."""
        self._answers.close()
        if self._writing is not None:
            self._writing.close()
            self._writing = None

    def _demand_lock(self, cursor: psycopg.Cursor, wave: str) -> None:
        """Raise Locked if a hold of ours was broken meanwhile, on another host perhaps: then somebody else may be at work."""
        for lock in [one for one in self._held.values() if wave in ("", one.wave)]:
            if not holds(cursor, lock):
                raise Locked(
                    f"The hold on wave '{lock.wave}' was broken while this run was at work.",
                    where=lock.wave,
                    hint=f"Nothing of the batch in hand was written. Who broke it, and why: vardskiftet audit list --wave {lock.wave}",
                )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[psycopg.Cursor]:
        """A transaction on the writing connection, committed at the end unless the server remarked on something."""
        with translated(self.place.name):
            try:
                connection = self._writer()
                with connection.transaction(), connection.cursor() as cursor:
                    yield cursor
                    self.notices.refuse(self.place.name)
            except BaseException:
                self.notices.heard.clear()
                if self._writing is not None and self._writing.closed:
                    self._writing = None
                raise

    def _writer(self) -> psycopg.Connection:
        if self._writing is None or self._writing.closed:
            self._writing = self.place.connected()
            self.notices.listen(self._writing)
        return self._writing


def _kept_like(table: Table) -> str:
    """A temporary table for keys of this one; it goes with the transaction."""
    rows = f"select {quoted(table.key)} as id, cast('' as text) as why from {quoted(table.table)} limit 0"
    return f"create temporary table {KEPT} on commit drop as {rows}"


def _pause(attempt: int) -> None:
    """Longer each time, and never the same for two: whoever collided must not meet again."""
    time.sleep(random.uniform(0.02, 0.1) * 2**attempt)
