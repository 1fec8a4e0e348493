"""What of a batch is in the target already? Unchanged, changed in the source, changed in the new system; and which rows does it leave?"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from vardskiftet.engine.compile import Compiled
from vardskiftet.engine.compile.coerce import digest
from vardskiftet.engine.duck import arrow
from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.model.record import Column, Table


def stored_digest(table: Table) -> str:
    """SQL of a stored row's digest, recomputed from its columns as text, in hex."""
    columns: list[tuple[Column, str]] = [(column, quoted(column.column)) for column in table.columns if column.column != table.key]
    return f"lower(hex({digest(columns)}))"


def compared(duck: duckdb.DuckDBPyConnection, compiled: Compiled, target: Target, wave: str) -> None:
    """Change the fate of items whose row the target already holds; adds `vs_renew`, true where a row is to be written anew.

    Same origin, and the source has nothing new: unchanged, whoever edited the row since. Something new, and the row still stands as it
    was written: renewed; so is a row that another wave brought, that another unit has now, or that no batch owns since an undo. Edited
    in the new system, and changed in the source: rejected. Leaves `present`: what the record holds now under the batch's ids.
    """
    ids = arrow(duck, "select distinct vs_id as id from outcome where vs_fate = 'loaded'")
    duck.register("present_rows", target.present(compiled.mapping, compiled.table, ids))
    content = ", ".join(f"{literal(column.column)}, {quoted(column.column)}" for column in compiled.table.columns)
    duck.execute(
        f"create or replace temp table present as select {quoted(compiled.table.key)} as id, vs_digest as written,"
        f" {stored_digest(compiled.table)} as stands, vs_key as key, vs_mapping as mapping, vs_unit as unit, vs_wave as wave,"
        f" vs_batch as batch, vs_place::integer + 1 as place, json_object({content})::varchar as content from present_rows"
    )
    duck.unregister("present_rows")
    own = f"present.mapping = {literal(compiled.mapping.mapping)} and present.key = outcome.vs_key"
    # What was left standing when a wave was taken back belongs to nobody; a person has one id, whichever of its rows comes first.
    free = "present.mapping = '' and " + ("present.key is not null" if compiled.table.identity else "present.key = outcome.vs_key")
    same = f"(({own}) or ({free}))"
    # A person belongs to every wave that it has care in; any other row to the one that brought it last, under the unit that it had then.
    placed = "present.mapping <> ''" if compiled.table.identity else f"present.wave = {literal(wave)} and present.unit = outcome.vs_unit"
    new = "lower(hex(outcome.vs_digest))"
    verdict = (
        f"case when present.id is null then 'fresh' when not {same} then 'taken'"
        f" when ({placed}) and {new} in (present.written, present.stands) then 'as_it_was'"
        f" when present.stands not in (present.written, {new}) then 'edited' else 'renew' end"
    )
    duck.execute("create or replace temp table judged_before as select * from outcome")
    duck.execute(
        "create or replace temp table outcome as select outcome.* exclude (vs_found) replace ("
        " case vs_found when 'taken' then 'rejected' when 'edited' then 'rejected' when 'as_it_was' then 'unchanged'"
        " else vs_fate end as vs_fate,"
        " case vs_found when 'taken' then 'KEY_TAKEN' when 'edited' then 'CHANGED_IN_TARGET' else vs_reason end as vs_reason),"
        " coalesce(vs_found = 'renew', false) as vs_renew"
        f" from (select outcome.*, case when outcome.vs_fate = 'loaded' then {verdict} end as vs_found"
        " from judged_before as outcome left join present on present.id = outcome.vs_id) as outcome"
    )
    duck.execute("drop table judged_before")


def images(duck: duckdb.DuckDBPyConnection, compiled: Compiled, batch: int) -> pa.Table:
    """What stood before in each row that the batch writes anew, as lines of `vs_image`."""
    return arrow(
        duck,
        f"select {batch}::bigint as batch, {literal(compiled.table.table)} as record_table, present.id as target_id,"
        " present.place as place, present.batch::bigint as before_batch, present.unit as before_unit, present.key as before_key,"
        " unhex(present.written) as before_digest, present.content as content"
        " from outcome join present on present.id = outcome.vs_id where outcome.vs_renew and outcome.vs_fate = 'loaded' order by 3",
    )


def left_behind(duck: duckdb.DuckDBPyConnection, compiled: Compiled, batch: int) -> pa.Table:
    """Rows that the wave brought under keys of this batch and that no item of it is, as lines of `vs_left`. Notes the keys as scanned."""
    duck.execute(
        "create or replace temp table key_read as"
        " select vs_key as key, bool_or(vs_place = 'in_wave') as in_wave from placed group by vs_key"
    )
    duck.execute("insert into scanned select key from key_read where key is not null")
    # A person's id is not made of its key; any other row's is, and of its item's name.
    by = "outcome.vs_key = standing.source_key" if compiled.table.identity else "outcome.vs_id = standing.target_id"
    return arrow(
        duck,
        f"select {batch}::bigint as batch, {literal(compiled.table.table)} as record_table, target_id, source_key, unit,"
        " case when not in_wave then 'moved' else coalesce(went, 'vanished') end as why"
        " from (select standing.target_id, standing.source_key, standing.unit, key_read.in_wave, min(case"
        " when outcome.vs_reason = 'CHANGED_IN_TARGET' then 'edited' else outcome.vs_fate end) as went"
        f" from standing join key_read on key_read.key = standing.source_key left join outcome on {by}"
        " where standing.target_id not in (select vs_id from outcome where vs_fate in ('loaded', 'unchanged') and vs_id is not null)"
        " group by 1, 2, 3, 4) order by target_id",
    )
