"""What do the engine's tests share? One locked DuckDB with everything that examples name."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from transforming import open_examples


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_examples() as connection:
        yield connection
