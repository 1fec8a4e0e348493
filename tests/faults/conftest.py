"""What do the tests of faults share? The demo's four journals, planned once, and loaded once without disturbance."""

from __future__ import annotations

import pytest
from journals import APPLY, BATCH_ROWS, PATIENTS
from ward import WAVE, Ward, make_ward

from vardskiftet.demo.generators import GENERATORS


@pytest.fixture(scope="session")
def four(tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """Four journals, planned."""
    ward = make_ward(tmp_path_factory.mktemp("four") / "planned", PATIENTS, BATCH_ROWS, journals=tuple(GENERATORS))
    done = ward.ask("plan", WAVE, "--quiet")
    assert done.code == 0, done.told
    return ward


@pytest.fixture(scope="session")
def undisturbed(four: Ward, tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """The same, loaded by one run that nobody disturbed."""
    ward = four.copy(tmp_path_factory.mktemp("four") / "loaded")
    done = ward.ask(*APPLY)
    assert done.code == 0, done.told
    return ward


@pytest.fixture
def copy(four: Ward, tmp_path_factory: pytest.TempPathFactory) -> Ward:
    return four.copy(tmp_path_factory.mktemp("four") / "copy")
