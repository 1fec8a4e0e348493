"""What does the tool read? The declarations of workload W, with the source and the target of this run filled in."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.workload.codes import UNITS, write_codebooks

DECLARATIONS = Path(__file__).parent.parent / "project"
WAVE = "whole"

SOURCES = {
    "sqlite": ("{kind: sqlite, path_from: BENCH_JOURNAL}", "utf-8"),
    "csv": ('{kind: csv, path_from: BENCH_JOURNAL, delimiter: ";"}', "cp1252"),
    "postgresql": ("{kind: postgresql, url_from: BENCH_JOURNAL}", "utf-8"),
}
"""Kind to its line in system.yaml, and its encoding."""

TARGETS = {
    "sqlite": "{kind: sqlite, path: work/record.sqlite}",
    "postgresql": "{kind: postgresql, url_from: BENCH_RECORD}",
}


def write_project(folder: Path, source: str, target: str) -> None:
    """A project that `vardskiftet` can plan and apply."""
    shutil.copytree(DECLARATIONS, folder)
    line, encoding = SOURCES[source]
    members = "\n".join(f"  - {{unit: ward-{n:02d}, scope: hospital}}" for n in range(1, len(UNITS) + 1))
    units = "\n".join(
        f"  - {{unit: ward-{n:02d}, title: Ward {n}, kind: hospital_administration, area: whole, hsa_id: {hsa}, systems: [journal]}}"
        for n, hsa in enumerate(UNITS, 1)
    )
    _filled(folder / "waves" / "programme.yaml", {"target": TARGETS[target]})
    _filled(folder / "waves" / "whole.yaml", {"members": members})
    _filled(folder / "mappings" / "journal" / "system.yaml", {"source": line, "encoding": encoding})
    (folder / "waves" / "units.yaml").write_text(f"units:\n{units}\n", encoding="utf-8")
    write_codebooks(folder / "mappings" / "codes")


def _filled(file: Path, words: dict[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for name, word in words.items():
        text = text.replace(f"@{name}@", word)
    file.write_text(text, encoding="utf-8")
