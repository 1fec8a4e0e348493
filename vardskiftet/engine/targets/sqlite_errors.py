"""What does a SQLite failure mean for the person at the keyboard?"""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from collections.abc import Iterator

import adbc_driver_manager
import sqlalchemy.exc

from vardskiftet.errors import IntegrityBroken, Locked, NoRoom, Unreachable, VardskiftetError

_FULL = "disk is full"
_BUSY = ("database is locked", "database table is locked")
_RULES = ("constraint failed",)
_NO_DATABASE = ("not a database", "malformed")


@contextlib.contextmanager
def translated(name: str) -> Iterator[None]:
    """Driver errors as foreseen failures; the driver's own text stays out of them, since it may repeat a row's values."""
    try:
        yield
    except (adbc_driver_manager.Error, sqlite3.Error, sqlalchemy.exc.DBAPIError) as error:
        raise _meaning(str(error), name) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _full(name) from error
        raise Unreachable(f"The record could not be opened: {error.strerror}.", where=name) from error


def _full(name: str) -> NoRoom:
    return NoRoom(
        "The disk is full; the batch in hand was rolled back, what was committed stands.",
        where=name,
        hint="Make room and give the same command again.",
    )


def _meaning(text: str, name: str) -> VardskiftetError:
    lowered = text.lower()
    if _FULL in lowered:
        return _full(name)
    if any(word in lowered for word in _BUSY):
        return Locked(
            "Another program is writing to the record and did not finish in time.", where=name, hint="Give the same command again."
        )
    if any(word in lowered for word in _RULES):
        return IntegrityBroken(
            "The record refused rows: a key or a reference does not hold.",
            where=name,
            hint="The batch was rolled back. If somebody else writes to this record, stop that and give the same command again.",
        )
    if any(word in lowered for word in _NO_DATABASE):
        return IntegrityBroken("The record's file is damaged, or is no SQLite database.", where=name, hint="Restore it from a copy.")
    return Unreachable("The record could not be read or written.", where=name, hint="`--debug` shows what the driver said.")
