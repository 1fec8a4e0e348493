"""Which statements change a record, in words that every SQL target understands? Rows come in staging tables beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.targets.protocol import Outcome
from vardskiftet.model.record import Record, Table

RENEWED = "vs_renewed"
"""Temporary table of rows that take the place of older ones of the same key."""
LINKED = "vs_linked"
"""Temporary table of identifiers and their persons."""
KEPT = "vs_kept"
"""Temporary table, one column `id`: rows that stay when their batch is taken back."""


def entry_table(outcome: Outcome) -> pa.Table:
    """The batch's line in the books."""
    entry = outcome.entry
    names = ("batch", "wave", "plan", "mapping", "number", "run_id", "rows_read", "items", "manifest", "committed_at")
    return pa.table({name: [getattr(entry, name)] for name in names})


def beside(outcome: Outcome) -> tuple[tuple[str, pa.Table], ...]:
    """The books' other tables, with their lines."""
    return (
        ("vs_fate", outcome.fates),
        ("vs_flag", outcome.flags),
        ("vs_tally", outcome.tallies),
        ("vs_rows", outcome.rows),
        ("vs_contribution", outcome.contributions),
    )


def renewing(table: Table, columns: Sequence[str]) -> str:
    """Give rows of the same origin their new content; the key stays."""
    assignments = ", ".join(f"{quoted(name)} = {RENEWED}.{quoted(name)}" for name in columns if name != table.key)
    name, key = quoted(table.table), quoted(table.key)
    return f"update {name} set {assignments} from {RENEWED} where {name}.{key} = {RENEWED}.{key}"


def linking() -> str:
    """Add new identifiers; one that is known already keeps its person for ever."""
    return (
        "insert into vs_identity (record_table, domain, identifier, target_id)"
        f" select distinct record_table, domain, identifier, target_id from {LINKED} as new where not exists"
        " (select 1 from vs_identity as old where old.record_table = new.record_table and old.domain = new.domain"
        " and old.identifier = new.identifier)"
    )


def taken_back(run: Callable[[str], int], record: Record, table: Table, batch: int) -> tuple[int, int]:
    """Delete a batch's rows and its lines in the books; rows in `vs_kept`, or still referred to, become the new system's own.

    `run` carries out a statement and returns the rows that it changed. Returns rows removed and left.
    """
    name, key = quoted(table.table), quoted(table.key)
    own = f" and (child._batch is distinct from {batch} or child.{key} in (select id from {KEPT}))"
    referred = "".join(
        f" and not exists (select 1 from {quoted(other.table)} as child where child.{quoted(column.column)} = {name}.{key}"
        f"{own if other.table == table.table else ''})"
        for other in record.tables
        for column in other.columns
        if column.references == table.table
    )
    target = f"cast({name}.{key} as text)"
    shared = f"from vs_contribution as c where c.record_table = {literal(table.table)} and c.target_id = {target} and c.batch <> {batch}"
    others = f" and not exists (select 1 {shared})" if table.identity else ""
    for column in (column for column in table.columns if column.references == table.table):
        run(_with_ancestors(name, key, quoted(column.column)))
    removed = run(f"delete from {name} where _batch = {batch} and {key} not in (select id from {KEPT}){referred}{others}")
    if table.identity:
        # A person whom another batch brought as well is that batch's from now on.
        run(f"update {name} set _batch = (select min(c.batch) {shared}) where _batch = {batch} and exists (select 1 {shared})")
    left = run(f"update {name} set _batch = null where _batch = {batch}")
    for books in ("vs_contribution", "vs_fate", "vs_flag", "vs_rows", "vs_tally", "vs_batch"):
        run(f"delete from {books} where batch = {batch}")
    return removed, left


def _with_ancestors(name: str, key: str, parent: str) -> str:
    """Rows of the same table that those which are kept refer to, however far up, are kept too."""
    above = f"select row.{parent} from {name} as row join up on row.{key} = up.id where row.{parent} is not null"
    return f"insert into {KEPT} with recursive up(id) as (select id from {KEPT} union {above}) select id from up"
