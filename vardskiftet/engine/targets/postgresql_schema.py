"""Can this schema be the record's, and how does it become it? Names that PostgreSQL would cut, drift, and creation in one transaction."""

from __future__ import annotations

import sqlalchemy as sa

from vardskiftet.engine.targets.marks import Marks, mark
from vardskiftet.engine.targets.postgresql_errors import meaning
from vardskiftet.engine.targets.postgresql_place import Place
from vardskiftet.engine.targets.schema import create, drift
from vardskiftet.errors import Stale, Usage
from vardskiftet.failpoint import reach

NAME_BYTES = 63
"""Longer names are cut by the server without a word, and then two may be one."""

SYSTEM_COLUMNS = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
"""Every table of PostgreSQL has these of its own."""

_USABLE = sa.text("select has_schema_privilege(oid, 'usage') from pg_catalog.pg_namespace where nspname = :name")
_MARKED = sa.text("select count(*) from vs_meta where name = 'layout'")


def demand_names(metadata: sa.MetaData, schema: str) -> None:
    """Raise Usage for the names of tables and columns that this server cannot have, all at once."""
    names = [schema, *metadata.tables, *(f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.columns)]
    long = sorted(name for name in names if max(len(part.encode()) for part in name.split(".")) > NAME_BYTES)
    taken = sorted(name for name in names if name.rpartition(".")[2] in SYSTEM_COLUMNS)
    told = [f"longer than {NAME_BYTES} bytes, which PostgreSQL cuts off: {', '.join(long)}"] if long else []
    told += [f"PostgreSQL's own in every table: {', '.join(taken)}"] if taken else []
    if told:
        raise Usage(
            f"The record has names that its server cannot have; {'; '.join(told)}.",
            where="mappings/record.yaml",
            hint="Give them other names there, and in the mappings that fill them.",
        )


def found_drift(engine: sa.Engine, place: Place, metadata: sa.MetaData, marks: Marks) -> tuple[str, ...]:
    """What the schema holds that the declarations do not, and the other way round; a database that is not in UTF-8 cannot hold it."""
    with engine.connect() as connection:
        encoding = connection.scalar(sa.text("show server_encoding"))
        there = _is_there(connection, place)
    wrong = () if encoding == "UTF8" else (f"its database is in {encoding}, not in UTF8",)
    return (*wrong, *(drift(engine, metadata, marks, place.schema) if there else ()))


def is_prepared(engine: sa.Engine, place: Place) -> bool:
    """Whether all of the record's tables are there: the mark of completion is written last."""
    with engine.connect() as connection:
        there = _is_there(connection, place) and sa.inspect(connection).has_table("vs_meta", schema=place.schema)
        return there and bool(connection.scalar(_MARKED))


def _is_there(connection: sa.Connection, place: Place) -> bool:
    """Whether the schema exists. Raises Unreachable if it may not be looked into: its tables would then seem not to be there."""
    usable = connection.scalar(_USABLE, {"name": place.schema})
    if usable is False:
        raise meaning("42501", place.name)
    return usable is not None


def prepared(place: Place, metadata: sa.MetaData, marks: Marks) -> None:
    """Create what is missing, in one transaction: schema, tables, indexes, and the mark of completion."""
    engine = place.engine()
    if is_prepared(engine, place):
        return
    with engine.connect() as connection:
        # Two hosts may do this at once: the second waits here, and finds it done.
        connection.execute(sa.text("select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext(:name))"), {"name": f"vs {place.schema}"})
        if not _is_there(connection, place):
            connection.execute(sa.schema.CreateSchema(place.schema))
        reach("target.create.before")
        there = connection.execution_options(schema_translate_map={None: place.schema})
        create(there, metadata)
        mark(connection, marks)
        connection.commit()
        reach("target.create.after")


def refuse_unfit(place: Place, found: tuple[str, ...]) -> None:
    """Raise Stale with all that differs."""
    if found:
        raise Stale(
            "The target is not the record that was declared: " + "; ".join(found) + ".",
            where=place.name,
            hint="Point `target:` in waves/programme.yaml at an empty schema, or bring mappings/record.yaml and the target together.",
        )
