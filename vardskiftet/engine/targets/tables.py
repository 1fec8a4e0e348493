"""Which tables does a target hold? The record's, as declared, and the books beside them (all named `vs_…`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
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
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.types import TypeEngine

from vardskiftet.model import record as declared
from vardskiftet.model.record import ColumnType, Record

LAYOUT = "1"
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


def _batch_column() -> Column[int]:
    return Column("batch", BigInteger, ForeignKey("vs_batch.batch"), nullable=False)


def books_tables(metadata: MetaData) -> None:
    """The books: what was loaded by which batch, and what became of every item that was not."""
    Table("vs_meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))
    Table(
        "vs_batch",
        metadata,
        Column("batch", BigInteger, primary_key=True, autoincrement=False),
        Column("wave", Text, nullable=False),
        Column("plan", Text, nullable=False),
        Column("mapping", Text, nullable=False),
        Column("number", Integer, nullable=False),
        Column("run_id", Text, nullable=False),
        Column("rows_read", BigInteger, nullable=False),
        Column("items", BigInteger, nullable=False),
        Column("manifest", Text, nullable=False),
        Column("committed_at", Text, nullable=False),
        UniqueConstraint("plan", "mapping", "number"),
    )
    Table(
        "vs_tally",
        metadata,
        _batch_column(),
        Column("unit", Text, nullable=False),
        *(Column(name, BigInteger, nullable=False) for name in ("extracted", "loaded", "merged", "rejected", "excluded", "unchanged")),
        Index("vs_tally_batch", "batch"),
    )
    Table(
        "vs_rows",
        metadata,
        _batch_column(),
        Column("place", Text, nullable=False),
        Column("unit", Text),
        Column("rows", BigInteger, nullable=False),
        Index("vs_rows_batch", "batch"),
    )
    Table(
        "vs_fate",
        metadata,
        _batch_column(),
        Column("source_key", Text),
        Column("item", Text, nullable=False),
        Column("unit", Text),
        Column("fate", Text, nullable=False),
        Column("reason", Text),
        Column("target_id", Text),
        Index("vs_fate_batch", "batch"),
    )
    Table(
        "vs_identity",
        metadata,
        Column("record_table", Text, primary_key=True),
        Column("domain", Text, primary_key=True),
        Column("identifier", Text, primary_key=True),
        Column("target_id", Text, nullable=False),
        Index("vs_identity_target", "record_table", "target_id"),
    )
    Table(
        "vs_contribution",
        metadata,
        _batch_column(),
        Column("record_table", Text, nullable=False),
        Column("target_id", Text, nullable=False),
        Column("source_key", Text, nullable=False),
        Index("vs_contribution_batch", "batch"),
        Index("vs_contribution_target", "record_table", "target_id"),
    )
    Table(
        "vs_lock",
        metadata,
        Column("wave", Text, primary_key=True),
        *(Column(name, Text, nullable=False) for name in ("run_id", "owner", "host", "pid", "pid_started", "since", "heartbeat", "verb")),
    )


def record_table(metadata: MetaData, table: declared.Table) -> Table:
    """One table of the record, with the columns that say which batch and source row it came from."""
    columns = []
    for column in table.columns:
        references = [ForeignKey(f"{column.references}.{_key_of(metadata, column.references)}")] if column.references else []
        is_key = column.column == table.key
        columns.append(
            Column(column.column, _TYPES[column.type], *references, primary_key=is_key, nullable=not (column.required or is_key))
        )
    return Table(
        table.table,
        metadata,
        *columns,
        # NULL in rows that the new system itself wrote, or that were left standing when a wave was undone.
        Column("_batch", BigInteger, ForeignKey("vs_batch.batch")),
        Column("_unit", Text),
        Column("_key", Text),
        Column("_digest", LargeBinary),
        Index(f"vs_{table.table}_batch", "_batch"),
        *(Index(f"vs_{table.table}_{column.column}", column.column) for column in table.columns if column.references),
    )


def _key_of(metadata: MetaData, name: str) -> str:
    return str(metadata.info["keys"][name])


def layout(record: Record) -> MetaData:
    """All tables of a target for this record, parents before children."""
    metadata = MetaData(info={"keys": {table.table: table.key for table in record.tables}})
    books_tables(metadata)
    for table in record.tables:
        record_table(metadata, table)
    return metadata
