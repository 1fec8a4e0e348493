"""Is a unit missed whose rows a delivery lacks altogether?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from region import UNITS, write
from ward import Ward


def test_g10_a_unit_without_a_row_in_a_system_that_it_names_is_a_finding_of_the_plan(tmp_path: Path) -> None:
    folder = tmp_path / "region"
    folder.mkdir()
    write(folder)
    ward = Ward(folder)
    whole = ward.ask("plan", "stad", "--json")
    assert (whole.code, whole.document["silent_units"]) == (0, [])
    with closing(sqlite3.connect(folder / "journals/vera.sqlite")) as connection:
        assert connection.execute("update kontakt set enhet = ? where enhet = ?", (UNITS["lasarettet"], UNITS["norrgatan"])).rowcount > 0
        connection.commit()
    partial = ward.ask("plan", "stad", "--json")
    assert partial.code == 1
    assert partial.document["silent_units"] == [{"system": "vera", "unit": "norrgatan"}]
    assert [reason["id"] for reason in partial.document["reasons"]] == ["SILENT_UNIT"]
    assert "holds no row of 'norrgatan'" in ward.ask("plan", "stad").out
