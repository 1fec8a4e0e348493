"""When are two rows the same? Two 64-bit hashes over their unit, key and columns; a bucket's are summed, never XORed."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from vardskiftet.engine.names import literal, quoted
from vardskiftet.model.record import Column, ColumnType

BUCKETS = 4096
AT_A_TIME = 20_000
"""Rows that differ are told in parts of so many, so that half a million of them need no more room than these."""
SUM = "(sum({0}::hugeint) % 18446744073709551616)::ubigint"
"""A sum modulo 2^64: one row too many, one too few and one doubled all show, which XOR would cancel."""


def seen(column: Column) -> str:
    """SQL of a stored text as it is compared: a decimal by its exact writing in any database, all else byte for byte."""
    name = quoted(column.column)
    return f"bare_decimal({name})" if column.type is ColumnType.DECIMAL else name


def hashes(columns: Sequence[Column]) -> str:
    """SQL of `h1` and `h2` of a row with `_id`, `_key`, `_unit` and these columns. NULL hashes apart from the empty text."""
    parts = ["_key", "_unit", *(seen(column) for column in columns)]
    return f"hash({', '.join(parts)}) as h1, hash('2', {', '.join(reversed(parts))}) as h2"


def in_differing() -> str:
    """SQL, true for an `id` whose bucket stands in `differing`."""
    return f"{_bucket()} in (select bucket from differing)"


def _bucket() -> str:
    return f"hash(id) % {BUCKETS}"


def differing(stage: duckdb.DuckDBPyConnection, left: str, right: str) -> None:
    """Make `differing` (bucket) of two queries of `id, h1, h2`: buckets of ids whose sums are not the same on both sides."""
    for side, rows in (("left", left), ("right", right)):
        stage.execute(
            f"create or replace temp table {side}_bucket as select {_bucket()} as bucket, count(*) as rows,"
            f" {SUM.format('hash(id, h1)')} as s1, {SUM.format('hash(id, h2)')} as s2 from ({rows}) group by bucket"
        )
    stage.execute(
        "create or replace temp table differing as select coalesce(l.bucket, r.bucket) as bucket from left_bucket as l"
        " full join right_bucket as r on r.bucket = l.bucket"
        " where (l.rows, l.s1, l.s2) is distinct from (r.rows, r.s1, r.s2)"
    )


def unequal(stage: duckdb.DuckDBPyConnection, mapping: str) -> None:
    """Make `unequal`: rows of one mapping that only one side has, or that differ, looked for in differing buckets only.

    Its columns: id, batch, key, stood_key, why (missing, extra, differs), part (within the batch, by id; of `AT_A_TIME` rows each).
    """
    name = literal(mapping)
    left, right = (f"select * from {table} where mapping = {name}" for table in ("unmet", "stood"))
    differing(stage, left, right)
    stage.execute(
        "create or replace temp table unequal as select coalesce(l.id, r.id) as id, l.batch, l.key, r.key as stood_key,"
        " case when r.id is null then 'missing' when l.id is null then 'extra' else 'differs' end as why,"
        f" (row_number() over (partition by l.batch order by coalesce(l.id, r.id)) - 1) // {AT_A_TIME} as part"
        f" from ({left} and {in_differing()}) as l full join ({right} and {in_differing()}) as r on r.id = l.id"
        " where (l.h1, l.h2) is distinct from (r.h1, r.h2)"
    )
