"""What is a ward whose record is a drop? The demo's project with another target, and what a receiver finds in it."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import drops
from ward import PASSING, Ward, make_ward

TARGET = "target: {kind: file_drop, path: work/drop, formats: [parquet, csv]}"


def on_drop(ward: Ward, target: str = TARGET) -> Ward:
    """Put the record of a ward into a drop."""
    path = ward.folder / "waves" / "programme.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(target if line.startswith("target:") else line for line in lines) + "\n", encoding="utf-8")
    return ward


def make_ward_on_drop(folder: Path, target: str = TARGET, **options: Any) -> Ward:
    """A demo project, not planned, whose record is a drop."""
    return on_drop(make_ward(folder, **options), target)


def drop_of(ward: Ward) -> Path:
    """The drop's folder."""
    return ward.work / "drop"


def logical(drop: Path) -> dict[str, tuple[int, str]]:
    """Table to (rows, digest of its sorted rows) as a receiver gets them, without run id and load time; {} where there is no drop."""
    if not (drop / "record.json").is_file():
        return {}
    found = {}
    for table, rows in drops.received(drop).items():
        told = sorted(repr(sorted((name, value) for name, value in row.items() if name not in PASSING)) for row in rows)
        found[table] = (len(rows), hashlib.sha256("\n".join(told).encode()).hexdigest())
    return found


def batches_in(drop: Path) -> Counter[tuple[str, str, int]]:
    """Batches that stand in a drop."""
    if not (drop / "record.json").is_file():
        return Counter()
    return Counter((line["plan"], line["mapping"], line["number"]) for line in drops.received(drop)["vs_batch"])


def unnamed(drop: Path) -> list[str]:
    """Files of rows and books that no entry names, or that were withdrawn, and half-written ones."""
    entries = drops.entries_of(drop)
    gone = {name for entry in entries for name in entry["withdraws"]}
    live = {line["file"] for entry in entries for line in entry["files"]} - gone
    lying = {path.relative_to(drop).as_posix() for part in ("rows", "books/vs_*") for path in drop.glob(f"{part}/**/*") if path.is_file()}
    assert live <= lying, sorted(live - lying)
    return sorted((lying - live) | {path.relative_to(drop).as_posix() for path in drop.rglob("*.partial")})
