"""Which tables does a target hold? The record's, as declared, and the books beside them (all named `vs_…`)."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnClause,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    TableClause,
    Text,
    UniqueConstraint,
    Uuid,
    column,
)
from sqlalchemy import table as sql_table
from sqlalchemy.types import TypeEngine

from vardskiftet.model import record as declared
from vardskiftet.model.record import ColumnType, Record

LAYOUT = "2"
"""Version of the books' tables; a target with a newer one is refused."""

# SQLite has no types for these: they are kept exactly, as text or as 0 and 1.
_TYPES: dict[ColumnType, TypeEngine[Any]] = {
    ColumnType.TEXT: Text(),
    ColumnType.UUID: Uuid(as_uuid=False).with_variant(String(36), "sqlite"),
    ColumnType.INTEGER: BigInteger(),
    ColumnType.DECIMAL: Numeric().with_variant(Text(), "sqlite"),
    ColumnType.BOOLEAN: Boolean(create_constraint=False).with_variant(Integer(), "sqlite"),
    ColumnType.DATE: Date().with_variant(Text(), "sqlite"),
    ColumnType.INSTANT: DateTime(timezone=True).with_variant(Text(), "sqlite"),
}


def books_tables(metadata: MetaData) -> None:
    """The books: what was loaded by which batch, and what became of every item that was not."""
    Table("vs_meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))
    Table(
        "vs_batch",
        metadata,
        Column("batch", BigInteger, primary_key=True, autoincrement=False),
        *_required(Text, "wave", "plan", "mapping"),
        *_required(Integer, "number"),
        *_required(Text, "run_id"),
        *_required(BigInteger, "rows_read", "items"),
        *_required(Text, "manifest", "committed_at"),
        UniqueConstraint("plan", "mapping", "number"),
    )
    fates = ("extracted", "loaded", "merged", "rejected", "excluded", "unchanged")
    _of_batch(metadata, "vs_tally", *_required(Text, "unit"), *_required(BigInteger, *fates))
    _of_batch(metadata, "vs_rows", *_required(Text, "place"), Column("unit", Text), *_required(BigInteger, "rows"))
    _of_batch(
        metadata,
        "vs_fate",
        Column("source_key", Text),
        *_required(Text, "item"),
        Column("unit", Text),
        *_required(Text, "fate"),
        Column("reason", Text),
        Column("target_id", Text),
        # Of rejects: where the row stands in what was delivered and what of it is wrong, never a value; and its missing parent's key.
        Column("detail", Text),
        Column("parent_key", Text),
    )
    # What was kept and flagged: an item each, or, without a key, so many values of a column that were read in a second encoding.
    _of_batch(
        metadata,
        "vs_flag",
        Column("source_key", Text),
        Column("item", Text),
        Column("unit", Text),
        *_required(Text, "flag"),
        Column("detail", Text),
        Column("target_id", Text),
        *_required(BigInteger, "items"),
    )
    _of_batch(
        metadata,
        "vs_contribution",
        *_required(Text, "record_table", "target_id", "source_key", "fate"),
        # What the batch wrote, or would have written; NULL where it merged.
        Column("row_digest", LargeBinary),
        Index("vs_contribution_target", "record_table", "target_id"),
    )
    _later_plans(metadata)
    identity = (Column(name, Text, primary_key=True) for name in ("record_table", "domain", "identifier"))
    target = Index("vs_identity_target", "record_table", "target_id")
    Table("vs_identity", metadata, *identity, *_required(Text, "target_id"), target)
    lock = ("run_id", "owner", "host", "pid", "pid_started", "since", "heartbeat", "verb")
    Table("vs_lock", metadata, Column("wave", Text, primary_key=True), *_required(Text, *lock))


def _later_plans(metadata: MetaData) -> None:
    """What deltas and undos write down: rows that were left, what stood before, and what was not taken out."""
    _of_batch(metadata, "vs_left", *_required(Text, "record_table", "target_id", "source_key", "unit", "why"))
    # How far the source's rows had been changed when the run that committed this batch began to read them.
    _of_batch(metadata, "vs_mark", Column("number", Text), Column("moment", Text))
    # What a row was before this batch gave it new content, as texts in JSON: `place` counts a row's images from the oldest.
    # `before_batch` is NULL where no batch owned it any more.
    _of_batch(
        metadata,
        "vs_image",
        *_required(Text, "record_table", "target_id"),
        *_required(Integer, "place"),
        Column("before_batch", BigInteger),
        Column("before_unit", Text),
        Column("before_key", Text),
        Column("before_digest", LargeBinary, nullable=False),
        *_required(Text, "content"),
        Index("vs_image_target", "record_table", "target_id"),
    )
    # What an undo could not, or need not, take out: no batch's any more, so that it outlives them.
    Table("vs_undone", metadata, *_required(Text, "undo", "wave", "plan", "mapping", "record_table", "target_id", "source_key", "what"))


def _required(type_: type[TypeEngine[Any]], *names: str) -> list[Column[Any]]:
    return [Column(name, type_, nullable=False) for name in names]


def _of_batch(metadata: MetaData, name: str, *parts: Column[Any] | Index) -> None:
    """A table whose lines belong to a batch and go with it."""
    batch: Column[int] = Column("batch", BigInteger, ForeignKey("vs_batch.batch"), nullable=False)
    Table(name, metadata, batch, *parts, Index(f"{name}_batch", "batch"))


def record_table(metadata: MetaData, table: declared.Table) -> Table:
    """One table of the record, with the columns that say which batch and source row it came from."""
    columns = []
    for one in table.columns:
        references = [_reference(metadata, table.table, one.references)] if one.references else []
        is_key = one.column == table.key
        columns.append(Column(one.column, _TYPES[one.type], *references, primary_key=is_key, nullable=not (one.required or is_key)))
    return Table(
        table.table,
        metadata,
        *columns,
        # NULL in rows that the new system itself wrote, or that were left standing when a wave was undone.
        Column("_batch", BigInteger, ForeignKey("vs_batch.batch")),
        Column("_unit", Text),
        Column("_key", Text),
        Column("_digest", LargeBinary),
        # With the unit, so that the books count a table's rows by batch and unit in the index alone.
        Index(index_name(table.table, "batch"), "_batch", "_unit"),
        *(Index(index_name(table.table, one.column), one.column) for one in table.columns if one.references),
    )


def index_name(table: str, column: str) -> str:
    """An index's name, no longer than any server lets a name be."""
    name = f"vs_{table}_{column}"
    return name if len(name) <= 63 else f"{name[:46]}_{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def asked_table(table: declared.Table) -> TableClause:
    """One table of the record as a question sees it: names and types, nothing of what holds between tables."""
    columns: list[ColumnClause[Any]] = [column(one.column, _TYPES[one.type]) for one in table.columns]
    return sql_table(table.table, *columns, column("_batch", BigInteger()), column("_key", Text()), column("_digest", LargeBinary()))


def _reference(metadata: MetaData, table: str, to: str) -> ForeignKey:
    """Rows of one table that refer to each other come in one transaction, in any order."""
    place = f"{to}.{_key_of(metadata, to)}"
    return ForeignKey(place, deferrable=True, initially="DEFERRED") if to == table else ForeignKey(place)


def _key_of(metadata: MetaData, name: str) -> str:
    return str(metadata.info["keys"][name])


def new_layout(record: Record) -> MetaData:
    """All tables of a target for this record, parents before children; for whoever has to change something of them."""
    metadata = MetaData(info={"keys": {table.table: table.key for table in record.tables}})
    books_tables(metadata)
    for table in record.tables:
        record_table(metadata, table)
    return metadata


@cache
def layout(record: Record) -> MetaData:
    """The same, made once for each record: who gets it leaves it as it is."""
    return new_layout(record)
