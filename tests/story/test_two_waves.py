"""Does a second wave leave the first as it is? Persons with care in both stand in the record once."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.story


def ask(folder: Path, *words: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-m", "vardskiftet", *words, "--json"], cwd=folder, capture_output=True, text=True, check=False)
    answer: dict[str, Any] = json.loads(done.stdout)
    assert answer["exit_code"] == 0, answer
    return answer


def held(folder: Path, wave: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "work/record.sqlite")) as connection:
        return connection.execute(
            "select p.* from patient p where exists (select 1 from vs_contribution c join vs_batch b using (batch)"
            " where c.target_id = p.patient_id and b.wave = ?) order by 1",
            (wave,),
        ).fetchall()


def test_books_of_both_close_and_taking_back_the_first_leaves_the_second(tmp_path: Path) -> None:
    folder = tmp_path / "region"
    ask(tmp_path, "demo", "--dir", str(folder), "--size", "800")
    ask(folder, "plan", "south-2")
    second = ask(folder, "apply", "south-2")
    assert second["closes"]
    persons = [line for line in second["lines"] if line["unit"] == "*"]
    assert sum(line["unchanged"] for line in persons) > 0, "nobody has care in both waves: this test shows nothing"
    assert ask(folder, "books", "south-1")["closes"]
    before = held(folder, "south-2")
    ask(folder, "undo", "south-1", "--confirm", "south-1")
    assert ask(folder, "books", "south-2")["closes"]
    assert [row[:-4] for row in held(folder, "south-2")] == [row[:-4] for row in before], "the second wave's persons are as they were"
    assert ask(folder, "apply", "south-1")["closes"]
    ask(folder, "undo", "south-2", "--confirm", "south-2")
    ask(folder, "undo", "south-1", "--confirm", "south-1")
    with closing(sqlite3.connect(folder / "work/record.sqlite")) as connection:
        assert connection.execute("select count(*) from patient").fetchone() == (0,)
