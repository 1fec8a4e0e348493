"""What do the tests of the command line share? One tiny demo, made by the demo itself, copied for whatever changes it."""

from __future__ import annotations

import pytest
from ward import Ward

from vardskiftet.cli import main

WARD_SIZE = "60"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """A demo of sixty patients: planned, rehearsed, loaded; only asked by those who take it as it is."""
    folder = tmp_path_factory.mktemp("cli") / "demo"
    assert main.run(["demo", "--dir", str(folder), "--size", WARD_SIZE, "--quiet"]) == 0
    # The tool's own process writes for its owner alone (umask); this one is the tests'.
    (folder / "work").chmod(0o700)
    return Ward(folder)
