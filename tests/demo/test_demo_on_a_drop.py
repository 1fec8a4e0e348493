"""Does the demo end in a folder of files as it does in a SQLite file: the same fates, the same rows, the same manifests?"""

from __future__ import annotations

from pathlib import Path

import pytest
from canonical import content
from demo_record import NOT_TOLD_ALIKE, demo, manifests
from drop_ward import batches_in, drop_of, unnamed
from ward import WAVE

pytestmark = pytest.mark.story


def test_it_ends_as_in_a_file_row_for_row(tmp_path: Path) -> None:
    there, said = demo(tmp_path / "there", "file_drop")
    here, also = demo(tmp_path / "here", "sqlite")
    assert len(batches_in(drop_of(there))) > 10 and unnamed(drop_of(there)) == []
    told = {key: value for key, value in also.document.items() if key not in NOT_TOLD_ALIKE}
    assert {key: said.document[key] for key in told} == told
    assert manifests(there) == manifests(here) != set()
    ours, theirs = content(there), content(here)
    assert len(ours["vs_fate"]) > 20 and len(ours["patient"]) > 20
    for name, rows in theirs.items():
        assert ours[name] == rows, name
    file = next(drop_of(there).glob("rows/referral/*.csv"))
    file.write_bytes(file.read_bytes()[:-1])
    done = there.ask("books", WAVE)
    assert (done.code, done.out) == (8, "") and file.name in done.err
