"""What does a refusal of PostgreSQL mean for the person at the keyboard? Told by its SQLSTATE, never in the server's own words."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable, Iterator
from typing import TypeVar

import adbc_driver_manager
import psycopg
import sqlalchemy.exc

from vardskiftet.engine.postgresql_words import code_of
from vardskiftet.errors import IntegrityBroken, Locked, NoRoom, Stale, Unreachable, VardskiftetError

Answer = TypeVar("Answer")


class Lost(Unreachable):
    """The connection is gone. What was under way is done or not: look before it is done again."""


class Collided(Unreachable):
    """The server rolled a transaction back for another one's sake."""


_ROLLED_BACK = "The batch in hand was rolled back, what was committed stands."
_AGAIN = f"{_ROLLED_BACK} Give the same command again."

_WORDS: tuple[tuple[str, type[VardskiftetError], str, str], ...] = (
    ("40", Collided, "The record's server rolled a batch back several times for another transaction's sake", _AGAIN),
    ("42501", Unreachable, "The record's server does not allow it to this user", "`vardskiftet doctor` names every privilege that lacks."),
    (
        "25006",
        Unreachable,
        "The record's server takes no changes: it only reads",
        "Point the variable at the server itself.",
    ),
    ("42P01", Stale, "A table of the record is not there any more", "`vardskiftet doctor` tells what differs from mappings/record.yaml."),
    ("42703", Stale, "A column of the record is not there any more", "`vardskiftet doctor` tells what differs from mappings/record.yaml."),
    ("53100", NoRoom, "The disk of the record's server is full", f"{_ROLLED_BACK} Make room there and give the same command again."),
    ("53200", NoRoom, "The record's server has not enough memory", f"{_ROLLED_BACK} Give the same command again when it has."),
    ("53300", Unreachable, "The record's server has no connection left", "Give the same command again when others have closed theirs."),
    ("55P03", Locked, "Somebody else holds a lock on the record and did not let go in time", _AGAIN),
    (
        "57014",
        Unreachable,
        "A statement took longer than the record's server or `statement_timeout:` allows",
        f"{_ROLLED_BACK} Let a statement take longer, or lower `batch_rows:` in waves/programme.yaml and make a new plan.",
    ),
    ("57P", Lost, "The record's server went away", _AGAIN),
    ("08", Lost, "The connection to the record's server broke", _AGAIN),
    ("28", Unreachable, "The record's server does not let this user in", "Are user and password those of the variable?"),
    ("3D", Unreachable, "The record's server has no database of that name", "Is the database that of the variable?"),
    (
        "23",
        IntegrityBroken,
        "The record refused rows: a key or a reference does not hold",
        "The batch was rolled back. If somebody else writes to this record, stop that and give the same command again.",
    ),
    ("22", IntegrityBroken, "The record refused a value", "The batch was rolled back. The mapping must reject or change such values."),
    ("XX", IntegrityBroken, "The record's server found damage in its own files", "Stop, and call whoever keeps the server."),
    ("58", IntegrityBroken, "The record's server could not read or write its own files", "Stop, and call whoever keeps the server."),
)
"""Heads of SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), what each means, and what to do."""


@contextlib.contextmanager
def translated(name: str) -> Iterator[None]:
    """Driver errors as foreseen failures. The driver's own text goes no further: it repeats a row's values, or a connection's."""
    try:
        yield
    except (adbc_driver_manager.Error, psycopg.Error) as error:
        raise meaning(code_of(error), name, _part(error)) from None
    except sqlalchemy.exc.DBAPIError as error:
        raise meaning(code_of(error.orig), name, _part(error.orig)) from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise NoRoom(f"The disk is full. {_ROLLED_BACK}", where=name, hint="Make room and give the same command again.") from error
        raise Lost(f"The connection to the record's server broke: {error.strerror}.", where=name, hint=_AGAIN) from error


def meaning(sqlstate: str | None, name: str, part: str = "") -> VardskiftetError:
    """The failure that a SQLSTATE stands for; without one, the server was not reached."""
    if not sqlstate:
        hint = "Does the server run, and are host, port, user and password those of the variable? Then give the same command again."
        return Lost("The record's server could not be reached, or it does not answer any more.", where=name, hint=hint)
    for head, kind, message, hint in _WORDS:
        if sqlstate.startswith(head):
            return kind(f"{message} ({part}SQLSTATE {sqlstate}).", where=name, hint=hint)
    if sqlstate.startswith("42"):
        return VardskiftetError(
            f"This is a bug in vardskiftet: the record's server does not understand it (SQLSTATE {sqlstate}).", where=name
        )
    return Unreachable(f"The record's server refused ({part}SQLSTATE {sqlstate}).", where=name, hint="Look into the server's own log.")


def _part(error: object) -> str:
    """Which table, column or constraint the server names; these are names of ours, never values."""
    if not isinstance(error, psycopg.Error):
        return ""
    told = (("table", error.diag.table_name), ("column", error.diag.column_name), ("constraint", error.diag.constraint_name))
    return "".join(f"{word} {name}, " for word, name in told if name)


def answered(question: Callable[[], Answer], pause: Callable[[int], None], attempts: int) -> Answer:
    """The answer to a question that changes nothing: put again where the server broke it off for another transaction's sake.

    A question to several tables may meet a wave that takes indexes and references off them. Raises what the last attempt raised.
    """
    for number in range(1, attempts):
        try:
            return question()
        except Collided:
            pause(number)
    return question()


def patiently(attempt: Callable[[], None], lost: Callable[[], bool], pause: Callable[[int], None], attempts: int) -> None:
    """Try until it is done: again after a collision, and after a lost connection only if `lost` finds that nothing was done.

    Raises what the last attempt raised.
    """
    for number in range(1, attempts + 1):
        try:
            return attempt()
        except Collided:
            if number == attempts:
                raise
        except Lost:
            if lost():
                return None
            if number == attempts:
                raise
        pause(number)
    return None
