"""How is a SQLite file opened for rows by the million? Through ADBC, whose own module is loaded when it is first needed: it is heavy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vardskiftet.engine.sqlite_uri import sqlite_uri

Connection = Any
"""The driver ships without type information."""
Cursor = Any


PATIENCE_MS = 20_000
"""How long a statement waits for another program's lock, in milliseconds."""


def connected(path: Path, *, read_only: bool) -> Connection:
    """A connection under autocommit, which waits for others from its first word on; the caller closes it."""
    from adbc_driver_sqlite import dbapi

    connection = dbapi.connect(sqlite_uri(path, read_only=read_only), autocommit=True)
    # Before anything else: most pragmas read the file, and would be refused at once while somebody else opens or closes it.
    with connection.cursor() as cursor:
        cursor.execute(f"pragma busy_timeout = {PATIENCE_MS}")
        cursor.fetchall()
    return connection
