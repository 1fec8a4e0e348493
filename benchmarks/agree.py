"""Did everybody do the same work? Rows of each record, table by table, by id and digest of content."""

from __future__ import annotations

from pathlib import Path

import duckdb

TABLES = {
    "patient": "patient_id",
    "encounter": "encounter_id",
    "condition": "condition_id",
    "lab_result": "lab_result_id",
    "note": "note_id",
}

Sums = dict[str, tuple[int, int]]
"""Table to its number of rows, and a sum over all (id, digest)."""


def sums(record: Path, digest: str) -> Sums:
    """What a SQLite record holds, in whatever order."""
    from adbc_driver_sqlite import dbapi

    found = {}
    with dbapi.connect(f"file:{record}?mode=ro") as connection, connection.cursor() as cursor:
        for table, key in TABLES.items():
            cursor.execute(f"select {key if digest == '_digest' else 'id'} as id, lower(hex({digest})) as digest from {table}")
            rows = duckdb.from_arrow(cursor.fetch_record_batch())
            ((count, total),) = rows.aggregate("count(*), coalesce(sum(hash(id, digest)::hugeint), 0)").fetchall()
            found[table] = (int(count), int(total))
    return found
