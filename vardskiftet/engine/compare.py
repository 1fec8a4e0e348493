"""What of a batch is in the target already? Unchanged, changed in the source, or changed by somebody in the new system."""

from __future__ import annotations

import duckdb
import sqlalchemy as sa

from vardskiftet.engine.compile import Compiled
from vardskiftet.engine.compile.coerce import digest
from vardskiftet.engine.duck import arrow
from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.tables import asked_table
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.record import Column, Table


def stored_digest(table: Table) -> str:
    """SQL of a stored row's digest, recomputed from its columns as text, in hex."""
    columns: list[tuple[Column, str]] = [(column, quoted(column.column)) for column in table.columns if column.column != table.key]
    return f"lower(hex({digest(columns)}))"


def compared(duck: duckdb.DuckDBPyConnection, compiled: Compiled, target: Target) -> None:
    """Change the fate of items whose row the target already holds; adds `vs_renew`, true where a row is to be updated.

    Same origin and content: unchanged. Same origin, and the row still stands as we wrote it: renewed. Anything else is rejected.
    """
    ids = arrow(duck, "select distinct vs_id as id from outcome where vs_fate = 'loaded'")
    duck.register("present_rows", target.present(compiled.mapping, compiled.table, ids))
    duck.execute(
        f"create or replace temp table present as select {quoted(compiled.table.key)} as id, vs_digest as written,"
        f" {stored_digest(compiled.table)} as stands, vs_key as key, vs_mapping as mapping from present_rows"
    )
    duck.unregister("present_rows")
    same = f"present.mapping = {literal(compiled.mapping.mapping)} and present.key = outcome.vs_key"
    new = "lower(hex(outcome.vs_digest))"
    duck.execute("create or replace temp table judged_before as select * from outcome")
    duck.execute(
        "create or replace temp table outcome as select outcome.* replace ("
        f" case when present.id is null or outcome.vs_fate <> 'loaded' then outcome.vs_fate"
        f" when not ({same}) then 'rejected'"
        f" when present.stands <> present.written then case when present.stands = {new} then 'unchanged' else 'rejected' end"
        f" when present.written = {new} then 'unchanged' else 'loaded' end as vs_fate,"
        f" case when present.id is null or outcome.vs_fate <> 'loaded' then outcome.vs_reason"
        f" when not ({same}) then 'KEY_TAKEN'"
        f" when present.stands <> present.written and present.stands <> {new} then 'CHANGED_IN_TARGET' end as vs_reason),"
        f" present.id is not null and ({same}) and present.stands = present.written and present.written <> {new} as vs_renew"
        " from judged_before as outcome left join present on present.id = outcome.vs_id"
    )
    duck.execute("drop table judged_before")


def edited(duck: duckdb.DuckDBPyConnection, mapping: Mapping, table: Table, target: Target, batch: int) -> list[str]:
    """Ids of a batch's rows that no longer stand as they were written: the new system's users changed them."""
    rows = asked_table(table)
    columns = [rows.c[column.column] for column in table.columns]
    found = target.arrow(sa.select(*columns, rows.c._digest.label("vs_digest")).where(rows.c._batch == batch))
    duck.register("written_rows", found)
    changed = duck.execute(f"select {quoted(table.key)} from written_rows where {stored_digest(table)} <> vs_digest order by 1").fetchall()
    duck.unregister("written_rows")
    return [str(key) for (key,) in changed]
