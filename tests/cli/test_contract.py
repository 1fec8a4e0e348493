"""Does every command keep the contract: the answer on stdout, the rest on stderr, one document with --json, and next steps that work?"""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from ward import WAVE, Ward

COMMON = {"schema", "ok", "exit_code", "reasons", "next_steps"}
ASKING = [
    ("status",),
    ("status", WAVE),
    ("books", WAVE),
    ("validate",),
    ("runs", "list"),
    ("audit", "show"),
    ("audit", "verify"),
    ("lock", "status"),
]
WORKING = [("plan", WAVE), ("rehearse", WAVE), ("apply", WAVE), ("undo", WAVE, "--confirm", WAVE)]


@pytest.mark.parametrize("command", ASKING, ids=" ".join)
def test_an_answer_is_on_stdout_alone_and_as_json_one_document(command: tuple[str, ...], demo: Ward) -> None:
    plain = demo.ask(*command)
    assert plain.code == 0 and plain.out and plain.err == ""
    done = demo.ask(*command, "--json")
    assert done.err == ""
    document = json.loads(done.out)
    assert set(document) >= COMMON
    assert (document["ok"], document["exit_code"], document["reasons"]) == (True, 0, [])


@pytest.mark.story
def test_working_verbs_answer_on_stdout_and_tell_progress_on_stderr(demo: Ward, tmp_path: Path) -> None:
    ward = demo.copy(tmp_path / "project")
    assert ward.ask("undo", WAVE, "--confirm", WAVE).code == 0
    for command in WORKING:
        done = ward.ask(*command)
        assert done.code == 0, done.told
        assert "batch" in done.err or "plan" in done.err
        assert not any(line in done.out for line in done.err.splitlines()), "progress is no part of the answer"
    for command in WORKING:
        quiet = ward.ask(*command, "--json")
        assert quiet.code == 0 and quiet.err == "", "with --json nothing is told beside it"
        assert set(quiet.document) >= COMMON


def test_options_may_stand_before_the_verb_or_after_it(demo: Ward) -> None:
    before = demo.ask("--json", "books", WAVE)
    after = demo.ask("books", WAVE, "--json")
    assert (before.code, before.out) == (after.code, after.out)


@pytest.mark.parametrize("command", [("books",), ("no-such-verb",), ("status", "--no-such-option"), ("runs", "show", "x")], ids=" ".join)
def test_a_wrong_call_is_exit_2_with_a_remedy_plain_and_as_json(command: tuple[str, ...], demo: Ward) -> None:
    plain = demo.ask(*command)
    assert (plain.code, plain.out) == (2, "") and plain.err
    document = demo.ask(*command, "--json").document
    assert set(document) == COMMON
    assert (document["ok"], document["exit_code"]) == (False, 2)
    assert all(reason["message"] for reason in document["reasons"])


@pytest.mark.story
def test_every_next_step_can_be_given_as_it_stands(demo: Ward, tmp_path: Path) -> None:
    ward = demo.copy(tmp_path / "project")
    asked: set[str] = set()
    waiting = [f"vardskiftet status {WAVE}", f"vardskiftet plan {WAVE}", "vardskiftet validate"]
    while waiting:
        step = waiting.pop()
        if step in asked:
            continue
        asked.add(step)
        name, *arguments = shlex.split(step)
        assert name == "vardskiftet"
        done = ward.ask(*arguments, "--json")
        assert done.code == 0, f"{step}: {done.told}"
        waiting += done.document["next_steps"]
    assert {f"vardskiftet apply {WAVE}", f"vardskiftet report wave {WAVE}"} <= asked


def test_a_copied_project_folder_works(demo: Ward, tmp_path: Path) -> None:
    ward = demo.copy(tmp_path / "a folder with spaces, å and #")
    for command in (("books", WAVE), ("status", WAVE), ("apply", WAVE), ("audit", "verify")):
        done = ward.ask(*command)
        assert done.code == 0, done.told
    assert ward.ask("undo", WAVE, "--confirm", WAVE).code == 0
    assert ward.ask("apply", WAVE).code == 0
