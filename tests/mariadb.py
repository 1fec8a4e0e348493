"""Which MariaDB is at hand for a test? From an environment variable, or an installed one started here; else not examined.

VARDSKIFTET_TEST_MARIADB holds the URL of a server on which databases may be made; without it, mariadbd of the machine.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql
import pytest
import sqlalchemy as sa

# Read when the tests are collected: the walls around them take every variable of ours away before the first one runs.
GIVEN = os.environ.get("VARDSKIFTET_TEST_MARIADB", "")
STARTS_IN = 60.0


@dataclass(frozen=True)
class Mariadb:
    """A running server. `url` leads to it as a user who may do everything."""

    url: str

    def at(self, database: str, user: str = "", password: str = "") -> str:
        """The URL of a database of the server, for the same user or another."""
        url = sa.make_url(self.url).set(database=database)
        return (url.set(username=user, password=password) if user else url).render_as_string(hide_password=False)

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """The URL of an empty database that nobody else uses; it is dropped at the end."""
        name = f"vs_{secrets.token_hex(6)}"
        did(self.url, f"create database {name} character set utf8mb4 collate utf8mb4_swedish_ci")
        try:
            yield self.at(name)
        finally:
            did(self.url, f"drop database if exists {name}")


def connected(url: str) -> pymysql.Connection[Any]:
    """A connection past the engine, in UTC; dates that are none may be written."""
    found = sa.make_url(url)
    place: dict[str, Any] = {"host": found.host, "port": found.port or 3306, "user": found.username, "password": found.password or ""}
    place |= {"unix_socket": found.query["unix_socket"]} if "unix_socket" in found.query else {}
    return pymysql.connect(
        **place, database=found.database, charset="utf8mb4", autocommit=True, init_command="set sql_mode = '', time_zone = '+00:00'"
    )


def did(url: str, *statements: str) -> None:
    """Statements, each committed, past the engine."""
    with connected(url) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def asked(url: str, query: str) -> list[tuple[Any, ...]]:
    """Rows of a query, past the engine."""
    with connected(url) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


@dataclass
class Own:
    """A server in a folder of its own, on a port of its own."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mysql://root@127.0.0.1:{self.port}/mysql"

    def install(self) -> None:
        """Make its data; skips where there is no server to be had."""
        install = shutil.which("mariadb-install-db")
        if install is None or _served() is None:
            pytest.skip("not examined: mariadb")
        # A server that starts sweeps its folder of temporary tables, and with it those of every other server that has the same.
        (self.folder / "tmp").mkdir(parents=True)
        subprocess.run([install, *self._own(), "--auth-root-authentication-method=normal", "--skip-test-db"], check=True, **QUIET)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def start(self) -> None:
        """Until it answers."""
        place = [
            f"--socket={self.folder / 'socket'}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            f"--pid-file={self.folder / 'pid'}",
        ]
        serve = _served()
        assert serve is not None
        self.process = subprocess.Popen([serve, *self._own(), *CHEAP, f"--tmpdir={self.folder / 'tmp'}", *place], **QUIET)
        _await(self.url, self.process)

    def kill(self) -> None:
        """At once, as a machine that lost its power."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(60)

    def stop(self) -> None:
        """In peace, and remove everything."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _own(self) -> list[str]:
        user = [f"--user={getpass.getuser()}"] if os.geteuid() == 0 else []
        return ["--no-defaults", f"--datadir={self.folder / 'data'}", *user]


QUIET: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
# What these databases hold need not outlive a power cut.
CHEAP = (
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-buffer-pool-size=32M",
    "--innodb-flush-method=nosync",
    "--skip-name-resolve",
    "--max-allowed-packet=128M",
)


def _served() -> str | None:
    return shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextlib.contextmanager
def own() -> Iterator[Own]:
    """A server of one's own, which may be killed; skips where there is none."""
    ours = Own(Path(tempfile.mkdtemp(prefix="vs-my-")))
    try:
        ours.install()
        ours.start()
        yield ours
    finally:
        ours.stop()


@contextlib.contextmanager
def mariadb() -> Iterator[Mariadb]:
    """A server: the one that the environment names, or one of our own; skips where there is none."""
    if GIVEN:
        yield Mariadb(GIVEN)
        return
    with own() as ours:
        yield Mariadb(ours.url)


def _await(url: str, server: subprocess.Popen[bytes]) -> None:
    """Until the server answers."""
    until = time.monotonic() + STARTS_IN
    while True:
        try:
            return did(url, "select 1")
        except pymysql.Error:
            assert server.poll() is None, "mariadbd ended at once"
            assert time.monotonic() < until, "mariadbd does not answer"
            time.sleep(0.1)
