"""Are the shipped files found, in a checkout and in a wheel?"""

from __future__ import annotations

from pathlib import Path

import pytest

from vardskiftet import shipped as module
from vardskiftet.shipped import shipped


def test_in_a_checkout_they_stand_beside_the_package() -> None:
    assert (shipped() / "waves" / "programme.yaml").is_file()
    assert (shipped() / "mappings" / "record.yaml").is_file()


def test_in_a_wheel_they_lie_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "vardskiftet"
    (package / "_shipped").mkdir(parents=True)
    monkeypatch.setattr(module, "__file__", str(package / "shipped.py"))
    assert shipped() == package / "_shipped"
