"""What do the tests of faults share? The demo's four journals, planned and loaded once; and two ends, in files or on servers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from ends import EMBEDDED, ON_SERVERS, RECORD, SCHEMA, SOURCE, Ends, WardOnServer, two_ends
from fault import WAVE as FIRST
from journals import APPLY, BATCH_ROWS, PATIENTS
from records import Schema
from small import Small, placed
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


@pytest.fixture(params=ON_SERVERS)
def ends(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ends]:
    """A journal's database and a record's, both on servers."""
    with two_ends(request.param, request.getfixturevalue, monkeypatch.setenv) as found:
        yield found


@pytest.fixture(params=[EMBEDDED, *ON_SERVERS])
def anywhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ends]:
    """The same, and files of the project."""
    with two_ends(request.param, request.getfixturevalue, monkeypatch.setenv) as found:
        yield found


@pytest.fixture(scope="session", params=ON_SERVERS)
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    """The smallest wave between two servers, planned, and once loaded."""
    folder = tmp_path_factory.mktemp("small")
    with pytest.MonkeyPatch.context() as patch, two_ends(request.param, request.getfixturevalue, patch.setenv) as ends:
        ward = placed(ends, folder / "loaded")
        assert ward.ask("plan", FIRST).code == 0
        planned = ward.copy(folder / "planned")
        done = ward.ask("apply", FIRST)
        assert done.code == 0, done.told
        yield Small(ends, planned, ward)


@pytest.fixture
def mine(small: Small, postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WardOnServer:
    """The smallest wave, planned, and a record of this test's own."""
    monkeypatch.setenv(SOURCE, small.ends.journal)
    monkeypatch.setenv(RECORD, postgresql)
    return replace(small.planned.copy(tmp_path / "ward"), record=Schema(postgresql, SCHEMA))
