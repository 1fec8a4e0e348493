"""What is said when a server refuses? What happened and what to do, never the connection, never a value, never the server's own words."""

from __future__ import annotations

from enum import Enum

from vardskiftet.errors import ConnectionLost, TookTooLong, Unreachable


class Why(Enum):
    """Why a server gave no answer: in words, and what to do about it."""

    LOGIN = ("it does not let this user in", "Are user, password and database those of the variable? Ask whoever keeps the server.")
    PRIVILEGE = ("this user may not read it", "Grant select on it to the user of the load: `vardskiftet doctor` names all that is missing.")
    MISSING = ("it has no such table or column", "Was it dropped or renamed? `vardskiftet plan WAVE` lists every gap.")
    TIMEOUT = (
        "a statement took longer than the server or `statement_timeout:` allows",
        "Lower `batch_rows:` in waves/programme.yaml and make a new plan, or let the statement take longer.",
    )
    BUSY = ("another session holds a lock on it", "Somebody changes its tables. Give the command again when that is done.")
    FULL = ("it has no connection left", "Give the same command again when others have closed theirs, or let this user have more.")
    LOST = ("the connection is lost", "Nothing of the batch was written. Give the same command again when the server answers.")
    GONE = (
        "the snapshot that held it still is gone",
        "Give the same command again: it takes a new one, and the wave then needs a closing delta.",
    )
    OTHER = ("it refused", "Look into the server's own log; then give the same command again.")


_KINDS: dict[Why, type[Unreachable]] = {Why.LOST: ConnectionLost, Why.FULL: ConnectionLost, Why.TIMEOUT: TookTooLong}
"""Refusals that one can do something about without a person: try again, or ask for less at a time."""


def refusal(system: str, why: Why, code: str, table: str = "") -> Unreachable:
    """The error for a refusal; `code` is the server's own, for whoever looks it up."""
    said, hint = why.value
    of = f"Table '{table}' of system" if table else "System"
    kind = _KINDS.get(why, Unreachable)
    return kind(f"{of} '{system}' cannot be read: {said} ({code}).", where=f"mappings/{system}/system.yaml", hint=hint)


def no_driver(system: str, library: str, extra: str) -> Unreachable:
    """The error for a driver that is not installed."""
    return Unreachable(
        f"System '{system}' cannot be read: the library {library} is not installed.",
        where=f"mappings/{system}/system.yaml",
        hint=f"pip install 'vardskiftet[{extra}]'" if extra else "Install it beside vardskiftet: pip install …",
    )


def not_set(system: str, variable: str) -> Unreachable:
    """The error for a variable that holds no connection."""
    return Unreachable(
        f"The environment variable {variable} that names the database of system '{system}' is not set.",
        where=f"mappings/{system}/system.yaml",
        hint=f"export {variable}=…; the connection is never written into a file.",
    )
