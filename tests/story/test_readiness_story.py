"""The demo's programme a week before the start: no-go for reasons that a person understands, and go once they are mended."""

from __future__ import annotations

from pathlib import Path

import pytest
from ward import Done, Ward

from vardskiftet.cli import main

pytestmark = pytest.mark.story

REASONS = {"R05": "fail", "R11": "fail", "R31": "fail", "R16": "stale", "R15": "warn", "R31-voice": "no_data"}


def told(*arguments: str) -> Done:
    import contextlib
    import io

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main.run([*arguments, "--json"])
    return Done(code, out.getvalue(), err.getvalue())


def unmet(ward: Ward) -> dict[str, str]:
    """Asked checks that do not pass, by their worst result."""
    order = ["fail", "error", "no_data", "stale", "warn", "pass", "not_applicable"]
    found: dict[str, str] = {}
    for one in ward.ask("ready", "south-1", "--gate", "G7", "--json").document["results"]:
        if one["asked"]:
            found[one["check"]] = min(found.get(one["check"], "not_applicable"), one["result"], key=order.index)
    return {check: result for check, result in found.items() if result not in ("pass", "not_applicable")}


def test_no_go_for_a_handful_of_reasons_then_mended_then_go(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    ward = Ward(folder)
    first = told("demo", "--dir", str(folder), "--size", "60")
    assert (first.code, first.document["verdict"]) == (0, "no_go"), first.err
    assert unmet(ward) == REASONS
    assert Path(first.document["readiness"]).is_file()
    events = len(ward.ask("audit", "show", "--last", "100000", "--json").document["events"])
    again = told("demo", "--dir", str(folder), "--size", "60")
    assert again.document["verdict"] == "no_go"
    kinds = [one["kind"] for one in ward.ask("audit", "show", "--last", "100000", "--json").document["events"][events:]]
    assert "evidence.added" not in kinds and "check.measured" not in kinds, "what was told is not told again"
    green = told("demo", "--dir", str(folder), "--size", "60", "--stage", "green")
    assert (green.code, green.document["verdict"]) == (0, "go")
    assert unmet(ward) == {}
    later = ward.ask("ready", "south-1", "--gate", "G2", "--json").document
    found = {one["check"]: one["result"] for one in later["results"]}
    assert (later["exit_code"], found["R19-verify"], found["R21"]) == (1, "no_data", "fail"), "nobody compared, nothing was moved by hand"
    way = ward.ask("check", "history", "R11", "south-1", "--json").document["measured"]
    assert [one["worst_value"] for one in way] == [0.0, 3.0, 5.0, 8.0, 11.0]
    assert ward.ask("audit", "verify").code == 0
