"""Does every row that was kept though it is odd bear the flag that was derived, and no other?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb
import sqlalchemy as sa

from vardskiftet.engine.names import literal
from vardskiftet.engine.reconcile.fates import LEFT_ALONE
from vardskiftet.engine.rederive.stage import arrow, lines_of
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.tables import layout
from vardskiftet.model.difference import Difference, Kind, Level
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.programme import Programme


def flag_differences(
    stage: duckdb.DuckDBPyConnection, target: Target, programme: Programme, mapping: Mapping, batches: Sequence[int], *, part: bool
) -> Iterator[Difference]:
    """Flags in the books of these batches that were not derived, and derived ones that are not there; call it after `recorded` was made.

    Of a plan that read a part of the rows, only the items that it flagged. Items that only the record could refuse bear no flag.
    Values in a second encoding, which the books count by column, are no row's flags.
    """
    if not mapping.has_flags:
        return
    flags = layout(programme.record).tables["vs_flag"]
    query = sa.select(flags.c.source_key, flags.c.item, flags.c.unit, flags.c.flag, flags.c.detail, flags.c.target_id)
    stage.register("lines", target.arrow(query.where(flags.c.batch.in_(list(batches)), flags.c.source_key.is_not(None))))
    flag = "concat_ws(': ', flag, detail) as flag"  # a flag of the engine's own says of which field it speaks
    stage.execute(f"create or replace temp table noted as select source_key as key, item, unit, target_id as id, {flag} from lines")
    stage.unregister("lines")
    told = " and key in (select key from noted)" if part else ""
    left = ", ".join(literal(one) for one in LEFT_ALONE)
    ours = (
        f"select key, item, unit, id, flag from flagged where mapping = {literal(mapping.mapping)} and flag is not null{told}"
        f" and (key, item) not in (select (key, item) from recorded where key is not null and reason in ({left}))"
    )
    sides = (("missing", f"{ours} except all select * from noted"), ("extra", f"select * from noted except all ({ours})"))
    for kind, query_text in sides:
        for line in lines_of(arrow(stage, f"select * from ({query_text}) order by all")):
            flag = str(line["flag"])
            yield Difference(
                level=Level.ROWS,
                mapping=mapping.mapping,
                table=programme.record.table(mapping.into).table,
                key=line["key"] or "",
                id=line["id"] or "",
                unit=line["unit"] or "",
                column="flag",
                kind=Kind(kind),
                expected=flag if kind == "missing" else None,
                stored=flag if kind == "extra" else None,
            )
