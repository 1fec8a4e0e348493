"""How do delivered files become one database that can be cut, read in order and held still? Row for row, counted by another parser."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import adbc_driver_manager
import pyarrow as pa
import pyarrow.compute as pc

from vardskiftet.engine.encoding import DAMAGED
from vardskiftet.engine.files import sha256_of
from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.sources.delivery import Delivery, Piece, Shape
from vardskiftet.engine.sources.delivery_manifest import check_rows
from vardskiftet.engine.sources.protocol import Order
from vardskiftet.engine.sources.transcode import unreadable
from vardskiftet.engine.sqlite_adbc import Cursor, connected
from vardskiftet.errors import IntegrityBroken, NoRoom

TRIED, MOST_WRONG = 10_000, 0.001
"""Of so many first records, at most this part may hold bytes that do not decode; otherwise the encoding is another (design §6)."""


def table_of_all(table: str) -> str:
    """The table that holds all rows of a delivered one, damaged ones among them; under its own name stands a view of the sound ones."""
    return f"vs_rows {table}"


PARTS = "vs_rows of"
"""The table that tells which file a row came from: table, last place before the file's rows, and the file's name."""


def where_sql(table: str) -> str:
    """SQL of where a row of `table_of_all` stands: its file and the number of its record, the first below a header being 1."""
    name = literal(table)
    found = f"from {quoted(PARTS)} as part where part.of_table = {name} and part.before < vs_place order by part.before desc limit 1"
    return f"(select part.file || ' record ' || (vs_place - part.before) {found})"


def copy_rows(delivery: Delivery, shape: Shape, path: Path, orders: Iterable[Order] = ()) -> dict[str, int]:
    """Write all rows into a new SQLite file, every value as text, and index it for these orders. Returns the second parser's counts.

    Raises IntegrityBroken if the parsers do not agree, a manifest is not kept, the encoding is another, or a file was replaced meanwhile.
    """
    counted = _counted(delivery, shape)
    path.touch(mode=0o600)
    try:
        with connected(path, read_only=False) as copy, copy.cursor() as cursor:
            cursor.execute("pragma journal_mode = off")
            cursor.fetchall()
            cursor.execute("pragma synchronous = off")
            cursor.execute(f"create table {quoted(PARTS)} (of_table text, before integer, file text, primary key (of_table, before))")
            for table in delivery.pieces:
                _create(cursor, table, tuple(column.name for column in delivery.schema[table]))
                _fill(cursor, delivery, shape, table, counted)
            for number, (table, key) in enumerate(sorted(set(orders))):
                if set(key) <= {column.name for column in delivery.schema.get(table, ())}:
                    _index(cursor, number, table, key)
    except adbc_driver_manager.Error as error:
        raise NoRoom(
            f"The copy of the delivered files could not be written ({type(error).__name__}).",
            where=path.name,
            hint="Is there room on the disk of the work folder? Nothing was loaded.",
        ) from error
    with path.open("rb") as file:
        os.fsync(file.fileno())
    _demand_unchanged(delivery)
    return {table: sum(counted[piece] for piece in parts) for table, parts in delivery.pieces.items()}


def _counted(delivery: Delivery, shape: Shape) -> dict[Piece, int]:
    """Rows of every part, from the second parser, held against what was promised."""
    counted = {}
    files: Counter[str] = Counter()
    for table, parts in delivery.pieces.items():
        names = tuple(column.name for column in delivery.schema[table])
        for piece in parts:
            counted[piece] = shape.count(table, piece, names)
            files[piece.name] += counted[piece]
    check_rows(delivery.promises, files)
    return counted


def _create(cursor: Cursor, table: str, columns: tuple[str, ...]) -> None:
    whole, names = quoted(table_of_all(table)), ", ".join(quoted(name) for name in columns)
    typed = ", ".join(f"{quoted(name)} text" for name in columns)
    cursor.execute(f"create table {whole} (vs_place integer primary key, {typed}, {DAMAGED} text)")
    cursor.execute(f"create view {quoted(table)} as select {names} from {whole} where {DAMAGED} is null")


def _index(cursor: Cursor, number: int, table: str, key: tuple[str, ...]) -> None:
    columns = ", ".join(quoted(column) for column in key)
    cursor.execute(f"create index vs_order_{number} on {quoted(table_of_all(table))} ({columns})")


def _fill(cursor: Cursor, delivery: Delivery, shape: Shape, table: str, counted: dict[Piece, int]) -> None:
    names = tuple(column.name for column in delivery.schema[table])
    before = 0
    for piece in delivery.pieces[table]:
        told = f"{piece.name} sheet {piece.sheet}" if piece.sheet else piece.name
        if counted[piece]:
            cursor.execute(f"insert into {quoted(PARTS)} values (?, ?, ?)", (table, before, told))
        before += counted[piece]
        rows = 0
        for batch in _decodable(shape.read(table, piece, names), shape, piece):
            named = pa.RecordBatch.from_arrays(batch.columns, names=[*names, DAMAGED])
            cursor.adbc_ingest(table_of_all(table), named, mode="append")
            rows += batch.num_rows
        if rows != counted[piece]:
            raise IntegrityBroken(
                f"Two parsers do not agree on a file of table '{table}': one reads {rows:,} rows, the other counts {counted[piece]:,}.",
                where=piece.name,
                hint="Are its delimiter, quote and escape the declared ones? Nothing was loaded.",
            )


def _decodable(batches: Iterator[pa.RecordBatch], shape: Shape, piece: Piece) -> Iterator[pa.RecordBatch]:
    """The same batches. Raises IntegrityBroken once the first records show that the declared encoding is not the file's."""
    tried = wrong = 0
    for batch in batches:
        if shape.encoding and tried < TRIED:
            first = batch.column(DAMAGED).slice(0, TRIED - tried).drop_null()
            tried += min(batch.num_rows, TRIED - tried)
            wrong += len(first) - (pc.sum(pc.starts_with(first, "row:")).as_py() or 0)
        yield batch
        if tried >= TRIED:
            _demand_decodable(tried, wrong, shape, piece)
    _demand_decodable(tried, wrong, shape, piece)


def _demand_decodable(tried: int, wrong: int, shape: Shape, piece: Piece) -> None:
    if wrong > tried * MOST_WRONG:
        raise IntegrityBroken(
            f"{wrong:,} of the first {tried:,} records of the file are not {shape.encoding}.",
            where=piece.name,
            hint="Declare another `encoding:` in the system's file, such as cp1252 or iso-8859-1, or have the file delivered anew.",
        )


def _demand_unchanged(delivery: Delivery) -> None:
    paths = {piece.name: piece.path for parts in delivery.pieces.values() for piece in parts}
    for name, path in sorted(paths.items()):
        try:
            digest = sha256_of(path)
        except OSError as error:
            raise unreadable(path, error) from error
        if digest != delivery.digests[name]:
            raise IntegrityBroken(
                "The file was replaced while it was read.",
                where=name,
                hint="Wait until the delivery is complete, then give the command again; nothing was loaded.",
            )
