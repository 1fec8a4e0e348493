"""The waves from the command line: lists, what-if, timeline, signed turns, the programme's page."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from asking import WAVE as FIRST
from asking import make_asking, training

from vardskiftet.cli.main import run
from vardskiftet.demo.project import begin
from vardskiftet.run.signing import system_user
from vardskiftet.shipped import shipped
from vardskiftet.store import reader


@pytest.fixture(scope="module")
def shipped_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped declarations as a synthetic programme, without journals."""
    folder = tmp_path_factory.mktemp("programme") / "demo"
    begin(folder, shipped(), "10", 7)
    return folder


@pytest.fixture
def project(shipped_project: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped_project, tmp_path / "demo"))


def asked(capsys: pytest.CaptureFixture[str], project: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    code = run(["waves", *arguments, "--json", "--project", str(project)])
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert document["exit_code"] == code and document["ok"] == (code == 0)
    return code, document


def told(capsys: pytest.CaptureFixture[str], project: Path, *arguments: str) -> tuple[int, str]:
    code = run(["waves", *arguments, "--project", str(project)])
    said = capsys.readouterr()
    return code, said.out + said.err


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_the_list_holds_the_first_wave_on_its_day_and_49_towns_each_once(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    _, document = asked(capsys, project, "list")
    waves = {one["wave"]: one for one in document["waves"]}
    assert (waves["south-1"]["go_live"], waves["south-1"]["precision"]) == ("2024-11-12T04:00:00+01:00", "moment")
    assert (waves["south-2"]["go_live"], waves["south-2"]["precision"]) == ("2025-autumn", "season")
    towns = [unit["unit"] for one in document["waves"] for unit in one["units"] if unit["kind"] == "municipality"]
    assert len(towns) == len(set(towns)) == 49
    assert {"unit", "kind", "area", "scope"} <= set(document["waves"][0]["units"][0])
    assert {one["status"] for one in document["waves"]} == {"planned"}


@pytest.mark.parametrize(
    ("to", "code", "kinds"),
    [
        ("2024-10-27", 0, {"night", "go_live_day_off"}),
        ("2025-03-30", 0, {"night"}),
        ("2025-03-30 02:30", 1, {"missing_moment"}),
        ("2024-12-24", 1, {"go_live_frozen", "go_live_day_off"}),
        ("2026-05-01", 1, {"overtaken", "go_live_day_off"}),
        ("2024-11-12", 0, set()),
    ],
)
def test_what_if_answers_and_ends_with_1_for_what_must_not_be(
    capsys: pytest.CaptureFixture[str], project: Path, to: str, code: int, kinds: set[str]
) -> None:
    found, document = asked(capsys, project, "what-if", "south-1", "--to", to)
    assert found == code
    assert kinds <= {one["kind"] for one in document["consequences"]}
    assert len(document["reasons"]) == sum(one["severity"] == "hard" for one in document["consequences"])
    assert set(document["consequences"][0] if document["consequences"] else ()) <= {
        "kind", "severity", "subject", "before", "after", "message", "hint",
    }  # fmt: skip


def test_asking_writes_nothing_and_answers_the_same_twice(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    before = digest(project)
    questions = (
        ("list",),
        ("show", "south-2"),
        ("timeline",),
        ("what-if", "west", "--to", "2026-10-13"),
        ("what-if", "south-1", "--to", "2026-05-01"),
    )
    answers = [[asked(capsys, project, *question) for question in questions] for _ in range(2)]
    assert answers[0] == answers[1]
    assert digest(project) == before


def test_the_diff_shows_lines_that_go_and_come(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    _, text = told(capsys, project, "what-if", "south-1", "--to", "2024-11-19", "--diff")
    assert "-south-1 go-live: Tue 2024-11-12 04:00 +0100\n" in text
    assert "+south-1 go-live: Tue 2024-11-19 04:00 +0100\n" in text


@pytest.mark.parametrize("to", ["12/11/2024", "2024-11-31", "v. 46", "2024-11-12T", ""])
def test_a_day_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], project: Path, to: str) -> None:
    code, text = told(capsys, project, "what-if", "south-1", "--to", to)
    assert code == 2 and "Write it like 2024-11-19" in text


def test_an_unknown_wave_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    code, text = told(capsys, project, "show", "south-9")
    assert code == 2 and "south-1" in text


def test_a_turn_is_signed_and_changes_the_status(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    code, document = asked(capsys, project, "pause", "south-1", "--reason", "Too many findings", "--as", "anna")
    assert code == 0 and (document["before"], document["after"]) == ("planned", "paused")
    assert document["signature"] == {
        "person": "anna", "name": "Anna Ekdal", "role": "migration lead", "os_user": system_user(), "as": "anna", "synthetic": True,
    }  # fmt: skip
    _, shown = asked(capsys, project, "show", "south-1")
    assert shown["status"] == "paused"
    [signed] = shown["signed"]
    assert (signed["kind"], signed["person"], signed["reason"]) == ("wave.paused", "anna", "Too many findings")
    assert asked(capsys, project, "resume", "south-1", "--reason", "Closed", "--as", "cecilia")[1]["after"] == "planned"
    assert asked(capsys, project, "cancel", "south-1", "--reason", "Ended", "--as", "cecilia")[1]["after"] == "cancelled"


def test_a_turn_that_may_not_be_taken_is_refused_with_those_that_may(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    code, text = told(capsys, project, "close", "south-1", "--reason", "Done", "--as", "anna")
    assert code == 2 and "A wave is closed when it is stabilised." in text and "Allowed now: cancel, pause." in text
    assert not (project / "work" / "store.sqlite").exists(), "a refusal leaves no trace"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--reason", " ", "--as", "anna"), "for a reason"),
        (("--reason", "x", "--as", "nobody"), "is no person"),
        (("--reason", "x"), "only a person can sign"),
    ],
)
def test_nobody_turns_a_wave_without_a_reason_and_a_name(
    capsys: pytest.CaptureFixture[str], project: Path, arguments: tuple[str, ...], why: str
) -> None:
    code, text = told(capsys, project, "pause", "south-1", *arguments)
    assert code == 2 and why in text


def real(project: Path, person: str) -> None:
    """Makes the programme a real one, in which `person` is one of the people."""
    path = project / "waves" / "programme.yaml"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("clock:")]
    text = "\n".join(lines).replace("synthetic: true", "synthetic: false").replace("person: anna,", f"person: {person},")
    path.write_text(text + "\n", encoding="utf-8")
    for wave in (project / "waves").rglob("*.yaml"):
        wave.write_text(wave.read_text(encoding="utf-8").replace("person: anna,", f"person: {person},"), encoding="utf-8")


def test_in_a_real_programme_the_user_signs_whatever_as_says(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    real(project, system_user())
    code, document = asked(capsys, project, "pause", "west", "--reason", "Later", "--as", "cecilia")
    assert code == 0, document
    assert (document["signature"]["person"], document["signature"]["as"]) == (system_user(), "cecilia")


def test_in_a_real_programme_a_stranger_signs_nothing(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    real(project, "anna")
    code, text = told(capsys, project, "pause", "west", "--reason", "Later", "--as", "anna")
    assert code == 2 and "only a person can sign" in text


@pytest.mark.parametrize("columns", ["40", "80", "100"])
def test_the_timeline_fits_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, project: Path, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    code, text = told(capsys, project, "timeline")
    assert code == 0 and max(map(len, text.splitlines())) <= int(columns)
    assert "\x1b" not in text


def test_the_timeline_is_written_as_picture_and_calendar(capsys: pytest.CaptureFixture[str], project: Path, tmp_path: Path) -> None:
    svg, ics = tmp_path / "t.svg", tmp_path / "t.ics"
    code, document = asked(capsys, project, "timeline", "south-1", "--svg", str(svg), "--ics", str(ics), "--lang", "sv")
    assert code == 0 and (document["svg"], document["ics"]) == (str(svg), str(ics))
    assert "Driftstart" in svg.read_text(encoding="utf-8")
    assert ics.read_bytes().startswith(b"BEGIN:VCALENDAR") and b"south-2" not in ics.read_bytes()


def test_the_programme_page_is_written_also_before_any_load(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    code = run(["report", "programme", "--json", "--project", str(project)])
    document = json.loads(capsys.readouterr().out)
    assert code == 0 and [one["load"] for one in document["waves"]] == ["not_planned"] * 4
    page = Path(document["file"]).read_text(encoding="utf-8")
    assert "The 49 municipalities" in page and "Västra Götalandsregionen" in page


def test_neither_the_status_nor_the_list_reads_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = make_asking(tmp_path / "ward")
    asking.hand_in("training", training())
    assert asking.ask("check", "run", FIRST).code == 0
    asking.ask("gate", "freeze", FIRST, "--as", "anna")
    asking.ask("waves", "pause", FIRST, "--reason", "a test", "--as", "anna")
    read: list[str] = []
    told = reader.event_of
    monkeypatch.setattr(reader, "event_of", lambda line, shown: (read.append(line.kind), told(line, shown))[1])
    for command in (("status",), ("waves", "list"), ("waves", "show", FIRST), ("waves", "timeline")):
        document = asking.ask(*command, "--json").document
        assert "paused" in str(document), command
    assert "wave.paused" in read
    assert not {"check.measured", "evidence.added"} & set(read)
