"""Where do the files of a drop lie, and who may change them at a time? One folder, closed to others, behind one guard."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from vardskiftet.engine.files import sync_folder
from vardskiftet.errors import IntegrityBroken, Locked, NoRoom, Unreachable

PATIENCE = 400
"""Looks at a guard that another holds, a twentieth of a second apart."""


@dataclass(frozen=True, slots=True)
class DropPlace:
    """The folder of a drop, and what lies where in it."""

    root: Path

    @property
    def name(self) -> str:
        """How it is called in messages."""
        return self.root.name

    @property
    def record(self) -> Path:
        """What the drop holds: tables, columns, types, whose record it is. Written last when a drop is created."""
        return self.root / "record.json"

    @property
    def manifest(self) -> Path:
        """What the receiver checks all files against."""
        return self.root / "manifest.json"

    @property
    def entries(self) -> Path:
        """One file for each batch that was committed or taken back."""
        return self.root / "entries"

    @property
    def books(self) -> Path:
        """What the receiver needs none of: fates, identities, locks."""
        return self.root / "books"

    @property
    def locks(self) -> Path:
        """Who holds which wave."""
        return self.books / "locks"

    def entry(self, number: int) -> Path:
        """The file of an entry."""
        return self.entries / f"{number:06}.json"

    def rows_file(self, table: str, number: int, holds: str, form: str) -> str:
        """Name, inside the drop, of an entry's file of a record table."""
        return f"rows/{table}/{number:06}-{holds}.{form}"

    def books_file(self, table: str, number: int) -> str:
        """Name, inside the drop, of an entry's file of the books."""
        return f"books/{table}/{number:06}.parquet"

    def make(self) -> None:
        """The folders, closed to others."""
        for folder in (self.root, self.entries, self.books, self.locks, self.root / "rows"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            sync_folder(folder.parent)

    @contextlib.contextmanager
    def guarded(self) -> Iterator[None]:
        """Be the only one, on this host, who changes rows and books. Goes with the process. Raises Locked if another does not finish."""
        with _held(self.books / "guard", self.name):
            yield

    @contextlib.contextmanager
    def locks_guarded(self) -> Iterator[None]:
        """The same for the locks: a heartbeat does not wait for a batch."""
        with _held(self.locks / "guard", self.name):
            yield


@contextlib.contextmanager
def translated(name: str) -> Iterator[None]:
    """Failures of files and of the engine as foreseen ones."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise NoRoom("The engine's memory is too small for this question to the drop.", where=name) from error
    except duckdb.Error as error:
        raise IntegrityBroken("A file of the drop cannot be read as what it was written as.", where=name, hint=RESTORE) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            said = "The disk is full; the batch in hand was taken away, what was committed stands."
            raise NoRoom(said, where=name, hint="Make room and give the same command again.") from error
        raise Unreachable(f"The drop could not be read or written: {error.strerror}.", where=name) from error


RESTORE = "Put the file back from a copy. Nobody but this tool writes into the drop; a receiver takes copies."


@contextlib.contextmanager
def _held(path: Path, name: str) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        for attempt in range(PATIENCE):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if attempt == PATIENCE - 1:
                    said = "Another program is writing to the drop and did not finish in time."
                    raise Locked(said, where=name, hint="Give the same command again.") from None
                time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)
