"""How are rows read from MySQL and MariaDB? Counted and read on one connection, batch by batch in a transaction that sees one moment.

Of the drivers, PyMySQL has no Arrow; it hands on the rows as they come over the wire, and those are taken apart many at once: half
as much work again as one object for each value (measured, 10 columns: 1.1 s against 1.7 s for 200,000 rows). ConnectorX is faster yet,
but opens connections of its own, on which nothing can be counted; the C drivers have no wheels.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pyarrow as pa

from vardskiftet.engine.sources.dialects.dialect import Statement
from vardskiftet.engine.sources.dialects.mysql import MYSQL, RAW_MYSQL, short_type
from vardskiftet.engine.sources.mysql_rows import columns_of
from vardskiftet.engine.sources.mysql_session import MysqlSession, session_of
from vardskiftet.engine.sources.options import MysqlOptions
from vardskiftet.engine.sources.protocol import Schema, Source, SourceColumn, Stillness
from vardskiftet.engine.sources.refusal import not_set
from vardskiftet.engine.sources.server import ServerSource
from vardskiftet.errors import Unreachable, Usage
from vardskiftet.model.system import System

OPTIONS = MysqlOptions
MAIN = "url_from"
SAYS = "A MySQL or MariaDB database; each batch is counted and read at one moment, not the whole run."

ROWS = 2048
BATCH_BYTES = 4 << 20

_TABLES = """
select t.table_name, c.column_name, c.column_type
from information_schema.tables t
left join information_schema.columns c on c.table_schema = t.table_schema and c.table_name = t.table_name
where t.table_schema = database() and t.table_type <> 'SEQUENCE'
order by t.table_name, c.ordinal_position
"""


def open_source(system: System, root: Path) -> Source:
    """The database of a system. Raises Unreachable if its variable is not set; the server is asked when it is first needed."""
    options = MysqlOptions.model_validate(system.source.options)
    url = os.environ.get(options.url_from, "")
    if not url:
        raise not_set(system.system, options.url_from)
    session = session_of(system.system, url, options.statement_timeout)
    return ServerSource(MysqlDoor(session, raw=options.raw_text), system.system, system.encoding)


def open_held(system: System, folder: Path) -> None:
    """Nothing outlives its transaction."""
    return


class MysqlDoor:
    """One connection: it counts and reads, and while `still` is open it does both at one moment."""

    stillness = Stillness.BATCH
    schema = ""

    def __init__(self, session: MysqlSession, *, raw: bool = False) -> None:
        self.dialect = RAW_MYSQL if raw else MYSQL
        self._raw = raw
        self._session = session
        self._open: Any = None
        self._still = False

    def tables(self) -> Schema:
        """Tables and views of the database; those that this user may not see are not there."""
        found: dict[str, list[SourceColumn]] = {}
        for table, column, kind in self.ask(Statement(_TABLES)):
            columns = found.setdefault(table, [])
            if column is not None:
                columns.append(SourceColumn(column, kind))
        return {table: tuple(found[table]) for table in sorted(found)}

    def described(self, statement: Statement) -> tuple[SourceColumn, ...]:
        """Names and short types of what a statement gives. Raises Usage with the server's words if it cannot run it."""
        import pymysql

        try:
            with self._connection().cursor() as cursor:
                cursor.execute(statement.bound(self.dialect), statement.values or None)
                fields = cursor._result.fields
        except pymysql.ProgrammingError as error:
            raise Usage(str(error.args[1])) from error
        except (pymysql.Error, OSError) as error:
            raise self._lost(error) from error
        return tuple(SourceColumn(one.name, short_type(one.type_code, one.flags, one.charsetnr, one.scale)) for one in fields)

    def ask(self, statement: Statement) -> list[tuple[Any, ...]]:
        """Few rows."""
        import pymysql

        try:
            with self._connection().cursor() as cursor:
                cursor.execute(statement.bound(self.dialect), statement.values or None)
                return list(cursor.fetchall())
        except (pymysql.Error, OSError) as error:
            raise self._lost(error) from error

    def stream(self, statement: Statement) -> Iterator[list[pa.Array]]:
        """Many rows, from a cursor on the server's side; a stream that breaks is never the end of the data."""
        import pymysql
        from pymysql.cursors import SSCursor

        whole = False
        try:
            cursor = self._connection().cursor(SSCursor)
            cursor.execute(statement.bound(self.dialect), statement.values or None)
            width = len(cursor._result.fields)
            # The rows themselves, not their values one by one.
            cursor._result._read_row_from_packet = lambda packet: packet.get_all_data()
            for rows in _parts(cursor):
                yield columns_of(rows, width)
            whole = True
            cursor.close()
        except (pymysql.Error, OSError, ValueError) as error:
            raise self._lost(error) from error
        finally:
            if not whole:
                # Its rows are still on their way, and would be taken for the answer to the next question.
                self.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        import pymysql

        try:
            with self._connection().cursor() as cursor:
                cursor.execute("start transaction with consistent snapshot, read only")
        except (pymysql.Error, OSError) as error:
            raise self._lost(error) from error
        self._still = True
        try:
            yield
        finally:
            self._still = False
            if self._open is not None:
                with contextlib.suppress(pymysql.Error, OSError):
                    self._open.rollback()

    def still(self) -> AbstractContextManager[None]:
        """A transaction that sees one moment; tables of engines without transactions (MyISAM, Aria) see the present all the same."""
        return self._transaction()

    def held(self) -> MysqlDoor:
        """A door of its own: what it reads is still batch by batch."""
        return MysqlDoor(self._session, raw=self._raw)

    def _connection(self) -> Any:
        if self._open is None:
            if self._still:
                raise OSError("the transaction went with its connection")
            self._open = self._session.opened()
        return self._open

    def _lost(self, error: Exception) -> Unreachable:
        self.close()
        return self._session.refused(error)

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        if self._open is not None:
            self._open._force_close()
            self._open = None


def _parts(cursor: Any) -> Iterator[list[bytes]]:
    """Rows as they come, a few megabytes at a time."""
    rows: list[bytes] = []
    size = 0
    while part := cursor.fetchmany(ROWS):
        rows += part
        size += sum(map(len, part))
        if size >= BATCH_BYTES:
            yield rows
            rows, size = [], 0
    if rows:
        yield rows
