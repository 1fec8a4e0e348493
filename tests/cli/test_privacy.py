"""Does a patient's value stay with the data, whatever is said, remembered, reported or crashes? And who may read what is written?"""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from ward import WAVE, Ward, opened, rows_of

from vardskiftet.failpoint import VARIABLE

DATA = ("record.sqlite", "held", "manifests")
"""What holds patients' data by its nature, under the work folder and in rehearsals."""


@pytest.fixture(scope="session")
def used(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ward, str]:
    """A project through everything that speaks, and all that was said."""
    outside = Ward(tmp_path_factory.mktemp("privacy"))
    demo = outside.run("demo", "--dir", "project", "--size", "80")
    assert demo.code == 0, demo.told
    ward = Ward(outside.folder / "project")
    said = demo.told
    with opened(ward.journal) as journal:
        journal.execute("update person set personnummer = 'x' || personnummer where person_id % 9 = 0")
        journal.execute("alter table person add column ny text")
    ward.edit("mappings/elvis/booking.yaml", "2030-01-01", "2031-01-01")
    said += ward.run("apply", WAVE, "--debug").told
    said += ward.run("plan", WAVE, "--debug").told
    said += ward.run(
        "apply",
        WAVE,
        failpoint="target.rows.after:enospc",
    ).told
    said += ward.run("apply", WAVE).told
    for command in (
        ("status",),
        ("books", WAVE, "--json"),
        ("audit", "show", "--last", "0", "--json"),
        ("runs", "list"),
        ("lock", "status"),
        ("report", "wave", WAVE, "--lang", "sv"),
        ("undo", WAVE, "--confirm", WAVE),
    ):
        said += ward.ask(*command).told
    return ward, said


def secrets(ward: Ward) -> set[str]:
    """Numbers, notes and addresses of the journal, as they stand there and as they are loaded."""
    texts = {text for (text,) in rows_of(ward.journal, "select personnummer from person") if text}
    texts |= {text.replace("-", "").removeprefix("x") for text in texts}
    for query in (
        "select orsak_text from remiss",
        "select anteckning from bokning",
        "select kommentar from vantelista",
        "select adress from person",
        "select telefon from person",
    ):
        texts |= {text for (text,) in rows_of(ward.journal, query) if text}
    texts |= {text for (text,) in rows_of(ward.target, "select identifier from vs_identity where domain <> 'elvis'")}
    # Notes such as `0` or `NULL` are planted too, and tell nothing.
    found = {text for text in texts if len(text) > 7}
    assert len(found) > 150
    return found


def assert_silent(text: str, hidden: set[str], where: str) -> None:
    leaked = [secret for secret in hidden if secret in text]
    assert not leaked, f"{where} tells {len(leaked)} of {len(hidden)} values"


@pytest.mark.story
def test_nothing_that_was_said_holds_a_patients_value(used: tuple[Ward, str]) -> None:
    ward, said = used
    assert "full" in said and "stale" in said and "books close" in said.lower(), "not everything was said"
    assert_silent(said, secrets(ward), "the terminal")


@pytest.mark.story
def test_no_memory_report_or_plan_holds_a_patients_value(used: tuple[Ward, str]) -> None:
    ward, _ = used
    hidden = secrets(ward)
    looked = []
    for path in sorted(ward.work.rglob("*")):
        inside = path.relative_to(ward.work).parts
        if path.is_file() and not any(part.startswith(DATA) for part in inside):
            assert_silent(path.read_bytes().decode("utf-8", "replace"), hidden, "/".join(inside))
            looked.append(inside[0])
    assert {"store.sqlite", "reports", "plans"} <= set(looked)
    assert not list(ward.folder.glob("crash-*"))


def test_a_crash_tells_where_and_not_what(demo: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ward = demo.copy(tmp_path / "project")
    (value, *_), *_ = rows_of(ward.journal, "select personnummer from person where personnummer <> ''")

    def breaks(*_: object) -> None:
        raise LookupError(f"{value} is not in the list")

    monkeypatch.setattr("vardskiftet.run.apply.refuse_stale", breaks)
    monkeypatch.chdir(ward.folder)
    done = ward.ask("apply", WAVE)
    assert done.code == 70
    assert "bug" in done.err and "LookupError" in done.err and value not in done.told
    (crash,) = ward.folder.glob("crash-*")
    text = crash.read_text(encoding="utf-8")
    assert "LookupError" in text and "refuse_stale" not in text and "breaks" in text and "apply.py" in text
    assert value not in text
    assert stat.S_IMODE(crash.stat().st_mode) == 0o600


@pytest.mark.story
def test_what_is_written_is_for_its_owner_alone(used: tuple[Ward, str]) -> None:
    ward, _ = used
    wide = [
        f"{path.relative_to(ward.folder)} {stat.S_IMODE(path.stat().st_mode):o}"
        for path in (ward.work, *sorted(ward.work.rglob("*")))
        if stat.S_IMODE(path.stat().st_mode) != (0o700 if path.is_dir() else 0o600)
    ]
    assert wide == []


def test_the_variable_of_the_failpoints_does_nothing_when_it_names_none(demo: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")
    assert demo.ask("status").code == 0
