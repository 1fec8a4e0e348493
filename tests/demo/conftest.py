"""What do the tests of the demo share? One small journal, made once."""

from __future__ import annotations

import pytest
from demo_ward import NOW, SEED, UNITS, Journal

from vardskiftet.demo.elvis import generate


@pytest.fixture(scope="session")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Journal:
    folder = tmp_path_factory.mktemp("journals")
    planted = generate(folder, "small", SEED, UNITS, NOW)
    return Journal(folder / "elvis.sqlite", folder / "elvis.planted.json", planted)
