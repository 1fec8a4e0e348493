"""Who holds a wave in a record on PostgreSQL? A row of the record's own schema, taken and given back in one statement each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, fields

import psycopg

from vardskiftet.engine.targets.postgresql_errors import translated
from vardskiftet.engine.targets.postgresql_place import Place
from vardskiftet.engine.targets.protocol import Lock
from vardskiftet.engine.targets.turns import patiently_taken

_COLUMNS = ", ".join(field.name for field in fields(Lock))
_MARKS = ", ".join("%s" for _ in fields(Lock))
_THIS = "wave = %s and run_id = %s and pid = %s and host = %s"
_PUT = f"insert into vs_lock ({_COLUMNS}) values ({_MARKS}) on conflict (wave) do nothing"


# A turn lasts as long as its connection: the server must not end one that is silent. Older servers do not know it.
_PATIENT = "select set_config(name, '0', false) from pg_catalog.pg_settings where name = 'idle_session_timeout'"
_TURN = "select pg_catalog.pg_try_advisory_lock(pg_catalog.hashtext(%s), pg_catalog.hashtext(%s))"


class PostgresqlLocks:
    """The lock table, on connections of its own, so that a heartbeat does not wait for a batch."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def take(self, lock: Lock) -> Lock | None:
        """Insert the lock; the holder's instead, if there is one."""
        with translated(self.place.name), self.place.connected() as connection, connection.transaction():
            while True:
                if connection.execute(_PUT.encode(), astuple(lock)).rowcount:
                    return None
                held = connection.execute(f"select {_COLUMNS} from vs_lock where wave = %s".encode(), (lock.wave,)).fetchone()
                if held is not None:  # else it was given back in between
                    return Lock(*held)

    def replace(self, dead: Lock, lock: Lock | None) -> bool:
        """Delete exactly the dead holder's lock and put this one (or none) in its place."""
        this = (dead.wave, dead.run_id, dead.pid, dead.host)
        with translated(self.place.name), self.place.connected() as connection, connection.transaction():
            if not connection.execute(f"delete from vs_lock where {_THIS}".encode(), this).rowcount:
                return False
            return lock is None or connection.execute(_PUT.encode(), astuple(lock)).rowcount == 1

    def beat(self, lock: Lock, at: str) -> None:
        """Renew the heartbeat."""
        with translated(self.place.name), self.place.connected() as connection:
            connection.execute(b"update vs_lock set heartbeat = %s where wave = %s and run_id = %s", (at, lock.wave, lock.run_id))

    def release(self, lock: Lock) -> None:
        """Delete this run's lock; another's stays."""
        with translated(self.place.name), self.place.connected() as connection:
            connection.execute(b"delete from vs_lock where wave = %s and run_id = %s", (lock.wave, lock.run_id))


@contextmanager
def turn(place: Place, table: str, waiting: Callable[[], None]) -> Iterator[None]:
    """Be the only one who loads this table, on any host, for as long as the connection lasts."""

    def taken() -> bool:
        with translated(place.name):
            return bool(connection.execute(_TURN.encode(), (place.schema, table)).fetchall()[0][0])

    with translated(place.name):
        connection = place.connected()
        connection.execute(_PATIENT.encode())
    try:
        patiently_taken(taken, waiting)
        yield
    finally:
        connection.close()


def holds(cursor: psycopg.Cursor, lock: Lock) -> bool:
    """Whether the lock is still its holder's; until the transaction ends, nobody can break it."""
    cursor.execute(b"select 1 from vs_lock where wave = %s and run_id = %s for key share", (lock.wave, lock.run_id))
    return cursor.fetchone() is not None
