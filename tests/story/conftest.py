"""What do the stories share? One small project, planned once and copied for each."""

from __future__ import annotations

import pytest
from ward import WAVE, Ward, make_ward


@pytest.fixture(scope="session")
def unplanned(tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """A project with a journal, and nothing done."""
    return make_ward(tmp_path_factory.mktemp("ward") / "unplanned")


@pytest.fixture(scope="session")
def planned(unplanned: Ward, tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """The same project, planned."""
    ward = unplanned.copy(tmp_path_factory.mktemp("ward") / "planned")
    done = ward.ask("plan", WAVE, "--quiet")
    assert done.code == 0, done.told
    return ward


@pytest.fixture(scope="session")
def loaded(planned: Ward, tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """The same project, planned and loaded without disturbance."""
    ward = planned.copy(tmp_path_factory.mktemp("ward") / "loaded")
    done = ward.ask("apply", WAVE, "--quiet")
    assert done.code == 0, done.told
    return ward
