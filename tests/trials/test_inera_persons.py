"""Do 93 records in two formats become 71 persons, with protection and decease carried? Fictitious persons, counted from their JSON."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from shared_data import shared
from ward import Done, Ward, rows_of

HERE = Path(__file__).resolve().parent
FOLDERS = {"personer": "bootstrap-personer", "personer_old": "bootstrap-personer-old"}

# As the data's own README counts them: 93 records, one number in two records of one format.
RECORDS = {"personer": 72, "personer_old": 21}
PERSONS = 71
TWICE = "195207122184"
PROTECTED = {"194012019149", "195401232540"}
PROTECTED_REGISTRATION = {"200512312398"}
DECEASED = {"194111299055": None, "190005259809": "2017-01-01"}
COORDINATION = {"194401710076", "195401875769"}
WRONG = {"190101010101", "191212129999"}
"""Their check digit is wrong, as `luhn` below says too."""


def leaves(tree: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every leaf of a JSON tree under its path: a text as it stands, anything else as JSON writes it."""
    if isinstance(tree, dict):
        for name, inner in tree.items():
            yield from leaves(inner, (*path, name))
    else:
        yield ".".join(path), tree if isinstance(tree, str) else json.dumps(tree)


def unpack(folder: Path, name: str, to: Path, keep: bool = True) -> None:
    """One CSV table of a folder of JSON files, a column a leaf. A leaf that is not there is empty; one that is, stands in quotes."""
    records = [{"file": f"{name}/{path.name}", **dict(leaves(load(path)))} for path in sorted((folder / name).iterdir())]
    columns = list(dict.fromkeys(["file", *(column for record in records for column in record)]))
    lines = [",".join(quoted(column) for column in columns)]
    lines += [",".join(quoted(record[column]) if column in record else "" for column in columns) for record in records if keep]
    to.write_text("\n".join(lines) + "\n", encoding="utf-8")


def luhn(number: str) -> bool:
    """Whether the check digit of twelve digits is right, by the rule as it is taught."""
    return sum(int(sign) for place, digit in enumerate(number[2:]) for sign in str(int(digit) * (2 - place % 2))) % 10 == 0


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def at(tree: Any, *path: str) -> Any:
    """What stands at a path of a JSON tree; None where nothing does, or an empty text."""
    for name in path:
        tree = tree.get(name, {})
    return tree or None


@pytest.fixture(scope="module")
def source() -> Path:
    return shared("inera-test-persons")


@pytest.fixture(scope="module")
def records(source: Path) -> dict[str, dict[str, Any]]:
    """Table to file to the JSON tree in it."""
    return {table: {f"{name}/{path.name}": load(path) for path in (source / name).iterdir()} for table, name in FOLDERS.items()}


def project(folder: Path, source: Path, only: str = "") -> Ward:
    """The declarations with the records delivered; `only` one table's, if named."""
    shutil.copytree(HERE / "inera", folder)
    (folder / "drops").mkdir()
    for table, name in FOLDERS.items():
        unpack(source, name, folder / "drops" / f"{table}.csv", keep=only in ("", table))
    if only:
        # A file without rows is refused, unless a manifest says that it should have none.
        lines = [f"{table}.csv,{RECORDS[table] if table == only else 0}\n" for table in FOLDERS]
        (folder / "drops" / "manifest.csv").write_text("".join(["file,rows\n", *lines]), encoding="utf-8")
        Ward(folder).edit("mappings/register/system.yaml", "path: drops,", "path: drops, manifest: manifest.csv,")
    return Ward(folder)


def carried(ward: Ward) -> dict[str, Done]:
    """What each command came to."""
    return {command: ward.ask(*command.split()) for command in ("validate", "mappings test", "plan all", "apply all", "books all")}


@pytest.fixture(scope="module")
def moved(source: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ward, dict[str, Done]]:
    ward = project(tmp_path_factory.mktemp("inera") / "project", source)
    return ward, carried(ward)


@pytest.fixture(scope="module")
def target(moved: tuple[Ward, dict[str, Done]]) -> Path:
    return moved[0].target


def new_person(record: Any) -> tuple[Any, ...]:
    """Identifier and names, as the new format says them."""
    number = record["personalIdentity"]["extension"]
    return number, at(record, "name", "givenName", "name"), at(record, "name", "middleName", "name"), at(record, "name", "surname", "name")


def old_person(record: Any) -> tuple[Any, ...]:
    """Identifier and names, as the old format says them."""
    person = record["personpost"]
    return person["personId"], *(at(person, "namn", name) for name in ("fornamn", "mellannamn", "efternamn"))


def test_the_records_are_what_their_readme_says(records: Mapping[str, Mapping[str, Any]]) -> None:
    assert {table: len(found) for table, found in records.items()} == RECORDS
    new = [new_person(record)[0] for record in records["personer"].values()]
    old = [old_person(record)[0] for record in records["personer_old"].values()]
    assert len({*new, *old}) == PERSONS
    assert {number for number in new if new.count(number) > 1} == {TWICE}
    assert {record["personpost"]["personId"] for record in records["personer_old"].values()} <= set(new)
    assert {number for number in new if not luhn(number)} == WRONG
    said = records["personer"].values()
    assert {new_person(one)[0] for one in said if one["protectedPersonIndicator"]} == PROTECTED
    assert {new_person(one)[0] for one in said if one.get("protectedPopulationRecord")} == PROTECTED_REGISTRATION
    assert {new_person(one)[0] for one in said if at(one, "deregistration", "deregistrationReasonCode") == "AV"} == set(DECEASED)


def test_every_command_is_content(moved: tuple[Ward, dict[str, Done]]) -> None:
    assert {command: done.code for command, done in moved[1].items()} == dict.fromkeys(moved[1], 0), moved[1]
    assert "The books close." in moved[1]["books all"].out


def test_93_records_become_71_persons(target: Path) -> None:
    tallied = rows_of(
        target,
        "select b.mapping, sum(t.extracted), sum(t.loaded), sum(t.merged), sum(t.rejected), sum(t.excluded) from vs_tally as t"
        " join vs_batch as b on b.batch = t.batch group by 1",
    )
    assert {mapping: tuple(numbers) for mapping, *numbers in tallied} == {
        "register.person": (72, 69, 1, 0, 2),
        "register.person_old": (21, 0, 19, 0, 2),
        "register.person_unchecked": (72, 2, 0, 0, 70),
        "register.person_unchecked_old": (21, 0, 2, 0, 19),
        "register.address": (72, 67, 0, 0, 5),
        "register.address_old": (21, 0, 0, 0, 21),
    }
    assert rows_of(target, "select count(*), count(distinct identifier) from person") == [(PERSONS, PERSONS)]


def test_each_record_leads_to_the_person_of_its_number(records: Mapping[str, Mapping[str, Any]], target: Path) -> None:
    found = rows_of(target, "select c.source_key, p.identifier from vs_contribution as c join person as p on p.person_id = c.target_id")
    right = [(file, new_person(record)[0]) for file, record in records["personer"].items()]
    right += [(file, old_person(record)[0]) for file, record in records["personer_old"].items()]
    assert len(right) == 93
    # A wrong number is a key of the register, in either format, and nothing else.
    assert sorted(found) == sorted((number, number) if number in WRONG else (file, number) for file, number in right)


def test_names_are_those_of_the_first_record(records: Mapping[str, Mapping[str, Any]], target: Path) -> None:
    expected: dict[str, tuple[Any, ...]] = {}
    for _, record in sorted(records["personer"].items()):
        expected.setdefault(new_person(record)[0], new_person(record))
    found = rows_of(target, "select identifier, given_name, middle_name, family_name from person")
    assert sorted(found, key=str) == sorted(expected.values(), key=str)
    assert rows_of(target, f"select given_name from person where identifier = '{TWICE}'") == [("Ing-Mari Anita",)]
    assert [row[0] for row in found if row[1:] == (None, None, None)] == ["194401710076"]


def test_protection_and_decease_are_carried(target: Path) -> None:
    def whose(condition: str) -> set[str]:
        return {number for (number,) in rows_of(target, f"select identifier from person where {condition}")}

    assert whose("protected_identity = 1") == PROTECTED
    assert whose("protected_identity = 0") == whose("true") - PROTECTED
    assert whose("protected_registration = 1") == PROTECTED_REGISTRATION
    assert dict(rows_of(target, "select identifier, deregistered_on from person where deregistered = 'deceased'")) == DECEASED
    assert whose("deregistered is null and deregistered_on is null") == whose("true") - set(DECEASED)
    assert whose("domain = 'samordningsnummer'") == COORDINATION
    assert whose("domain = 'personnummer'") == whose("true") - COORDINATION - WRONG
    assert whose("domain = 'unchecked'") == WRONG


def test_addresses_are_whole_and_at_the_right_person(records: Mapping[str, Mapping[str, Any]], target: Path) -> None:
    names = ("careOf", "postalAddress1", "postalAddress2", "postalCode", "city")
    expected = []
    for record in records["personer"].values():
        home = at(record, "addressInformation", "residentialAddress")
        if home is not None and new_person(record)[0] not in WRONG:
            lines = [home.get(name) or None for name in names]
            lines[3] = str(lines[3])
            expected.append((new_person(record)[0], *lines))
    found = rows_of(
        target,
        "select p.identifier, a.care_of, a.line_1, a.line_2, a.postal_code, a.city from address as a"
        " join person as p on p.person_id = a.person_id",
    )
    assert len(found) == 67
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_the_old_format_says_the_same_alone(source: Path, records: Mapping[str, Mapping[str, Any]], tmp_path: Path) -> None:
    ward = project(tmp_path / "project", source, only="personer_old")
    assert [done.code for done in carried(ward).values()] == [0, 0, 0, 0, 0]
    found = rows_of(ward.target, "select identifier, given_name, middle_name, family_name from person")
    assert sorted(found, key=str) == sorted((old_person(record) for record in records["personer_old"].values()), key=str)
    assert rows_of(ward.target, "select identifier from person where protected_identity = 1") == [("195401232540",)]
    assert rows_of(ward.target, "select identifier, deregistered_on from person where deregistered = 'deceased'") == [
        ("190005259809", "2017-01-01")
    ]
    # Of 21 one has no address, and two have a wrong number.
    assert rows_of(ward.target, "select count(*) from address") == [(18,)]


def test_left_to_review_no_person_is_merged_unseen(source: Path, tmp_path: Path) -> None:
    ward = project(tmp_path / "project", source)
    for name in ("person", "person_old"):
        ward.edit(f"mappings/register/{name}.yaml", "conflict: first\n", "")
    done = carried(ward)
    assert (done["apply all"].code, done["books all"].code) == (1, 1)
    counted = dict(rows_of(ward.target, "select fate || ' ' || reason, count(*) from vs_fate where fate <> 'excluded' group by 1"))
    assert counted["rejected IDENTITY_REVIEW"] == 20
    assert rows_of(ward.target, "select count(*) from person") == [(PERSONS,)]
    said = "".join(one.told for one in done.values())
    assert TWICE not in said
    assert "Pärsson" not in said
