"""Between which two ends is a wave moved? A journal and a record, each a file or on a server; the same project either way."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import mariadb
import pytest
import servers
from on_server import PUT, from_sqlite
from records import Schema
from ward import Ward, opened

EMBEDDED = "sqlite-sqlite"
PAIRS = ("mysql-postgresql", "postgresql-postgresql")
"""Kind of source, kind of target."""
ON_SERVERS = [pytest.param(pair, marks=pytest.mark.server) for pair in PAIRS]
SOURCE, RECORD = "OLD_URL", "RECORD_URL"
"""Variables that name the two databases."""
SCHEMA = "record"


@dataclass(frozen=True)
class WardOnServer(Ward):
    """A project whose record lies in a schema of a database."""

    record: Schema | None = None

    @property
    def target(self) -> Schema:
        assert self.record is not None
        return self.record


@dataclass(frozen=True)
class Ends:
    """A database for the journal and one for the record, both empty at first; without servers, files of the project."""

    pair: str
    journal: str = ""
    """The URL of the journal's database."""
    record: str = ""
    point: Callable[[str, str], None] = lambda name, value: None
    """Sets a variable."""

    @property
    def source(self) -> str:
        """The kind of the source."""
        return self.pair.partition("-")[0]

    @property
    def embedded(self) -> bool:
        return self.pair == EMBEDDED

    def move(self, ward: Ward, system: str, path: Path, options: str = "") -> Ward:
        """Let the project read the system from the server, where its SQLite file's tables are put, and write its record there."""
        if self.embedded:
            return ward
        publish(path, self.journal, self.source)
        declaration = ward.folder / "mappings" / system / "system.yaml"
        _line(declaration, "source", f"{{kind: {self.source}, url_from: {SOURCE}{options}}}")
        return self.lead(ward)

    def lead(self, ward: Ward) -> Ward:
        """Let the project write its record to the server."""
        _line(ward.folder / "waves" / "programme.yaml", "target", f"{{kind: postgresql, url_from: {RECORD}, schema: {SCHEMA}}}")
        return WardOnServer(ward.folder, Schema(self.record, SCHEMA))

    def changed(self, path: Path, *statements: str) -> None:
        """Let the journal's users write: into its SQLite file, and so into its database."""
        with opened(path) as journal:
            for statement in statements:
                journal.execute(statement)
        if not self.embedded:
            publish(path, self.journal, self.source)

    def does(self, *statements: str) -> None:
        """Statements in the journal's database alone."""
        (servers if self.source == "postgresql" else mariadb).did(self.journal, *statements)

    def asked(self, query: str) -> list[tuple[object, ...]]:
        """Rows of the journal's database."""
        return (servers if self.source == "postgresql" else mariadb).asked(self.journal, query)

    def with_record(self, ward: Ward, url: str) -> Ward:
        """The same project, its record elsewhere."""
        self.point(RECORD, url)
        return replace(ward, record=Schema(url, SCHEMA))


@contextlib.contextmanager
def two_ends(pair: str, at_hand: Callable[[str], object], point: Callable[[str, str], None]) -> Iterator[Ends]:
    """Two databases of one's own on the session's servers, named by the variables; `at_hand` gives a fixture by its name."""
    if pair == EMBEDDED:
        yield Ends(pair)
        return
    postgresql = at_hand("postgresql_server")
    journals = at_hand("mariadb_server") if pair.startswith("mysql") else postgresql
    with journals.database() as journal, postgresql.database() as record:
        point(SOURCE, journal)
        point(RECORD, record)
        yield Ends(pair, journal, record, point)


def publish(path: Path, url: str, kind: str) -> None:
    """Every table of a SQLite file onto a server, anew."""
    at, quote, own = (servers, '"', "'public'") if kind == "postgresql" else (mariadb, "`", "database()")
    there = at.asked(url, f"select table_name from information_schema.tables where table_schema = {own}")
    at.did(url, *(f"drop table {quote}{name}{quote}" for (name,) in there))
    from_sqlite(path, url, PUT[kind])


def _line(path: Path, key: str, value: str) -> None:
    """Give a key of a declaration another value."""
    text, times = re.subn(rf"^{key}: .*$", f"{key}: {value}", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert times == 1, f"{key}: stands {times} times in {path.name}"
    path.write_text(text, encoding="utf-8")
