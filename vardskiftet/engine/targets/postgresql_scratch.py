"""Which schemas of a database are rehearsals of this programme, and how does one go? Only what is marked as a rehearsal is ever dropped."""

from __future__ import annotations

import hashlib
from pathlib import Path

import sqlalchemy as sa

from vardskiftet.engine.names import quoted
from vardskiftet.engine.targets.marks import REHEARSAL, Marks, demand_rehearsal
from vardskiftet.engine.targets.postgresql_place import Place
from vardskiftet.engine.targets.postgresql_schema import NAME_BYTES

PREFIX = "rehearsal_"

_SCHEMAS = sa.text(
    "select nspname from pg_catalog.pg_namespace n where starts_with(nspname, :prefix)"
    " and has_schema_privilege(n.oid, 'usage') and has_table_privilege(to_regclass(quote_ident(nspname) || '.vs_meta'), 'select')"
    ' order by nspname collate "C"'
)


def scratch_name(folder: Path) -> str:
    """The schema of the rehearsal that works in this folder."""
    name = f"{PREFIX}{folder.name}"
    if len(name.encode()) > NAME_BYTES:
        name = f"{PREFIX}{hashlib.sha256(folder.name.encode()).hexdigest()[:32]}"
    return name


def scratches(place: Place, marks: Marks) -> list[str]:
    """Every schema of the database that is marked as a rehearsal of this programme, sorted."""
    with place.engine(read_only=True).connect() as connection:
        names = [str(name) for name in connection.scalars(_SCHEMAS, {"prefix": PREFIX})]
        return [name for name in names if _is_rehearsal(connection, name, marks)]


def discard(place: Place, marks: Marks) -> bool:
    """Drop a rehearsal's schema with all that is in it; false if it is not there. Raises RuntimeError for what is no rehearsal's."""
    demand_rehearsal(marks)
    with place.engine().begin() as connection:
        if not sa.inspect(connection).has_schema(place.schema):
            return False
        if not _is_rehearsal(connection, place.schema, marks):
            raise RuntimeError("only a rehearsal's schema may be dropped")
        connection.execute(sa.text(f"drop schema {quoted(place.schema)} cascade"))
    return True


def _is_rehearsal(connection: sa.Connection, schema: str, marks: Marks) -> bool:
    """Whether its own marks say so. `marks` are those of a rehearsal of this programme."""
    found = {str(name): str(value) for name, value in connection.execute(sa.text(f"select name, value from {quoted(schema)}.vs_meta"))}
    return found.get("use") == REHEARSAL and found.get("programme") == marks["programme"]
