"""How is a PostgreSQL database asked, and read by the million? Two read-only connections of two drivers, set up alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import adbc_driver_manager
import pyarrow as pa

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.postgresql_words import code_of
from vardskiftet.engine.sources.dialects.dialect import Statement
from vardskiftet.engine.sources.dialects.postgresql import POSTGRESQL
from vardskiftet.engine.sources.protocol import SourceColumn
from vardskiftet.engine.sources.refusal import Why, refusal
from vardskiftet.errors import Unreachable, Usage

CONNECT_SECONDS = 10
BATCH_BYTES = 4 << 20

# Seconds until a silent partner is asked whether it lives, between questions, and how many: two minutes in all.
KEEPALIVE = {"connect_timeout": CONNECT_SECONDS, "keepalives_idle": 60, "keepalives_interval": 10, "keepalives_count": 6}

_WHY = {
    "28": Why.LOGIN,
    "3D": Why.LOGIN,
    "42501": Why.PRIVILEGE,
    "42P01": Why.MISSING,
    "42703": Why.MISSING,
    "53300": Why.FULL,
    "57014": Why.TIMEOUT,
    "55P03": Why.BUSY,
    "08": Why.LOST,
    "57P": Why.LOST,
    "22023": Why.GONE,
    "42704": Why.GONE,
    "55000": Why.GONE,
}
"""Heads of SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), the longest that fits counts."""


# The server's own names: those of its users' types too.
_TYPES = (
    "select pg_catalog.format_type(oid, mod) from unnest(%s::oid[], %s::int[]) with ordinality as columns(oid, mod, place) order by place"
)


IDLE = (
    "select pg_catalog.set_config(name, '0', false) from pg_catalog.pg_settings"
    " where name in ('idle_in_transaction_session_timeout', 'idle_session_timeout', 'transaction_timeout')"
)
"""While the record is slow, a connection that waits for its turn must not be ended; older servers do not know all of these."""


@dataclass(frozen=True, slots=True)
class Session:
    """Which database, and how every connection to it is set up."""

    system: str
    url: str = field(repr=False)
    schema: str
    statement_timeout: float

    def settings(self) -> tuple[str, ...]:
        """What makes two connections write the same text for the same value, and neither of them write anything else.

        With `row_security` off, a policy that would hide rows from this user is an error, and not a smaller table.
        """
        place = ", ".join(dict.fromkeys((quoted(self.schema), "public")))
        return (
            "set default_transaction_read_only = on",
            "set row_security = off",
            "set client_encoding = 'UTF8'",
            "set timezone = 'UTC'",
            "set datestyle = 'ISO, YMD'",
            "set intervalstyle = 'postgres'",
            "set bytea_output = 'hex'",
            "set extra_float_digits = 1",
            IDLE,
            f"set search_path = {place}",
            *((f"set statement_timeout = {round(self.statement_timeout * 1000)}",) if self.statement_timeout else ()),
        )

    def refused(self, sqlstate: str | None, why: Why | None = None) -> Unreachable:
        """The error for what a driver raised; without a code of the server's, the connection is what failed."""
        code = sqlstate or ""
        fits = [head for head in _WHY if code.startswith(head)]
        found = why or (_WHY[max(fits, key=len)] if fits else Why.OTHER if code else Why.LOST)
        return refusal(self.system, found, f"SQLSTATE {code}" if code else "in mid-stream" if why else "no answer")


def session_of(system: str, url: str, schema: str, statement_timeout: float) -> Session:
    """A session with settings for a silent partner beside those of the URL. Raises Unreachable for what is no URL."""
    from psycopg import ProgrammingError, conninfo

    try:
        own = conninfo.conninfo_to_dict(url)
        patient = conninfo.make_conninfo(url, **{name: value for name, value in KEEPALIVE.items() if name not in own})
    except ProgrammingError:
        # The driver quotes what it cannot read, and that is a secret.
        raise refusal(system, Why.LOGIN, "the variable holds no URL of PostgreSQL") from None
    return Session(system, patient, schema, statement_timeout)


def begin(snapshot: str) -> tuple[str, ...]:
    """What looks through an exported snapshot for the rest of the connection's life."""
    return ("begin isolation level repeatable read read only", f"set transaction snapshot {literal(snapshot)}") if snapshot else ()


class Asking:
    """psycopg: few rows."""

    def __init__(self, session: Session, snapshot: str = "") -> None:
        self._session = session
        self._snapshot = snapshot
        self._open: Any = None

    def rows(self, statement: Statement) -> list[tuple[Any, ...]]:
        """The rows of a statement. Raises Unreachable."""
        import psycopg

        try:
            cursor = self._connection().execute(statement.bound(POSTGRESQL).encode(), statement.values or None)
            return list(cursor.fetchall())
        except psycopg.Error as error:
            self.close()
            raise self._session.refused(code_of(error)) from error

    def described(self, statement: Statement) -> tuple[SourceColumn, ...]:
        """Names and types of what a statement gives. Raises Usage where the server does not understand it, else Unreachable."""
        import psycopg

        try:
            # Prepared, a text that is more than one statement is refused.
            cursor = self._connection().execute(statement.bound(POSTGRESQL).encode(), statement.values or None, prepare=True)
            names, result = [column.name for column in cursor.description or ()], cursor.pgresult
            places = range(len(names))
            kinds = ([result.ftype(at) for at in places], [result.fmod(at) for at in places])
            types = self._connection().execute(_TYPES, kinds).fetchall()
            return tuple(SourceColumn(name, kind) for name, (kind,) in zip(names, types, strict=True))
        except psycopg.Error as error:
            self.close()
            if error.sqlstate and error.sqlstate.startswith("42") and error.sqlstate != "42501":
                raise Usage(error.diag.message_primary or type(error).__name__) from error
            raise self._session.refused(code_of(error)) from error

    def _connection(self) -> Any:
        if self._open is None:
            self._open = opened(self._session, self._snapshot)
        return self._open

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        if self._open is not None:
            self._open.close()
            self._open = None


def opened(session: Session, snapshot: str = "") -> Any:
    """A psycopg connection under autocommit, set up, and looking through the snapshot if there is one. Raises psycopg.Error."""
    import psycopg

    connection = psycopg.connect(session.url, autocommit=True)
    try:
        for setting in (*session.settings(), *begin(snapshot)):
            connection.execute(setting.encode())
    except psycopg.Error:
        connection.close()
        raise
    return connection


class Reading:
    """ADBC: rows by the million."""

    def __init__(self, session: Session, snapshot: str = "") -> None:
        self._session = session
        self._snapshot = snapshot
        self._open: Any = None

    def columns(self, statement: Statement) -> Iterator[list[pa.Array]]:
        """The columns of a statement's rows, part by part. Raises Unreachable; a stream that breaks is never the end of the data."""
        whole = False
        try:
            with self._connection().cursor() as cursor:
                cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)})
                cursor.execute(statement.written(POSTGRESQL))
                for batch in cursor.fetch_record_batch():
                    yield batch.columns
            whole = True
        except adbc_driver_manager.Error as error:
            raise self._session.refused(code_of(error)) from error
        except (pa.ArrowInvalid, OSError) as error:
            # In mid-stream the driver hands on the server's words, and no code.
            why = Why.TIMEOUT if "statement timeout" in str(error) else Why.OTHER if self._answers() else Why.LOST
            raise self._session.refused(None, why) from error
        finally:
            if not whole:
                # Half a copy is still under way on it.
                self.close()

    def _answers(self) -> bool:
        """Whether the server still answers on this connection, be it that the transaction has failed."""
        try:
            with self._connection().cursor() as cursor:
                cursor.execute("select 1")
        except adbc_driver_manager.Error as error:
            return bool(error.sqlstate) and not str(error.sqlstate).startswith(("08", "57P"))
        except OSError:
            return False
        return True

    def _connection(self) -> Any:
        if self._open is None:
            from adbc_driver_postgresql import dbapi

            connection = dbapi.connect(self._session.url, autocommit=True)
            try:
                with connection.cursor() as cursor:
                    for setting in (*self._session.settings(), *begin(self._snapshot)):
                        cursor.execute(setting)
            except adbc_driver_manager.Error:
                connection.close()
                raise
            self._open = connection
        return self._open

    def close(self) -> None:
        """Close the connection; the next reading opens another."""
        if self._open is not None:
            self._open.close()
            self._open = None
