"""In how many parts is a range of a server's rows asked for? In more, where one statement took longer than the server allows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vardskiftet.engine.sources.protocol import Extract
from vardskiftet.errors import TookTooLong
from vardskiftet.model.batch import KeyRange

MOST = 16
"""A range of which a sixteenth takes too long was not made for this server: a person must say how large a batch is."""


class Finer:
    """How finely the ranges of each table, or query, are cut; what was learnt at one batch holds for those after it."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, str], int] = {}

    def parts(self, extract: Extract, within: KeyRange | None) -> int:
        """In how many parts to ask for this range."""
        return self._parts.get((extract.table, extract.sql), 1) if _can_be_cut(extract, within) else 1

    @contextmanager
    def learning(self, extract: Extract, within: KeyRange | None) -> Iterator[None]:
        """Whatever takes too long here is asked for in twice as many parts the next time; TookTooLong says in how many."""
        try:
            yield
        except TookTooLong as late:
            parts = self.parts(extract, within) * 2
            if parts > MOST or not _can_be_cut(extract, within):
                raise
            self._parts[extract.table, extract.sql] = parts
            raise TookTooLong(late.message, where=late.where, hint=late.hint, parts=parts) from late


def _can_be_cut(extract: Extract, within: KeyRange | None) -> bool:
    """Whether there is an order to cut in: keys with a NULL have none."""
    return bool(extract.key) and within is not None and not within.nulls
