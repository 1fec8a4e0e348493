"""What do the tests of rejects share? One small ward, loaded and exported once; each test takes a copy."""

from __future__ import annotations

import pytest
from mending import exported, loaded
from ward import Ward


@pytest.fixture(scope="session")
def rejecting(tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """Loaded, with work.xlsx written; to be copied, never changed."""
    ward = loaded(tmp_path_factory.mktemp("rejecting") / "ward")
    exported(ward)
    return ward
