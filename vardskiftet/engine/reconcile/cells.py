"""Which cells differ? All are kept in the stage: only together do they show that two patients' were exchanged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb
import pyarrow as pa

from vardskiftet.engine.reconcile.digests import AT_A_TIME
from vardskiftet.engine.rederive.stage import arrow
from vardskiftet.judge.differences import UnlikeCell

_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("id", "key", "unit", "patient", "column", "expected", "stored")),
        *((name, pa.bool_()) for name in ("stands_as_written", "exchanged", "due_elsewhere")),
    ]
)


def begin(stage: duckdb.DuckDBPyConnection) -> None:
    """Nothing differs yet."""
    stage.execute("create or replace temp sequence next_cell")
    stage.register("no_cell", _SCHEMA.empty_table())
    stage.execute("create or replace temp table unlike as select nextval('next_cell') as place, * from no_cell")
    stage.unregister("no_cell")


def keep(stage: duckdb.DuckDBPyConnection, cells: Sequence[UnlikeCell]) -> None:
    """Cells as they are found."""
    if not cells:
        return
    columns = [pa.array(values, one.type) for values, one in zip(zip(*cells, strict=True), _SCHEMA, strict=True)]
    stage.register("unlike_now", pa.Table.from_arrays(columns, schema=_SCHEMA))
    stage.execute("insert into unlike select nextval('next_cell'), * from unlike_now")
    stage.unregister("unlike_now")


def told(stage: duckdb.DuckDBPyConnection) -> Iterator[UnlikeCell]:
    """All cells in the order in which they were found, each held against all others."""
    others = "min(patient) as least, max(patient) as most from unlike group by all"
    stage.execute(
        'create or replace temp table unlike_told as with pair as (select "column", expected, stored, ' + others + "),"
        ' due as (select "column", expected, ' + others + ")"
        " select u.* replace (coalesce(p.least <> u.patient or p.most <> u.patient, false) as exchanged,"
        " coalesce(d.least <> u.patient or d.most <> u.patient, false) as due_elsewhere)"
        ' from unlike as u left join pair as p on p."column" = u."column" and p.expected is not distinct from u.stored'
        ' and p.stored is not distinct from u.expected left join due as d on d."column" = u."column"'
        " and d.expected is not distinct from u.stored"
    )
    ((last,),) = stage.execute("select coalesce(max(place), 0) from unlike_told").fetchall()
    for first in range(0, last, AT_A_TIME):
        which = f"place > {first} and place <= {first + AT_A_TIME}"
        part = arrow(stage, f"select * exclude (place) from unlike_told where {which} order by place")
        yield from map(UnlikeCell._make, zip(*(column.to_pylist() for column in part.columns), strict=True))
