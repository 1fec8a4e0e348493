"""What is a ward whose record lies on PostgreSQL? The demo's project with another target, and how to look into that record."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from servers import asked, did
from ward import PASSING, Ward, make_ward

VARIABLE = "WARD_RECORD"
SCHEMA = "millennium"
EMBEDDED = "target: {kind: sqlite, path: work/record.sqlite}"


def on_postgresql(ward: Ward) -> Ward:
    """Put the record of a ward on the server that $WARD_RECORD names."""
    path = ward.folder / "waves" / "programme.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    named = f"target: {{kind: postgresql, url_from: {VARIABLE}, schema: {SCHEMA}}}"
    path.write_text("\n".join(named if line.startswith("target:") else line for line in lines) + "\n", encoding="utf-8")
    return ward


def make_ward_on_postgresql(folder: Path, **options: Any) -> Ward:
    """A demo project, not planned, whose record lies on the server that $WARD_RECORD names."""
    return on_postgresql(make_ward(folder, **options))


def tables(url: str, schema: str = SCHEMA) -> list[str]:
    """Every table of a schema, sorted."""
    found = asked(url, "select tablename from pg_tables where schemaname = %s order by 1", schema)
    return [str(name) for (name,) in found]


def logical(url: str, schema: str = SCHEMA) -> dict[str, tuple[int, str]]:
    """Table to (rows, digest of its sorted rows), without run id and load time."""
    found = {}
    for table in tables(url, schema):
        columns = asked(
            url, "select column_name from information_schema.columns where table_schema = %s and table_name = %s", schema, table
        )
        kept = ", ".join(f'"{name}"' for name in sorted(str(name) for (name,) in columns) if name not in PASSING)
        rows = sorted(repr(row) for row in asked(url, f'select {kept} from "{schema}"."{table}"'))
        found[table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def constraints(url: str, schema: str = SCHEMA) -> list[tuple[Any, ...]]:
    """Every key, reference and index of a schema, as the server describes it, sorted; with whether it holds for all rows."""
    of_schema = "connamespace = (select oid from pg_namespace where nspname = %s)"
    keys = asked(url, f"select conname, pg_get_constraintdef(oid), convalidated from pg_constraint where {of_schema}", schema)
    indexes = asked(url, "select indexname, indexdef, true from pg_indexes where schemaname = %s", schema)
    return sorted((*keys, *indexes))


def in_record(url: str, *statements: str) -> None:
    """What somebody else does in the record."""
    did(url, *(f"set search_path = {SCHEMA}; {statement}" for statement in statements))


def from_record(url: str, query: str) -> list[tuple[Any, ...]]:
    """What the record holds, past the engine."""
    return asked(url, query.replace("{s}", SCHEMA))
