"""Has every verb a published document, and is what it prints that document, done or failed?"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from jsonschema import Draft202012Validator
from ward import Done, Ward, opened

from vardskiftet.cli import documents, main
from vardskiftet.declare.schemas import KINDS
from vardskiftet.run.lock import own_lock


def verbs() -> dict[str, typer.models.CommandInfo]:
    """Every verb of the command line, as its documents call it."""
    return dict(walk(main.app))


def walk(app: typer.Typer, above: str = "") -> Iterator[tuple[str, Any]]:
    for command in app.registered_commands:
        assert command.callback is not None
        yield f"{above}{command.name or command.callback.__name__}", command
    for group in app.registered_groups:
        assert group.typer_instance is not None
        yield from walk(group.typer_instance, f"{above}{group.typer_instance.info.name}.")


def hold_against_schema(name: str, done: Done) -> dict[str, Any]:
    """The document, which is the one that is published, and agrees with the process's exit code."""
    document = done.document
    errors = list(Draft202012Validator(documents.schema_of(name)).iter_errors(document))
    deepest = [min((*one.context, one), key=lambda inner: (-len(inner.absolute_path), inner.validator == "anyOf")) for one in errors]
    complaints = [f"{list(one.absolute_path)}: {one.message[:200]}" for one in deepest]
    assert complaints == []
    assert document["schema"] == f"vardskiftet.{name}/1"
    assert document["exit_code"] == done.code
    return document


def test_every_verb_has_a_document_and_every_document_a_verb() -> None:
    assert set(documents.DOCUMENTS) == set(verbs())


def test_a_kind_of_file_and_a_document_never_share_a_name() -> None:
    assert set(KINDS) & set(documents.names()) == set()


@pytest.mark.parametrize("name", documents.names())
def test_a_document_has_a_schema_of_draft_2020_12(name: str) -> None:
    Draft202012Validator.check_schema(documents.schema_of(name))


def hold_wave(ward: Ward, **changes: str) -> None:
    """Somebody holds the wave: a process of this host that is long gone, unless something else is said."""
    gone = replace(own_lock("south-1", "20240101T000000-00000000", "apply"), pid="999999", pid_started="1.00")
    lock = replace(gone, **changes)
    with opened(ward.target) as connection:
        names = lock.__dataclass_fields__
        connection.execute(
            f"insert into vs_lock ({', '.join(names)}) values ({', '.join('?' * len(names))})", [getattr(lock, one) for one in names]
        )


ASKING = [
    ("validate", ["validate"]),
    ("doctor", ["doctor"]),
    ("status", ["status"]),
    ("books", ["books", "south-1"]),
    ("report.wave", ["report", "wave", "south-1"]),
    ("report.programme", ["report", "programme"]),
    ("runs.list", ["runs", "list"]),
    ("runs.show", ["runs", "show", "last"]),
    ("audit.show", ["audit", "show"]),
    ("audit.verify", ["audit", "verify"]),
    ("trace", ["trace", "elvis", "remiss", "20000003"]),
    ("lock.status", ["lock", "status"]),
    ("rejects.list", ["rejects", "list", "south-1"]),
    ("rejects.show", ["rejects", "show", "south-1", "--rejected", "MISSING_HOUR"]),
    ("rejects.stats", ["rejects", "stats", "south-1"]),
    ("identities.list", ["identities", "list", "south-1"]),
    ("waves.list", ["waves", "list"]),
    *((f"waves.{verb}", ["waves", verb, wave]) for verb in ("show", "timeline") for wave in ("south-1", "south-2", "west")),
    ("waves.what-if", ["waves", "what-if", "south-1", "--to", "2024-11-19"]),
    ("waves.what-if", ["waves", "what-if", "south-1", "--to", "2024-10-27"]),
    ("waves.what-if", ["waves", "what-if", "west", "--to", "2026-10-06 04:00"]),
    ("evidence.list", ["evidence", "list"]),
    ("evidence.show", ["evidence", "show", "training"]),
    ("check.explain", ["check", "explain", "R05", "south-1"]),
    ("check.history", ["check", "history", "R05", "south-1"]),
    ("gate.status", ["gate", "status", "south-1"]),
    ("ready", ["ready", "south-1"]),
    ("ready", ["ready", "west", "--gate", "G2"]),
    ("report.readiness", ["report", "readiness", "south-1"]),
]


@pytest.mark.parametrize(("name", "arguments"), ASKING, ids=[" ".join(arguments) for _, arguments in ASKING])
def test_what_asks_answers_with_its_document(name: str, arguments: list[str], demo: Ward) -> None:
    done = demo.ask(*arguments, "--json")
    document = hold_against_schema(name, done)
    assert (done.code == 0) == document["ok"]
    assert set(documents.DOCUMENTS[name]) - set(document) <= {"svg?", "ics?", "missing_parent_keys?"}, "an answer, not a failure"


def test_a_picture_and_a_calendar_are_named_in_the_document(demo: Ward, tmp_path: Path) -> None:
    done = demo.ask("waves", "timeline", "--json", "--svg", str(tmp_path / "a.svg"), "--ics", str(tmp_path / "a.ics"))
    document = hold_against_schema("waves.timeline", done)
    assert document["svg"].endswith("a.svg")
    assert document["ics"].endswith("a.ics")


@pytest.mark.parametrize("kind", [None, "wave", "books", "failure"])
def test_schemas_come_in_a_document_too(kind: str | None) -> None:
    done = anywhere("schema", *([kind] if kind else []))
    document = hold_against_schema("schema", done)
    assert document["kind"] == kind
    assert bool(document["kinds"]) == (kind is None)
    assert bool(document["json_schema"]) == (kind is not None)


def anywhere(*arguments: str) -> Done:
    """A command that needs no project."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main.run([*arguments, "--json"])
    return Done(code, out.getvalue(), err.getvalue())


@pytest.mark.story
def test_a_beginning_and_a_demo_answer_with_their_documents(tmp_path: Path) -> None:
    assert hold_against_schema("init", anywhere("init", str(tmp_path / "mine")))["ok"]
    assert hold_against_schema("demo", anywhere("demo", "--dir", str(tmp_path / "demo"), "--size", "60"))["ok"]
    assert not hold_against_schema("init", anywhere("init", str(tmp_path / "mine")))["ok"]
    assert not hold_against_schema("demo", anywhere("demo", "--dir", str(tmp_path / "mine")))["ok"]


@pytest.mark.story
def test_what_writes_answers_with_its_document(demo: Ward, tmp_path: Path) -> None:
    ward = demo.copy(tmp_path / "ward")
    assert hold_against_schema("apply", ward.ask("apply", "south-1", "--json"))["committed"] == 0
    assert hold_against_schema("verify", ward.ask("verify", "south-1", "--json"))["equal"] is True
    with opened(ward.target) as record:
        record.execute("update referral set reason_text = reason_text || ' ' where _key = '20000003'")
    assert hold_against_schema("verify", ward.ask("verify", "south-1", "--json"))["equal"] is False
    assert hold_against_schema("diff.show", ward.ask("diff", "show", "south-1", "--level", "rows", "--json"))["total"] == 1
    shown = ("--show-values", "--reason", "a test", "--json")
    for name, words in (("diff.explain", ["diff", "explain", "south-1"]), ("explain", ["explain", "south-1", "elvis.referral"])):
        assert hold_against_schema(name, ward.ask(*words, "20000003", "--json"))["exit_code"] == 1
        assert hold_against_schema(name, ward.ask(*words, "20000003", *shown))["exit_code"] == 1
    assert hold_against_schema("diff.export", ward.ask("diff", "export", "south-1", "--json"))["differences"] > 0
    assert hold_against_schema("undo", ward.ask("undo", "south-1", "--confirm", "south-1", "--json"))["rows_removed"] > 0
    assert hold_against_schema("plan", ward.ask("plan", "south-1", "--json"))["batches"] > 0
    assert hold_against_schema("rehearse", ward.ask("rehearse", "south-1", "--json"))["committed"] > 0
    assert hold_against_schema("apply", ward.ask("apply", "south-1", "--json"))["committed"] > 0
    hold_wave(ward, host="another-host")
    assert hold_against_schema("lock.status", ward.ask("lock", "status", "--json"))["locks"]
    assert hold_against_schema("status", ward.ask("status", "south-1", "--json"))["waves"][0]["lock"]
    assert hold_against_schema("lock.break", ward.ask("lock", "break", "south-1", "--reason", "its host burnt", "--json"))["ok"]


def test_care_across_a_go_live_answers_with_its_documents(demo: Ward, tmp_path: Path) -> None:
    ward = demo.copy(tmp_path / "ward")
    out = str(tmp_path / "out")
    named = ward.ask("coexistence", "south-1", "--show-values", "--reason", "x", "--json")
    assert "persons" in hold_against_schema("coexistence", named)
    hold_against_schema("manual.list", ward.ask("manual", "list", "south-1", "--json"))
    hold_against_schema("manual.status", ward.ask("manual", "status", "south-1", "--json"))
    assert hold_against_schema("manual.export", ward.ask("manual", "export", "south-1", "--reason", "x", "--out", out, "--json"))["ok"]


def test_rejects_answer_with_their_documents_all_the_way_round(demo: Ward, tmp_path: Path) -> None:
    ward = demo.copy(tmp_path / "ward")
    out = str(tmp_path / "out")
    assert hold_against_schema("rejects.export", ward.ask("rejects", "export", "south-1", "--reason", "x", "--out", out, "--json"))["files"]
    assert hold_against_schema("rejects.import", ward.ask("rejects", "import", "south-1", out, "--json"))["ok"]
    assert hold_against_schema("rejects.replay", ward.ask("rejects", "replay", "south-1", "--json"))["ok"]
    shown = ward.ask("rejects", "show", "south-1", "--limit", "1", "--show-values", "--reason", "x", "--json")
    assert hold_against_schema("rejects.show", shown)["rejects"][0]["values"]


def test_turns_of_a_wave_answer_with_their_documents(demo: Ward, tmp_path: Path) -> None:
    ward = demo.copy(tmp_path / "ward")
    signed = ["--reason", "a test", "--as", "anna", "--json"]
    for verb in ("pause", "resume", "cancel"):
        assert hold_against_schema(f"waves.{verb}", ward.ask("waves", verb, "west", *signed))["ok"]
    assert not hold_against_schema("waves.close", ward.ask("waves", "close", "west", *signed))["ok"]
    assert hold_against_schema("waves.show", ward.ask("waves", "show", "west", "--json"))["signed"]


def test_evidence_checks_and_criteria_answer_with_their_documents(demo: Ward, tmp_path: Path) -> None:
    ward = demo.copy(tmp_path / "ward")
    file = str(ward.folder / "evidence/2024-11-05/training.csv")
    assert hold_against_schema("evidence.add", ward.ask("evidence", "add", "training", file, "--json"))["new"]
    assert hold_against_schema("gate.freeze", ward.ask("gate", "freeze", "south-1", "--as", "cecilia", "--json"))["freezings"]
    assert hold_against_schema("check.run", ward.ask("check", "run", "south-1", "--json"))["measured"]
    results = hold_against_schema("ready", ward.ask("ready", "south-1", "--json"))["results"]
    assert {one["result"] for one in results if one["check"] == "R05"} == {"pass", "fail"}
    assert hold_against_schema("check.history", ward.ask("check", "history", "R05", "south-1", "--json"))["measured"]
    assert hold_against_schema("evidence.list", ward.ask("evidence", "list", "--json"))["sources"]


def test_a_finding_is_a_whole_document_with_its_reasons(demo: Ward, tmp_path: Path) -> None:
    ward = demo.copy(tmp_path / "ward")
    with ward.record_open() as connection:
        connection.execute("delete from waiting_list_entry where rowid in (select min(rowid) from waiting_list_entry)")
    for name, arguments in (("books", ["books", "south-1"]), ("report.wave", ["report", "wave", "south-1"])):
        document = hold_against_schema(name, ward.ask(*arguments, "--json"))
        assert document["exit_code"] == 8
        assert document["reasons"]


FAILING = [
    ("books", ["books"]),
    ("books", ["books", "nope"]),
    ("plan", ["plan", "nope"]),
    ("coverage", ["coverage", "nope"]),
    ("profile", ["profile", "nope"]),
    ("apply", ["apply", "nope"]),
    ("rehearse", ["rehearse", "nope"]),
    ("status", ["status", "nope"]),
    ("undo", ["undo", "south-1"]),
    ("report.wave", ["report", "wave", "nope"]),
    ("report.programme", ["report", "programme", "--lang", "xx"]),
    ("runs.show", ["runs", "show", "nope"]),
    ("runs.list", ["runs", "list", "--nope"]),
    ("audit.show", ["audit", "show", "--last", "many"]),
    ("audit.verify", ["audit", "verify", "more"]),
    ("lock.status", ["lock", "status", "nope"]),
    ("lock.break", ["lock", "break", "south-1", "--reason", "nobody holds it"]),
    ("schema", ["schema", "nope"]),
    ("doctor", ["doctor", "--nope"]),
    ("mappings.list", ["mappings", "list", "--nope"]),
    ("mappings.show", ["mappings", "show", "elvis.bookin"]),
    ("mappings.test", ["mappings", "test", "nope"]),
    ("mappings.preview", ["mappings", "preview", "elvis.booking", "--show-values"]),
    ("mappings.trust", ["mappings", "trust", "nope", "--reason", "x"]),
    ("mappings.new", ["mappings", "new", "elvis", "nope"]),
    ("coexistence", ["coexistence", "nope"]),
    *((f"manual.{verb}", ["manual", verb, "nope"]) for verb in ("list", "status")),
    ("manual.export", ["manual", "export", "south-1", "--reason", ""]),
    ("manual.import", ["manual", "import", "south-1", "nope.xlsx"]),
    *((f"rejects.{verb}", ["rejects", verb, "nope"]) for verb in ("list", "show", "stats", "replay")),
    ("rejects.export", ["rejects", "export", "south-1", "--reason", ""]),
    ("rejects.import", ["rejects", "import", "south-1", "nope.xlsx"]),
    ("identities.list", ["identities", "list", "nope"]),
    ("identities.show", ["identities", "show", "south-1", "nope"]),
    ("identities.decide", ["identities", "decide", "south-1", "nope", "--different", "--because", "x", "--as", "anna"]),
    ("identities.export", ["identities", "export", "south-1", "--out", "list.txt"]),
    ("validate", ["validate", "--nope"]),
    ("waves.list", ["waves", "list", "--nope"]),
    ("waves.show", ["waves", "show", "nope"]),
    ("waves.timeline", ["waves", "timeline", "nope"]),
    ("waves.what-if", ["waves", "what-if", "south-1", "--to", "soon"]),
    *((f"waves.{verb}", ["waves", verb, "south-1", "--reason", "x", "--as", "nobody"]) for verb in ("pause", "resume", "cancel", "close")),
    ("verify", ["verify", "south-1", "--level", "nope"]),
    ("verify", ["verify", "south-2"]),
    *((f"diff.{verb}", ["diff", verb, "south-2", *key]) for verb, key in (("show", []), ("explain", ["1"]), ("export", []))),
    ("explain", ["explain", "south-1", "elvis.nope", "1"]),
    ("trace", ["trace", "elvis", "remiss", "nope"]),
    ("trace", ["trace", "patient", "191212121212"]),
    ("evidence.add", ["evidence", "add", "nope", "nope.csv"]),
    ("evidence.list", ["evidence", "list", "--nope"]),
    ("evidence.show", ["evidence", "show", "nope"]),
    ("evidence.trust", ["evidence", "trust", "nope", "--reason", "x"]),
    ("check.run", ["check", "run", "nope"]),
    ("check.explain", ["check", "explain", "nope", "south-1"]),
    ("check.history", ["check", "history", "R05", "nope"]),
    ("gate.status", ["gate", "status", "nope"]),
    ("gate.freeze", ["gate", "freeze", "south-1", "--as", "nobody"]),
    ("ready", ["ready", "south-1", "--gate", "nope"]),
    ("report.readiness", ["report", "readiness", "south-1", "--at", "soon"]),
    ("failure", ["nope"]),
    ("failure", ["runs", "nope"]),
    ("init", ["init"]),
    ("demo", ["demo", "--size"]),
]


@pytest.mark.parametrize(("name", "arguments"), FAILING, ids=[" ".join(arguments) for _, arguments in FAILING])
def test_a_failure_is_a_document_too(name: str, arguments: list[str], demo: Ward) -> None:
    document = hold_against_schema(name, anywhere("--project", str(demo.folder), *arguments))
    assert document["ok"] is False
    assert document["reasons"]


def test_every_verb_is_examined_in_failure() -> None:
    assert {name for name, _ in FAILING} == set(documents.names())


def test_no_project_is_a_document_with_where_and_hint(tmp_path: Path) -> None:
    for name in ("validate", "doctor", "status"):
        reason = hold_against_schema(name, anywhere("--project", str(tmp_path), name))["reasons"][0]
        assert reason["where"]
        assert reason["hint"]


def test_faults_in_declarations_are_reasons_one_by_one(demo: Ward, tmp_path: Path) -> None:
    ward = demo.copy(tmp_path / "ward")
    ward.edit("waves/south-1.yaml", "after: []", "aftre: []")
    document = hold_against_schema("validate", ward.ask("validate", "--json"))
    assert document["exit_code"] == 2
    assert [reason["where"].startswith("waves/south-1.yaml:") for reason in document["reasons"]] == [True]


def test_the_envelope_is_refused_where_it_contradicts_itself(demo: Ward) -> None:
    good = demo.ask("runs", "list", "--json").document
    check = Draft202012Validator(documents.schema_of("runs.list"))
    assert check.is_valid(good)
    for change in ({"ok": False}, {"exit_code": 1}, {"schema": "vardskiftet.runs/1"}, {"more": 1}, {"exit_code": 1, "ok": False}):
        assert not check.is_valid(good | change), change
    assert not check.is_valid({name: value for name, value in good.items() if name != "runs"} | {"exit_code": 0})
    json.dumps(documents.schema_of("runs.list"))
