"""How many rows has each table at each size? Size 1.0 is one large wave: eighteen million rows."""

from __future__ import annotations

SIZES = (0.01, 0.1, 0.3, 1.0)
TABLES = {"person": 500_000, "vardkontakt": 2_500_000, "diagnos": 4_000_000, "labsvar": 10_000_000, "anteckning": 1_000_000}
"""Rows at size 1.0, parents before children."""


def rows_of(table: str, size: float) -> int:
    """Rows of a table at a size."""
    return round(TABLES[table] * size)
