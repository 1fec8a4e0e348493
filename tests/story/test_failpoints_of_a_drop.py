"""Is every way to stop the tool dead survived where the record is a drop of files? Then the same command again, and the same end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from drop_ward import batches_in, drop_of, logical, make_ward_on_drop, unnamed
from ward import WAVE, Ward, memory_of

from vardskiftet import failpoint

pytestmark = pytest.mark.story

BATCHES = 8
"""Batches in which the smallest ward is cut."""
COMMANDS = {
    "plan": ("plan", WAVE, "--quiet"),
    "rehearse": ("rehearse", WAVE, "--quiet"),
    "apply": ("apply", WAVE, "--quiet"),
    "undo": ("undo", WAVE, "--confirm", WAVE, "--quiet"),
}
FILES = ("file.write.before", "file.rename.before", "file.rename.after")
MANIFEST = ("drop.manifest.before", "drop.manifest.after")
LOCKS = ("target.lock.before", "target.lock.after", "target.unlock.before", "target.unlock.after")
STOPS: list[tuple[str, str, int]] = [
    *(("apply", name, 1) for name in ("target.create.before", "target.create.after", *LOCKS)),
    *(("apply", name, nth) for name in MANIFEST for nth in (1, 3)),
    # The lock, the manifests, and then each file of a batch: rows in both forms, the books, the entry.
    *(("apply", name, nth) for name in FILES for nth in (5, 7, 9)),
    *(("apply", "file.rename.before", nth) for nth in (1, 2, 11, 20)),
    *(("apply", name, 2) for name in ("target.rows.before", "target.rows.after", "target.commit.before", "target.commit.after")),
    ("apply", "target.commit.after", BATCHES),
    *(("undo", name, nth) for name in ("undo.commit.before", "undo.commit.after") for nth in (1, BATCHES)),
    *(("undo", name, nth) for name in ("drop.sweep.before", "drop.sweep.after") for nth in (1,)),
    *(("undo", name, nth) for name in MANIFEST for nth in (2,)),
    *(("undo", name, 4) for name in FILES),
    *(("rehearse", name, 1) for name in ("target.create.after", "target.commit.before", "drop.manifest.before")),
]
FULL = [
    *(("apply", name, nth) for name in ("file.write.before", "file.rename.before") for nth in (5, 9)),
    *(("apply", name, 2) for name in ("target.rows.after", "target.commit.before", "drop.manifest.before")),
    *(("undo", name, 2) for name in ("undo.commit.before", "drop.manifest.before", "drop.sweep.before")),
]


def told_by(case: tuple[str, str, int]) -> str:
    """A case as the name of its test."""
    return "-".join(str(part) for part in case)


@pytest.fixture(scope="session")
def states(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ward]:
    """The project as each verb leaves it, undisturbed."""
    found = {"": make_ward_on_drop(tmp_path_factory.mktemp("ward") / "unplanned")}
    for verb, stands_on in (("plan", ""), ("rehearse", "plan"), ("apply", "plan"), ("undo", "apply")):
        found[verb] = found[stands_on].copy(tmp_path_factory.mktemp("ward") / verb)
        done = found[verb].ask(*COMMANDS[verb])
        assert done.code == 0, done.told
    return found


def before(states: dict[str, Ward], verb: str) -> Ward:
    """The project as a verb finds it."""
    return states["apply" if verb == "undo" else "plan"]


@pytest.mark.parametrize("case", STOPS, ids=told_by)
def test_stopped_dead_and_repeated_comes_to_the_same_end(case: tuple[str, str, int], states: dict[str, Ward], tmp_path: Path) -> None:
    verb, name, nth = case
    ward = before(states, verb).copy(tmp_path / "ward")
    stopped = ward.run(*COMMANDS[verb], failpoint=f"{name}:exit:{nth}")
    assert stopped.code == 137, f"{name} was not reached: {stopped.told}"
    assert_true_and_repeated_to_the_end(ward, verb, states)


@pytest.mark.parametrize("case", FULL, ids=told_by)
def test_a_full_disk_is_said_in_one_line_and_the_same_command_goes_on(
    case: tuple[str, str, int], states: dict[str, Ward], tmp_path: Path
) -> None:
    verb, name, nth = case
    ward = before(states, verb).copy(tmp_path / "ward")
    stopped = ward.run(*COMMANDS[verb], failpoint=f"{name}:enospc:{nth}")
    assert (stopped.code, stopped.out) == (9, ""), stopped.told
    said = stopped.err.strip().splitlines()
    assert 1 <= len(said) <= 2 and "full" in said[0] and "Traceback" not in stopped.err, stopped.err
    assert not list(ward.folder.glob("crash-*"))
    assert_true_and_repeated_to_the_end(ward, verb, states)


def assert_true_and_repeated_to_the_end(ward: Ward, verb: str, states: dict[str, Ward]) -> None:
    """After a stop whole batches or none; after the same command the undisturbed end, and nothing lies about."""
    drop = drop_of(ward)
    asked = {path: path.stat().st_mtime_ns for path in drop.rglob("*")}
    (standing,) = ward.ask("status", WAVE, "--json").document["waves"]
    assert {path: path.stat().st_mtime_ns for path in drop.rglob("*")} == asked, "asking wrote"
    assert standing["batches_done"] == len(batches_in(drop))
    again = ward.ask(*COMMANDS[verb])
    assert again.code == 0, again.told
    assert logical(drop) == logical(drop_of(states[verb]))
    assert ward.ask("audit", "verify").code == 0
    if verb == "rehearse":
        records = sorted((ward.work / "rehearsals").glob("*/drop/record.json"), key=lambda path: path.stat().st_mtime)
        ours, theirs = logical(records[-1].parent), logical(drop_of(states["apply"]))
        # Only its mark tells a rehearsal's record from the real one.
        assert ours.pop("vs_meta") != theirs.pop("vs_meta")
        assert ours == theirs
        return
    assert unnamed(drop) == []
    assert memory_of(ward) == batches_in(drop)
    assert json.loads((drop / "manifest.json").read_text(encoding="utf-8"))["under_way"] == []
    if verb == "apply":
        assert ward.ask("books", WAVE).code == 0


def test_the_drops_own_failpoints_are_all_on_these_paths(states: dict[str, Ward], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, int] = {}
    monkeypatch.setattr(failpoint.reach, "__code__", counted.__code__)
    monkeypatch.setattr(failpoint, "_passes", seen)
    for verb in ("apply", "undo"):
        ward = before(states, verb).copy(tmp_path / verb)
        assert ward.ask(*COMMANDS[verb]).code == 0
    own = {name for name in failpoint.NAMES if name.startswith(("drop.", "undo.commit")) and not name.startswith("drop.seed")}
    assert own <= set(seen)
    assert seen["target.commit.after"] == seen["undo.commit.after"] == BATCHES


def counted(name: str) -> None:
    """What a failpoint does while its passes are counted; runs in the failpoints' own module."""
    _passes[name] = _passes.get(name, 0) + 1  # noqa: F821
