"""Is the target the one that was declared? Missing and foreign tables, missing, foreign and retyped columns."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from vardskiftet.engine.targets.marks import Marks, known_marks, strange_marks
from vardskiftet.errors import Stale


def digest_of(metadata: sa.MetaData) -> str:
    """SHA-256 over the tables as they would be created, sorted by name."""
    texts = sorted(str(CreateTable(table).compile()) for table in metadata.tables.values())
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def create(connection: sa.Connection, metadata: sa.MetaData) -> None:
    """Create the tables that are missing, and the indexes: a table that a killed creation left behind has not all of its own."""
    metadata.create_all(connection)
    for table in metadata.sorted_tables:
        for index in sorted(table.indexes, key=lambda one: str(one.name)):
            index.create(connection, checkfirst=True)


def drift(engine: sa.Engine, metadata: sa.MetaData, marks: Marks, schema: str | None = None) -> tuple[str, ...]:
    """What the target holds that the declarations do not, and the other way round; empty for an empty or a matching target."""
    inspector = sa.inspect(engine)
    have = set(inspector.get_table_names(schema)) | set(inspector.get_view_names(schema)) | _further(engine, schema)
    if not have:
        return ()
    foreign = sorted(have - set(metadata.tables))
    found = [f"table '{name}' is not of the record" for name in foreign]
    known = known_marks(engine) if "vs_meta" in have else {}
    complete = "layout" in known
    found += strange_marks(known, marks)
    for name, table in sorted(metadata.tables.items()):
        if name in have:
            found += _columns(inspector, engine, table, schema)
        elif complete:
            found.append(f"table '{name}' is missing")
    return tuple(found)


def _further(engine: sa.Engine, schema: str | None) -> set[str]:
    """What else a server can hold under a table's name."""
    if engine.dialect.name != "postgresql":
        return set()
    asked = "select relname from pg_catalog.pg_class where relkind in ('f', 'm') and relnamespace = to_regnamespace(quote_ident(:name))"
    with engine.connect() as connection:
        return set(connection.scalars(sa.text(asked), {"name": schema}))


def _columns(inspector: sa.Inspector, engine: sa.Engine, table: sa.Table, schema: str | None) -> list[str]:
    have = {column["name"]: column["type"].compile(engine.dialect) for column in inspector.get_columns(table.name, schema)}
    want = {column.name: column.type.compile(engine.dialect) for column in table.columns}
    found = [f"column '{table.name}.{name}' is missing" for name in sorted(set(want) - set(have))]
    found += [f"column '{table.name}.{name}' is not of the record" for name in sorted(set(have) - set(want))]
    both = sorted(set(have) & set(want))
    return found + [f"column '{table.name}.{name}' is {have[name]}, not {want[name]}" for name in both if have[name] != want[name]]


def check(found: Sequence[str], name: str) -> None:
    """Raise Stale with all that differs."""
    if found:
        raise Stale(
            "The target is not the record that was declared: " + "; ".join(found) + ".",
            where=name,
            hint="Point `target:` in waves/programme.yaml at an empty place, or bring mappings/record.yaml and the target together.",
        )
