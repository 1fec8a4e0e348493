"""Did every item that was not loaded leave the fate and the reason that were derived? The books' own lines, one for one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb
import sqlalchemy as sa

from vardskiftet.engine.names import literal
from vardskiftet.engine.rederive.stage import arrow, lines_of
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.tables import layout
from vardskiftet.model.difference import Difference, Kind, Level
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.programme import Programme

LEFT_ALONE = ("CHANGED_IN_TARGET", "KEY_TAKEN")
"""Reasons that only the record itself can give: they are causes of differences, not differences."""


def recorded(stage: duckdb.DuckDBPyConnection, target: Target, programme: Programme, batches: Sequence[int]) -> None:
    """Make `recorded` (key, item, unit, fate, reason, id) of the books' lines of these batches."""
    fates = layout(programme.record).tables["vs_fate"]
    query = sa.select(fates.c.source_key, fates.c.item, fates.c.unit, fates.c.fate, fates.c.reason, fates.c.target_id)
    stage.register("lines", target.arrow(query.where(fates.c.batch.in_(list(batches)))))
    stage.execute(
        "create or replace temp table recorded as select source_key as key, item, unit, upper(fate[1:1]) as fate, reason,"
        " target_id as id from lines"
    )
    stage.unregister("lines")


def fate_differences(
    stage: duckdb.DuckDBPyConnection, target: Target, programme: Programme, mapping: Mapping, batches: Sequence[int], *, part: bool
) -> Iterator[Difference]:
    """Items whose fate or reason in the books is not the derived one; of a plan that read a part of the rows, only those that it told."""
    recorded(stage, target, programme, batches)
    left = ", ".join(literal(one) for one in LEFT_ALONE)
    ours = "select key, item, unit, fate, reason, case when fate = 'M' then id end as id from derived"
    ours += f" where mapping = {literal(mapping.mapping)}"
    told = " and key in (select key from recorded)" if part else ""
    kept = f"select * from recorded where reason is null or reason not in ({left})"
    stage.execute(f"create or replace temp table ours as {ours} and fate <> 'L'{told}")
    stage.execute(f"create or replace temp table lost as select * from ours except all ({kept})")
    stage.execute(f"create or replace temp table found as {kept} except all select * from ours")
    pairs = arrow(
        stage,
        "select coalesce(l.key, f.key) as key, coalesce(l.item, f.item) as item, coalesce(l.unit, f.unit) as unit,"
        " l.fate as fate, f.fate as found, l.reason as reason, f.reason as found_reason, coalesce(l.id, f.id) as id"
        " from lost as l full join found as f on f.key is not distinct from l.key and f.item = l.item order by all",
    )
    for line in lines_of(pairs):
        yield _difference(programme, mapping, line)


_WORDS = {"L": "loaded", "M": "merged", "R": "rejected", "E": "excluded", None: None}


def _difference(programme: Programme, mapping: Mapping, line: dict[str, str | None]) -> Difference:
    fate, found = line["fate"], line["found"]
    kind = Kind.MISSING if found is None else Kind.EXTRA if fate is None else Kind.OTHER
    table = programme.record.table(mapping.into)
    return Difference(
        level=Level.ROWS,
        mapping=mapping.mapping,
        table=table.table,
        key=line["key"] or "",
        id=line["id"] or "",
        unit=line["unit"] or "",
        column="reason" if kind is Kind.OTHER and fate == found else "fate",
        kind=kind,
        expected=_told(_WORDS[fate], line["reason"]),
        stored=_told(_WORDS[found], line["found_reason"]),
    )


def _told(fate: str | None, reason: str | None) -> str | None:
    return None if fate is None else f"{fate} {reason}" if reason else fate
