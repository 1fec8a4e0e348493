"""Does every verb's help hold an example that runs, and can it be read at any width, by any shell?"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from test_documents import verbs
from test_imports import HEAVY
from ward import Done, Ward, opened

from vardskiftet.cli import main
from vardskiftet.run.lock import own_lock

EXAMPLE = re.compile(r"Example:  (vardskiftet .+)")
WIDTHS = (40, 100)

PREPARED = {
    "undo": (),
    "manual.import": ("vardskiftet manual export south-1 --reason first",),
    "rejects.import": ("vardskiftet rejects export south-1 --reason first",),
    "waves.resume": ("vardskiftet waves pause south-1 --reason first --as anna",),
    **{f"diff.{verb}": ("vardskiftet verify south-1 --level rows",) for verb in ("show", "explain", "export")},
    "apply": ("vardskiftet undo south-1 --confirm south-1", "vardskiftet plan south-1"),
}
"""What must have happened before an example can run."""
FINDS = {"waves.what-if": (0, 1), "coexistence": (0, 1), "manual.status": (4,), "check.run": (4,), "ready": (4,), "report.readiness": (4,)}
"""Verbs that may find something in a fresh demo, or cannot tell, and the exit codes that say so."""
BEFORE_ITS_TIME = {
    "waves.close": "stabilised",
    "diff.explain": "nothing that differs",
    "identities.show": "no review",
    "identities.decide": "no review",
}
"""Examples that a fresh demo refuses for a reason that is the wave's, not the example's; the reason names this word."""


LONG = ("demo",)
"""Verbs that do the work of many; told among the stories."""


def example_of(name: str) -> str:
    callback = verbs()[name].callback
    match = EXAMPLE.search(callback.__doc__ or "") if callback else None
    assert match, f"{name} has no line `Example:  vardskiftet …`"
    return match[1]


def typed(line: str) -> Done:
    """A line as a person types it in the folder where we are; what it sends to a file stays with us."""
    words = shlex.split(line.partition(" > ")[0])
    assert words[0] == "vardskiftet"
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main.run(words[1:])
    return Done(code, out.getvalue(), err.getvalue())


def hold_elsewhere(ward: Ward) -> None:
    """A hold from another host, as `lock break` is for."""
    lock = replace(own_lock("south-1", "20240101T000000-00000000", "apply"), host="another-host")
    names = tuple(lock.__dataclass_fields__)
    with opened(ward.target) as connection:
        values = [getattr(lock, name) for name in names]
        connection.execute(f"insert into vs_lock ({', '.join(names)}) values ({', '.join('?' for _ in names)})", values)


def declare_command(ward: Ward) -> None:
    """Evidence that a command tells, in a programme that has none."""
    sources = ward.folder / "checks/sources.yaml"
    told = "command: {words: [probe], within: 1m}, columns: {one: text}, key: [one], max_age: 1d, owner: x"
    text = sources.read_text(encoding="utf-8") + f"  - {{evidence: interface_answers, title: x, {told}}}\n"
    sources.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.story) if name in LONG else name for name in sorted(verbs())])
def test_the_example_in_the_help_runs(name: str, demo: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ward = demo.copy(tmp_path / "ward")
    monkeypatch.chdir(ward.folder)
    line = example_of(name)
    if name == "demo":
        line += " --size 60"  # the same, with fewer patients
    if name == "mappings.trust":
        (ward.folder / "mappings/python").mkdir()
        (ward.folder / "mappings/python/streets.py").write_text("def plain(streets):\n    return streets\n", encoding="utf-8")
    if name == "evidence.trust":
        declare_command(ward)
    if name == "lock.break":
        hold_elsewhere(ward)
    if name == "evidence.add":
        line = line.replace("evidence/training.csv", "evidence/2024-11-05/training.csv")
    for before in PREPARED.get(name, ()):
        assert typed(before).code == 0, before
    done = typed(line)
    if name in BEFORE_ITS_TIME:
        assert (done.code, BEFORE_ITS_TIME[name] in done.err) == (2, True), done.told
        return
    assert done.code in FINDS.get(name, (0,)), f"{line}\n{done.told}"
    assert "Traceback" not in done.told


def rendered(width: int, *arguments: str, **env: str) -> Done:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("VARDSKIFTET", "PYTEST"))}
    root = str(Path(__file__).resolve().parents[2])
    env = {**inherited, "PYTHONPATH": root, "COLUMNS": str(width), **env}
    done = subprocess.run([sys.executable, "-m", "vardskiftet", *arguments], env=env, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "arguments", [["--help"], ["plan", "--help"], ["waves", "--help"], ["waves", "timeline", "-h"], ["doctor", "-h"]], ids=" ".join
)
def test_help_lies_within_the_width(arguments: list[str], width: int) -> None:
    done = rendered(width, *arguments)
    assert done.code == 0
    long = [line for line in done.out.splitlines() if len(line) > width and len(line.split()) > 3]
    assert long == []
    assert "\x1b" not in done.out


@pytest.mark.parametrize("name", sorted(verbs()))
def test_help_says_in_one_sentence_what_the_verb_does(name: str) -> None:
    callback = verbs()[name].callback
    first = ((callback.__doc__ if callback else "") or "").strip().splitlines()[0]
    assert first.endswith(".")
    assert first[0].isupper()
    assert len(first) <= 150


def test_the_first_help_names_every_verb() -> None:
    told = rendered(100, "--help").out
    assert [name for name in sorted(verbs()) if not re.search(rf"^  {re.escape(name.split('.')[0])} ", told, re.MULTILINE)] == []


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_completion_has_a_script_for_every_shell(shell_name: str) -> None:
    env = {"_VARDSKIFTET_COMPLETE": f"source_{shell_name}", "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = rendered(100, **env)
    assert "vardskiftet" in done.out, done.told


def completed(words: str, **env: str) -> list[str]:
    """What bash would be offered after these words."""
    done = rendered(
        100, **{"_VARDSKIFTET_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1), **env}
    )
    return done.out.split()


def test_completion_offers_verbs_and_options() -> None:
    assert completed("vardskiftet pl") == ["plan"]
    assert set(completed("vardskiftet waves ")) >= {"list", "show", "timeline", "what-if", "pause"}
    assert "--json" in completed("vardskiftet books --j")


def test_completion_offers_the_waves_of_the_project(demo: Ward, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(demo.folder)
    for words in ("vardskiftet plan s", "vardskiftet waves show s", "vardskiftet status s"):
        assert completed(words) == ["south-1", "south-2"], words
    monkeypatch.chdir(tmp_path)
    assert completed("vardskiftet plan s") == [], "no project here"
    assert completed(f"vardskiftet --project {demo.folder} plan w") == ["west"]


def test_completion_wakes_nothing_heavy(demo: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo.folder)
    env = {"_VARDSKIFTET_COMPLETE": "complete_bash", "COMP_WORDS": "vardskiftet plan s", "COMP_CWORD": "2"}
    told = rendered(100, **env, PYTHONPROFILEIMPORTTIME="1").err
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in told.splitlines() if line.startswith("import time:")}
    assert "typer" in loaded, "the list of imports was not read"
    assert HEAVY & loaded == set()
