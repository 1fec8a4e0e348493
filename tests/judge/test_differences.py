"""Does every difference get the class that it looks like?"""

from __future__ import annotations

import pytest

from vardskiftet.judge.differences import UnlikeCell, bare, kind_of, likeness, zero_tolerance
from vardskiftet.model.difference import Kind
from vardskiftet.model.record import Column, ColumnType, Table

TEXT, DECIMAL, INSTANT = ColumnType.TEXT, ColumnType.DECIMAL, ColumnType.INSTANT


@pytest.mark.parametrize(
    ("expected", "stored", "kind", "looks"),
    [
        ("ej blod", "ej blod ", TEXT, Kind.WHITESPACE),
        ("ej\r\nblod", "ej\nblod", TEXT, Kind.WHITESPACE),
        ("blåsa", "blasa", TEXT, Kind.NORMALISATION),
        ("blåsa", "bla\u030asa", TEXT, Kind.NORMALISATION),
        ("Ödem", "ÖDEM", TEXT, Kind.NORMALISATION),
        ("blåsa", "blÃ¥sa", TEXT, Kind.ENCODING),
        ("blåsa", "bl?sa", TEXT, Kind.ENCODING),
        ("blåsa", "bl\ufffdsa", TEXT, Kind.ENCODING),
        ("inga blödningar", "inga blöd", TEXT, Kind.TRUNCATED),
        ("inga blödningar", "", TEXT, Kind.TRUNCATED),
        (None, "", TEXT, Kind.NULL_EMPTY),
        ("", None, TEXT, Kind.NULL_EMPTY),
        ("7.45", "7.5", DECIMAL, Kind.PRECISION),
        ("7.50", "7.5", DECIMAL, Kind.PRECISION),
        ("37.5", "3.75", DECIMAL, Kind.PRECISION),
        ("16777217", "16777216", DECIMAL, None),
        ("9007199254740993", "9007199254740992", DECIMAL, None),
        ("2024-07-01T10:00:00Z", "2024-07-01T12:00:00Z", INSTANT, Kind.TIMEZONE),
        ("2024-07-01T10:00:00.123456Z", "2024-07-01T10:00:00Z", INSTANT, Kind.PRECISION),
        ("2024-07-01T10:00:00Z", "2024-07-11T10:00:00Z", INSTANT, None),
        ("har ej feber", "har feber", TEXT, None),
        ("a", None, TEXT, None),
    ],
)
def test_two_texts_look_like(expected: str | None, stored: str | None, kind: ColumnType, looks: Kind | None) -> None:
    assert likeness(expected, stored, kind) is looks


def kind(
    expected: str | None, stored: str | None, *, exchanged: bool = False, due: bool = False, written: bool = True, **column: object
) -> Kind:
    """Of a cell of a record with a table of patients."""
    cell = UnlikeCell("1", "k", "ward", "anna", "value", expected, stored, written, exchanged, due)
    return kind_of(cell, Column.model_validate({"column": "value", "type": "decimal", **column}), "patient")


def test_values_that_two_patients_exchanged_are_on_the_wrong_patient() -> None:
    assert kind("3.5", "4.5", exchanged=True) is Kind.WRONG_PATIENT
    assert kind("3.5", "4.5", due=True) is Kind.WRONG_PATIENT


def test_times_an_hour_apart_that_were_exchanged_are_no_matter_of_zones() -> None:
    early, late = "2024-07-01T10:00:00Z", "2024-07-01T11:00:00Z"
    assert kind(early, late, exchanged=True, due=True, type="instant") is Kind.WRONG_PATIENT
    assert kind(early, late, due=True, type="instant") is Kind.TIMEZONE


def test_marks_and_codes_stand_in_many_rows_by_themselves() -> None:
    assert kind("a", "b", due=True, type="text", code_system="kind") is Kind.OTHER
    assert kind("1", "0", exchanged=True, due=True, type="boolean") is Kind.OTHER


def test_a_row_that_leads_to_another_patient_needs_no_second_one() -> None:
    assert kind("anna", "bo", type="uuid", references="patient") is Kind.WRONG_PATIENT


def test_what_looks_like_nothing_is_told_by_the_digest_that_the_load_left() -> None:
    assert kind("3", "8") is Kind.OTHER
    assert kind("3", "8", written=False) is Kind.CHANGED_IN_TARGET


@pytest.mark.parametrize(
    ("one", "other"), [("+07.50", "7.50"), ("-0.0", "0.0"), ("000", "0"), ("-007", "-7"), (".5", "0.5"), ("0", "-0"), ("100", "100")]
)
def test_decimals_are_compared_as_exact_databases_write_them(one: str, other: str) -> None:
    assert bare(one, DECIMAL) == bare(other, DECIMAL)
    assert (bare(one, TEXT) == bare(other, TEXT)) == (one == other)


def test_places_of_a_decimal_count() -> None:
    assert bare("7.5", DECIMAL) != bare("7.50", DECIMAL)


def test_zero_tolerance_is_told_by_what_the_record_declares() -> None:
    columns = (Column(column="id", type=ColumnType.UUID), Column(column="mark", type=ColumnType.BOOLEAN, protected=True))
    alert, patient = (Table(table=name, title=name, key="id", identity=name == "patient", columns=columns) for name in ("alert", "patient"))
    booking = Table(table="booking", title="booking", key="id", columns=columns)
    assert zero_tolerance(booking, None, Kind.MISSING) == ""
    assert zero_tolerance(booking, columns[0], Kind.WRONG_PATIENT) == "wrong patient"
    assert zero_tolerance(booking, columns[1], Kind.OTHER) == "protection"
    assert zero_tolerance(patient, None, Kind.MISSING) == "identity"
    assert zero_tolerance(alert, None, Kind.MISSING) == "alerts"
