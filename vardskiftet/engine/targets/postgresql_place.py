"""How is a record on a PostgreSQL server reached? By the URL in an environment variable; every connection is set up alike."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import conninfo
from pydantic import Field

from vardskiftet.engine.names import quoted
from vardskiftet.errors import Unreachable
from vardskiftet.model.frozen import Frozen

Reading = Any
"""An ADBC connection; the driver ships without type information."""

KEEPALIVE = {"connect_timeout": 10, "keepalives_idle": 60, "keepalives_interval": 10, "keepalives_count": 6}
"""Seconds until a silent server is asked whether it lives, between questions, and how many: two minutes in all."""

LOCK_SECONDS = 20
"""How long a statement waits for somebody else's lock, as with the embedded record."""


class PostgresqlOptions(Frozen):
    """A PostgreSQL database. Its URL stands in an environment variable; a file holds only the variable's name."""

    url_from: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    schema_name: str = Field(default="public", alias="schema", min_length=1)
    """Where the record's tables lie; it is created if it is not there."""
    statement_timeout: float = Field(default=0, ge=0)
    """Seconds that one statement may take; 0 leaves it to the server."""


@dataclass(frozen=True, slots=True)
class Place:
    """A schema of a database. `name` is what people are told of it: never the URL."""

    name: str
    schema: str
    statement_timeout: float = 0
    url: str = field(default="", repr=False)

    def beside(self, schema: str) -> Place:
        """Another schema of the same database."""
        return replace(self, schema=schema, name=f"{self.name.partition(':')[0]}:{schema}")

    def settings(self, *, read_only: bool) -> tuple[str, ...]:
        """What makes every connection mean and write the same, and wait for nothing for ever."""
        return (
            f"set search_path = {quoted(self.schema)}",
            "set timezone = 'UTC'",
            "set datestyle = 'ISO, YMD'",
            "set bytea_output = 'hex'",
            "set standard_conforming_strings = on",
            "set row_security = off",
            "set synchronous_commit = on",
            f"set lock_timeout = {LOCK_SECONDS * 1000}",
            "set idle_in_transaction_session_timeout = 0",
            *((f"set statement_timeout = {round(self.statement_timeout * 1000)}",) if self.statement_timeout else ()),
            *(("set default_transaction_read_only = on",) if read_only else ()),
        )

    def connected(self, *, read_only: bool = False) -> psycopg.Connection:
        """A psycopg connection under autocommit. Raises psycopg.Error."""
        connection = psycopg.connect(self.url, autocommit=True)
        try:
            for setting in self.settings(read_only=read_only):
                connection.execute(setting.encode())
        except psycopg.Error:
            connection.close()
            raise
        return connection

    def reading(self, *, read_only: bool) -> Reading:
        """An ADBC connection under autocommit, for answers by the million. Raises adbc_driver_manager.Error."""
        from adbc_driver_postgresql import dbapi

        connection = dbapi.connect(self.url, autocommit=True)
        with connection.cursor() as cursor:
            for setting in self.settings(read_only=read_only):
                cursor.execute(setting)
        return connection

    def engine(self, *, read_only: bool = False) -> sa.Engine:
        """SQLAlchemy's way to the same connections; it keeps none of them."""
        return sa.create_engine(
            "postgresql+psycopg://", creator=lambda: self._plain(read_only=read_only), poolclass=sa.NullPool, hide_parameters=True
        )

    def _plain(self, *, read_only: bool) -> psycopg.Connection:
        connection = self.connected(read_only=read_only)
        connection.autocommit = False
        return connection


def place_of(options: PostgresqlOptions) -> Place:
    """The place that the variable names now. Raises Unreachable if it names none."""
    variable = options.url_from
    url = os.environ.get(variable, "").replace("postgresql+psycopg://", "postgresql://", 1)
    if not url:
        raise Unreachable(
            f"The environment variable {variable} that names the target is not set.",
            where="waves/programme.yaml",
            hint=f"export {variable}=…; the connection is never written into a file.",
        )
    try:
        own = conninfo.conninfo_to_dict(url)
        patient = {name: value for name, value in KEEPALIVE.items() if name not in own}
        whole = conninfo.make_conninfo(url, client_encoding="utf8", application_name="vardskiftet", **patient)
    except psycopg.ProgrammingError:
        # The driver quotes what it cannot read, and that is a secret.
        raise Unreachable(
            f"The environment variable {variable} holds no URL of PostgreSQL.",
            where="waves/programme.yaml",
            hint="postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with %XX for signs that mean something in a URL.",
        ) from None
    return Place(
        f"${variable}" + ("" if options.schema_name == "public" else f":{options.schema_name}"),
        options.schema_name,
        options.statement_timeout,
        whole,
    )
