"""What must hold of a batch before it may join a drop? What a database would hold by itself: keys, references, lines of one batch."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.targets.drop_entries import Entries
from vardskiftet.engine.targets.protocol import Outcome
from vardskiftet.errors import IntegrityBroken

Books = dict[str, pa.Table]


def demand_batch(entries: Entries, outcome: Outcome, books: Books) -> None:
    """Raise IntegrityBroken for a batch that is there already, or for lines of the books that speak of another."""
    entry = outcome.entry
    for line in entries.lines("vs_batch"):
        if line["batch"] == entry.batch or (line["plan"], line["mapping"], line["number"]) == (entry.plan, entry.mapping, entry.number):
            raise _refused("a batch stands already", "vs_batch")
    demand_own(entry.batch, books)


def demand_own(batch: int, books: Books) -> None:
    """Raise IntegrityBroken for lines of the books that speak of another batch."""
    for name, lines in books.items():
        if "batch" in lines.column_names and set(lines["batch"].unique().to_pylist()) - {batch}:
            raise _refused("lines of the books speak of another batch", name)


def demand_rows(duck: duckdb.DuckDBPyConnection, outcome: Outcome, keys: Mapping[str, str]) -> None:
    """Raise IntegrityBroken for keys that are taken or absent, and for references to nobody.

    `fresh_rows`, `renewed_rows`, the record's table and those that it refers to stand in DuckDB; `keys` names the key of each.
    """
    name, key = quoted(outcome.table.table), quoted(outcome.table.key)
    questions = [
        ("a key comes twice", f"select {key} from written group by 1 having count(*) > 1"),
        ("a row has no key", f"select 1 from written where {key} is null"),
        ("a key is taken", f"select 1 from fresh_rows join {name} as there on there.{key} = fresh_rows.{key}"),
        ("a row that is renewed is not there", f"select 1 from renewed_rows where {key} not in (select {key} from {name})"),
    ]
    for column in (one for one in outcome.table.columns if one.references):
        to, place = column.references, quoted(column.column)
        there = f"select {quoted(keys[to])} from {quoted(to)}"
        own = f" union all select {key} from written" if to == outcome.table.table else ""
        asked = f"select 1 from written where {place} is not null and {place} not in ({there}{own})"
        questions.append((f"column {literal(column.column)} refers to nobody", asked))
    duck.execute("create or replace temp view written as select * from fresh_rows union all select * from renewed_rows")
    for what, question in questions:
        if duck.execute(f"{question} limit 1").fetchall():
            raise _refused(what, outcome.table.table)


def new_identifiers(duck: duckdb.DuckDBPyConnection) -> pa.Table:
    """Of `linked` those that `vs_identity` does not know: one that is known keeps its person for ever. Raises IntegrityBroken."""
    there = (
        "select 1 from vs_identity as old where old.record_table = new.record_table and old.domain = new.domain"
        " and old.identifier = new.identifier"
    )
    found = duck.sql(
        f"select distinct record_table, domain, identifier, target_id from linked as new where not exists ({there}) order by all"
    ).to_arrow_table()
    if found.group_by(["record_table", "domain", "identifier"]).aggregate([]).num_rows < found.num_rows:
        raise _refused("an identifier leads to two persons", "vs_identity")
    return found


def _refused(what: str, where: str) -> IntegrityBroken:
    hint = "Nothing of the batch was written. If somebody else writes into this drop, stop that and give the same command again."
    return IntegrityBroken(f"The record refused rows: {what}.", where=where, hint=hint)
