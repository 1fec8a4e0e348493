"""How is a server read that shows one moment only to one connection? Counted and read on it, batch by batch, in a transaction."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, Self

import pyarrow as pa

from vardskiftet.engine.sources.dialects.dialect import Dialect, Statement
from vardskiftet.engine.sources.protocol import Schema, SourceColumn, Stillness
from vardskiftet.errors import Unreachable


class OneConnection(ABC):
    """One connection: it counts and reads, and while `still` is open it does both at one moment."""

    dialect: Dialect
    stillness = Stillness.BATCH
    schema = ""
    begins: str
    """What opens a transaction that sees one moment; empty where the server is not asked for one."""

    def __init__(self) -> None:
        self._open: Any = None
        self._still = False

    @abstractmethod
    def opened(self) -> Any:
        """A new connection, set up."""

    @abstractmethod
    def errors(self) -> tuple[type[Exception], ...]:
        """What the driver raises when the server refuses."""

    @abstractmethod
    def refused(self, error: Exception) -> Unreachable:
        """The error for what the driver raised."""

    @abstractmethod
    def again(self) -> Self:
        """The same door without its connection."""

    @abstractmethod
    def tables(self) -> Schema:
        """Tables and views with their columns."""

    def primary_key(self, table: str) -> tuple[str, ...]:
        """The columns of a table's declared primary key; a kind that cannot tell says none."""
        return ()

    @abstractmethod
    def described(self, statement: Statement) -> tuple[SourceColumn, ...]:
        """Names and types of what a statement gives. Raises Usage with the server's words if it cannot run it."""

    @abstractmethod
    def stream(self, statement: Statement) -> Iterator[list[pa.Array]]:
        """Many rows: columns of strings or bytes."""

    def ask(self, statement: Statement) -> list[tuple[Any, ...]]:
        """Few rows."""
        with self.told(), contextlib.closing(self.connection().cursor()) as cursor:
            self.run(cursor, statement)
            return [tuple(row) for row in cursor.fetchall()]

    def run(self, cursor: Any, statement: Statement) -> None:
        """A statement with its values; a driver without any is given none."""
        cursor.execute(statement.bound(self.dialect), *((statement.values,) if statement.values else ()))

    def still(self) -> AbstractContextManager[None]:
        """A transaction that sees one moment, as far as the server keeps one."""
        return self._transaction() if self.begins else contextlib.nullcontext()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self.told(), contextlib.closing(self.connection().cursor()) as cursor:
            cursor.execute(self.begins)
        self._still = True
        try:
            yield
        finally:
            self._still = False
            if self._open is not None:
                with self.told():
                    self.end(self._open)

    def end(self, connection: Any) -> None:
        """End the transaction that `begins` opened."""
        connection.rollback()

    def held(self) -> Self:
        """A door of its own, open already: what it reads is still batch by batch."""
        door = self.again()
        with door.told():
            door.connection()
        return door

    def connection(self) -> Any:
        """The connection, opened when it is first needed. A transaction's is never opened a second time.

        While the record was slow, the server may have ended one that idled: nothing was under way on it, so another takes its place.
        """
        if self._open is not None and not self._still and not self.answers(self._open):
            self.close()
        if self._open is None:
            if self._still:
                raise ConnectionError("the transaction went with its connection")
            self._open = self.opened()
        return self._open

    def answers(self, connection: Any) -> bool:
        """Whether a connection that idled still lives. Kinds whose servers keep what idles need not ask."""
        return True

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """What the driver raises is told in our words, and the connection given up."""
        foreseen: tuple[type[Exception], ...] = (*self.errors(), OSError)
        try:
            yield
        except foreseen as error:
            self.close()
            raise self.refused(error) from error

    @contextlib.contextmanager
    def whole(self) -> Iterator[None]:
        """Of a connection that is left in the middle of a stream nothing else can be asked."""
        done = False
        try:
            with self.told():
                yield
            done = True
        finally:
            if not done:
                self.close()

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        if self._open is not None:
            connection, self._open = self._open, None
            self.hang_up(connection)

    def hang_up(self, connection: Any) -> None:
        """Close a connection, whatever it is in the middle of."""
        connection.close()
