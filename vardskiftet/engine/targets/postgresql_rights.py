"""May this user do all that a load, a rehearsal and the way back need? Asked of the server before the run; nothing is tried."""

from __future__ import annotations

import sqlalchemy as sa

from vardskiftet.engine.targets.postgresql_place import Place

_OF_DATABASE = """
select exists (select from pg_catalog.pg_namespace where nspname = :schema) as there,
    has_database_privilege(current_database(), 'create') as may_create,
    has_database_privilege(current_database(), 'temporary') as may_stage,
    pg_catalog.pg_is_in_recovery() or pg_catalog.current_setting('transaction_read_only') = 'on' as only_reads
"""
_OF_SCHEMA = """
select has_schema_privilege(oid, 'usage') as may_use, has_schema_privilege(oid, 'create') as may_create
from pg_catalog.pg_namespace
where nspname = :schema
"""
_OF_TABLES = """
select lower(wanted.privilege), string_agg(c.relname, ', ' order by c.relname)
from pg_catalog.pg_class as c
cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) as wanted (privilege)
where c.relnamespace = (select oid from pg_catalog.pg_namespace where nspname = :schema)
    and c.relkind in ('r', 'p')
    and not has_table_privilege(c.oid, wanted.privilege)
group by 1
order by 1
"""
_NOT_OWNED = """
select string_agg(c.relname, ', ' order by c.relname)
from pg_catalog.pg_class as c
where c.relnamespace = (select oid from pg_catalog.pg_namespace where nspname = :schema)
    and c.relkind in ('r', 'p')
    and not pg_has_role(c.relowner, 'usage')
"""

FOR = {
    "select": "without it nothing can be compared or counted",
    "insert": "without it nothing can be loaded",
    "update": "without it nothing can be renewed, and no lock be held",
    "delete": "without it nothing can be taken back, and no lock be given back",
}


def lacking(engine: sa.Engine, place: Place) -> tuple[str, ...]:
    """Every privilege that lacks, and for what it is needed; empty if all are there. Raises what the driver raises."""
    with engine.connect() as connection:
        (of_database,) = connection.execute(sa.text(_OF_DATABASE), {"schema": place.schema})
        found = [] if of_database.may_create else ["create on the database (a rehearsal has a schema of its own)"]
        found += [] if of_database.may_stage else ["temporary on the database (rows are compared in a temporary table)"]
        found += ["changes of any kind: the server, or this user's sessions, only read"] if of_database.only_reads else []
        if not of_database.there:
            return tuple(found)
        (of_schema,) = connection.execute(sa.text(_OF_SCHEMA), {"schema": place.schema})
        found += [] if of_schema.may_use else [f"usage on schema {place.schema}"]
        found += [] if of_schema.may_create else [f"create on schema {place.schema} (tables and indexes are made there)"]
        for privilege, tables in connection.execute(sa.text(_OF_TABLES), {"schema": place.schema}):
            found.append(f"{privilege} on {tables} ({FOR[privilege]})")
        if owned := connection.scalar(sa.text(_NOT_OWNED), {"schema": place.schema}):
            found.append(f"ownership of {owned} (keys and indexes are built after a load)")
    return tuple(found)
