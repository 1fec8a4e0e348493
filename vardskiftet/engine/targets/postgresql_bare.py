"""Which indexes and references does an empty table do without while it is loaded, and how does it get them back?

Rows go into a bare table several times as fast; what was left out is built and proved over all rows at the end. The key stays, so that no
row comes twice. What is missing is told from the catalogue each time: whoever was killed in between builds what is still missing.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.schema import AddConstraint, CreateIndex

from vardskiftet.engine.names import quoted
from vardskiftet.engine.targets.postgresql_place import Place
from vardskiftet.failpoint import reach


def lay_bare(place: Place, table: sa.Table) -> bool:
    """Take the references and indexes off a table, in one transaction; only if nothing is in it. Returns whether that was done."""
    name = quoted(table.name)
    with place.engine().begin() as connection:
        if connection.scalar(sa.text(f"select exists (select from {name})")):
            return False
        connection.execute(sa.text(f"lock table {name} in access exclusive mode"))
        if connection.scalar(sa.text(f"select exists (select from {name})")):
            return False
        inspector = sa.inspect(connection)
        own = {index.name for index in table.indexes}
        for reference in inspector.get_foreign_keys(table.name, place.schema):
            connection.execute(sa.text(f"alter table {name} drop constraint {quoted(str(reference['name']))}"))
        for index in inspector.get_indexes(table.name, place.schema):
            if index["name"] in own:
                connection.execute(sa.text(f"drop index {quoted(str(index['name']))}"))
        reach("target.bare.before")
    reach("target.bare.after")
    return True


def make_whole(place: Place, tables: Sequence[sa.Table]) -> int:
    """Build what tables lack, each index and reference in a transaction of its own; returns how many. Indexes first, for all tables.

    Raises what the driver raises: a reference to a row that is not there is an integrity violation, and names the table.
    """
    engine = place.engine()
    with engine.connect() as connection:
        missing = _missing(connection, place.schema, tables)
    for table, lacks in missing:
        with engine.begin() as connection:
            connection.execute(lacks)
            reach("target.whole.before")
        reach("target.whole.after")
        with engine.begin() as connection:
            connection.execute(sa.text(f"analyze {quoted(table)}"))
    return len(missing)


def _missing(connection: sa.Connection, schema: str, tables: Sequence[sa.Table]) -> list[tuple[str, CreateIndex | AddConstraint]]:
    """Table to the statement for each index or reference that it should have and has not."""
    inspector = sa.inspect(connection)
    indexes = {(schema, table.name): {str(index.name): index for index in table.indexes} for table in tables}
    there = {place: {str(one["name"]) for one in found} for place, found in inspector.get_multi_indexes(schema=schema).items()}
    referring = {
        place: {(tuple(one["constrained_columns"]), one["referred_table"]) for one in found}
        for place, found in inspector.get_multi_foreign_keys(schema=schema).items()
    }
    found: list[tuple[str, CreateIndex | AddConstraint]] = []
    for table in tables:
        place = (schema, table.name)
        found += [(table.name, CreateIndex(index)) for name, index in sorted(indexes[place].items()) if name not in there.get(place, set())]
    for table in tables:
        for reference in sorted(table.foreign_key_constraints, key=lambda one: tuple(one.column_keys)):
            if (tuple(reference.column_keys), reference.referred_table.name) not in referring.get((schema, table.name), set()):
                found.append((table.name, AddConstraint(reference, isolate_from_table=False)))
    return found
