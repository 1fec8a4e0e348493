"""Who holds a wave? A row of the record's own file, taken and given back in immediate transactions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import astuple, fields
from pathlib import Path

from vardskiftet.engine.sqlite_adbc import Cursor, connected
from vardskiftet.engine.targets.protocol import Lock
from vardskiftet.engine.targets.sqlite_errors import translated

_COLUMNS = ", ".join(field.name for field in fields(Lock))
_MARKS = ", ".join("?" for _ in fields(Lock))
_THIS = "wave = ? and run_id = ? and pid = ? and host = ?"


class SqliteLocks:
    """The lock table, on connections of its own, so that heartbeats do not wait for a batch's cursor.

    Through the same driver as the rows: two SQLite libraries in one process drop each other's file locks.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextlib.contextmanager
    def _immediate(self) -> Iterator[Cursor]:
        with (
            translated(self.path.name),
            connected(self.path, read_only=False) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("begin immediate")
            try:
                yield cursor
            except BaseException:
                cursor.execute("rollback")
                raise
            cursor.execute("commit")

    def take(self, lock: Lock) -> Lock | None:
        """Insert the lock; the holder's instead, if there is one."""
        with self._immediate() as cursor:
            cursor.execute(f"select {_COLUMNS} from vs_lock where wave = ?", (lock.wave,))
            held = cursor.fetchall()
            if held:
                return Lock(*held[0])
            cursor.execute(f"insert into vs_lock ({_COLUMNS}) values ({_MARKS})", astuple(lock))
        return None

    def replace(self, dead: Lock, lock: Lock | None) -> bool:
        """Delete exactly the dead holder's lock and put this one (or none) in its place."""
        this = (dead.wave, dead.run_id, dead.pid, dead.host)
        with self._immediate() as cursor:
            cursor.execute(f"select count(*) from vs_lock where {_THIS}", this)
            (found,) = cursor.fetchall()
            if not found[0]:
                return False
            cursor.execute(f"delete from vs_lock where {_THIS}", this)
            if lock is not None:
                cursor.execute(f"insert into vs_lock ({_COLUMNS}) values ({_MARKS})", astuple(lock))
        return True

    def beat(self, lock: Lock, at: str) -> None:
        """Renew the heartbeat."""
        with self._immediate() as cursor:
            cursor.execute("update vs_lock set heartbeat = ? where wave = ? and run_id = ?", (at, lock.wave, lock.run_id))

    def release(self, lock: Lock) -> None:
        """Delete this run's lock; another's stays."""
        with self._immediate() as cursor:
            cursor.execute("delete from vs_lock where wave = ? and run_id = ?", (lock.wave, lock.run_id))

    def close(self) -> None:
        """Fold the write-ahead log into the file, so that the record is one file again."""
        if not self.path.is_file():
            return
        with (
            translated(self.path.name),
            connected(self.path, read_only=False) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("pragma wal_checkpoint(truncate)")
            cursor.fetchall()
