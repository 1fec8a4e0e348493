"""How does the programme remember? By adding to the end of its store, and never elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert

from vardskiftet import failpoint
from vardskiftet.model.event import Event
from vardskiftet.store import chain, connect, migrate
from vardskiftet.store.reader import StoreReader, event_of, head_of
from vardskiftet.store.refusals import foreseen
from vardskiftet.store.server import Server
from vardskiftet.store.tables import EVENT

PATIENCE = 10.0
"""Seconds to wait for another writer."""


def machine_time() -> datetime:
    """The machine's own clock: an event's `recorded_at`, whatever the programme's clock says."""
    return datetime.now(UTC)


class Store(StoreReader):
    """A store that is asked and added to. Threads may share it; a forked process opens its own."""

    def __init__(self, engine: Engine, shown: str, clock: Callable[[], datetime]) -> None:
        super().__init__(engine, shown)
        self._clock = clock

    @classmethod
    def open(cls, where: str | Path | Server, clock: Callable[[], datetime], patience: float = PATIENCE) -> Store:
        """Open a store for writing: a file's path, or a database on a server. It is created, or brought to the newest revision.

        `clock` tells the programme's time with its zone; `patience` is in seconds. errors.Stale for a store that is newer than
        the tool and for a file that is no store of ours; Unreachable, NoRoom, IntegrityBroken.
        """
        place = connect.Place(where)
        with foreseen(place.shown):
            engine = connect.writer(place, patience)
            try:
                migrate.upgrade(engine, place.shown)
            except BaseException:
                engine.dispose()
                raise
        return cls(engine, place.shown, clock)

    @staticmethod
    def read(where: str | Path | Server, patience: float = PATIENCE) -> StoreReader:
        """Open a store for asking. Nothing is created or migrated; where there is none yet, an empty store answers.

        errors.Stale for a store that is newer than the tool and for a file that is no store of ours; Unreachable, IntegrityBroken.
        """
        place = connect.Place(where)
        with foreseen(place.shown):
            engine = connect.reader(place, patience)
            if engine is not None:
                with engine.connect() as connection:
                    begun = migrate.age(connection, place.shown)
                if begun:
                    return StoreReader(engine, place.shown)
                engine.dispose()
        return StoreReader(connect.nothing(), place.shown)

    def append(self, kind: str, payload: Mapping[str, Any], run_id: str) -> Event:
        """Add one event to the end of the chain, durably, and return it as it will be read.

        The payload is what JSON can say exactly, with text as keys, and never a row's content; ValueError or TypeError otherwise.
        errors.Unreachable if others write for longer than the patience, NoRoom on a full disk.
        """
        if not kind or not run_id:
            raise ValueError("an event has a kind and a run")
        at, written = _moment(self._clock()), chain.payload_text(payload)
        with foreseen(self._shown), self._engine.connect() as connection:
            connect.begin_writing(connection)
            head = head_of(connection)
            open_line = chain.Line(head.length + 1, run_id, kind, at, _moment(machine_time()), written, head.hash)
            line = open_line._replace(hash=chain.digest(open_line))
            connection.execute(insert(EVENT).values(line._asdict()))
            failpoint.reach("store.event.before")
            connection.commit()
            failpoint.reach("store.event.after")
        return event_of(line, self._shown)


def _moment(moment: datetime) -> str:
    """UTC with microseconds, always of one length; ValueError for a time without a zone."""
    if moment.utcoffset() is None:
        raise ValueError("a clock tells its zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
