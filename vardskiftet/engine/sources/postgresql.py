"""How are rows read from PostgreSQL? ADBC's copy for the rows, psycopg for counting, both under one exported snapshot."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pyarrow as pa

from vardskiftet.engine.sources.dialects.dialect import Statement
from vardskiftet.engine.sources.dialects.postgresql import POSTGRESQL
from vardskiftet.engine.sources.options import PostgresqlOptions
from vardskiftet.engine.sources.postgresql_keeper import Keeper
from vardskiftet.engine.sources.postgresql_session import Asking, Reading, Session, session_of
from vardskiftet.engine.sources.protocol import Schema, Source, SourceColumn, Stillness
from vardskiftet.engine.sources.refusal import not_set
from vardskiftet.engine.sources.server import ServerSource, schema_of
from vardskiftet.model.system import System

OPTIONS = PostgresqlOptions
MAIN = "url_from"
SAYS = "A PostgreSQL database; held still for the whole run by an exported snapshot."

_TABLES = """
select c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname = \0 and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and c.relispopulated
order by c.relname collate "C", a.attnum
"""
_PRIMARY = """
select a.attname
from pg_catalog.pg_constraint k
join pg_catalog.pg_class c on c.oid = k.conrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = any (k.conkey)
where k.contype = 'p' and n.nspname = \0 and c.relname = \0
order by array_position(k.conkey, a.attnum)
"""


def open_source(system: System, root: Path) -> Source:
    """The database of a system. Raises Unreachable if its variable is not set; the server is asked when it is first needed."""
    options = PostgresqlOptions.model_validate(system.source.options)
    url = os.environ.get(options.url_from, "")
    if not url:
        raise not_set(system.system, options.url_from)
    session = session_of(system.system, url, options.schema_name, options.statement_timeout)
    return ServerSource(PostgresqlDoor(session), system, root)


def open_held(system: System, folder: Path) -> None:
    """A snapshot dies with its connection: nothing of an earlier run is left."""
    return


class PostgresqlDoor:
    """Two connections to one database. `keeper` holds the snapshot that both look through; without one, each sees the present."""

    dialect = POSTGRESQL
    stillness = Stillness.RUN

    def __init__(self, session: Session, keeper: Keeper | None = None) -> None:
        self.schema = session.schema
        self._session = session
        self._keeper = keeper
        self._asking = Asking(session, self._snapshot())
        self._reading = Reading(session, self._snapshot())

    def _snapshot(self) -> str:
        return self._keeper.snapshot if self._keeper else ""

    def tables(self) -> Schema:
        """Tables and views of the schema; a partitioned table is one, and a materialized view that was never filled has nothing to tell."""
        return schema_of(self.ask(Statement(_TABLES, (self.schema,))))

    def primary_key(self, table: str) -> tuple[str, ...]:
        """As its constraint has it, without columns that the index only includes: information_schema tells it to the table's owner only."""
        return tuple(str(name) for (name,) in self.ask(Statement(_PRIMARY, (self.schema, table))))

    def described(self, statement: Statement) -> tuple[SourceColumn, ...]:
        """Names and types of what a statement gives. Raises Usage with the server's words if it cannot run it."""
        return self._asking.described(statement)

    def ask(self, statement: Statement) -> list[tuple[Any, ...]]:
        """Few rows, through psycopg."""
        return self._asking.rows(statement)

    def stream(self, statement: Statement) -> Iterator[list[pa.Array]]:
        """Many rows, through ADBC's binary copy."""
        return self._reading.columns(statement)

    def still(self) -> AbstractContextManager[None]:
        """Both connections look through the run's snapshot already; a live source promises nothing."""
        return contextlib.nullcontext()

    def held(self) -> PostgresqlDoor:
        """A door that looks through a snapshot of its own, held by a third connection until it is closed."""
        return PostgresqlDoor(self._session, Keeper(self._session))

    def close(self) -> None:
        """Give back connections, and the snapshot with them."""
        self._asking.close()
        self._reading.close()
        if self._keeper is not None:
            self._keeper.close()
