"""How do corrections stand beside the data, and how do they come into a batch? A file by its digest; row by row, by key and content."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from vardskiftet.engine.compile.places import key_sql
from vardskiftet.engine.files import place_file
from vardskiftet.engine.names import literal, quoted
from vardskiftet.errors import IntegrityBroken
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.reject import Correction

_SCHEMA = pa.schema([(name, pa.string()) for name in ("reject", "mapping", "key", "row", "column", "value")])


def row_sql(columns: Sequence[str]) -> str:
    """SQL of a source row's digest: its texts in the source's order, NULL told apart from an empty text."""
    return "sha256(" + " || ".join(f"tagged('t', {quoted(name)})" for name in columns) + ")"


def reject_sql(mapping: Mapping, key: str, row: str) -> str:
    """SQL of a reject's id, from SQL of its key and of its row's digest: no spreadsheet takes it for a number."""
    return f"'r' || substr(sha256(tagged('m', {literal(mapping.mapping)}) || tagged('k', {key}) || {row}), 1, 15)"


def keep_corrections(folder: Path, corrections: Iterable[Correction]) -> str:
    """Place corrections in a file of their own, for the owner alone; returns its name, the digest of what it says."""
    lines = sorted(
        (one.reject, one.mapping, one.key, one.row, column, value) for one in corrections for column, value in (one.values or (("", None),))
    )
    digest = hashlib.sha256(repr(lines).encode()).hexdigest()
    content = io.BytesIO()
    rows = [dict(zip(_SCHEMA.names, line, strict=True)) for line in lines]
    pq.write_table(pa.Table.from_pylist(rows, _SCHEMA), content, compression="zstd")
    path = folder / f"{digest}.parquet"
    if not path.is_file():
        place_file(path, content.getvalue())
    return digest


def read_corrections(folder: Path, digests: Sequence[str]) -> tuple[Correction, ...]:
    """What is in force after these files, in their order: the last one speaks for a row. Raises IntegrityBroken if a file is not whole."""
    found: dict[str, Correction] = {}
    for digest in digests:
        for one in _read(folder / f"{digest}.parquet", digest):
            found.pop(one.reject, None)
            if one.values:
                found[one.reject] = one
    return tuple(found[name] for name in sorted(found))


def rejects_named(folder: Path, digests: Sequence[str]) -> frozenset[str]:
    """Ids of all rejects of which these files speak, withdrawn or not."""
    return frozenset(one.reject for digest in digests for one in _read(folder / f"{digest}.parquet", digest))


def _read(path: Path, digest: str) -> tuple[Correction, ...]:
    wrong = IntegrityBroken(
        "A file of corrections is missing, or not as it was written.",
        where=path.name,
        hint="Bring it back from a backup of the work folder; without it the books cannot be followed.",
    )
    try:
        rows = pq.read_table(path).to_pylist()
    except (OSError, pa.ArrowInvalid) as error:
        raise wrong from error
    lines = sorted(tuple(row[name] for name in _SCHEMA.names) for row in rows)
    if hashlib.sha256(repr(lines).encode()).hexdigest() != digest:
        raise wrong
    values: dict[tuple[str, str, str, str], list[tuple[str, str | None]]] = {}
    for reject, mapping, key, row, column, value in lines:
        of_row = values.setdefault((reject, mapping, key, row), [])
        if column:
            of_row.append((column, value))
    return tuple(Correction(reject=a, mapping=b, key=c, row=d, values=tuple(told)) for (a, b, c, d), told in values.items())


def corrected(
    duck: duckdb.DuckDBPyConnection, mapping: Mapping, columns: tuple[str, ...], rows: pa.Table, corrections: Sequence[Correction]
) -> pa.Table:
    """A batch's rows with their corrections; `columns` are all that the source gives. The order stays."""
    if not corrections or not rows.num_rows:
        return rows
    said = {(one.key, one.row): dict(one.values) for one in corrections}
    duck.register("extract", rows)
    duck.register("said", pa.table({"key": [key for key, _ in said], "row": [row for _, row in said]}))
    found = duck.execute(
        f"select extract.vs_row, said.key, said.row from extract join said"
        f" on said.key = {key_sql(mapping, columns)} and said.row = {row_sql(columns)}"
    ).fetchall()
    duck.unregister("said")
    duck.unregister("extract")
    if not found:
        return rows
    touched = {place: said[key, row] for place, key, row in found}
    places = rows.column("vs_row").to_pylist()
    is_touched = pa.array([place in touched for place in places])
    mended = [_mended(row, touched[row["vs_row"]]) for row in rows.filter(is_touched).to_pylist()]
    whole = [rows.filter(pa.array([place not in touched for place in places])), pa.Table.from_pylist(mended, rows.schema)]
    return pa.concat_tables(whole).sort_by("vs_row")


def guard(duck: duckdb.DuckDBPyConnection, mapping: Mapping, corrections: Sequence[Correction]) -> None:
    """Name to the engine the rows of a mapping whose person's number was corrected by hand."""
    numbers = {one.source for one in mapping.identities}
    duck.execute("delete from guarded where mapping = ?", [mapping.mapping])
    for one in corrections:
        if numbers & {column for column, _ in one.values}:
            duck.execute("insert into guarded values (?, ?)", [one.mapping, one.key])


def key_and_row(duck: duckdb.DuckDBPyConnection, mapping: Mapping, columns: tuple[str, ...], rows: pa.Table) -> set[tuple[str, str]]:
    """(key, digest) of every row."""
    duck.register("extract", rows)
    found = duck.execute(f"select distinct {key_sql(mapping, columns)}, {row_sql(columns)} from extract").fetchall()
    duck.unregister("extract")
    return {(key, row) for key, row in found}


def _mended(row: dict[str, str | None], values: dict[str, str | None]) -> dict[str, str | None]:
    """A row with its corrected texts; it is damaged no more once every damaged text was said anew."""
    damaged = row.get("vs_damaged")
    if damaged and not damaged.startswith("row:"):
        names = {re.sub(r" byte \d+$", "", name) for name in damaged.split(", ")}
        damaged = damaged if names - set(values) else None
    return {**row, **values, "vs_damaged": damaged}
