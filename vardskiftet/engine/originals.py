"""What do rejected rows say in their source? Read again from what was held still, batch by batch, and found by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from vardskiftet.engine.chosen import told_apart
from vardskiftet.engine.compile import Compiled
from vardskiftet.engine.corrections import reject_sql, row_sql
from vardskiftet.engine.names import quoted
from vardskiftet.model.reject import Original


@dataclass(frozen=True, slots=True)
class RejectedItem:
    """One rejected item as the books in the target tell it."""

    mapping: str
    number: int
    """The plan's batch."""
    key: str | None
    item: str
    unit: str
    reason: str
    detail: str
    """Where it stood in what was delivered and what of it is wrong, never a value."""


_BY_KEY = """
select placed.vs_row, {reject}, vs_key, {row}, coalesce(vs_unit, ''), reasons,
       greatest(1, items // count(*) over (partition by vs_key)), details, [{values}]
  from placed
  join (select key, list_sort(list_distinct(list(reason))) as reasons, list_sort(list_distinct(list(nullif(detail, '')))) as details,
               count(*) as items
          from told
         group by key) on key = vs_key
 where vs_place = 'in_wave'
"""
_WITHOUT = """
select placed.vs_row, {reject}, vs_key, {row}, coalesce(vs_unit, ''),
       [case when starts_with(vs_damaged, 'row:') then 'MALFORMED_ROW' when vs_damaged is not null then 'INVALID_ENCODING'
             else 'KEY_MISSING' end], 1, []::varchar[], [{values}]
  from placed
 where vs_place = 'in_wave' and vs_key is null
"""


def originals(
    duck: duckdb.DuckDBPyConnection, compiled: Compiled, rows: pa.Table, number: int, told: Sequence[RejectedItem]
) -> tuple[Original, ...]:
    """The rejected rows of one batch, in source order, without what was corrected in them. The look-ups of places must stand in DuckDB."""
    duck.register("extract", rows)
    duck.execute(compiled.place)
    duck.unregister("extract")
    duck.register("told", pa.table({name: [getattr(one, name) for one in told] for name in _TOLD.names}, _TOLD))
    row = row_sql(compiled.columns)
    shape = {
        "reject": reject_sql(compiled.mapping, "vs_key", row),
        "row": row,
        "values": ", ".join(quoted(name) for name in compiled.columns),
    }
    found = duck.execute(_BY_KEY.format_map(shape)).fetchall()
    if any(one.key is None for one in told):
        found += duck.execute(_WITHOUT.format_map(shape)).fetchall()
    duck.unregister("told")
    found = told_apart(duck, compiled, found, ((one.key, one.reason) for one in told))
    seen: dict[str, Original] = {}
    for _, reject, key, digest, unit, reasons, items, details, values in sorted(found, key=lambda row: row[:2]):
        once = seen.get(reject)
        # Copies that say the same are one piece of work.
        if once is not None:
            seen[reject] = once.model_copy(update={"items": once.items + items})
            continue
        seen[reject] = Original(
            reject=reject,
            mapping=compiled.mapping.mapping,
            number=number,
            key=key,
            row=digest,
            unit=unit,
            reasons=tuple(reasons),
            items=items,
            detail="; ".join(details or ()),
            values=tuple(values),
        )
    return tuple(seen.values())


_TOLD = pa.schema([("key", pa.string()), ("reason", pa.string()), ("detail", pa.string())])
