"""What do the store's tests start from? An empty store, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from vardskiftet.store.store import Store


@pytest.fixture
def clock() -> Callable[[], datetime]:
    return lambda: datetime(2024, 11, 5, 8, 0, tzinfo=ZoneInfo("Europe/Stockholm"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "work" / "store.sqlite"


@pytest.fixture
def store(path: Path, clock: Callable[[], datetime]) -> Iterator[Store]:
    with Store.open(path, clock) as store:
        yield store
