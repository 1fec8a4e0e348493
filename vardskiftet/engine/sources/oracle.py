"""How are rows read from Oracle? By the vendor's thin driver, which fetches Arrow. Not examined here: no server is at hand."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from vardskiftet.engine.sources.dialects.dialect import Statement
from vardskiftet.engine.sources.dialects.oracle import ORACLE
from vardskiftet.engine.sources.one_connection import OneConnection
from vardskiftet.engine.sources.options import OracleOptions
from vardskiftet.engine.sources.protocol import Schema, Source, SourceColumn
from vardskiftet.engine.sources.refusal import Why, no_driver, not_set, refusal
from vardskiftet.engine.sources.server import ServerSource, schema_of
from vardskiftet.errors import Unreachable, Usage
from vardskiftet.model.system import System

OPTIONS = OracleOptions
MAIN = "url_from"
SAYS = "An Oracle database, by the vendor's driver: pip install 'vardskiftet[oracle]'. Not examined with a server."

BATCH_ROWS = 8192

_TABLES = """
select c.table_name, c.column_name, c.data_type || '(' || c.data_length || ',' || c.data_precision || ',' || c.data_scale || ')'
from all_tab_columns c
where c.owner = coalesce(cast(\0 as varchar2(128)), sys_context('userenv', 'current_schema'))
order by c.table_name, c.column_id
"""
_SETTINGS = (
    "alter session set nls_numeric_characters = '.,'",
    "alter session set nls_comp = binary nls_sort = binary",
    "alter session set time_zone = '+00:00'",
)
_WHY = {
    Why.LOGIN: (1017, 1005, 28000, 28001, 12505, 12514),
    Why.PRIVILEGE: (1031, 41900),
    Why.MISSING: (942, 904, 4043),
    Why.TIMEOUT: (1013, 3156),
    Why.BUSY: (54, 60, 30006),
    Why.GONE: (1555, 1466),
}
"""ORA numbers (https://docs.oracle.com/error-help/db/); what is not here is a lost connection."""


def open_source(system: System, root: Path) -> Source:
    """The database of a system. Raises Unreachable if its variable is not set, or the driver is not installed."""
    options = OracleOptions.model_validate(system.source.options)
    connection = os.environ.get(options.url_from, "")
    if not connection:
        raise not_set(system.system, options.url_from)
    try:
        import oracledb  # noqa: F401 - asked for before anything else is
    except ImportError:
        raise no_driver(system.system, "oracledb", "oracle") from None
    return ServerSource(OracleDoor(system.system, connection, options), system, root)


def open_held(system: System, folder: Path) -> None:
    """Nothing outlives its transaction."""
    return


class OracleDoor(OneConnection):
    """One connection, opened by `user/password@host:1521/service`."""

    dialect = ORACLE
    begins = "set transaction read only"

    def __init__(self, system: str, connection: str, options: OracleOptions) -> None:
        super().__init__()
        self.schema = options.schema_name
        self._system = system
        self._connection_string = connection
        self._options = options

    def opened(self) -> Any:
        """A new connection, set up."""
        import oracledb

        connection = oracledb.connect(self._connection_string, tcp_connect_timeout=10.0)
        connection.call_timeout = round(self._options.statement_timeout * 1000)
        with contextlib.closing(connection.cursor()) as cursor:
            for setting in _SETTINGS:
                cursor.execute(setting)
        return connection

    def errors(self) -> tuple[type[Exception], ...]:
        """What oracledb raises."""
        import oracledb

        return (oracledb.Error,)

    def refused(self, error: Exception) -> Unreachable:
        """The error for what the driver raised."""
        code = int(getattr(error.args[0], "code", 0) or 0) if error.args else 0
        full = str(getattr(error.args[0], "full_code", "") or "no answer") if error.args else "no answer"
        why = next((why for why, codes in _WHY.items() if code in codes), Why.LOST)
        return refusal(self._system, why, full)

    def again(self) -> OracleDoor:
        """The same door without its connection."""
        return OracleDoor(self._system, self._connection_string, self._options)

    def tables(self) -> Schema:
        """Tables and views of the owner."""
        return schema_of(self.ask(Statement(_TABLES, (self.schema,))))

    def described(self, statement: Statement) -> tuple[SourceColumn, ...]:
        """Names and types of what a statement gives. Raises Usage with the server's words if it cannot run it."""
        import oracledb

        with self.told(), contextlib.closing(self.connection().cursor()) as cursor:
            try:
                self.run(cursor, statement)
            except oracledb.DatabaseError as error:
                if getattr(error.args[0], "code", 0) in (900, 904, 907, 918, 923, 933, 936, 942):
                    raise Usage(str(getattr(error.args[0], "message", ""))) from error
                raise
            found = cursor.description or []
        return tuple(SourceColumn(one[0], one[1].name.removeprefix("DB_TYPE_").lower()) for one in found)

    def stream(self, statement: Statement) -> Iterator[list[pa.Array]]:
        """Many rows, as the driver fetches Arrow."""
        with self.whole():
            frames = self.connection().fetch_df_batches(statement.bound(self.dialect), list(statement.values) or None, size=BATCH_ROWS)
            for frame in frames:
                yield [column.combine_chunks() for column in pa.table(frame).columns]
