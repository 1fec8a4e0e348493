"""What do the tests of the command line share? One tiny ward of one journal, taken through a wave, copied for whatever changes it."""

from __future__ import annotations

import pytest
from ward import WAVE, Ward, make_ward

WARD_SIZE = 60


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """A project of sixty patients in Elvis: planned, rehearsed, loaded, reported; only asked by those who take it as it is."""
    ward = make_ward(tmp_path_factory.mktemp("cli") / "demo", WARD_SIZE, batch_rows=10_000)
    for command in (("plan", WAVE, "--quiet"), ("rehearse", WAVE, "--quiet"), ("apply", WAVE, "--quiet"), ("report", "wave", WAVE)):
        done = ward.ask(*command)
        assert done.code == 0, done.told
    # The tool's own process writes for its owner alone (umask); this one is the tests'.
    ward.work.chmod(0o700)
    return ward
