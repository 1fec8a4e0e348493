"""How is the store copied while others go on writing?"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlalchemy import Connection

from vardskiftet import errors
from vardskiftet.model.chain import Head

PAGES_AT_A_TIME = 1024


def copy(connection: Connection, path: Path) -> Head:
    """Copy the database behind a connection to a file: under another name first, synced, then renamed over what was there.

    Raises what the database and the disk raise, and errors.Usage where a copy makes no sense.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise errors.Usage("A store on a server is backed up with the server's own means.")
    own = driver.execute("pragma database_list").fetchone()[2]
    if not own:
        raise errors.Usage("There is no store to back up yet.")
    if path.exists() and path.samefile(own):
        raise errors.Usage("The store cannot be backed up onto itself.", where=str(path), hint="Name another file.")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        head = _write(driver, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync(path.parent)
    return head


def _write(driver: sqlite3.Connection, draft: Path) -> Head:
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    target = sqlite3.connect(draft, isolation_level=None)
    try:
        driver.backup(target, pages=PAGES_AT_A_TIME)
        target.execute("pragma journal_mode = delete")  # one file, nothing beside it
        last = target.execute("select seq, hash from event order by seq desc limit 1").fetchone()
    finally:
        target.close()
    _sync(draft)
    return Head(length=last[0], hash=last[1]) if last else Head()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
