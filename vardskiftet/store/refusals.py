"""Which refusals of the database are foreseen, and what are they called?"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError

from vardskiftet import errors

BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
SHUT = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_IOERR}
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
DISK_FULL_OF_POSTGRESQL = "53100"


@contextmanager
def foreseen(where: str) -> Iterator[None]:
    """Turn the refusals of a database or a disk into errors.Unreachable, NoRoom or IntegrityBroken; all else passes."""
    try:
        yield
    except DBAPIError as error:
        known = _of_database(error.orig, where)
        if known is None and isinstance(error, OperationalError) and not isinstance(error.orig, sqlite3.Error):
            known = errors.Unreachable("The store's database could not be reached, or it refused.", where=where)
        if known is None:
            raise
        raise known from error
    except sqlite3.Error as error:
        known = _of_database(error, where)
        if known is None:
            raise
        raise known from error
    except OSError as error:
        raise _of_disk(error, where) from error


def _of_database(error: object, where: str) -> errors.VardskiftetError | None:
    if getattr(error, "sqlstate", None) == DISK_FULL_OF_POSTGRESQL:
        return _no_room(where)
    # The extended codes of SQLite carry the plain one in their lowest byte.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return _no_room(where)
    if code in BUSY:
        return errors.Unreachable("Somebody else is writing to the store.", where=where, hint="Try again in a moment.")
    if code in BROKEN:
        return errors.IntegrityBroken(
            "The store's file is damaged, or it is no store.", where=where, hint="Keep the file as it is; put a backup in its place."
        )
    if code == sqlite3.SQLITE_CONSTRAINT:
        return errors.IntegrityBroken("The store refused what would break its chain.", where=where, hint="Verify the chain.")
    if code in SHUT:
        return errors.Unreachable("The store cannot be opened.", where=where, hint="Look at the rights of the file and of its folder.")
    return None


def _of_disk(error: OSError, where: str) -> errors.VardskiftetError:
    if error.errno in NO_ROOM:
        return _no_room(where)
    return errors.Unreachable(f"The store cannot be opened: {error.strerror or type(error).__name__}.", where=where)


def _no_room(where: str) -> errors.NoRoom:
    return errors.NoRoom("The store's disk is full.", where=where, hint="Make room; the same command goes on from there.")
