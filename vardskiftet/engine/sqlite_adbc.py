"""How is a SQLite file opened for rows by the million? Through ADBC, whose own module is loaded when it is first needed: it is heavy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vardskiftet.engine.sqlite_uri import sqlite_uri

Connection = Any
"""The driver ships without type information."""
Cursor = Any


def connected(path: Path, *, read_only: bool) -> Connection:
    """A connection under autocommit; the caller closes it."""
    from adbc_driver_sqlite import dbapi

    return dbapi.connect(sqlite_uri(path, read_only=read_only), autocommit=True)
