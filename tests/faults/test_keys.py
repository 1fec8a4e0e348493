"""Faults H1 to H8, H11 to H13 and H15: what becomes of keys, references, persons and codes that do not hold?"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from ends import EMBEDDED, ON_SERVERS, Ends, two_ends
from ends import RECORD as RECORD_VARIABLE
from fault import WAVE, Carried, carried, project, refused
from records import did
from ward import Ward, half_batches, logical, opened, rows_of

from vardskiftet.engine.compile import Compiled, compile_mapping
from vardskiftet.engine.targets import open_target
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.programme import Programme
from vardskiftet.run import hands

RECORD = """\
code_systems:
  - {code_system: diagnosis, title: Diagnoses, version: "2024"}
tables:
  - table: patient
    title: Patients
    key: patient_id
    identity: true
    columns:
      - {column: patient_id, type: uuid, required: true}
      - {column: number, type: text, required: true, protected: true}
      - {column: protected_identity, type: boolean, required: true, protected: true, safety_critical: true}
  - table: visit
    title: Visits
    key: visit_id
    columns:
      - {column: visit_id, type: uuid, required: true}
      - {column: patient_id, type: uuid, required: true, references: patient}
      - {column: code, type: text, code_system: diagnosis}
      - {column: local, type: text}
  - table: act
    title: Acts
    key: act_id
    columns:
      - {column: act_id, type: uuid, required: true}
      - {column: visit_id, type: uuid, required: true, references: visit}
"""
PERSON = """\
reads: person
into: patient
key: [pid]
unit: {wherever: [visit.pid]}
identities: [{from: number, through: personal_identity}, {from: former, through: personal_identity}]
fields:
  number: {from: number, through: personal_identity}
  protected_identity: {from: marked, through: {boolean: [J], false: [N]}}
"""
VISIT = """\
reads: visit
into: visit
key: [vid]
unit: {is: ward}
fields:
  patient_id: {find: patient, by: pid}
  code: {from: code, through: {codebook: strict}, unmapped: reject}
  local: {from: code}
"""
MILD = VISIT.replace("reads: visit", "reads: mild").replace("codebook: strict}, unmapped: reject", "codebook: strict}, unmapped: OTHER")
ACT = "reads: act\ninto: act\nkey: [aid, part]\nunit: {is: ward}\nfields:\n  visit_id: {find: visit, by: vid, in: old.visit}\n"
MAPPINGS = {"person": PERSON, "visit": VISIT, "mild": MILD, "act": ACT}
CODES = {"strict": "# code_system: diagnosis\nsource,target\nF17.210,F17.2\nJ45,J45.9\nZ,OTHER\n"}


def number(birth: str, serial: str) -> str:
    """A person's number of twelve digits, its check digit reckoned here."""
    digits = [int(digit) * (2 - place % 2) for place, digit in enumerate(birth[2:] + serial)]
    return f"{birth}{serial}{-sum(digit // 10 + digit % 10 for digit in digits) % 10}"


SOUND, TWIN, OTHER_TWIN = number("19811228", "987"), number("20240102", "238"), number("20240102", "239")
NOW, BEFORE = number("19640823", "323"), number("19640883", "323")
RESERVE = "19810829M071"
HIDDEN_ONES = {name: number("19701111", serial) for name, serial in (("hidden", "239"), ("unmarked", "238"), ("odd", "237"))}
WRONG = SOUND[:-1] + str((int(SOUND[-1]) + 1) % 10)
PERSONS: dict[str, tuple[str, str, str | None]] = {
    "sound": (SOUND, SOUND, "N"),
    "wrong": (WRONG, WRONG, "N"),
    "the-same": (SOUND, SOUND, "J"),
    "twin": (TWIN, TWIN, "N"),
    "other-twin": (OTHER_TWIN, OTHER_TWIN, "N"),
    "reserve": (RESERVE, RESERVE, "N"),
    "changed": (NOW, BEFORE, "N"),
    "hidden": (HIDDEN_ONES["hidden"], HIDDEN_ONES["hidden"], "J"),
    "unmarked": (HIDDEN_ONES["unmarked"], HIDDEN_ONES["unmarked"], None),
    "odd": (HIDDEN_ONES["odd"], HIDDEN_ONES["odd"], "kanske"),
}
VISITS: list[tuple[str | None, str, str | None]] = [
    ("h1-orphan", "h1-nobody", "J45"),
    ("h1-sound", "sound", "J45"),
    ("h2-child", "wrong", "J45"),
    ("h4-same", "sound", "J45"),
    ("h4-same", "sound", "J45"),
    ("h4-differs", "sound", "J45"),
    ("h4-differs", "sound", "F17.210"),
    (None, "sound", "J45"),
    ("h12-unknown", "sound", "K35.8"),
    ("h12-empty", "sound", None),
    ("h13-right", "sound", "F17.210"),
    ("h13-bare", "sound", "F17210"),
    ("h13-small", "sound", "f17.210"),
    *((f"of-{person}", person, "J45") for person in PERSONS),
]
MILDLY = [("m-unknown", "sound", "K35.8"), ("m-known", "sound", "J45")]
ACTS = [("a1", "1", "h2-child"), ("a2", "1", "h1-sound"), ("a3", None, "h1-sound"), ("a4", "1", "no-visit"), ("a2", "2", "h1-sound")]
REJECTED = {
    "IDENTITY_CHECKSUM": 1,
    "IDENTITY_REVIEW": 1,
    "INVALID_BOOLEAN": 1,
    "REQUIRED_EMPTY": 1,
    "PARENT_MISSING": 2,
    "PARENT_REJECTED": 6,
    "DUPLICATE_KEY": 2,
    "KEY_MISSING": 2,
    "UNMAPPED_CODE": 3,
}
HIDDEN = [text for row in PERSONS.values() for text in row[:2]] + ["K35.8", "F17210", "f17.210"]


def rows(table: str, columns: str, values: list[tuple[str | None, ...]]) -> list[str]:
    """A table and its rows in SQL."""
    cells = (", ".join("null" if value is None else f"'{value}'" for value in row) for row in values)
    return [f"create table {table} ({columns})", *(f"insert into {table} values ({one})" for one in cells)]


def source() -> list[str]:
    """The tables of the journal."""
    return [
        *rows("person", "pid text, number text, former text, marked text", [(key, *row) for key, row in PERSONS.items()]),
        *rows("visit", "vid text, pid text, code text", [tuple(row) for row in VISITS]),
        *rows("mild", "vid text, pid text, code text", [tuple(row) for row in MILDLY]),
        *rows("act", "aid text, part text, vid text", [tuple(row) for row in ACTS]),
    ]


def placed(ends: Ends, folder: Path, batch_rows: int = 3000) -> Ward:
    """The project on its journal, wherever its ends are."""
    ward = project(folder, record=RECORD, mappings=MAPPINGS, source=source(), codes=CODES, batch_rows=batch_rows)
    return ends.move(ward, "old", folder / "old.sqlite")


@pytest.fixture(scope="module", params=[EMBEDDED, *ON_SERVERS])
def keys(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carried]:
    """All odd keys in one journal, loaded."""
    with pytest.MonkeyPatch.context() as patch, two_ends(request.param, request.getfixturevalue, patch.setenv) as ends:
        ward = placed(ends, tmp_path_factory.mktemp("keys") / "project")
        counted = {"person": len(PERSONS), "visit": len(VISITS), "mild": len(MILDLY), "act": len(ACTS)}
        yield carried(ward, counted=counted, rejected=REJECTED, hidden=HIDDEN)


def journal(loaded: Carried, query: str, *values: object) -> list[tuple[object, ...]]:
    """What stands in the journal."""
    return rows_of(loaded.ward.folder / "old.sqlite", query, *values)


def test_h1_an_orphan_is_rejected_and_its_parents_key_is_told_for_a_reason_only(keys: Carried) -> None:
    assert journal(keys, "select pid from visit where vid = 'h1-orphan' and pid not in (select pid from person)") == [("h1-nobody",)]
    assert keys.fates("old.visit")["h1-orphan"] == "PARENT_MISSING"
    assert "h1-sound" in keys.values("visit", "local")
    query = "select parent_key, detail from vs_fate where source_key = 'h1-orphan'"
    assert rows_of(keys.ward.target, query) == [("h1-nobody", "field patient_id")], "it lies with the data"
    plain = keys.ward.ask("books", WAVE, "--json")
    assert plain.document["missing_parents"] == [
        {"mapping": "old.act", "items": 1, "parents": 1},
        {"mapping": "old.visit", "items": 1, "parents": 1},
    ]
    assert "h1-nobody" not in plain.told + keys.ward.ask("books", WAVE).told
    assert keys.ward.ask("books", WAVE, "--show-values").code == 2, "for a reason only"
    told = keys.ward.ask("books", WAVE, "--show-values", "--reason", "Whose visit is it?", "--json").document
    assert {"mapping": "old.visit", "key": "h1-nobody", "items": 1} in told["missing_parent_keys"]
    (event,) = (one for one in keys.ward.ask("audit", "show", "--last", "0", "--json").document["events"] if one["kind"] == "values.shown")
    assert event["payload"]["reason"] == "Whose visit is it?"


def test_h2_children_and_their_children_share_the_fate_of_a_rejected_parent(keys: Carried) -> None:
    assert keys.fates("old.person")["wrong"] == "IDENTITY_CHECKSUM"
    assert keys.fates("old.visit")["h2-child"] == "PARENT_REJECTED"
    fates = rows_of(keys.ward.target, "select source_key, reason from vs_fate join vs_batch using (batch) where mapping = 'old.act'")
    assert sorted(reason for _, reason in fates) == ["KEY_MISSING", "PARENT_MISSING", "PARENT_REJECTED"]


def test_h3_rows_that_lead_to_rows_of_their_own_table_are_carried_in_any_order(anywhere: Ends, tmp_path: Path) -> None:
    ward = circle(tmp_path / "p", {"node": "node"})
    nodes = "('a child', 'b parent'), ('b parent', null), ('c alone', 'c alone'), ('d', 'e'), ('e', 'd')"
    with opened(ward.folder / "old.sqlite") as old:
        old.execute(f"insert into node values {nodes}")
    ward = anywhere.move(ward, "old", ward.folder / "old.sqlite")
    loaded = carried(ward, counted={"node": 5}, rejected={}, hidden=("b parent", "c alone"))
    up, own = loaded.values("node", "up"), loaded.values("node", "node_id")
    assert up == {"a child": own["b parent"], "b parent": None, "c alone": own["c alone"], "d": own["e"], "e": own["d"]}


def test_h3_mappings_that_wait_for_each_other_are_refused_and_nothing_hangs(tmp_path: Path) -> None:
    ward = circle(tmp_path, {"node": "leaf", "leaf": "node"})
    refused(ward, 2, "validate", said=("old.leaf → old.node → old.leaf",))


def circle(folder: Path, leads: dict[str, str]) -> Ward:
    """Tables with references that go round: table to the one it leads to."""
    table = "  - table: {0}\n    title: T\n    key: {0}_id\n    columns:\n      - {{column: {0}_id, type: uuid, required: true}}\n"
    table += "      - {{column: up, type: uuid, references: {1}}}\n"
    mapping = "reads: {0}\ninto: {0}\nkey: [id]\nunit: {{is: ward}}\nfields:\n  up: {{find: {1}, by: up}}\n"
    return project(
        folder,
        record="tables:\n" + "".join(table.format(one, other) for one, other in leads.items()),
        mappings={one: mapping.format(one, other) for one, other in leads.items()},
        source=[f"create table {one} (id text, up text)" for one in leads],
    )


def test_h4_every_copy_of_a_key_has_its_fate_and_none_wins_in_silence(keys: Carried) -> None:
    assert journal(keys, "select vid, count(*) from visit where vid like 'h4%' group by vid") == [("h4-differs", 2), ("h4-same", 2)]
    fates = rows_of(keys.ward.target, "select source_key, coalesce(reason, fate) from vs_fate where source_key like 'h4%' order by 1")
    assert fates == [("h4-differs", "DUPLICATE_KEY")] * 2 + [("h4-same", "merged")]
    assert [key for key in keys.values("visit", "local") if key.startswith("h4")] == ["h4-same"]


def test_h5_a_second_unique_key_of_the_record_overwrites_nobody(anywhere: Ends, tmp_path: Path) -> None:
    ward = placed(anywhere, tmp_path / "p")
    with contextlib.closing(open_target(ward.programme())) as target:
        target.prepare()
    did(ward.target, "create unique index one_code on visit (local)")
    assert ward.ask("plan", WAVE).code == 0
    assert ward.ask("apply", WAVE).code == 8, "two batches, then the one that is refused"
    refused(ward, 8, "apply", WAVE, said=("record.sqlite" if anywhere.embedded else RECORD_VARIABLE, "key or a reference"), hidden=HIDDEN)
    assert half_batches(ward.target, ward) == []
    assert rows_of(ward.target, "select _key from visit order by 1") == [("m-known",), ("m-unknown",)], "not one of the batch"
    (wave,) = ward.ask("status", WAVE, "--json").document["waves"]
    assert (wave["load"], wave["batches_done"]) == ("partial", 2)
    did(ward.target, "drop index one_code")
    assert ward.ask("apply", WAVE, "--json").document["closes"]


def test_h6_a_row_without_its_key_or_a_part_of_it_is_rejected_and_counted(keys: Carried) -> None:
    assert journal(keys, "select count(*) from visit where vid is null") == [(1,)]
    assert journal(keys, "select aid from act where part is null") == [("a3",)]
    found = rows_of(keys.ward.target, "select mapping, source_key from vs_fate join vs_batch using (batch) where reason = 'KEY_MISSING'")
    assert sorted(found) == [("old.act", None), ("old.visit", None)]


def test_h7_a_row_that_was_edited_in_the_new_system_is_never_overwritten(anywhere: Ends, tmp_path: Path) -> None:
    ward = placed(anywhere, tmp_path / "p")
    assert [ward.ask(verb, WAVE).code for verb in ("plan", "apply")] == [0, 1]
    did(ward.target, "update visit set local = 'rättad i nya systemet' where _key = 'h1-sound'")
    anywhere.changed(ward.folder / "old.sqlite", "update visit set code = 'Z' where vid = 'h1-sound'")
    assert ward.ask("plan", WAVE).code == 0
    done = ward.ask("apply", WAVE)
    assert done.code == 1 and "CHANGED_IN_TARGET" in done.told and "Traceback" not in done.told
    assert "rättad" not in done.told
    assert rows_of(ward.target, "select local, code from visit where _key = 'h1-sound'") == [("rättad i nya systemet", "J45.9")]
    before = logical(ward.target)
    assert ward.ask("apply", WAVE).code == done.code and logical(ward.target) == before
    assert half_batches(ward.target, ward) == []


def test_h8_a_number_that_two_persons_claim_goes_to_review_and_nobody_is_merged(keys: Carried) -> None:
    assert journal(keys, "select count(*) from person where number = ?", SOUND) == [(2,)]
    fates = keys.fates("old.person")
    assert fates["the-same"] == "IDENTITY_REVIEW" and "sound" not in fates
    assert keys.fates("old.visit")["of-the-same"] == "PARENT_REJECTED"


@pytest.mark.parametrize("batch_rows", [2, 3000])
def test_h8_a_changed_number_leads_to_the_person_of_before_and_goes_to_review(anywhere: Ends, tmp_path: Path, batch_rows: int) -> None:
    ward = placed(anywhere, tmp_path / "p", batch_rows)
    anywhere.changed(
        ward.folder / "old.sqlite",
        f"insert into person values ('before', '{BEFORE}', '{BEFORE}', 'N'), ('a-stranger', '{WRONG}', '{WRONG}', 'N')",
        "insert into visit values ('of-before', 'before', 'J45')",
    )
    assert [ward.ask(verb, WAVE).code for verb in ("plan", "apply")] == [0, 1]
    fates = dict(rows_of(ward.target, "select source_key, reason from vs_fate join vs_batch using (batch) where mapping = 'old.person'"))
    assert fates["changed"] == "IDENTITY_REVIEW" and "before" not in fates
    assert rows_of(ward.target, "select count(*) from patient where number in (?, ?)", NOW, BEFORE) == [(1,)]


def test_h8_twins_and_reserve_numbers_are_persons_of_their_own(keys: Carried) -> None:
    assert TWIN[:8] == OTHER_TWIN[:8] and TWIN != OTHER_TWIN
    found = keys.values("patient", "number")
    assert (found["twin"], found["other-twin"], found["reserve"]) == (TWIN, OTHER_TWIN, RESERVE)
    ids = rows_of(keys.ward.target, "select count(distinct patient_id) from visit where _key in ('of-twin', 'of-other-twin', 'of-reserve')")
    assert ids == [(3,)]


def test_h8_a_person_without_a_former_number_is_known_by_the_present_one(anywhere: Ends, tmp_path: Path) -> None:
    ward = placed(anywhere, tmp_path / "p")
    anywhere.changed(ward.folder / "old.sqlite", "update person set former = null where pid = 'twin'")
    assert [ward.ask(verb, WAVE).code for verb in ("plan", "apply")] == [0, 1]
    assert rows_of(ward.target, "select reason from vs_fate where source_key = 'twin'") == []


@pytest.mark.parametrize("batch_rows", [2, 3000])
def test_h11_an_id_that_is_made_twice_is_told_and_no_row_takes_the_place_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch_rows: int
) -> None:
    ward = project(tmp_path, record=RECORD, mappings=MAPPINGS, source=source(), codes=CODES, batch_rows=batch_rows)
    whole = compile_mapping
    made: list[str] = []

    def with_short_names(programme: Programme, mapping: Mapping, columns: tuple[str, ...]) -> Compiled:
        """Ids of visits are made of the first letters of their keys, as by a hash that was cut off."""
        compiled = whole(programme, mapping, columns)
        if mapping.mapping != "old.visit":
            return compiled
        made.append(mapping.mapping)
        assert "|| part(vs_key) || part(vs_item)" in compiled.outcome
        return replace(
            compiled, outcome=compiled.outcome.replace("|| part(vs_key) || part(vs_item)", "|| part(vs_key[1:1]) || part(vs_item)")
        )

    assert ward.ask("plan", WAVE).code == 0
    with monkeypatch.context() as patch:
        patch.setattr(hands, "compile_mapping", with_short_names)
        done = ward.ask("apply", WAVE)
    assert made, "no id was made twice: this test shows nothing"
    assert done.code == 8, done.told
    assert "Traceback" not in done.told and SOUND not in done.told
    assert "visit" in done.told, "the table is named"
    assert rows_of(ward.target, "select count(*) - count(distinct _key) from visit") == [(0,)], "no row took another's place"
    assert ward.ask("apply", WAVE).code == 8, "and it is not forgotten"
    assert ward.ask("books", WAVE).code == 8


def test_h12_a_code_that_no_codebook_holds_is_rejected_or_named_with_its_original_kept(keys: Carried) -> None:
    assert journal(keys, "select code from visit where vid = 'h12-unknown'") == [("K35.8",)]
    assert keys.fates("old.visit")["h12-unknown"] == "UNMAPPED_CODE"
    codes, local = keys.values("visit", "code"), keys.values("visit", "local")
    assert (codes["m-unknown"], local["m-unknown"]) == ("OTHER", "K35.8")
    assert codes["m-known"] == "J45.9" and codes["h12-empty"] is None


def test_h12_a_lost_code_in_a_safety_critical_field_is_a_finding_before_anything_is_loaded(tmp_path: Path) -> None:
    critical = RECORD.replace(
        "code_system: diagnosis}\n      - {column: local", "code_system: diagnosis, safety_critical: true}\n      - {column: local"
    )
    assert critical != RECORD
    ward = project(tmp_path, record=critical, mappings=MAPPINGS, source=source(), codes=CODES)
    done = ward.ask("plan", WAVE)
    assert done.code == 1, done.told
    assert "old.visit" in done.told and "safety-critical" in done.told and "Traceback" not in done.told
    assert not ward.target.exists()


def test_h13_a_code_in_another_writing_is_not_taken_for_the_one_that_it_resembles(keys: Carried) -> None:
    assert journal(keys, "select count(*) from visit where code in ('F17210', 'f17.210')") == [(2,)]
    fates = keys.fates("old.visit")
    assert {fates["h13-bare"], fates["h13-small"]} == {"UNMAPPED_CODE"}
    assert keys.values("visit", "code")["h13-right"] == "F17.2"
    fields = keys.ward.ask("coverage", WAVE, "--json").document["fields"]
    (missing,) = ({one["code"]: one["near"] for one in field["missing"]} for field in fields if field["mapping"] == "old.visit")
    assert missing == {"F17210": "F17.210", "f17.210": "F17.210", "K35.8": ""}, "alarmed, with the code that it resembles"


def test_h15_a_protected_identity_is_carried_and_never_lost_in_silence(keys: Carried) -> None:
    assert journal(keys, "select pid, marked from person where pid in ('hidden', 'unmarked', 'odd') order by 1") == [
        ("hidden", "J"),
        ("odd", "kanske"),
        ("unmarked", None),
    ]
    marked = keys.values("patient", "protected_identity")
    assert (marked["hidden"], marked["sound"]) == (1, 0)
    fates = keys.fates("old.person")
    assert (fates["unmarked"], fates["odd"]) == ("REQUIRED_EMPTY", "INVALID_BOOLEAN"), "blocked, not taken for unprotected"
    assert "hidden" not in json.dumps(keys.books)
