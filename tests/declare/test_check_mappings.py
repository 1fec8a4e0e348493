"""Does every mapping fill its table wholly, with columns, units and codes that exist?"""

from __future__ import annotations

from pathlib import Path

from small_region import FILES, edited, only, told, understood

PERSON, BOOKING, RECORD = "mappings/elvis/person.yaml", "mappings/elvis/booking.yaml", "mappings/record.yaml"
CODES = "mappings/codes/visit_type.csv"


def test_a_required_column_that_nothing_fills_is_told_at_the_fields(tmp_path: Path) -> None:
    fault = only(tmp_path, BOOKING, '  starts_at:  {from: starttid, through: {local_time: "%Y-%m-%d %H:%M", repeated_hour: first}}\n', "")
    assert (fault.line, fault.message) == (10, "do not fill 'starts_at', which the record requires.")


def test_a_default_code_that_the_codebook_gives_is_right(tmp_path: Path) -> None:
    programme = understood(tmp_path, {BOOKING: edited(BOOKING, ("unmapped: keep_local", "unmapped: return"))})
    assert programme.mapping("elvis.booking").fields[2].steps[0].options["unmapped"] == "return"


def test_persons_need_identities_and_a_place_wherever_they_have_care(tmp_path: Path) -> None:
    lacking = only(tmp_path, PERSON, "identities:\n  - {from: personnummer, through: personal_identity}\n", "")
    assert (lacking.line, "lacks the key 'identities'" in lacking.message) == (1, True)
    misplaced = only(tmp_path, PERSON, "{wherever: [bokning.person_id]}", "{from: enhet}")
    assert misplaced.line == 6 and "every wave in which it has care" in misplaced.message


def test_wherever_is_for_persons(tmp_path: Path) -> None:
    faults = told(tmp_path, {BOOKING: edited(BOOKING, ("{from: enhet_hsaid}", "{wherever: [bokning.x]}"))})
    assert any("`wherever` is only for persons" in fault.message and fault.line == 6 for fault in faults)


def test_wherever_needs_a_key_of_one_column_and_tables_with_a_unit(tmp_path: Path) -> None:
    assert any("a key of one column" in fault.message for fault in told(tmp_path, {PERSON: edited(PERSON, ("[person_id]", "[a, b]"))}))
    fault = only(tmp_path, PERSON, "[bokning.person_id]", "[bokningar.person_id]")
    assert (fault.trail, fault.hint) == ("elvis.person › unit › wherever › 1", "Did you mean 'bokning'?")


def test_a_codebook_of_another_code_system_is_told_at_its_use(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, {CODES: FILES[CODES].replace("visit_type", "sex")})
    assert (fault.path, fault.line) == (BOOKING, 13)
    assert fault.message == "'visit_type' gives codes of 'sex', but 'visit_type' holds codes of 'visit_type'."


def test_a_recipient_takes_the_codebook_of_units_and_no_other(tmp_path: Path) -> None:
    record = edited(
        RECORD, ("{column: visit_type, type: text, code_system: visit_type}", "{column: visit_type, type: text, recipient: true}")
    )
    understood(tmp_path / "units", {RECORD: record, CODES: FILES[CODES].replace("code_system: visit_type", "code_system: unit")})
    (fault,) = told(tmp_path / "visits", {RECORD: record})
    assert fault.message == "'visit_type' gives codes of 'visit_type', but 'visit_type' holds codes of 'unit'."


def test_a_codebook_of_an_unknown_code_system_is_told_in_the_codebook(tmp_path: Path) -> None:
    faults = told(tmp_path, {CODES: FILES[CODES].replace("visit_type", "visittype")})
    assert (CODES, 1, "Did you mean 'visit_type'?") in [(fault.path, fault.line, fault.hint) for fault in faults]


def test_an_unknown_table_hides_no_unknown_codebook(tmp_path: Path) -> None:
    both = edited(BOOKING, ("into: appointment", "into: apointment"), ("codebook: visit_type", "codebook: visits"))
    assert [fault.message for fault in told(tmp_path, {BOOKING: both})] == [
        "'apointment' is not a table of the record.",
        "'visits' is not a codebook here.",
    ]
