"""Which statements change a record, in words that every SQL target understands? Rows come in staging tables beside them."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.targets.protocol import BatchEntry, Outcome
from vardskiftet.model.record import Table

RENEWED = "vs_renewed"
"""Temporary table of rows that take the place of older ones of the same key."""
LINKED = "vs_linked"
"""Temporary table of identifiers and their persons."""
AMENDED = "vs_amended"
"""Temporary table, one column `key`: source keys of which a batch's books speak anew."""


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
        ("vs_left", outcome.left),
        ("vs_image", outcome.images),
        ("vs_mark", outcome.marks),
    )


def renewing(table: Table, columns: Sequence[str]) -> str:
    """Give rows of the same origin their new content; the key stays."""
    assignments = ", ".join(f"{quoted(name)} = {RENEWED}.{quoted(name)}" for name in columns if name != table.key)
    name, key = quoted(table.table), quoted(table.key)
    return f"update {name} set {assignments} from {RENEWED} where {name}.{key} = {RENEWED}.{key}"


def redirecting(table: Table) -> str:
    """Let renewed rows refer to what they refer to now; a row whose references are the same is not touched, nor are their indexes."""
    references = [quoted(one.column) for one in table.columns if one.references and one.column != table.key]
    name, key = quoted(table.table), quoted(table.key)
    assignments = ", ".join(f"{one} = {RENEWED}.{one}" for one in references)
    differs = " or ".join(f"{name}.{one} is distinct from {RENEWED}.{one}" for one in references)
    return f"update {name} set {assignments} from {RENEWED} where {name}.{key} = {RENEWED}.{key} and ({differs})" if references else ""


def linking() -> str:
    """Add new identifiers; one that is known already keeps its person for ever."""
    return (
        "insert into vs_identity (record_table, domain, identifier, target_id)"
        f" select distinct record_table, domain, identifier, target_id from {LINKED} as new where not exists"
        " (select 1 from vs_identity as old where old.record_table = new.record_table and old.domain = new.domain"
        " and old.identifier = new.identifier)"
    )


def amending(entry: BatchEntry) -> tuple[str, ...]:
    """Take what a batch's books say of the keys in `vs_amended` out of them, and its tallies; its entry gets the new manifest."""
    of_keys = f"where batch = {entry.batch} and source_key in (select key from {AMENDED})"
    return (
        *(f"delete from {books} {of_keys}" for books in ("vs_fate", "vs_flag", "vs_contribution", "vs_left")),
        f"delete from vs_tally where batch = {entry.batch}",
        f"update vs_batch set manifest = {literal(entry.manifest)}, items = {entry.items} where batch = {entry.batch}",
    )
