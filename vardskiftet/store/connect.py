"""How is the store's database reached, for writing and for asking?"""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Pool, create_engine, event, text
from sqlalchemy.pool import NullPool, QueuePool, StaticPool

from vardskiftet import errors
from vardskiftet.store.server import Server
from vardskiftet.store.tables import METADATA

WRITES = "vardskiftet_writes"


class Place:
    """Where a store lies: a file (SQLite), or a server, by its URL alone or as a `Server`. `shown` never holds a URL."""

    def __init__(self, where: str | Path | Server) -> None:
        if isinstance(where, str) and "://" in where:
            if not where.startswith("postgresql"):
                raise errors.Usage("A store lies in a file or in PostgreSQL.", hint="Name a file, or a URL that begins with postgresql.")
            where = Server(where)
        self.server = where if isinstance(where, Server) else None
        self.path = Path() if isinstance(where, Server) else Path(where)
        self.shown = where.shown if isinstance(where, Server) else str(where)


def writer(place: Place, patience: float) -> Engine:
    """An engine that may write; a missing file is created empty (0600) in a folder of its own (0700)."""
    if place.server is not None:
        return place.server.writer(patience)
    _create(place.path)
    _ensure_wal(place.path, patience)
    return _file_engine(place.path, "rw", patience, "pragma synchronous = full", QueuePool)


def reader(place: Place, patience: float) -> Engine | None:
    """An engine that only asks; None where there is no file. It keeps no connection between two questions."""
    if place.server is not None:
        return place.server.reader(patience)
    if not place.path.exists():
        return None
    return _file_engine(place.path, _asking_mode(place.path), patience, "pragma query_only = on", NullPool)


def nothing() -> Engine:
    """An empty store, in memory only."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    METADATA.create_all(engine)
    return engine


def begin_writing(connection: Connection) -> None:
    """Open a transaction that holds the right to write from its first statement on, so that no chain can fork."""
    connection.execution_options(**{WRITES: True})
    connection.begin()
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(hashtext('vardskiftet.store'))"))


def _asking_mode(path: Path) -> str:
    """How to open a file so that asking leaves its folder as it was.

    Seen with SQLite 3.40: `ro` leaves an empty -wal and a -shm behind where there was none, `rw` takes them away again but
    folds in a -wal that a killed writer left. In a folder without write rights only `immutable` opens a store at rest.
    """
    if Path(f"{path}-wal").exists():
        return "ro"
    return "rw" if os.access(path.parent, os.W_OK) and os.access(path, os.W_OK) else "ro&immutable=1"


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _ensure_wal(path: Path, patience: float) -> None:
    """Turn the file to WAL once. SQLite does not wait for others at this step, whatever its timeout says, so we do."""
    until = time.monotonic() + patience
    while True:
        connection = _connect(path, "rw", patience)
        try:
            mode = connection.execute("pragma journal_mode = wal").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)
            continue
        finally:
            connection.close()
        if mode != "wal":
            raise errors.Unreachable(
                "The store's file system cannot keep a write-ahead log.", where=str(path), hint="Put the work folder on a local disk."
            )
        return


def _connect(path: Path, mode: str, patience: float) -> sqlite3.Connection:
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=patience, isolation_level=None, check_same_thread=False)


def _file_engine(path: Path, mode: str, patience: float, pragma: str, pool: type[Pool]) -> Engine:
    def connect() -> sqlite3.Connection:
        connection = _connect(path, mode, patience)
        connection.execute(pragma)
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=pool, hide_parameters=True)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    """The driver is told not to open transactions of its own accord; it would open them too late."""
    connection.exec_driver_sql("begin immediate" if connection.get_execution_options().get(WRITES) else "begin")
