"""Does what was made for planning go with its maker, also with one that was killed?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from vardskiftet.engine.sources.spill import Spill

KILLED = """
import os, sys
from pathlib import Path
from vardskiftet.engine.sources.spill import Spill
spill = Spill(Path(sys.argv[1]))
(spill.folder / "rows").write_text("rows")
os._exit(137)
"""
ROOT = Path(__file__).resolve().parents[3]


def test_a_folder_is_private_and_goes_with_close(tmp_path: Path) -> None:
    spill = Spill(tmp_path / "spill")
    (spill.folder / "rows").write_text("rows", encoding="utf-8")
    assert spill.folder.stat().st_mode & 0o077 == 0
    spill.close()
    assert list((tmp_path / "spill").iterdir()) == []


def test_a_dead_makers_folder_is_swept_and_a_living_ones_is_not(tmp_path: Path) -> None:
    living = Spill(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], env=environment, check=False)
    assert done.returncode == 137
    assert len(list(tmp_path.glob("*/rows"))) == 1
    third = Spill(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([living.folder, third.folder])
    for spill in (living, third):
        spill.close()
