"""Evidence is taken in once, at the time of which it speaks, from whatever path; what cannot be placed in time is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from asking import WAVE, Asking, make_asking, objections, training

from vardskiftet.run import evidence


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    return make_asking(tmp_path / "ward")


def handed_in(asking: Asking, name: str) -> list[str]:
    told = asking.ask("evidence", "show", name, "--json").document
    return [one["as_of"] for one in told["handed_in"]]


def test_the_same_file_twice_is_taken_in_once(asking: Asking) -> None:
    first = asking.hand_in("objections", objections("open"), "2024-11-05 07:00")
    again = asking.hand_in("objections", objections("open"), "2024-11-05 07:00")
    assert (first.code, again.code) == (0, 0)
    assert "nothing was changed" in again.out
    assert len(handed_in(asking, "objections")) == 1


def test_other_content_of_the_very_same_moment_is_refused(asking: Asking) -> None:
    assert asking.hand_in("objections", objections("open"), "2024-11-05 07:00").code == 0
    other = asking.hand_in("objections", objections("answered"), "2024-11-05 07:00", file="other.csv")
    assert other.code == 2
    assert "as of that very moment" in other.err
    assert len(handed_in(asking, "objections")) == 1


def test_what_is_older_is_kept_and_not_in_force(asking: Asking) -> None:
    assert asking.hand_in("objections", objections("open"), "2024-11-05 07:00").code == 0
    done = asking.hand_in("objections", objections("answered"), "2024-11-01 07:00", file="older.csv")
    assert (done.code, "What is in force is newer" in done.out) == (0, True)
    listed = asking.ask("evidence", "list", "--json").document["sources"]
    assert {one["name"]: one["in_force"] and one["in_force"]["as_of"] for one in listed}["objections"].startswith("2024-11-05T06:00")


@pytest.mark.parametrize(
    ("as_of", "what"),
    [
        ("", "does not say when it was true"),
        ("2024-11-06 07:00", "from the future"),
        ("2024-10-27 02:30", "comes twice"),
        ("2024-03-31 02:30", "is missing"),
        ("12/11/2024", "is not a moment"),
        ("yesterday", "is not a moment"),
    ],
)
def test_evidence_without_one_time_that_has_passed_is_refused(asking: Asking, as_of: str, what: str) -> None:
    done = asking.hand_in("objections", objections("open"), as_of)
    assert (done.code, what in done.err) == (2, True), done.err
    assert handed_in(asking, "objections") == []


def test_rows_that_say_their_time_need_no_other(asking: Asking) -> None:
    assert asking.hand_in("training", training(), "2024-11-05 07:00").code == 2
    assert asking.hand_in("training", training(exported="2024-11-06 07:00")).code == 2, "the future"
    assert asking.hand_in("training", training(exported="2024-10-27 02:30 +02:00")).code == 0
    assert asking.hand_in("training", training(exported="2024-10-27 02:30 +01:00"), file="hour.csv").code == 0, "an hour later"
    assert handed_in(asking, "training") == ["2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z"]


def test_a_path_with_blanks_and_letters_and_a_missing_file(asking: Asking) -> None:
    (asking.folder / "från kliniken").mkdir()
    assert asking.hand_in("training", training(), file="från kliniken/vecka 45 å.csv").code == 0
    missing = asking.ask("evidence", "add", "training", str(asking.folder / "no such.csv"))
    assert (missing.code, "could not be read" in missing.err) == (6, True)
    assert asking.ask("evidence", "add", "trainnig", "x.csv").code == 2
    assert "Did you mean 'training'?" in asking.ask("evidence", "add", "trainnig", "x.csv").err


@pytest.mark.parametrize("what", ["folder", "fifo", "device", "link to nothing", "link in a circle"])
def test_what_is_no_file_is_refused_and_never_waited_for(asking: Asking, what: str) -> None:
    path = asking.folder / "odd.csv"
    match what:
        case "folder":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case _:
            path.symlink_to("nowhere.csv" if "nothing" in what else "odd.csv")
    done = asking.ask("evidence", "add", "training", str(path))
    assert (done.code, "Traceback" in done.told) == (6 if "link" in what else 2, False), done.told
    assert not (asking.folder / "work/evidence").exists()


def test_a_link_to_a_file_is_the_file(asking: Asking) -> None:
    (asking.folder / "whole.csv").write_text(training(), encoding="utf-8")
    (asking.folder / "link.csv").symlink_to("whole.csv")
    assert asking.ask("evidence", "add", "training", str(asking.folder / "link.csv")).code == 0
    (kept,) = (asking.folder / "work/evidence/training").iterdir()
    assert (kept.is_symlink(), kept.read_bytes()) == (False, (asking.folder / "whole.csv").read_bytes())


def test_a_file_that_changes_while_it_is_read_is_kept_as_it_was_understood(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    path = asking.folder / "training.csv"
    after = training(hospital=1)

    def changing(*arguments: Any) -> Any:
        changed.append(path.write_text(after, encoding="utf-8"))
        return understand(*arguments)

    changed: list[int] = []
    understand = evidence.understand
    monkeypatch.setattr(evidence, "understand", changing)
    assert asking.hand_in("training", training()).code == 0
    assert (len(changed), path.read_text(encoding="utf-8")) == (1, after)
    monkeypatch.undo()
    (kept,) = (asking.folder / "work/evidence/training").iterdir()
    assert kept.read_text(encoding="utf-8") == training()
    asking.hand_in("objections", objections("answered"), "2024-11-05 07:00")
    asking.ask("check", "run", WAVE)
    results = asking.ask("ready", WAVE, "--gate", "G7", "--json").document["results"]
    assert {one["result"] for one in results if one["check"] == "R05"} == {"pass"}


def test_a_faulty_file_leaves_nothing_behind(asking: Asking) -> None:
    done = asking.hand_in("training", training(hospital=101))
    assert (done.code, "training.csv:2" in done.err, "Nothing was stored" in done.err) == (2, True, True)
    assert not (asking.folder / "work/evidence").exists()
    assert not (asking.folder / "work/store.sqlite").exists()
    document = asking.ask("evidence", "add", "training", str(asking.folder / "training.csv"), "--json").document
    assert [reason["where"] for reason in document["reasons"]] == ["training.csv:2"]


def test_evidence_is_for_its_owner_alone(asking: Asking) -> None:
    assert asking.hand_in("training", training()).code == 0
    (kept,) = (asking.folder / "work/evidence/training").iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    assert kept.read_bytes() == (asking.folder / "training.csv").read_bytes(), "as it came"


def test_a_source_that_flaps_shows_each_time_in_its_history(asking: Asking) -> None:
    for minute, trained in ((10, 100), (20, 50), (30, 100)):
        text = training(hospital=trained, exported=f"2024-11-05 07:{minute}")
        assert asking.hand_in("training", text, file=f"{minute}.csv", now=f"2024-11-05 07:{minute + 1}").code == 0
        assert asking.ask("check", "run", WAVE, "--check", "R05", now=f"2024-11-05 07:{minute + 2}").code == 0
    told = asking.ask("check", "history", "R05", WAVE, "--json").document["measured"]
    assert [one["outcome"] for one in told] == ["pass", "fail", "pass"]
    cut = asking.ask("check", "history", "R05", WAVE, "--last", "2").out
    assert "2 of more" in cut
