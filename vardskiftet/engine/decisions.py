"""How do decisions on identities stand beside the data, and how does the engine come to know them? A file by its digest; a table by key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from vardskiftet.engine.files import place_file
from vardskiftet.errors import IntegrityBroken
from vardskiftet.model.identity import Decided, Verdict


def keep_decisions(folder: Path, decisions: Iterable[Decided]) -> str:
    """Place decisions in a file of their own, for the owner alone; returns its name, the digest of what it says."""
    lines = sorted(decisions, key=lambda one: one.review)
    content = "".join(json.dumps(one.model_dump(mode="json"), sort_keys=True) + "\n" for one in lines).encode()
    digest = hashlib.sha256(content).hexdigest()
    path = folder / f"{digest}.jsonl"
    if not path.is_file():
        place_file(path, content)
    return digest


def read_decisions(folder: Path, digests: Sequence[str]) -> tuple[Decided, ...]:
    """What was decided last on each review in these files, in their order, sorted by review; what was taken back is open among them.

    Raises IntegrityBroken if a file is not whole.
    """
    last = {one.review: one for digest in digests for one in _read(folder / f"{digest}.jsonl", digest)}
    return tuple(last[review] for review in sorted(last))


def _read(path: Path, digest: str) -> tuple[Decided, ...]:
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != digest:
        raise IntegrityBroken(
            "A file of decisions on identities is missing, or not as it was written.",
            where=path.name,
            hint="Bring it back from a backup of the work folder; without it nobody can tell who is who in the record.",
        )
    return tuple(Decided.model_validate_json(line) for line in content.splitlines())


def in_force(decisions: Iterable[Decided]) -> tuple[Decided, ...]:
    """Those that say who somebody is."""
    return tuple(one for one in decisions if one.verdict is not Verdict.OPEN)


def know(duck: duckdb.DuckDBPyConnection, decisions: Iterable[Decided]) -> None:
    """Tell the engine what was decided. Its look-up tables must stand."""
    duck.execute("delete from decided")
    lines = [[one.mapping, one.key, one.numbers, one.person, one.verdict is Verdict.DIFFERENT] for one in in_force(decisions)]
    if lines:
        duck.executemany("insert into decided values (?, ?, ?, ?, ?)", lines)
