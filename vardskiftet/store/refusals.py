"""Which refusals of the database are foreseen, and what are they called?"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError

from vardskiftet import errors

BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
SHUT = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_IOERR}
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}

_TOLD = "Is the store's schema granted to this user: usage and create on it, select and insert on its tables?"
OF_POSTGRESQL: dict[str, tuple[type[errors.VardskiftetError], str, str]] = {
    "53100": (errors.NoRoom, "The disk of the store's server is full", "Make room there; the same command goes on."),
    "55P03": (errors.Unreachable, "Somebody else is writing to the store", "Try again in a moment."),
    "42501": (errors.Unreachable, "The store's server does not allow it to this user", _TOLD),
    "25006": (errors.Unreachable, "The store's server takes no changes: it only reads", "Name the server itself."),
    "23": (errors.IntegrityBroken, "The store refused what would break its chain", "Verify the chain: vardskiftet audit verify"),
    "XX": (errors.IntegrityBroken, "The store's server found damage in its own files", "Stop, and call whoever keeps the server."),
}
"""Heads of SQLSTATE, what each means, and what to do; any other is a server that could not be reached, or that refused."""


@contextmanager
def foreseen(where: str) -> Iterator[None]:
    """Turn the refusals of a database or a disk into errors.Unreachable, NoRoom or IntegrityBroken; all else passes."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.Error):
            raise _of_server(error.orig, where) from None
        known = _of_database(error.orig, where)
        if known is None:
            raise
        raise known from error
    except psycopg.Error as error:
        # The server's own words go no further: they may name the connection.
        raise _of_server(error, where) from None
    except sqlite3.Error as error:
        known = _of_database(error, where)
        if known is None:
            raise
        raise known from error
    except OSError as error:
        raise _of_disk(error, where) from error


def _of_database(error: object, where: str) -> errors.VardskiftetError | None:
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


def _of_server(error: psycopg.Error, where: str) -> errors.VardskiftetError:
    code = error.sqlstate or ""
    for head, (kind, message, hint) in OF_POSTGRESQL.items():
        if code.startswith(head):
            return kind(f"{message} (SQLSTATE {code}).", where=where, hint=hint)
    if code:
        return errors.Unreachable(f"The store's server refused (SQLSTATE {code}).", where=where, hint="Look into the server's own log.")
    hint = "Does the server run, and are host, port, user and password right? Then give the same command again."
    return errors.Unreachable("The store's server could not be reached, or it does not answer any more.", where=where, hint=hint)


def _of_disk(error: OSError, where: str) -> errors.VardskiftetError:
    if error.errno in NO_ROOM:
        return _no_room(where)
    return errors.Unreachable(f"The store cannot be opened: {error.strerror or type(error).__name__}.", where=where)


def _no_room(where: str) -> errors.NoRoom:
    return errors.NoRoom("The store's disk is full.", where=where, hint="Make room; the same command goes on from there.")
