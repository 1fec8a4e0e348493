"""Does every reference lead to rows that some mapping has loaded before?"""

from __future__ import annotations

from pathlib import Path

from small_region import FILES, edited, told, understood

PERSON, BOOKING, RECORD = "mappings/elvis/person.yaml", "mappings/elvis/booking.yaml", "mappings/record.yaml"
SYSTEM, PROGRAMME = "mappings/elvis/system.yaml", "waves/programme.yaml"
FIND = "{find: patient, by: person_id}"


def test_a_find_of_a_table_that_no_mapping_fills_is_told(tmp_path: Path) -> None:
    faults = told(tmp_path, {PERSON: None})
    assert ("elvis.booking › fields › patient_id › find", "no mapping of 'elvis' fills 'patient'.") in [
        (one.trail, one.message) for one in faults
    ]


def test_a_find_by_identifier_needs_a_mapping_of_any_system(tmp_path: Path) -> None:
    programme = understood(tmp_path, {BOOKING: edited(BOOKING, (FIND, "{find: patient, by: pnr, through: personal_identity}"))})
    find = programme.mapping("elvis.booking").fields[0].find
    assert find is not None and find.step is not None and (find.step.options, find.mapping) == ({"gives": "id"}, "")
    assert [mapping.mapping for mapping in programme.mappings] == ["elvis.person", "elvis.booking"]


def test_several_parents_ask_for_a_choice_and_take_it(tmp_path: Path) -> None:
    other = FILES[PERSON].replace("elvis.person", "elvis.anonym").replace("reads: person", "reads: anonym")
    (fault,) = told(tmp_path, {"mappings/elvis/anonym.yaml": other})
    assert (fault.path, fault.line) == (BOOKING, 11)
    assert (fault.message, fault.hint) == ("several mappings fill 'patient': elvis.anonym, elvis.person.", "Say which with `in:`.")
    chosen = {"mappings/elvis/anonym.yaml": other, BOOKING: edited(BOOKING, ("by: person_id", "by: person_id, in: elvis.anonym"))}
    find = understood(tmp_path, dict(chosen)).mapping("elvis.booking").fields[0].find
    assert find is not None and find.mapping == "elvis.anonym"


def test_a_parent_without_a_key_of_one_column_is_told(tmp_path: Path) -> None:
    several = told(tmp_path, {PERSON: edited(PERSON, ("[person_id]", "[a, b]"))})
    assert any(fault.path == BOOKING and "has a key of 2 columns" in fault.message for fault in several)
    whole = told(tmp_path, {PERSON: edited(PERSON, ("[person_id]", "whole_row"))})
    assert any(fault.path == BOOKING and "has no key column" in fault.message for fault in whole)


def test_a_find_in_a_mapping_that_splits_its_rows_is_told(tmp_path: Path) -> None:
    record = edited(RECORD, ("column: note, type: text, max_length: 10", "column: note, type: uuid, references: appointment"))
    own = edited(BOOKING, ('{sql: "upper(anteckning)"}', "{find: appointment, by: forra}"))
    understood(tmp_path, {RECORD: record, BOOKING: own})
    (fault,) = told(tmp_path, {RECORD: record, BOOKING: own + 'split: [{item: one, when: "true", x: y}]\n'})
    assert (fault.path, fault.line) == (BOOKING, 15) and "same mapping, which splits them" in fault.message


def test_a_find_into_a_column_without_reference_is_told(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, {BOOKING: edited(BOOKING, ('{sql: "upper(anteckning)"}', "{find: patient, by: x}"))})
    assert (fault.message, fault.hint) == ("'note' references no table.", "Add references: patient to the record's column.")


def test_mappings_that_wait_for_each_other_are_told_once(tmp_path: Path) -> None:
    record = edited(
        RECORD,
        ("      - {column: identifier,", "      - {column: last_id, type: uuid, references: appointment}\n      - {column: identifier,"),
    )
    person = edited(PERSON, ("fields:\n", "fields:\n  last_id: {find: appointment, by: sista}\n"))
    (fault,) = told(tmp_path, {RECORD: record, PERSON: person})
    assert fault.message == "the mappings wait for each other: elvis.booking → elvis.person → elvis.booking."


def test_systems_come_in_the_programmes_order_and_may_name_each_others_mappings(tmp_path: Path) -> None:
    files = {
        PROGRAMME: edited(PROGRAMME, ("[elvis]", "[melior, elvis]")),
        "mappings/melior/system.yaml": FILES[SYSTEM].replace("system: elvis", "system: melior"),
        "mappings/melior/person.yaml": FILES[PERSON].replace("elvis.person", "melior.person"),
        "mappings/melior/booking.yaml": edited(
            BOOKING, ("elvis.booking", "melior.booking"), ("by: person_id", "by: person_id, in: elvis.person")
        ),
    }
    programme = understood(tmp_path, dict(files))
    assert [mapping.mapping for mapping in programme.mappings] == ["melior.person", "elvis.person", "melior.booking", "elvis.booking"]
    assert [system.system for system in programme.systems] == ["melior", "elvis"]
