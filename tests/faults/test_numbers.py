"""Faults E1 to E10: what becomes of numbers that are ambiguous, too large, too exact, or no numbers?"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from fault import Carried, carried, project, refused
from ward import rows_of

RECORD = """\
tables:
  - table: value
    title: Measured values
    key: value_id
    columns:
      - {column: value_id, type: uuid, required: true}
      - {column: number, type: decimal}
      - {column: comparator, type: text}
      - {column: measured_in, type: text}
      - {column: as_text, type: text}
      - {column: whole, type: integer}
      - {column: sure, type: boolean}
"""
HEAD = "into: value\nkey: [id]\nunit: {is: ward}\nfields:\n"
MAPPINGS = {
    "comma": "reads: comma\n" + HEAD + '  number: {from: v, through: {decimal: ","}}\n',
    "point": "reads: point\n" + HEAD + "  number: {from: v, through: decimal}\n",
    "lab": "reads: lab\n"
    + HEAD
    + """\
  number: {from: v, through: {quantity: number, separator: ","}}
  comparator: {from: v, through: {quantity: comparator, separator: ","}}
  measured_in: {from: v, through: {quantity: unit, separator: ","}}
  as_text: {from: v}
""",
    "ident": "reads: ident\n" + HEAD + "  as_text: {from: v}\n",
    "whole": "reads: whole\n" + HEAD + "  whole: {from: v}\n",
    "flag": "reads: flag\n" + HEAD + '  sure: {from: v, through: {boolean: [J, "1", "-1", T], false: [N, "0", F]}}\n',
    "dose": "reads: dose\n" + HEAD + '  number: {from: v, through: {unit: mg, written_in: u, factors: {µg: "0.001", g: "1000"}}}\n',
    "real": "reads: real\n" + HEAD + "  as_text: {from: v}\n",
}
COMMA = {"e1-whole": "37,5", "e1-thousands": "1 234,50", "e1-point": "1.213", "e1-both": "1.234,50"}
POINT = {
    "e1-comma": "37,5",
    "e1-grouped": "1,213",
    "e4-nan": "NaN",
    "e4-inf": "Inf",
    "e4-zero": "-0.0",
    "e4-huge": "1e400",
    "e6-scale": "0.10",
    "e6-short": "0.1",
    "e6-half": "0.005",
    "e6-long": "12345678901234567890.123456789012345678901234567890",
    "e7-tenth": "0.1",
    "e7-fifth": "0.2",
    "e7-large": "100000000000000000000",
    "e7-back": "-100000000000000000000",
}
LAB = {"e2-less": "<0,5", "e2-more": ">200", "e2-plus": "++", "e2-unit": "37,5 °C", "e2-none": None}
IDENT = {"e3-zeros": "007012345678", "e3-long": 1234567890123456789, "e3-null": None, "e3-small": 42, "e3-exp": "12E4"}
WHOLE = {"e5-int": "2147483648", "e5-most": "999999999999999999", "e5-over": "9223372036854775808", "e5-unsigned": "18446744073709551615"}
FLAG = {
    "e9-j": "J",
    "e9-n": "N",
    "e9-one": "1",
    "e9-nought": "0",
    "e9-minus": "-1",
    "e9-t": "T",
    "e9-f": "F",
    "e9-empty": "",
    "e9-odd": "kanske",
}
DOSE = {
    "e10-mg": ("5", "mg"),
    "e10-ug": ("5", "µg"),
    "e10-g": ("5", "g"),
    "e10-mu": ("5", "μg"),
    "e10-odd": ("5", "mmol/L"),
    "e10-none": ("5", None),
}
REAL = {"e8-tenth": 0.1, "e8-sum": 0.1 + 0.2, "e8-small": 5e-324, "e8-large": 1.7976931348623157e308}
TABLES = {"comma": COMMA, "point": POINT, "lab": LAB, "ident": IDENT, "whole": WHOLE, "flag": FLAG, "real": REAL}
REJECTED = {
    "comma": ["e1-both", "e1-point", "e1-thousands"],
    "point": ["e1-comma", "e1-grouped", "e4-huge", "e4-inf", "e4-nan"],
    "lab": ["e2-plus"],
    "whole": ["e5-over", "e5-unsigned"],
}
HIDDEN = ["007012345678", "1234567890123456789", "1 234,50", "1.234,50", "18446744073709551615", "37,5 °C", "12345678901234567890.12"]


def literal(value: object) -> str:
    """A value in SQL."""
    return "null" if value is None else f"'{value}'" if isinstance(value, str) else repr(value)


def source() -> list[str]:
    """The tables of the journal; columns without a type keep what they are given."""
    statements = []
    for table, rows in TABLES.items():
        statements.append(f"create table {table} (id text, v)")
        statements += [f"insert into {table} values ('{key}', {literal(value)})" for key, value in rows.items()]
    statements.append("create table dose (id text, v, u)")
    return statements + [f"insert into dose values ('{key}', {literal(v)}, {literal(u)})" for key, (v, u) in DOSE.items()]


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Carried:
    """All odd numbers in one journal, loaded."""
    ward = project(tmp_path_factory.mktemp("numbers"), record=RECORD, mappings=MAPPINGS, source=source())
    counted = {table: len(rows) for table, rows in TABLES.items()} | {"dose": len(DOSE)}
    rejected = {"INVALID_NUMBER": sum(map(len, REJECTED.values())), "INVALID_BOOLEAN": 1, "UNKNOWN_UNIT": 3}
    return carried(ward, counted=counted, rejected=rejected, hidden=HIDDEN)


def stored(loaded: Carried, fault: str) -> dict[str, object]:
    """What stands in the journal under the keys of a fault; never nothing."""
    found: dict[str, object] = {}
    for table in (*TABLES, "dose"):
        found |= dict(rows_of(loaded.ward.folder / "old.sqlite", f"select id, v from {table} where id like ?", f"{fault}-%"))
    assert found
    return found


def told(loaded: Carried, fault: str, column: str) -> dict[str, object]:
    """Key (without the fault's name) to the value in the record."""
    return {key.removeprefix(f"{fault}-"): value for key, value in loaded.values("value", column).items() if key.startswith(f"{fault}-")}


def reasons(loaded: Carried, fault: str) -> dict[str, str]:
    """Key (without the fault's name) to its reason, over all mappings."""
    every = {key: why for mapping in MAPPINGS for key, why in loaded.fates(f"old.{mapping}").items()}
    return {key.removeprefix(f"{fault}-"): why for key, why in every.items() if key.startswith(f"{fault}-")}


def test_e1_a_number_is_read_by_its_columns_rule_or_rejected_and_never_guessed(numbers: Carried) -> None:
    assert {"37,5", "1 234,50", "1,213"} <= set(stored(numbers, "e1").values())
    assert told(numbers, "e1", "number") == {"whole": "37.5"}
    assert set(reasons(numbers, "e1")) == {"thousands", "point", "both", "comma", "grouped"}


def test_e2_a_laboratory_value_keeps_its_comparator_and_unit_and_what_is_none_is_rejected(numbers: Carried) -> None:
    assert stored(numbers, "e2")["e2-plus"] == "++"
    found = [told(numbers, "e2", column) for column in ("number", "comparator", "measured_in", "as_text")]
    assert [one["less"] for one in found] == ["0.5", "<", None, "<0,5"]
    assert [one["more"] for one in found] == ["200", ">", None, ">200"]
    assert [one["unit"] for one in found] == ["37.5", None, "°C", "37,5 °C"]
    assert [one["none"] for one in found] == [None] * 4
    assert reasons(numbers, "e2") == {"plus": "INVALID_NUMBER"}


def test_e3_identifiers_are_text_whatever_stands_beside_them(numbers: Carried) -> None:
    assert None in stored(numbers, "e3").values()
    expected = {"zeros": "007012345678", "long": "1234567890123456789", "null": None, "small": "42", "exp": "12E4"}
    assert told(numbers, "e3", "as_text") == expected


def test_e4_what_is_no_number_is_rejected_and_minus_nought_stays(numbers: Carried) -> None:
    assert {"NaN", "Inf", "-0.0", "1e400"} == set(stored(numbers, "e4").values())
    assert told(numbers, "e4", "number") == {"zero": "-0.0"}
    assert set(reasons(numbers, "e4").values()) == {"INVALID_NUMBER"}


def test_e5_a_whole_number_beyond_the_columns_range_is_rejected(numbers: Carried) -> None:
    assert int(str(stored(numbers, "e5")["e5-over"])) == 2**63
    assert told(numbers, "e5", "whole") == {"int": 2147483648, "most": 999999999999999999}
    assert reasons(numbers, "e5") == {"over": "INVALID_NUMBER", "unsigned": "INVALID_NUMBER"}


def test_e5_numbers_that_will_not_fit_are_counted_before_the_run(numbers: Carried) -> None:
    oddities = numbers.ward.ask("profile", "old", "--json").document["oddities"]
    found = {one["table"]: one["rows"] for one in oddities if one["what"] == "no_number"}
    rejected = {table: len(keys) for table, keys in REJECTED.items() if table != "dose"}
    assert found == rejected | {"dose": 3}, "as many as the run rejects, each under its column"
    assert "no number" in numbers.ward.ask("profile", "old").out
    assert not [text for text in HIDDEN if text in numbers.ward.ask("profile", "old").told]


def test_e6_no_decimal_loses_its_scale_or_a_digit(numbers: Carried) -> None:
    expected = {key.removeprefix("e6-"): value for key, value in stored(numbers, "e6").items()}
    assert told(numbers, "e6", "number") == expected
    assert {"0.10", "0.1"} < set(expected.values())


def test_e7_totals_come_out_alike_in_exact_arithmetic(numbers: Carried) -> None:
    given = [str(value) for value in stored(numbers, "e7").values()]
    assert sum(map(float, given)) != 0.3, "in floating point it is another total"
    found = [Decimal(str(value)) for value in told(numbers, "e7", "number").values()]
    assert sum(found) == sum(map(Decimal, given)) == Decimal("0.3")


def test_e8_a_double_comes_with_all_its_digits(numbers: Carried) -> None:
    found = told(numbers, "e8", "as_text")
    assert {key: float(str(text)) for key, text in found.items()} == {key.removeprefix("e8-"): value for key, value in REAL.items()}
    assert stored(numbers, "e8") == REAL


def test_e9_only_the_declared_words_are_true_or_false(numbers: Carried) -> None:
    assert {"J", "-1", "", "kanske"} <= set(stored(numbers, "e9").values())
    expected = {"j": 1, "n": 0, "one": 1, "nought": 0, "minus": 1, "t": 1, "f": 0, "empty": None}
    assert told(numbers, "e9", "sure") == expected
    assert reasons(numbers, "e9") == {"odd": "INVALID_BOOLEAN"}


def test_e9_one_word_cannot_mean_both(tmp_path: Path) -> None:
    both = {"flag": MAPPINGS["flag"].replace('"1", "-1", T]', '"1", "-1", N]')}
    ward = project(tmp_path, record=RECORD, mappings=both, source=["create table flag (id text, v)"])
    refused(ward, 2, "validate", said=("mappings/old/flag.yaml:", "'N'"))


def test_e10_units_are_converted_by_a_named_rule_and_an_unknown_one_is_rejected(numbers: Carried) -> None:
    assert len({unit for _, unit in DOSE.values()}) == 6 and set(stored(numbers, "e10").values()) == {"5"}
    assert told(numbers, "e10", "number") == {"mg": "5", "ug": "0.005", "g": "5000"}
    assert reasons(numbers, "e10") == dict.fromkeys(("mu", "odd", "none"), "UNKNOWN_UNIT")
