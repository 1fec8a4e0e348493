"""Which local codes does the journal write, and what do they become? The same codebooks for the generator, the tool and the others."""

from __future__ import annotations

import csv
from pathlib import Path

UNITS = tuple(f"SE2321000131-W{number:04d}" for number in range(1, 41))

CODEBOOKS: dict[str, tuple[str, dict[str, str]]] = {
    "sex": ("sex", {"K": "female", "M": "male"}),
    "contact_type": ("contact_type", {f"T{number}": f"contact_{number}" for number in range(1, 9)}),
    "diagnosis": (
        "icd10se",
        {f"{'ABCDEFGHIJKL'[n % 12]}{n // 12:02d}{n % 10}": f"{'ABCDEFGHIJKL'[n % 12]}{n // 12:02d}.{n % 10}" for n in range(600)},
    ),
    "analysis": ("npu", {f"LAB{number:03d}": f"NPU{10_000 + number}" for number in range(400)}),
    "unit": ("ucum", {"mmol/L": "mmol/L", "g/L": "g/L", "10*9/L": "10*9/L", "E/L": "U/L", "mg/L": "mg/L", "µmol/L": "umol/L"}),
}
"""Codebook to its code system and its codes."""

UNKNOWN = {"contact_type": "T9", "diagnosis": "ZZZ9", "analysis": "LAB999", "unit": "styck"}
"""A code that no codebook has: its rows are rejected."""


def write_codebooks(folder: Path) -> None:
    """One CSV a codebook, as `mappings/codes` wants it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (system, codes) in CODEBOOKS.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            file.write(f"# code_system: {system}\n")
            csv.writer(file, lineterminator="\n").writerows([("source", "target"), *codes.items()])
