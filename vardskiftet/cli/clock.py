"""What time is it? The machine's clock, asked here and handed down."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present, UTC."""
    return datetime.now(UTC)
