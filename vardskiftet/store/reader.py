"""What happened, in order, and does the chain hold? A store that is only asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, Select, Text, bindparam, literal_column, select

from vardskiftet import errors
from vardskiftet.model.chain import ChainCheck, Head
from vardskiftet.model.event import Event
from vardskiftet.store import backup, chain
from vardskiftet.store.refusals import foreseen
from vardskiftet.store.tables import EVENT, TOLD

PAGE = 1000
SOME = 500
"""Events that are asked for by their numbers at a time: a statement takes so many without asking for leave."""
BEYOND = 2**62
"""Above every number."""
PAGE_BACK = 50
"""Fewer at a time on the way back: whoever goes there seeks one, and measurements are long."""


class StoreReader:
    """A store that is only asked. As a context manager it gives its connections back at the end.

    Every question may raise errors.Unreachable, or IntegrityBroken where the file is damaged.
    """

    def __init__(self, engine: Engine, shown: str) -> None:
        self._engine = engine
        self._shown = shown

    def events(self, kind: str | None = None, run_id: str | None = None, since: int = 0) -> Iterator[Event]:
        """Yield events in order: those numbered above `since`, of one kind or one run if named, up to the end as it stands now.

        No transaction is open while the caller works. errors.IntegrityBroken names an event that cannot be read.
        """
        wanted = select(EVENT)
        if kind is not None:
            wanted = wanted.where(EVENT.c.kind == kind)
        if run_id is not None:
            wanted = wanted.where(EVENT.c.run_id == run_id)
        for line in self._lines(wanted, since, self.head().length):
            yield event_of(line, self._shown)

    def of_kinds(self, kinds: Iterable[str]) -> Iterator[Event]:
        """Yield events of some kinds in order; their numbers come from an index, and of other events nothing is read."""
        with foreseen(self._shown), self._engine.connect() as connection:
            found = sorted(connection.scalars(select(EVENT.c.seq).where(EVENT.c.kind.in_(sorted(set(kinds))))))
            for start in range(0, len(found), SOME):
                some = select(EVENT).where(EVENT.c.seq.in_(found[start : start + SOME])).order_by(EVENT.c.seq)
                rows = connection.execute(some).all()
                connection.rollback()
                yield from (event_of(chain.Line(*row), self._shown) for row in rows)

    def newest(self, kind: str, until: datetime | None = None, *, wave: str = "", check: str = "") -> Event | None:
        """The last event of a kind, told no later than `until` by the programme's clock, of a wave and a check where they are named.

        Found by an index, however long the history is. None if there is none.
        """
        return next(self.backwards(kind, until, wave=wave, check=check), None)

    def backwards(self, kind: str, until: datetime | None = None, *, wave: str = "", check: str = "") -> Iterator[Event]:
        """Yield events of a kind from the last to the first, as `newest` tells them apart."""
        words = {word: said for word, said in (("wave", wave), ("check", check)) if said}
        wanted = _before(self._engine.dialect.name, tuple(words), until is not None)
        told = {"kind": kind, **words}
        if until is not None:
            told["until"] = until.astimezone(UTC).isoformat(timespec="microseconds")
        before, size = BEYOND, 1
        with foreseen(self._shown), self._engine.connect() as connection:
            while True:
                rows = connection.execute(wanted, {**told, "before": before, "size": size}).all()
                connection.rollback()
                yield from (event_of(chain.Line(*row), self._shown) for row in rows)
                if len(rows) < size:
                    return
                before, size = rows[-1].seq, PAGE_BACK

    def head(self) -> Head:
        """The end of the chain as it is stored: the last event's number and hash; of an empty store 0 and zeros."""
        with foreseen(self._shown), self._engine.connect() as connection:
            return head_of(connection)

    def verify(self, expected_head: Head | None = None) -> ChainCheck:
        """Recompute the whole chain, page by page, and name the first event that is not as it was written.

        A chain that lost its tail, or was written anew from some event on, holds in itself: only a head kept elsewhere
        (every report prints one) tells. Hand it in as `expected_head`; it must lie on the chain, which may have grown since.
        """
        head = self.head()
        return chain.check(self._lines(select(EVENT), None, head.length), head, expected_head)

    def backup(self, path: Path) -> Head:
        """Copy the store to a file while others go on writing, and return the copy's head.

        The copy gets its name only when it is whole and synced. errors.Usage for the store's own file or a store on a server;
        NoRoom for a full disk.
        """
        with foreseen(str(path)), self._engine.connect() as connection:
            return backup.copy(connection, path)

    def close(self) -> None:
        """Give the connections back."""
        with foreseen(self._shown):
            self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _lines(self, wanted: Select[Any], since: int | None, until: int) -> Iterator[chain.Line]:
        """Page by the number and not by a cursor: whoever takes time over the lines keeps no transaction open.

        `since` is None to begin below every number. The lower bound stands in a page's query once: of two, SQLite seeks the first.
        """
        wanted = wanted.where(EVENT.c.seq <= until).order_by(EVENT.c.seq).limit(PAGE)
        with foreseen(self._shown), self._engine.connect() as connection:
            while True:
                page = wanted if since is None else wanted.where(EVENT.c.seq > since)
                rows = connection.execute(page).all()
                connection.rollback()
                yield from (chain.Line(*row) for row in rows)
                if len(rows) < PAGE:
                    return
                since = rows[-1].seq


@cache
def _before(dialect: str, words: tuple[str, ...], dated: bool) -> Select[Any]:
    """The question for events before a number, the newest first: made once, since it is asked for every check of a programme."""
    wanted = select(EVENT).where(EVENT.c.kind == bindparam("kind"), EVENT.c.seq < bindparam("before"))
    if dated:
        wanted = wanted.where(EVENT.c.at <= bindparam("until"))
    for word in words:
        wanted = wanted.where(literal_column(TOLD[dialect].format(word=word), Text) == bindparam(word))
    return wanted.order_by(EVENT.c.seq.desc()).limit(bindparam("size"))


def head_of(connection: Connection) -> Head:
    """The last event's number and hash, over a connection at hand."""
    last = connection.execute(select(EVENT.c.seq, EVENT.c.hash).order_by(EVENT.c.seq.desc()).limit(1)).first()
    return Head(length=last.seq, hash=last.hash) if last else Head()


def event_of(line: chain.Line, shown: str) -> Event:
    """A stored line as the value that it stands for; errors.IntegrityBroken where it stands for none."""
    try:
        return Event(
            seq=line.seq,
            run_id=line.run_id,
            kind=line.kind,
            at=datetime.fromisoformat(line.at),
            recorded_at=datetime.fromisoformat(line.recorded_at),
            payload=json.loads(line.payload),
            prev=line.prev,
            hash=line.hash,
        )
    except (ValueError, TypeError) as error:
        raise errors.IntegrityBroken(f"Event {line.seq} cannot be read.", where=shown, hint="Verify the chain.") from error
