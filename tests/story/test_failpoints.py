"""Is every way to stop the tool dead survived? Each failpoint in turn, on the smallest ward, then the same command again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from ward import (
    WAVE,
    Ward,
    batches_in,
    half_batches,
    litter,
    logical,
    manifests_named,
    manifests_on_disk,
    memory_of,
    rows_of,
)

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

LOAD_ONCE = (
    "target.create.before",
    "target.create.after",
    "target.lock.before",
    "target.lock.after",
    "hold.copy.before",
    "hold.rename.before",
    "hold.rename.after",
    "target.unlock.before",
    "target.unlock.after",
)
LOAD_EACH_BATCH = (
    "batch.read.before",
    "batch.read.after",
    "manifest.write.before",
    "manifest.rename.before",
    "manifest.rename.after",
    "target.rows.before",
    "target.rows.after",
    "target.commit.before",
    "target.commit.after",
)
FILES = ("file.write.before", "file.rename.before", "file.rename.after")
REPORTS = ("report.write.before", "report.rename.before", "report.rename.after")
LOAD_BARE = ("target.bare.before", "target.bare.after", "target.whole.before", "target.whole.after")
"""Where an empty table is laid bare for its rows, and made whole when all are in."""
VERIFYING = (
    "stage.commit.before",
    "stage.commit.after",
    "differences.write.before",
    "differences.rename.before",
    "differences.rename.after",
)
"""Walked by tests/run/test_verify.py: a verification loads nothing and takes nothing back."""
LISTS = ("list.write.before", "list.rename.before", "list.rename.after")
"""Where rows are listed that were left standing: in a smallest ward there are none."""
DROPS = tuple(name for name in failpoint.NAMES if name.startswith("drop."))
"""Walked by test_failpoints_of_a_drop.py."""
EVENTS = ("store.event.before", "store.event.after")
DISCARDS = ("rehearsal.discard.before", "rehearsal.discard.after")
"""Where the record of an earlier rehearsal is thrown away."""
REPLAYS = ("target.amend.before", "target.amend.after")
"""On the path of `rejects replay`: tests/run/test_replay.py stops it there."""
UNDO_ONCE = ("target.lock.before", "target.lock.after", "target.unlock.before", "target.unlock.after")
UNDO_EACH_BATCH = ("undo.commit.before", "undo.commit.after")

PATH: dict[str, set[str]] = {
    "plan": {"plan.write.before", "plan.rename.before", "plan.rename.after", *FILES},
    "rehearse": {*LOAD_ONCE, *LOAD_BARE, *LOAD_EACH_BATCH, *EVENTS, *FILES},
    "apply": {*LOAD_ONCE, *LOAD_BARE, *LOAD_EACH_BATCH, *EVENTS, *FILES, *DISCARDS},
    "undo": {*UNDO_ONCE, *UNDO_EACH_BATCH, *EVENTS},
}
"""Verb to the names on its path."""

# Where each verb is stopped: at the first passes, and at the last. A rehearsal is the same path, so a few places must do.
STOPS: list[tuple[str, str, int]] = [
    *(("plan", name, 1) for name in sorted(PATH["plan"])),
    *((verb, name, nth) for verb in ("plan", "apply") for name in FILES for nth in (1, 2)),
    *(("rehearse", name, 1) for name in ("hold.rename.before", "target.create.before", "target.lock.after", "target.unlock.before")),
    *(("rehearse", name, 2) for name in ("manifest.rename.before", "target.commit.before", "target.commit.after")),
    *(("rehearse", name, nth) for name in EVENTS for nth in (1, BATCHES + 4)),
    *(("apply", name, 1) for name in LOAD_ONCE),
    *(("apply", name, nth) for name in LOAD_BARE for nth in (1, 2)),
    *(("apply", name, 2) for name in LOAD_EACH_BATCH),
    *(("apply", name, 1) for name in ("manifest.rename.before", "target.rows.after", "target.commit.before", "target.commit.after")),
    ("apply", "target.commit.after", BATCHES),
    *(("apply", name, nth) for name in EVENTS for nth in (1, 2, 3, BATCHES + 3, BATCHES + 4, BATCHES + 5)),
    *(("undo", name, 1) for name in UNDO_ONCE),
    *(("undo", name, nth) for name in UNDO_EACH_BATCH for nth in (1, 2, BATCHES)),
    *(("undo", name, nth) for name in EVENTS for nth in (1, 2, BATCHES + 1, BATCHES + 2, BATCHES + 3)),
]

# Where a disk fills: before something is written, synced, renamed or committed.
FULL = [
    *(("plan", name, 1) for name in ("plan.write.before", "plan.rename.before")),
    *(("rehearse", name, 1) for name in ("hold.copy.before", "target.commit.before")),
    *(("apply", name, 1) for name in ("hold.copy.before", "hold.rename.before", "target.create.before")),
    *(("apply", name, 2) for name in ("manifest.write.before", "manifest.rename.before")),
    *(("apply", name, 2) for name in ("target.rows.before", "target.rows.after", "target.commit.before")),
    *(("apply", name, 2) for name in ("target.bare.before", "target.whole.before")),
    *(("apply", "store.event.before", nth) for nth in (1, 2, 3, BATCHES + 3, BATCHES + 4)),
    ("undo", "undo.commit.before", 2),
    *(("undo", "store.event.before", nth) for nth in (1, 2, BATCHES + 2, BATCHES + 3)),
]


def told_by(case: tuple[str, str, int]) -> str:
    """A case as the name of its test."""
    return "-".join(str(part) for part in case)


@pytest.fixture(scope="session")
def undone(loaded: Ward, tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """The loaded project, taken back without disturbance."""
    ward = loaded.copy(tmp_path_factory.mktemp("ward") / "undone")
    done = ward.ask(*COMMANDS["undo"])
    assert done.code == 0, done.told
    return ward


@pytest.fixture
def before(unplanned: Ward, planned: Ward, loaded: Ward) -> dict[str, Ward]:
    """The project as each verb finds it."""
    return {"plan": unplanned, "rehearse": planned, "apply": planned, "undo": loaded}


@pytest.fixture
def after(planned: Ward, loaded: Ward, undone: Ward) -> dict[str, Ward]:
    """The project as each verb leaves it, undisturbed."""
    return {"plan": planned, "rehearse": planned, "apply": loaded, "undo": undone}


def counted(name: str) -> None:
    """What a failpoint does while its passes are counted; runs in the failpoints' own module."""
    _passes[name] = _passes.get(name, 0) + 1  # noqa: F821


def test_the_names_on_each_verbs_path_are_these_and_none_is_dead(unplanned: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ward = unplanned.copy(tmp_path / "ward")
    # The code, and not the name: modules that are imported only now shall count too, and stop counting afterwards.
    monkeypatch.setattr(failpoint.reach, "__code__", counted.__code__)
    found = {}
    for verb, command in COMMANDS.items():
        seen: dict[str, int] = {}
        monkeypatch.setattr(failpoint, "_passes", seen)
        assert ward.ask(*command).code == 0
        found[verb] = dict(seen)
        if verb == "rehearse":
            assert ward.ask("undo", WAVE, "--confirm", WAVE).code == 2, "a rehearsal left rows in the record"
    assert {verb: set(names) for verb, names in found.items()} == PATH
    assert set().union(*found.values(), REPORTS, REPLAYS, VERIFYING, LISTS, DROPS) == set(failpoint.NAMES)
    assert found["apply"]["target.commit.after"] == found["undo"]["undo.commit.after"] == BATCHES
    assert (found["apply"]["store.event.after"], found["undo"]["store.event.after"]) == (BATCHES + 5, BATCHES + 3)


@pytest.mark.parametrize("case", STOPS, ids=told_by)
def test_stopped_dead_and_repeated_comes_to_the_same_end(
    case: tuple[str, str, int], before: dict[str, Ward], after: dict[str, Ward], loaded: Ward, tmp_path: Path
) -> None:
    verb, name, nth = case
    ward = before[verb].copy(tmp_path / "ward")
    stopped = ward.run(*COMMANDS[verb], failpoint=f"{name}:exit:{nth}")
    assert stopped.code == 137, f"{name} was not reached: {stopped.told}"
    assert_nothing_is_half_done(ward)
    assert_repeated_comes_to_the_end(ward, verb, after[verb], loaded)


@pytest.mark.parametrize("case", FULL, ids=told_by)
def test_a_full_disk_is_said_in_one_line_and_the_same_command_goes_on(
    case: tuple[str, str, int],
    before: dict[str, Ward],
    after: dict[str, Ward],
    loaded: Ward,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verb, name, nth = case
    ward = before[verb].copy(tmp_path / "ward")
    monkeypatch.chdir(ward.folder)
    monkeypatch.setattr(failpoint, "_passes", {})
    monkeypatch.setenv(failpoint.VARIABLE, f"{name}:enospc:{nth}")
    stopped = ward.ask(*COMMANDS[verb])
    monkeypatch.delenv(failpoint.VARIABLE)
    assert (stopped.code, stopped.out) == (9, ""), stopped.told
    said = stopped.err.strip().splitlines()
    assert 1 <= len(said) <= 2 and "full" in said[0] and "Traceback" not in stopped.err, stopped.err
    assert not list(ward.folder.glob("crash-*"))
    assert_nothing_is_half_done(ward)
    assert_repeated_comes_to_the_end(ward, verb, after[verb], loaded)


@pytest.mark.parametrize("name", DISCARDS)
def test_a_rehearsal_is_thrown_away_whole_when_its_wave_is_loaded(name: str, planned: Ward, loaded: Ward, tmp_path: Path) -> None:
    ward = planned.copy(tmp_path / "ward")
    assert ward.ask(*COMMANDS["rehearse"]).code == 0
    stopped = ward.run(*COMMANDS["apply"], failpoint=f"{name}:exit:1")
    assert stopped.code == 137, f"{name} was not reached: {stopped.told}"
    records = list((ward.work / "rehearsals").glob("*/record.sqlite"))
    assert len(records) == (1 if name.endswith("before") else 0)
    assert_repeated_comes_to_the_end(ward, "apply", loaded, loaded)
    assert ward.ask(*COMMANDS["undo"]).code == 0
    assert not list((ward.work / "rehearsals").iterdir())


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_stands_whole_or_not_at_all(name: str, loaded: Ward, tmp_path: Path) -> None:
    ward = loaded.copy(tmp_path / "ward")
    page = ward.work / "reports" / f"{WAVE}.html"
    stopped = ward.run("report", "wave", WAVE, failpoint=f"{name}:exit:1")
    assert stopped.code == 137, f"{name} was not reached: {stopped.told}"
    assert page.is_file() == (name == "report.rename.after")
    assert ward.ask("report", "wave", WAVE).code == 0
    assert page.read_text(encoding="utf-8").rstrip().endswith("</html>")


def plans_of(ward: Ward) -> list[str]:
    """Names of the plans in a project."""
    return sorted(path.name for path in (ward.work / "plans").glob("*.json"))


def assert_nothing_is_half_done(ward: Ward) -> None:
    """After a stop: whole batches or none, and a status that says what is there."""
    assert half_batches(ward.target, ward) == []
    asked = logical(ward.target)
    (standing,) = ward.ask("status", WAVE, "--json").document["waves"]
    assert logical(ward.target) == asked, "asking wrote"
    there = batches_in(ward.target) if asked else Counter()
    held = rows_of(ward.target, "select pid from vs_lock") if asked else []
    plans = plans_of(ward)
    assert standing["batches_done"] == len(there)
    assert standing["batches_planned"] == (BATCHES if plans else 0)
    resting = "not_planned" if not plans else "planned" if not there else "loaded" if len(there) == BATCHES else "partial"
    assert standing["load"] == ("dead" if held else resting)
    assert (standing["lock"] is not None) == bool(held)


def standing_indexes(ward: Ward) -> list[tuple[object, ...]]:
    """What a record was loaded without has to stand again."""
    return rows_of(ward.target, "select tbl_name, name, sql from sqlite_schema where type = 'index' order by 1, 2")


def assert_repeated_comes_to_the_end(ward: Ward, verb: str, undisturbed: Ward, loaded: Ward) -> None:
    """After the same command: the undisturbed end, nothing lying about, the memory whole and in step with the target."""
    again = ward.ask(*COMMANDS[verb])
    assert again.code == 0, again.told
    assert logical(ward.target) == logical(undisturbed.target)
    assert litter(ward) == []
    assert plans_of(ward) == plans_of(undisturbed)
    if verb == "plan":
        return
    assert ward.ask("audit", "verify").code == 0
    if verb == "rehearse":
        records = sorted((ward.work / "rehearsals").glob("*/record.sqlite"), key=lambda path: path.stat().st_mtime)
        # A scratch record is marked as one; else a rehearsal is the same path, so it comes to the same rows.
        assert logical(records[-1]) | {"vs_meta": None} == logical(loaded.target) | {"vs_meta": None}
        assert not list((ward.work / "rehearsals").glob("*/held"))
        return
    assert memory_of(ward) == batches_in(ward.target)
    if verb == "apply":
        assert standing_indexes(ward) == standing_indexes(undisturbed) != []
        assert manifests_on_disk(ward.manifests) == manifests_named(ward.target)
        assert ward.ask("books", WAVE).code == 0
    (standing,) = ward.ask("status", WAVE, "--json").document["waves"]
    assert (standing["load"], standing["status"]) == (("loaded", "planned") if verb == "apply" else ("planned", "rolled_back"))
