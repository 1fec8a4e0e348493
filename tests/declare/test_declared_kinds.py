"""Is every kind of fault told on its line, with its trail and a remedy? One changed text each; told_faults.txt is what a person reads."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from small_region import FILES, VOCABULARY, edited, rendered, told, write

from vardskiftet.declare import read
from vardskiftet.errors import DeclarationsWrong

PROGRAMME, UNITS, WAVE, LATER = "waves/programme.yaml", "waves/units.yaml", "waves/south-1.yaml", "waves/south-2.yaml"
FLOWS = "waves/coexistence.yaml"
RECORD, SYSTEM = "mappings/record.yaml", "mappings/elvis/system.yaml"
PERSON, BOOKING = "mappings/elvis/person.yaml", "mappings/elvis/booking.yaml"
CONDITIONS = "    conditions: {structured: true, usable: true, combinable: true, testable: true, cheaper_than_manual: true}\n"
GOLDEN = Path(__file__).with_name("told_faults.txt")

# name: the file, what stands in it, what is written instead
CASES = {
    "zone": (PROGRAMME, "Europe/Stockholm", "Europe/Stokholm"),
    "no zone": (PROGRAMME, "timezone: Europe/Stockholm\n", ""),
    "unknown key": (PROGRAMME, "people:", "peple:"),
    "needed key misspelt": (PROGRAMME, "title: Land", "tittle: Land"),
    "yes is no boolean": (PROGRAMME, "synthetic: true\nclock: 2024-11-05 08:00", "synthetic: no"),
    "clock of a real programme": (PROGRAMME, "synthetic: true", "synthetic: false"),
    "clock in the missing hour": (PROGRAMME, "2024-11-05 08:00", "2024-03-31 02:30"),
    "target kind": (PROGRAMME, "kind: sqlite", "kind: sqllite"),
    "target option": (PROGRAMME, "path: work", "pth: x, path: work"),
    "target path": (PROGRAMME, "path: work/", "path: ../"),
    "no target kind": (PROGRAMME, "kind: sqlite, ", ""),
    "person twice": (PROGRAMME, "lead}\n", "lead}\n  - {person: anna, name: B, role: c}\n"),
    "user with a blank": (PROGRAMME, "person: anna", "person: anna ek"),
    "not a list": (PROGRAMME, "[elvis]", "elvis"),
    "kind of unit": (UNITS, "dental_service", "dental_servis"),
    "HSA-id": (UNITS, "SE2321000131-X0002", "SE2321-1"),
    "unit's key": (UNITS, "illustrative", "ilustrative"),
    "unit replaces itself": (UNITS, "illustrative: true}", "illustrative: true, replaces: [sas]}"),
    "blank reason": (UNITS, '"Outside the programme."', '" "'),
    "wave's name": (WAVE, "wave: south-1", "wave: south1"),
    "moment": (WAVE, "2024-11-12 04:00", "12 november"),
    "repeated hour": (WAVE, "2024-11-12 04:00", "2024-10-27 02:30"),
    "scope": (WAVE, "primary_care", "primary-care"),
    "no units": (WAVE, "\n  - {unit: kinna, scope: primary_care}", " []"),
    "tolerance": (WAVE, "0.25", "25"),
    "decimal comma": (WAVE, "0.25", '"0,25"'),
    "budget": (WAVE, "no_unit: 12", "no_unit: -1"),
    "budget's reason": (WAVE, "IDENTITY_CHECKSUM", "checksum"),
    "budget for what nothing gives": (WAVE, "IDENTITY_CHECKSUM", "IDENTITY_CHEKSUM"),
    "example's unknown reason": (BOOKING, "INVALID_DATE", "INVALID_DAY"),
    "budget's number": (WAVE, ": 40", ": forty"),
    "twice in a list": (WAVE, "after: []", "after: [south-2, south-2]"),
    "season without precision": (LATER, "precision: season\n", ""),
    "moment with precision season": (LATER, "2025-autumn", "2025-10-01 04:00"),
    "day of a move": (LATER, "2024-02-13", "2024-02-30"),
    "move without a reason": (LATER, ', because: "Too early."', ""),
    "move without a decision": (LATER, " decision: RS 1,", ""),
    "move without a day": (LATER, " date: 2024-02-13,", ""),
    "day of a move in another age": (LATER, "2024-02-13", "0024-02-13"),
    "season in another age": (LATER, "2025-autumn", "9999-winter"),
    "moment in another age": (WAVE, "2024-11-12 04:00", "0001-01-01 04:00"),
    "missing hour": (WAVE, "2024-11-12 04:00", "2025-03-30 02:30"),
    "distance of no number": (LATER, "distance_days: 180", "distance_days: half a year"),
    "cutover of no hours": (WAVE, "cutover_hours: 12", "cutover_hours: 0"),
    "cutover of a week": (WAVE, "cutover_hours: 12", "cutover_hours: 168"),
    "milestone without a time": (WAVE, ", at: T-90d", ""),
    "milestone with two times": (WAVE, "at: T-90d", "at: T-90d, on: 2024-08-14"),
    "milestone by hours": (WAVE, "T-90d", "T-90h"),
    "milestone without a sign": (WAVE, "T-90d", "T90d"),
    "milestone of another age": (WAVE, "T-16mo", "T-160mo"),
    "milestone's name": (WAVE, "milestone: G90", "milestone: G 90"),
    "milestone twice": (WAVE, "milestone: drill", "milestone: G90"),
    "freeze that ends before it begins": (WAVE, "to: T+1d", "to: T-3d"),
    "freeze with two kinds of ends": (WAVE, "to: T+1d", "to: 2024-11-13"),
    "freeze twice": (WAVE, "duties:", '  - {freeze: extract, title: Again, from: T-2d, to: T+1d, because: "Twice."}\nduties:'),
    "freeze that forbids its own go-live": (WAVE, 'because: "Nothing is lost."', 'because: "Nothing is lost.", no_go_live: true'),
    "freeze of the programme by distance": (PROGRAMME, "from: 2024-12-16", "from: T-16d"),
    "freeze of the programme that ends before it begins": (PROGRAMME, "to: 2025-01-07", "to: 2024-01-07"),
    "freeze without a reason": (PROGRAMME, ', because: "Few on duty."', ""),
    "duty of a stranger": (WAVE, "person: anna", "person: ana"),
    "duty that ends before it begins": (WAVE, "from: T-28d, to: T+14d", "from: T+14d, to: T-28d"),
    "duty twice": (WAVE, "T+14d}\n", "T+14d}\n  - {person: anna, role: migration lead, from: T-0d, to: T+1d}\n"),
    "flow twice": (FLOWS, "flow: answers", "flow: referrals"),
    "flow from nobody": (FLOWS, "[sas]", "[]"),
    "flow from everybody and one": (FLOWS, "[sas]", '["*", sas]'),
    "flow to a stranger": (FLOWS, "[kinna]", "[kina]"),
    "flow to a kind without units": (FLOWS, "[kinna]", "[laboratory]"),
    "flow with an approved nothing": (FLOWS, ", routine: On paper.", ""),
    "unit's last day": (UNITS, "illustrative: true}", "illustrative: true, closes: soon}"),
    "type": (RECORD, "type: instant", "type: timestamp"),
    "key is no column": (RECORD, "key: patient_id", "key: patientid"),
    "key is no uuid": (RECORD, "column: appointment_id, type: uuid", "column: appointment_id, type: text"),
    "reserved column": (RECORD, "column: note", "column: _note"),
    "column twice": (RECORD, "max_length: 10}\n", "max_length: 10}\n      - {column: note, type: text}\n"),
    "code system": (RECORD, ", code_system: visit_type", ", code_system: visits"),
    "length of a number": (RECORD, "type: text, max_length", "type: integer, max_length"),
    "no length": (RECORD, "max_length: 10", "max_length: 0"),
    "table twice": (
        RECORD,
        "  - table: patient\n",
        "  - {table: patient, title: P, key: a, columns: [{column: a, type: uuid}]}\n  - table: patient\n",
    ),
    "code system twice": (RECORD, "{code_system: sex,", "{code_system: visit_type,"),
    "reference is no uuid": (
        RECORD,
        "patient_id, type: uuid, required: true, references",
        "patient_id, type: text, required: true, references",
    ),
    "record's reference": (RECORD, "references: patient", "references: pateint"),
    "system's name": (SYSTEM, "system: elvis", "system: elvs"),
    "source kind": (SYSTEM, "kind: sqlite", "kind: sqlit"),
    "source path": (SYSTEM, "journals/elvis.sqlite", "/var/elvis.sqlite"),
    "no source path": (SYSTEM, ", path: journals/elvis.sqlite", ""),
    "encoding": (SYSTEM, "cp1252", "cp12522"),
    "route": (SYSTEM, "route: archive", "route: archiv"),
    "route without reason": (SYSTEM, ' because: "Read only.",', ""),
    "auto without conditions": (SYSTEM, CONDITIONS, ""),
    "condition missing": (SYSTEM, "usable: true, combinable: true, testable: true, cheaper", "combinable: true, testable: true, cheaper"),
    "condition false": (SYSTEM, "testable: true, cheaper", "testable: false, cheaper"),
    "ignored without reason": (SYSTEM, ', because: "Work table."', ""),
    "table named twice": (SYSTEM, "table: tmp_import", "table: bokning"),
    "tables of an automatic route": (SYSTEM, "    route: auto\n", "    route: auto\n    tables: [x]\n"),
    "conflict": (PERSON, "conflict: first", "conflict: last"),
    "identity without transform": (PERSON, "  - {from: personnummer, through: personal_identity}", "  - {from: personnummer}"),
    "identity by another transform": (
        PERSON,
        "  - {from: personnummer, through: personal_identity}",
        "  - {from: personnummer, through: hsa_id}",
    ),
    "identity's chain": (PERSON, "  - {from: personnummer, through: personal_identity}", "  - {from: personnummer, through: [hsa_id]}"),
    "care without column": (PERSON, "[bokning.person_id]", "[bokning]"),
    "mapping's name": (BOOKING, "mapping: elvis.booking", "mapping: elvis.bookings"),
    "key as a word": (BOOKING, "[bokning_id]", "bokning_id"),
    "no key": (BOOKING, "[bokning_id]", "[]"),
    "unit rule": (BOOKING, "{from: enhet_hsaid}", "{via: kontakt, from: x}"),
    "query without its table": (BOOKING, "reads: bokning", "sql: select * from bokning"),
    "query beside a table": (BOOKING, "reads: bokning", "reads: bokning\nsql: select * from bokning\ncounts: bokning"),
    "no rows": (BOOKING, "reads: bokning\n", ""),
    "query that writes": (BOOKING, "reads: bokning", "sql: delete from bokning\ncounts: bokning"),
    "two queries": (BOOKING, "reads: bokning", "sql: select 1; select 2\ncounts: bokning"),
    "split without a condition": (BOOKING, "exclude:", "split: [{item: main, kod: a}]\nexclude:"),
    "split's SQL": (BOOKING, "exclude:", "split: [{item: main, when: casse}]\nexclude:"),
    "split's item twice": (BOOKING, "exclude:", "split: [{item: a, when: b}, {item: a, when: c}]\nexclude:"),
    "split of a list": (BOOKING, "exclude:", "split: {each: koder, sep: x}\nexclude:"),
    "conflict by nothing": (PERSON, "conflict: first", "conflict: latest"),
    "conflict in two ways": (PERSON, "conflict: first", "conflict: {latest: a, earliest: b}"),
    "conflict in no way": (PERSON, "conflict: first", "conflict: {}"),
    "unit's codebook": (BOOKING, "{from: enhet_hsaid}", "{from: enhet, codebook: wards}"),
    "unit rule misspelt": (BOOKING, "{from: enhet_hsaid}", "{wherevr: [a.b]}"),
    "exclusion's SQL": (BOOKING, "makulerad = 'J'", "casse"),
    "rejection's SQL": (BOOKING, "starts_at > timestamptz '2030-01-01 00:00:00+00'", "casse"),
    "reason in small letters": (BOOKING, "FUTURE_DATE", "future"),
    "exclusion without because": (BOOKING, ', because: "Struck out."', ""),
    "filled twice": (BOOKING, "{is: 30}", "{is: 30, from: x}"),
    "filled by nothing": (BOOKING, "{is: 30}", "{through: hsa_id}"),
    "filled by a word": (BOOKING, "{is: 30}", "langd"),
    "a constant of nothing": (BOOKING, "{is: 30}", "{is: null}"),
    "transform": (BOOKING, "{local_time:", "{localtime:"),
    "option": (BOOKING, "repeated_hour: first", "repeated_hours: first"),
    "option's word": (BOOKING, "repeated_hour: first", "repeated_hour: frist"),
    "option's number": (BOOKING, "repeated_hour: first", "retries: many"),
    "option's list": (BOOKING, "repeated_hour: first", "sentinels: x"),
    "main option twice": (BOOKING, "repeated_hour: first", "format: x"),
    "needed option missing": (BOOKING, '{local_time: "%Y-%m-%d %H:%M", repeated_hour: first}', "local_time"),
    "options of one that takes none": (BOOKING, "{is: 30}", "{from: x, through: {hsa_id: y}}"),
    "unmapped without codebook": (BOOKING, "{is: 30}", "{from: x, unmapped: reject}"),
    "unmapped twice": (BOOKING, "{codebook: visit_type}", "{codebook: visit_type, unmapped: reject}"),
    "no transform": (BOOKING, "{is: 30}", "{from: x, through: []}"),
    "missing": (BOOKING, "by: person_id", "by: person_id, missing: ignore"),
    "example's fate": (BOOKING, "excluded: true", "excluded: maybe"),
    "example's two fates": (BOOKING, "{excluded: true}", "{excluded: true, note: x}"),
    "example's reason": (BOOKING, "INVALID_DATE", "no"),
    "example's cell": (BOOKING, '{bokning_id: "3"}', '{bokning_id: ["3"]}'),
    "mapping: table": (BOOKING, "into: appointment", "into: apointment"),
    "mapping: column": (BOOKING, "  note: ", "  noote: "),
    "mapping: required": (BOOKING, "  starts_at:  {from", "  starts_et:  {from"),
    "mapping: key filled": (BOOKING, "  note: ", "  appointment_id: "),
    "mapping: codebook": (BOOKING, "codebook: visit_type", "codebook: visits"),
    "mapping: default code": (BOOKING, "unmapped: keep_local", "unmapped: retrun"),
    "mapping: constant": (BOOKING, "is: 30", "is: half an hour"),
    "mapping: long constant": (BOOKING, '{sql: "upper(anteckning)"}', "{is: more than ten}"),
    "mapping: fixed unit": (BOOKING, "{from: enhet_hsaid}", "{is: kina}"),
    "mapping: example's column": (BOOKING, "visit_type: new,", "visit_typ: new,"),
    "mapping: identities of no person": (
        BOOKING,
        "key: [bokning_id]",
        "identities: [{from: a, through: personal_identity}]\nkey: [bokning_id]",
    ),
    "mapping: code into a column without codes": (BOOKING, "{is: 30}", "{from: x, through: {codebook: visit_type}}"),
    "find: table": (BOOKING, "{find: patient, by: person_id}", "{find: pateint, by: person_id}"),
    "find: another table": (BOOKING, "{find: patient, by: person_id}", "{find: appointment, by: x}"),
    "find: no find": (BOOKING, "{find: patient, by: person_id}", "{from: person_id}"),
    "find: mapping": (BOOKING, "{find: patient, by: person_id}", "{find: patient, by: person_id, in: elvis.persn}"),
    "find: mapping of another table": (BOOKING, "{find: patient, by: person_id}", "{find: patient, by: x, in: elvis.booking}"),
    "find: needless mapping": (
        BOOKING,
        "{find: patient, by: person_id}",
        "{find: patient, by: x, through: personal_identity, in: elvis.person}",
    ),
    "find: transform": (BOOKING, "{find: patient, by: person_id}", "{find: patient, by: x, through: hsa_id}"),
    "constant that is no value, short": (BOOKING, "{is: 30}", "{is: ~}"),
    "chain with a fault": (BOOKING, "{is: 30}", "{from: x, through: [hsa_id, hsaid]}"),
}


def told_of(case: str, root: Path) -> str:
    """A case as it stands in the golden file: the change, and what is told of it."""
    path, old, new = CASES[case]
    change = "\n".join([*(f"- {line}" for line in old.splitlines()), *(f"+ {line}" for line in new.splitlines())])
    return f"== {case} ({path})\n{change}\n\n{rendered(told(root, {path: edited(path, (old, new))}))}"


@pytest.fixture(scope="module")
def golden() -> dict[str, str]:
    blocks = GOLDEN.read_text(encoding="utf-8").split("\n== ")
    return {block.removeprefix("== ").partition(" (")[0]: "== " + block.removeprefix("== ").rstrip("\n") for block in blocks}


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_told_as_it_is_meant_to_be_read(tmp_path: Path, golden: dict[str, str], case: str) -> None:
    assert told_of(case, tmp_path).rstrip("\n") == golden[case]


def test_the_golden_file_holds_the_cases_and_no_others(golden: dict[str, str]) -> None:
    assert list(golden) == list(CASES)


@pytest.mark.parametrize("path", sorted(path for path in FILES if path.endswith(".yaml")))
def test_an_unknown_key_is_told_in_every_file(tmp_path: Path, path: str) -> None:
    faults = told(tmp_path, {path: FILES[path] + "qqqq: 1\n"})
    assert [(fault.path, fault.message) for fault in faults] == [(path, "'qqqq' is not a key here.")]
    assert faults[0].line == FILES[path].count("\n") + 1


@pytest.mark.parametrize("path", sorted(path for path in FILES if path.endswith(".yaml")))
def test_lists_and_keys_in_the_wrong_place_are_faults_and_never_a_crash(tmp_path: Path, path: str) -> None:
    lines = FILES[path].splitlines()
    tops = [number for number, line in enumerate(lines) if line and not line.startswith(" ")]
    told_at_all = 0
    for number in tops:
        end = next((other for other in tops if other > number), len(lines))
        for odd in ("[[x], {y: z}]", "{x: {y: [z]}}", "word", '""'):
            text = "\n".join([*lines[:number], f"{lines[number].partition(':')[0]}: {odd}", *lines[end:]]) + "\n"
            try:
                read(write(tmp_path, {path: text}), VOCABULARY)
            except DeclarationsWrong as wrong:
                told_at_all += 1
                assert wrong.faults and all(fault.line >= 1 and fault.message for fault in wrong.faults)
    assert told_at_all >= 3 * len(tops)


if __name__ == "__main__":  # after a change that is meant: write the golden file anew, and read it
    with tempfile.TemporaryDirectory() as folder:
        blocks = [told_of(case, Path(folder) / str(number)) for number, case in enumerate(CASES)]
        GOLDEN.write_text("\n".join(blocks), encoding="utf-8")
