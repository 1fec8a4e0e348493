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


@contextlib.contextmanager
def mariadb() -> Iterator[Mariadb]:
    """A server: the one that the environment names, or one of our own in a folder that goes away with it; skips where there is none."""
    if GIVEN:
        yield Mariadb(GIVEN)
        return
    install, serve = shutil.which("mariadb-install-db"), shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if install is None or serve is None:
        pytest.skip("not examined: mariadb")
    folder = Path(tempfile.mkdtemp(prefix="vs-my-"))
    own = ["--no-defaults", f"--datadir={folder / 'data'}", *([f"--user={getpass.getuser()}"] if os.geteuid() == 0 else [])]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([install, *own, "--auth-root-authentication-method=normal", "--skip-test-db"], check=True, **quiet)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # What these databases hold need not outlive a power cut.
    cheap = ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M", "--innodb-flush-method=nosync", "--skip-name-resolve"]
    # A server that starts sweeps its folder of temporary tables, and with it those of every other server that has the same.
    (folder / "tmp").mkdir()
    cheap.append(f"--tmpdir={folder / 'tmp'}")
    place = [f"--socket={folder / 'socket'}", f"--port={port}", "--bind-address=127.0.0.1", f"--pid-file={folder / 'pid'}"]
    with subprocess.Popen([serve, *own, *cheap, *place], **quiet) as server:
        try:
            ours = Mariadb(f"mysql://root@127.0.0.1:{port}/mysql")
            _await(ours.url, server)
            yield ours
        finally:
            server.terminate()
            server.wait(60)
            shutil.rmtree(folder, ignore_errors=True)


def _await(url: str, server: subprocess.Popen[Any]) -> None:
    """Until the server answers."""
    until = time.monotonic() + STARTS_IN
    while True:
        try:
            return did(url, "select 1")
        except pymysql.Error:
            assert server.poll() is None, "mariadbd ended at once"
            assert time.monotonic() < until, "mariadbd does not answer"
            time.sleep(0.1)
