"""Do the schemas say what the readers say? Held against every shipped file, the small region, and the reader's own list of keys."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import small_region
import yaml
from jsonschema import Draft202012Validator

from vardskiftet.declare import form as forms
from vardskiftet.declare import read
from vardskiftet.declare.faults import Faults
from vardskiftet.declare.files import find_files
from vardskiftet.declare.node import Node
from vardskiftet.declare.options import option_names
from vardskiftet.declare.schemas import KINDS, schema_of
from vardskiftet.engine.vocabulary import vocabulary
from vardskiftet.shipped import shipped

WORDS = vocabulary()
SCHEMAS = {kind: schema_of(kind, WORDS) for kind in KINDS}
OPTIONS = {"through", "target", "source"}
"""Keys whose own keys are options of a kind, read by pydantic from the very schema that is shown."""


class Core(yaml.SafeLoader):
    """YAML as an editor reads it: the core schema of YAML 1.2, in which `NO`, `0123` and `18:00` are text."""


Core.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?[0-9]*\.[0-9]+(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


def files_of(root: Path) -> Iterator[tuple[str, str, bytes]]:
    """(kind, path, content) of every declaration."""
    found = find_files(root, Faults())
    single = {"programme": found.programme, "flows": found.coexistence, "record": found.record}
    single |= {"sources": found.checks.sources, "gates": found.checks.gates}
    many = {"units": found.units, "wave": found.waves, "system": found.systems, "mapping": found.mappings, "codebook": found.codebooks}
    many |= {"checks": found.checks.topics, "runbook": found.runbooks}
    yield from ((kind, file.path, file.content) for kind, file in single.items() if file)
    yield from ((kind, file.path, file.content) for kind, files in many.items() for file in files)


def as_an_editor_reads(kind: str, content: bytes) -> Any:
    text = content.decode()
    if kind == "codebook":
        return list(csv.DictReader(text.splitlines()[1:]))
    return named(yaml.load(text, Core))


def named(value: Any) -> Any:
    """The value with every key as a text: an editor takes a key `false` for its name."""
    if isinstance(value, dict):
        return {str(key).lower() if isinstance(key, bool) else str(key): named(one) for key, one in value.items()}
    return [named(one) for one in value] if isinstance(value, list) else value


def complaints(kind: str, value: Any) -> list[str]:
    return [f"{list(error.absolute_path)}: {error.message[:200]}" for error in Draft202012Validator(SCHEMAS[kind]).iter_errors(value)]


SHIPPED = list(files_of(shipped()))


@pytest.fixture
def region(tmp_path: Path) -> Path:
    return small_region.write(tmp_path, {})


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_schema_of_draft_2020_12_that_says_where_its_files_lie(kind: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[kind])
    assert SCHEMAS[kind]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMAS[kind]["$comment"]


def test_every_kind_of_file_is_shipped() -> None:
    assert {kind for kind, _, _ in SHIPPED} == set(KINDS)


@pytest.mark.parametrize(("kind", "path", "content"), SHIPPED, ids=[path for _, path, _ in SHIPPED])
def test_a_shipped_file_passes(kind: str, path: str, content: bytes) -> None:
    assert complaints(kind, as_an_editor_reads(kind, content)) == []


def test_the_small_region_passes(region: Path) -> None:
    assert {path: found for kind, path, content in files_of(region) if (found := complaints(kind, as_an_editor_reads(kind, content)))} == {}


FAULTY = [
    ("wave", "waves/south-1.yaml", "after: []", "aftre: []"),
    ("wave", "waves/south-1.yaml", "title: First\n", ""),
    ("wave", "waves/south-1.yaml", "scope: primary_care", "scope: primary"),
    ("wave", "waves/south-1.yaml", "tolerance: 0.25", "tolerance: 2"),
    ("wave", "waves/south-1.yaml", "2024-11-12 04:00", "Tuesday"),
    ("wave", "waves/south-1.yaml", "IDENTITY_CHECKSUM: 40", "checksum: 40"),
    ("wave", "waves/south-1.yaml", "at: T-16mo", "at: T-16w"),
    ("wave", "waves/south-1.yaml", "at: T-16mo", "at: T-16mo, on: 2024-10-19"),
    ("wave", "waves/south-1.yaml", ", at: T-16mo", ""),
    ("wave", "waves/south-1.yaml", "cutover_hours: 12", "cutover_hours: 100"),
    ("programme", "waves/programme.yaml", "timezone: Europe/Stockholm\n", ""),
    ("programme", "waves/programme.yaml", "synthetic: true\n", ""),
    ("programme", "waves/programme.yaml", "kind: sqlite", "kind: oracel"),
    ("programme", "waves/programme.yaml", "path: work", "pth: work"),
    ("programme", "waves/programme.yaml", "person: anna", "person: Anna Ek"),
    ("units", "waves/units.yaml", "kind: narhalsan_unit", "kind: clinic"),
    ("units", "waves/units.yaml", "hsa_id: SE2321000131-X0001", "hsa_id: X0001"),
    ("flows", "waves/coexistence.yaml", "critical: true", "critical: yes"),
    ("record", "mappings/record.yaml", "type: instant", "type: datetime"),
    ("record", "mappings/record.yaml", "max_length: 10", "max_lenght: 10"),
    (
        "system",
        "mappings/elvis/system.yaml",
        "usable: true, combinable: true, testable: true,\n",
        "usable: false, combinable: true, testable: true,\n",
    ),
    ("system", "mappings/elvis/system.yaml", 'because: "Read only.", ', ""),
    ("mapping", "mappings/elvis/booking.yaml", "fields:", "fileds:"),
    ("mapping", "mappings/elvis/booking.yaml", "key: [bokning_id]", "key: bokning_id"),
    ("mapping", "mappings/elvis/booking.yaml", "{codebook: visit_type}", "{codbook: visit_type}"),
    ("mapping", "mappings/elvis/booking.yaml", "repeated_hour: first", "repeated_hour: third"),
    ("mapping", "mappings/elvis/booking.yaml", "through: {codebook: visit_type}, unmapped", "through: hsa_id, unmapped"),
    ("mapping", "mappings/elvis/booking.yaml", "{is: 30}", "{is: 30, from: langd}"),
    ("mapping", "mappings/elvis/booking.yaml", "reason: FUTURE_DATE", "reason: future date"),
    ("mapping", "mappings/elvis/booking.yaml", "{rejected: INVALID_DATE}", "{rejected: INVALID_DATE, note: x}"),
    ("mapping", "mappings/elvis/person.yaml", "conflict: first", "conflict: last"),
    ("mapping", "mappings/elvis/person.yaml", "conflict: first", "conflict: latest"),
    ("mapping", "mappings/elvis/person.yaml", "conflict: first", "conflict: {latest: a, earliest: b}"),
    ("mapping", "mappings/elvis/booking.yaml", "reads: bokning", "sql: select 1"),
    ("mapping", "mappings/elvis/booking.yaml", "reads: bokning", "reads: bokning\nsql: select 1"),
    ("mapping", "mappings/elvis/booking.yaml", "reads: bokning", "counts: bokning\nsql: delete from bokning"),
    ("mapping", "mappings/elvis/booking.yaml", "exclude:", "split: {each: koder}\nexclude:"),
    ("mapping", "mappings/elvis/booking.yaml", "exclude:", "split: [{item: main}]\nexclude:"),
    ("codebook", "mappings/codes/visit_type.csv", "NB,new", "NB,"),
]


@pytest.mark.parametrize(("kind", "path", "old", "new"), FAULTY, ids=[f"{path} {old.strip()}" for _, path, old, _ in FAULTY])
def test_what_the_reader_refuses_the_schema_refuses(kind: str, path: str, old: str, new: str, tmp_path: Path) -> None:
    broken = small_region.FILES[path].replace(old, new, 1)
    assert broken != small_region.FILES[path]
    assert small_region.told(tmp_path, {path: broken}), "the reader takes it"
    assert complaints(kind, as_an_editor_reads(kind, broken.encode())) != []


Place = tuple[str, ...]


def schemas_at(schema: dict[str, Any], trail: Place) -> list[dict[str, Any]]:
    """The object schemas that may hold at a trail; list places and free keys are whatever they are."""
    if "anyOf" in schema:
        return [found for one in schema["anyOf"] for found in schemas_at(one, trail)]
    if not trail:
        return [schema] if schema.get("type") == "object" else []
    if schema.get("type") == "array":
        return schemas_at(schema["items"], trail[1:])
    free = schema.get("additionalProperties")
    if trail[0] in schema.get("properties", {}):
        return schemas_at(schema["properties"][trail[0]], trail[1:])
    return schemas_at(free, trail[1:]) if isinstance(free, dict) else []


def fixed_places(schema: dict[str, Any], trail: Place = ()) -> Iterator[Place]:
    """Where the schema names keys, options aside."""
    if trail and trail[-1] in OPTIONS:
        return
    for one in schema.get("anyOf", ()):
        yield from fixed_places(one, trail)
    if schema.get("properties"):
        yield trail
    for key, one in schema.get("properties", {}).items():
        yield from fixed_places(one, (*trail, key))
    for inner in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(inner, dict):
            yield from fixed_places(inner, (*trail, "*"))


def asked_by_the_reader(root: Path, monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, Place, Place, Place]]:
    """(kind, trail, needs, may) of every form that the reader lays over a project's files."""
    kinds = {path: kind for kind, path, _ in files_of(root)}
    asked: set[tuple[str, Place, Place, Place]] = set()
    plain = forms.Form.__init__

    def noted(self: Any, node: Node, faults: Faults, needs: Any = (), may: Any = ()) -> None:
        asked.add((kinds[node.path], node.trail[1:], tuple(needs), tuple(may)))
        plain(self, node, faults, needs, may)

    with monkeypatch.context() as patch:
        patch.setattr(forms.Form, "__init__", noted)
        read(root, WORDS)
    return asked


FRAME = "waves/programme.yaml"
BOOKING = "mappings/elvis/booking.yaml"
QUERY = """\
mapping: elvis.part
information: bookings
sql: select b.*, d.kod from bokning b join del d on d.bokning_id = b.bokning_id
counts: bokning
into: appointment
key: [bokning_id]
unit: {from: enhet, codebook: ward}
conflict: {latest: andrad_tid}
split:
  - {item: main, when: "kod is not null", code: kod}
fields:
  patient_id: {find: patient, by: person_id, in: elvis.person, missing: reject}
  starts_at:  {sql: "dag || ' ' || tid", through: {local_time: "%Y-%m-%d %H:%M"}}
  visit_type: {sql: "trim(code)", through: {codebook: visit_type}, unmapped: reject}
"""
LIST = QUERY.replace("latest", "earliest").replace("elvis.part", "elvis.list")
LIST = LIST.replace('  - {item: main, when: "kod is not null", code: kod}', '  {each: koder, by: ";", as: code}')
COMMANDED = """\
sources:
  - evidence: answers
    title: x
    command: {words: [checks/commands/probe, 1], within: 5m, exit_codes: [0, 1], environment: [PROBE_AT]}
    columns: {interface: text}
    key: [interface]
    max_age: 1d
    owner: x
"""
LANGUAGE = {
    "mappings/elvis/part.yaml": QUERY,
    "mappings/elvis/list.yaml": LIST,
    "mappings/codes/ward.csv": "# code_system: unit\nsource,target\nK1,kinna\n",
}


@pytest.mark.parametrize("path", [path for path in LANGUAGE if path.endswith(".yaml")])
def test_the_whole_language_passes(path: str, tmp_path: Path) -> None:
    assert (
        read(small_region.write(tmp_path, LANGUAGE), WORDS)
        .mapping(path.removeprefix("mappings/").removesuffix(".yaml").replace("/", "."))
        .split
    )
    assert complaints("mapping", as_an_editor_reads("mapping", LANGUAGE[path].encode())) == []


def test_a_command_that_tells_evidence_passes(tmp_path: Path) -> None:
    files = {"checks/sources.yaml": COMMANDED, "checks/commands/probe": "#!/bin/sh\n"}
    (source,) = read(small_region.write(tmp_path, files), WORDS).criteria.sources
    assert source.command is not None
    assert (source.command.words, source.command.exit_codes) == (("checks/commands/probe", "1"), (0, 1))
    assert complaints("sources", as_an_editor_reads("sources", COMMANDED.encode())) == []


def test_keys_of_the_schemas_are_the_keys_that_the_reader_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_path = ("unit: {from: enhet_hsaid}", "unit: {via: kontakt, on: kontakt_id, from: enhet}")
    overlapping = ("changed: andrad_tid", "changed: {from: andrad_tid, overlap: 120}")
    frame = small_region.edited(FRAME, ("systems: [elvis]", "store: {url_from: LANDSTAD_STORE, schema: minne}\nsystems: [elvis]"))
    told_by = {"checks/sources.yaml": COMMANDED, "checks/commands/probe": "#!/bin/sh\n"}
    region = small_region.write(
        tmp_path, {**LANGUAGE, **told_by, BOOKING: small_region.edited(BOOKING, by_path, overlapping), FRAME: frame}
    )
    asked = asked_by_the_reader(region, monkeypatch) | asked_by_the_reader(shipped(), monkeypatch)
    wrong, seen = [], set()
    for kind, trail, needs, may in sorted(asked):
        found = schemas_at(SCHEMAS[kind], trail)
        known = {*needs, *may}
        fixed = [one for one in found if one.get("properties")]
        if any(isinstance(one.get("additionalProperties"), dict) for one in found):
            seen |= {(kind, tuple(sorted(one["properties"]))) for one in fixed if set(one["required"]) <= set(needs)}
            continue
        fitting = [one for one in fixed if set(one["properties"]) <= known]
        keys = {key for one in fitting for key in one["properties"]}
        if keys != known or not any(set(needs) <= set(one["required"]) for one in fitting):
            wrong.append(f"{kind} {trail}: the reader knows {sorted(known)} and needs {sorted(needs)}; the schema knows {sorted(keys)}")
        seen |= {(kind, tuple(sorted(one["properties"]))) for one in fitting}
    assert wrong == []
    unread = {
        (kind, place, keys)
        for kind, schema in SCHEMAS.items()
        if kind != "codebook"
        for place in fixed_places(schema)
        for keys in (tuple(sorted(one["properties"])) for one in schemas_at(schema, place) if one.get("properties"))
        if (kind, keys) not in seen and "gives" not in place
    }
    assert unread == set(), "no file here has these keys, or the reader does not know them"


@pytest.mark.parametrize("name", sorted(WORDS.transforms))
def test_every_option_of_a_transform_is_a_key_of_its_schema(name: str) -> None:
    kind = WORDS.transforms[name]
    written = {name} | {option for option in option_names(kind) if option != kind.main} if kind.main else set()
    steps = SCHEMAS["mapping"]["properties"]["fields"]["additionalProperties"]["anyOf"][0]["properties"]["through"]["anyOf"][0]["anyOf"]
    ways = [way for step in steps for way in step.get("anyOf", [step])]
    assert {"const": name} in [{"const": way.get("const")} for way in ways] or written
    assert not written or written in [set(way.get("properties", ())) for way in ways]
