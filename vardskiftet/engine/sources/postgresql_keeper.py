"""Who keeps a PostgreSQL database still for a run? One connection that exports its snapshot and holds its tables' shape."""

from __future__ import annotations

from typing import Any

from vardskiftet.engine.names import quoted
from vardskiftet.engine.postgresql_words import code_of
from vardskiftet.engine.sources.postgresql_session import Session, opened

LOCK_SECONDS = 30

# Beside what holds for every connection: taking the snapshot may take its time.
_PATIENT = "set statement_timeout = 0"
# Views are looked through to their tables; a materialized view cannot be locked.
_LOCKABLE = (
    "select c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
    " where n.nspname = %s and c.relkind in ('r', 'p', 'f') and not c.relispartition"
    " and pg_catalog.has_table_privilege(c.oid, 'select') order by c.relname"
)


class Keeper:
    """An open transaction. A table that is rewritten under an older snapshot looks empty to it, so every table is held in its shape.

    (https://www.postgresql.org/docs/current/mvcc-caveats.html; pg_dump does the same.) Readers and writers go on; who wants to change a
    table waits.
    """

    def __init__(self, session: Session) -> None:
        """Raises Unreachable."""
        import psycopg

        self._open: Any = None
        try:
            self._open = opened(session)
            self._open.execute(_PATIENT)
            tables = [f"{quoted(session.schema)}.{quoted(name)}" for (name,) in self._open.execute(_LOCKABLE, (session.schema,))]
            self._open.execute(f"set lock_timeout = '{LOCK_SECONDS}s'".encode())
            self._open.execute("begin isolation level repeatable read read only")
            if tables:
                self._open.execute(f"lock table {', '.join(tables)} in access share mode".encode())
            ((self.snapshot,),) = self._open.execute("select pg_catalog.pg_export_snapshot()").fetchall()
        except psycopg.Error as error:
            self.close()
            raise session.refused(code_of(error)) from error

    def close(self) -> None:
        """Let go of the snapshot and the tables."""
        if self._open is not None:
            self._open.close()
            self._open = None
