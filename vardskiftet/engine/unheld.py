"""Which rows hold a value that the target's kind cannot keep? They are rejected here, item by item, not refused there as a whole batch."""

from __future__ import annotations

import duckdb

from vardskiftet.engine.compile import Compiled
from vardskiftet.engine.names import quoted
from vardskiftet.engine.targets.protocol import Target


def refuse_unheld(duck: duckdb.DuckDBPyConnection, compiled: Compiled, target: Target) -> None:
    """Change the fate of items that were to be loaded or merged; those that were to be merged into one of them go with it."""
    values = [target.unheld(column, quoted(column.column)) for column in compiled.table.columns if column.column != compiled.table.key]
    cannot = " or ".join(one for one in (*values, target.unheld_text("vs_key")) if one)
    if not cannot:
        return
    came = "vs_fate in ('loaded', 'merged')"
    duck.execute(f"create or replace temp table unheld as select distinct vs_id from outcome where {came} and ({cannot})")
    duck.execute(f"update outcome set vs_fate = 'rejected', vs_reason = 'UNHELD_SIGN' where {came} and vs_id in (from unheld)")
    duck.execute("drop table unheld")
