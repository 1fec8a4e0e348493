"""Who holds a wave? A row of the record's own file, taken and given back in immediate transactions."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import astuple, fields
from pathlib import Path

from vardskiftet.engine.targets.protocol import Lock
from vardskiftet.engine.targets.sqlite_errors import translated

_COLUMNS = ", ".join(field.name for field in fields(Lock))
_MARKS = ", ".join("?" for _ in fields(Lock))


class SqliteLocks:
    """The lock table, on a connection of its own, so that heartbeats do not wait for a batch's cursor."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextlib.contextmanager
    def _immediate(self) -> Iterator[sqlite3.Connection]:
        with translated(self.path.name):
            connection = sqlite3.connect(self.path, timeout=20, isolation_level=None)
            try:
                connection.execute("begin immediate")
                yield connection
                connection.execute("commit")
            finally:
                connection.close()

    def take(self, lock: Lock) -> Lock | None:
        """Insert the lock; the holder's instead, if there is one."""
        with self._immediate() as connection:
            row = connection.execute(f"select {_COLUMNS} from vs_lock where wave = ?", (lock.wave,)).fetchone()
            if row is not None:
                return Lock(*row)
            connection.execute(f"insert into vs_lock ({_COLUMNS}) values ({_MARKS})", astuple(lock))
        return None

    def replace(self, dead: Lock, lock: Lock | None) -> bool:
        """Delete exactly the dead holder's lock and put this one (or none) in its place."""
        with self._immediate() as connection:
            done = connection.execute(
                "delete from vs_lock where wave = ? and run_id = ? and pid = ? and host = ?", (dead.wave, dead.run_id, dead.pid, dead.host)
            ).rowcount
            if done and lock is not None:
                connection.execute(f"insert into vs_lock ({_COLUMNS}) values ({_MARKS})", astuple(lock))
        return bool(done)

    def beat(self, lock: Lock, at: str) -> None:
        """Renew the heartbeat."""
        with self._immediate() as connection:
            connection.execute("update vs_lock set heartbeat = ? where wave = ? and run_id = ?", (at, lock.wave, lock.run_id))

    def release(self, lock: Lock) -> None:
        """Delete this run's lock; another's stays."""
        with self._immediate() as connection:
            connection.execute("delete from vs_lock where wave = ? and run_id = ?", (lock.wave, lock.run_id))

    def close(self) -> None:
        """Fold the write-ahead log into the file, so that the record is one file again."""
        if self.path.is_file():
            with translated(self.path.name), contextlib.closing(sqlite3.connect(self.path, timeout=5)) as connection:
                connection.execute("pragma wal_checkpoint(truncate)")
