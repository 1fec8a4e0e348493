"""How is a store on a PostgreSQL server reached? In a schema of its own, by connections that are all set up alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import psycopg
from psycopg import conninfo, sql
from sqlalchemy import Engine, Pool, create_engine
from sqlalchemy.pool import NullPool, QueuePool

from vardskiftet import errors

SCHEMA = "vardskiftet"
KEEPALIVE = {"connect_timeout": 10, "keepalives_idle": 60, "keepalives_interval": 10, "keepalives_count": 6}


@dataclass(frozen=True, slots=True)
class Server:
    """A schema of a database that holds a store. `shown` is what people are told of it: never the URL."""

    url: str = field(repr=False)
    schema: str = SCHEMA
    shown: str = "the store's database"

    def writer(self, patience: float) -> Engine:
        """An engine that may write; a missing schema is created. Raises psycopg.Error. Others are waited for `patience` seconds."""
        with self._connected(patience) as connection:
            # Two hosts may begin at once: the second waits, and finds it done.
            connection.execute(b"select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('vardskiftet.store'))")
            if not self._there(connection):
                connection.execute(sql.SQL("create schema {}").format(sql.Identifier(self.schema)))
        return create_engine(
            "postgresql+psycopg://",
            creator=lambda: self._connected(patience),
            poolclass=QueuePool,
            pool_pre_ping=True,
            hide_parameters=True,
        )

    def reader(self, patience: float) -> Engine | None:
        """An engine that only asks, and keeps no connection; None where there is no schema yet. Raises psycopg.Error."""
        with self._connected(patience) as connection:
            if not self._there(connection):
                return None
        return self._engine(patience, NullPool).execution_options(postgresql_readonly=True)

    def _engine(self, patience: float, pool: type[Pool]) -> Engine:
        return create_engine("postgresql+psycopg://", creator=partial(self._connected, patience), poolclass=pool, hide_parameters=True)

    def _there(self, connection: psycopg.Connection) -> bool:
        asked = connection.execute(b"select 1 from pg_catalog.pg_namespace where nspname = %s", (self.schema,))
        return asked.fetchone() is not None

    def _connected(self, patience: float) -> psycopg.Connection:
        connection = psycopg.connect(self._conninfo())
        try:
            connection.execute(sql.SQL("set search_path = {}").format(sql.Identifier(self.schema)))
            for setting in (f"set lock_timeout = {max(1, round(patience * 1000))}", "set synchronous_commit = on", "set timezone = 'UTC'"):
                connection.execute(setting.encode())
            connection.commit()
        except psycopg.Error:
            connection.close()
            raise
        return connection

    def _conninfo(self) -> str:
        url = self.url.replace("postgresql+psycopg://", "postgresql://", 1)
        try:
            own = conninfo.conninfo_to_dict(url)
            patient = {name: value for name, value in KEEPALIVE.items() if name not in own}
            return conninfo.make_conninfo(url, client_encoding="utf8", application_name="vardskiftet", **patient)
        except psycopg.ProgrammingError:
            # The driver quotes what it cannot read, and that is a secret.
            raise errors.Unreachable(
                "What names the store holds no URL of PostgreSQL.",
                where=self.shown,
                hint="postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with %XX for signs that mean something in a URL.",
            ) from None
