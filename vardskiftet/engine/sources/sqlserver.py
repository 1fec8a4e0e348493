"""How are rows read from SQL Server? By the vendor's driver, which fetches Arrow. Not examined here: no server is at hand."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from vardskiftet.engine.sources.dialects.dialect import Statement
from vardskiftet.engine.sources.dialects.sqlserver import SQLSERVER
from vardskiftet.engine.sources.one_connection import OneConnection
from vardskiftet.engine.sources.options import SqlserverOptions
from vardskiftet.engine.sources.protocol import Schema, Source, SourceColumn, Stillness
from vardskiftet.engine.sources.refusal import Why, no_driver, not_set, refusal
from vardskiftet.engine.sources.server import ServerSource, schema_of
from vardskiftet.errors import Unreachable, Usage
from vardskiftet.model.system import System

OPTIONS = SqlserverOptions
MAIN = "url_from"
SAYS = "A SQL Server database, by the vendor's driver: pip install 'vardskiftet[sqlserver]'. Not examined with a server."

BATCH_ROWS = 8192

_TABLES = """
select o.name, c.name, t.name
from sys.objects o
join sys.schemas s on s.schema_id = o.schema_id
left join sys.columns c on c.object_id = o.object_id
left join sys.types t on t.user_type_id = c.user_type_id
where s.name = \0 and o.type in ('U', 'V')
order by o.name, c.column_id
"""
_DESCRIBED = """
select name, system_type_name, error_message
from sys.dm_exec_describe_first_result_set(\0, null, 0)
where is_hidden = 0 or error_message is not null
order by column_ordinal
"""

_WHY = {"login failed": Why.LOGIN, "permission was denied": Why.PRIVILEGE, "invalid object": Why.MISSING, "invalid column": Why.MISSING}
_WHY |= {"timeout": Why.TIMEOUT, "deadlock": Why.BUSY, "lock request": Why.BUSY, "snapshot isolation": Why.GONE}
"""What the server's message says, in English, to what it means; the driver hands on no number."""


def open_source(system: System, root: Path) -> Source:
    """The database of a system. Raises Unreachable if its variable is not set, or the driver is not installed."""
    options = SqlserverOptions.model_validate(system.source.options)
    connection = os.environ.get(options.url_from, "")
    if not connection:
        raise not_set(system.system, options.url_from)
    try:
        import mssql_python  # noqa: F401 - asked for before anything else is
    except ImportError:
        raise no_driver(system.system, "mssql-python", "sqlserver") from None
    return ServerSource(SqlserverDoor(system.system, connection, options), system, root)


def open_held(system: System, folder: Path) -> None:
    """Nothing outlives its transaction."""
    return


class SqlserverDoor(OneConnection):
    """One connection, opened by an ODBC connection string (`Server=…;Database=…;UID=…;PWD=…`)."""

    dialect = SQLSERVER
    begins = ""

    def __init__(self, system: str, connection: str, options: SqlserverOptions) -> None:
        super().__init__()
        self.schema = options.schema_name
        self._system = system
        self._connection_string = connection
        self._options = options
        if options.snapshot_isolation:
            self.begins = "set transaction isolation level snapshot; begin transaction"
        self.stillness = Stillness.BATCH if options.snapshot_isolation else Stillness.NONE

    def opened(self) -> Any:
        """A new connection, set up."""
        import mssql_python

        connection = mssql_python.connect(
            f"{self._connection_string.rstrip(';')};ApplicationIntent=ReadOnly",
            autocommit=True,
            timeout=round(self._options.statement_timeout),
        )
        with contextlib.closing(connection.cursor()) as cursor:
            # Whatever the login's language, days are written year first; `rowcount` would cut a result off.
            cursor.execute("set dateformat ymd; set language us_english; set rowcount 0; set textsize 2147483647")
        return connection

    def end(self, connection: Any) -> None:
        """The transaction was begun in SQL, past the driver, and ends there."""
        with contextlib.closing(connection.cursor()) as cursor:
            cursor.execute("if @@trancount > 0 rollback transaction")

    def errors(self) -> tuple[type[Exception], ...]:
        """What mssql-python raises."""
        import mssql_python
        from mssql_python.exceptions import ConnectionStringParseError

        return (mssql_python.Error, ConnectionStringParseError)

    def refused(self, error: Exception) -> Unreachable:
        """The error for what the driver raised."""
        said = str(error).lower()
        why = next((why for words, why in _WHY.items() if words in said), Why.LOST)
        return refusal(self._system, why, type(error).__name__)

    def again(self) -> SqlserverDoor:
        """The same door without its connection."""
        return SqlserverDoor(self._system, self._connection_string, self._options)

    def tables(self) -> Schema:
        """Tables and views of the schema."""
        return schema_of(self.ask(Statement(_TABLES, (self.schema,))))

    def described(self, statement: Statement) -> tuple[SourceColumn, ...]:
        """Names and types of what a statement gives, without running it. Raises Usage with the server's words if it cannot run it."""
        rows = self.ask(Statement(_DESCRIBED, (statement.bound(self.dialect),)))
        for wrong in (error for _, _, error in rows if error):
            raise Usage(str(wrong))
        return tuple(SourceColumn(str(name), str(kind)) for name, kind, _ in rows)

    def stream(self, statement: Statement) -> Iterator[list[pa.Array]]:
        """Many rows, as the driver fetches Arrow."""
        with self.whole(), contextlib.closing(self.connection().cursor()) as cursor:
            self.run(cursor, statement)
            for batch in cursor.arrow_reader(BATCH_ROWS):
                yield batch.columns
