"""How is a MySQL or MariaDB database connected to, and what does its refusal mean? Read-only, in UTC, with every row it has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vardskiftet.engine.sources.refusal import Why, refusal
from vardskiftet.errors import Unreachable

CONNECT_SECONDS = 10
PATIENCE = 3600
"""Seconds for which the server waits for us to take more rows: the record may be slow."""

_TAKEN = ("unix_socket", "ssl_ca", "ssl_cert", "ssl_key", "ssl_verify_cert", "ssl_verify_identity")
"""What the URL may say after its question mark."""

# What a value or a query means; modes that forbid dates or fill texts with blanks are left out.
_MODES = ("ANSI_QUOTES", "HIGH_NOT_PRECEDENCE", "IGNORE_SPACE", "PIPES_AS_CONCAT", "REAL_AS_FLOAT", "NO_UNSIGNED_SUBTRACTION")

_WHY = {
    Why.LOGIN: (1044, 1045, 1049, 1130, 1251, 1698, 1820, 2059),
    Why.PRIVILEGE: (1142, 1143, 1227, 1345, 1356, 1370),
    Why.MISSING: (1054, 1146),
    Why.TIMEOUT: (1969, 3024),
    Why.BUSY: (1205, 1213),
    Why.FULL: (1040, 1203, 1226),
    Why.LOST: (0, 1053, 1152, 1159, 1160, 1161, 1184, 1317, 1927, 2002, 2003, 2006, 2013, 2014, 2055),
}
"""Error numbers (https://mariadb.com/kb/en/mariadb-error-code-reference/)."""


NOT_UNDERSTOOD = (1054, 1060, 1064, 1146, 1241, 1248, 1305, 1582)
"""Error numbers of a query that names what is not there, or is none."""


@dataclass(frozen=True, slots=True)
class MysqlSession:
    """Which database, and how every connection to it is set up."""

    system: str
    place: dict[str, Any] = field(repr=False)
    statement_timeout: float

    def opened(self) -> Any:
        """A connection under autocommit. Raises pymysql.Error."""
        import pymysql
        from pymysql.converters import encoders

        # With converters for what is sent only, every value arrives as text, and bytes as bytes.
        connection = pymysql.connect(**self.place, charset="utf8mb4", connect_timeout=CONNECT_SECONDS, autocommit=True, conv=dict(encoders))
        try:
            with connection.cursor() as cursor:
                cursor.execute("select @@session.sql_mode, version()")
                ((modes, version),) = cursor.fetchall()
                kept = ",".join(mode for mode in str(modes).split(",") if mode in _MODES)
                cursor.execute("set session sql_mode = %s", (kept,))
                for setting in self._settings("mariadb" in str(version).lower()):
                    cursor.execute(setting)
        except pymysql.Error:
            connection.close()
            raise
        return connection

    def _settings(self, mariadb: bool) -> tuple[str, ...]:
        limit = (
            f"max_statement_time = {self.statement_timeout}" if mariadb else f"max_execution_time = {round(self.statement_timeout * 1000)}"
        )
        return (
            "set session transaction isolation level repeatable read",
            "set session transaction read only",
            "set session time_zone = '+00:00'",
            # A server may be told to cut every result off; whole tables are wanted here.
            "set session sql_select_limit = 18446744073709551615",
            "set session sql_big_selects = 1",
            f"set session net_write_timeout = {PATIENCE}",
            *((f"set session {limit}",) if self.statement_timeout else ()),
        )

    def refused(self, error: Exception, table: str = "") -> Unreachable:
        """The error for what the driver raised, when a table was asked for where one is named."""
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        why = next((why for why, codes in _WHY.items() if code in codes), Why.OTHER)
        return refusal(self.system, why, f"error {code}" if code else "no answer", table)


def session_of(system: str, url: str, statement_timeout: float) -> MysqlSession:
    """A session from a URL, `mysql://user:password@host:3306/database`. Raises Unreachable for what is none."""
    import sqlalchemy as sa

    try:
        found = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        # The library quotes what it cannot read, and that is a secret.
        raise refusal(system, Why.LOGIN, "the variable holds no URL") from None
    if found.get_backend_name() not in ("mysql", "mariadb") or not found.database:
        raise refusal(system, Why.LOGIN, "the variable holds no URL of MySQL or MariaDB with a database")
    unknown = sorted(set(found.query) - {*_TAKEN, "charset"})
    if unknown:
        raise refusal(system, Why.LOGIN, f"the variable's URL says what is not known: {', '.join(unknown)}")
    place: dict[str, Any] = {name: found.query[name] for name in _TAKEN if name in found.query}
    place |= {name: str(place[name]).lower() in ("1", "true", "yes") for name in place if name.startswith("ssl_verify")}
    place |= {"host": found.host or "localhost", "port": found.port or 3306, "database": found.database}
    return MysqlSession(system, place | {"user": found.username, "password": found.password or ""}, statement_timeout)
