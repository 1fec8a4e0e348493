"""Which tables does the store have at its newest revision, and which revisions can this tool read?"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text

REVISIONS = ("0001", "0002", "0003")
"""Every revision that this tool knows, oldest first; a test holds it against the migrations."""

METADATA = MetaData()

EVENT = Table(
    "event",
    METADATA,
    Column("seq", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("run_id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("prev", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False),
)
"""Moments are UTC text with microseconds and the payload is canonical JSON, so that what is hashed is what is stored."""

TOLD = {
    "sqlite": "case when json_valid(payload) then json_extract(payload, '$.{word}') end",
    "postgresql": "((payload)::jsonb ->> '{word}')",
}
"""A word at the top of a payload, by dialect: to the letter as the index of revision 0003 has it, or no index is used."""

REVISION = Table("alembic_version", MetaData(), Column("version_num", Text, primary_key=True))
