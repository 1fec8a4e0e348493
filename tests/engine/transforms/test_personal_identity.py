"""Is a person's identifier judged as the rules say? Beside python-stdnum, and beside the rules written out in plain Python."""

from __future__ import annotations

import calendar
import re
from datetime import date

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum.se import personnummer
from transforming import Answer, one, run_transform

KIND = "personal_identity"
DAYS = st.dates(date(1850, 1, 1), date(2099, 12, 31))
SERIALS = st.integers(1, 999).map("{:03}".format)


def check_digit(nine: str) -> str:
    """Luhn's digit for nine digits, as the Swedish Tax Agency describes it."""
    products = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(nine)]
    return str(-sum(product // 10 + product % 10 for product in products) % 10)


def numbered(day: str, serial: str) -> str:
    """Twelve characters: a day of eight digits, a serial of three characters, and the check digit."""
    return day + serial + check_digit(day[2:] + serial.translate(str.maketrans("KMX", "578")))


def a_day(digits: str) -> bool:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    return 1800 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def plain_rule(text: str) -> str | None:
    """The domain of a text in twelve characters, with or without a sign; None where it is nobody's identifier (domain facts §6)."""
    found = re.fullmatch("([0-9]{8})[-+]?([0-9]{4})", text)
    if found:
        digits = "".join(found.groups())
        right = digits[11] == check_digit(digits[2:11]) and digits[8:11] != "000"
        if 60 <= int(digits[6:8]) <= 91:
            return "samordningsnummer" if right and int(digits[4:6]) <= 12 and digits[:2] in {"18", "19", "20"} else None
        return "personnummer" if right and a_day(digits[:8]) else None
    found = re.fullmatch("([0-9]{8})-?([KMX])([0-9]{2})([0-9])", text.upper() if text.isascii() else text)
    if found:
        day, sex, number, check = found.groups()
        known = 80 <= int(number) <= 89 if sex == "X" else 6 <= int(number) <= 79 and int(number) % 2 == (1 if sex == "M" else 0)
        return "vgr-reserve" if known and a_day(day) and numbered(day, sex + number)[-1] == check else None
    found = re.fullmatch("(00|2[0-9])[0-9]{6}-?[A-HJ-NPR-UX-Z]{2}[0-9]{2}", text.upper() if text.isascii() else text)
    return "national-reserve" if found else None


def domains(duck: duckdb.DuckDBPyConnection, texts: list[str]) -> list[str | None]:
    return [domain for domain, _ in run_transform(duck, KIND, {"gives": "domain"}, texts)]


def sound(answer: Answer) -> bool:
    """An identifier, or a reason why there is none: one of the two, never both, never neither."""
    value, reason = answer
    return (value is None) != (reason is None)


NEARLY = st.from_regex(r"\A[0-9+\-KMXkmxAO\u0663 ]{8,14}\Z")
BIRTHS = st.builds("{:04}{:02}{:02}".format, st.integers(1700, 2200), st.integers(0, 13), st.integers(0, 99))
SPELLED = st.builds("{}{}{}".format, BIRTHS, st.sampled_from(["", "-", "+", " "]), st.from_regex(r"\A(([0-9]{3})|([KMX][0-9]{2}))[0-9]\Z"))
CORRECT = st.builds(numbered, BIRTHS, SERIALS | st.from_regex(r"\A[KMX][0-9]{2}\Z"))
TEXTS = st.lists(st.text() | NEARLY | SPELLED | CORRECT, min_size=1, max_size=60)


@settings(max_examples=12)
@given(texts=TEXTS, as_of=st.sampled_from(["", "2024-11-12"]))
@example(texts=["?", "\0", "", "-", "+", "٣" * 12, "1" * 10_000, "198112289874\n"], as_of="")
def test_any_text_has_an_identifier_or_a_reason(duck: duckdb.DuckDBPyConnection, texts: list[str], as_of: str) -> None:
    answers = run_transform(duck, KIND, {"as_of": as_of}, texts)
    named = run_transform(duck, KIND, {"gives": "domain", "as_of": as_of}, texts)
    assert all(sound(answer) for answer in answers)
    assert [reason for _, reason in answers] == [reason for _, reason in named]
    assert all(re.fullmatch("[0-9A-Z]{12}", value) for value, _ in answers if value is not None)


@settings(max_examples=20)
@given(texts=st.lists(SPELLED | CORRECT, min_size=20, max_size=100))
@example(texts=["000001010000", "999905010100", "191300000000", "00010101X800", "20241301-0000"])
def test_twelve_characters_are_judged_as_the_plain_rule_says(duck: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    assert dict(zip(texts, domains(duck, texts), strict=True)) == {text: plain_rule(text) for text in texts}


@settings(max_examples=12)
@given(texts=st.lists(st.builds(numbered, DAYS.map("{:%Y%m%d}".format), SERIALS) | SPELLED, min_size=20, max_size=100))
def test_stdnum_agrees_on_every_personnummer(duck: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    # It drops spaces, and knows neither an earliest century nor a first birth number.
    narrower = {text for text in texts if "1800" <= text[:4] <= "2099" and " " not in text and text[-4:-1] != "000"}
    own = {text: text in narrower and personnummer.is_valid(text) for text in texts}
    assert {text: domain == "personnummer" for text, domain in zip(texts, domains(duck, texts), strict=True)} == own


SLIPS = st.tuples(DAYS, st.sampled_from([0, 60]), SERIALS, st.integers(2, 11), st.integers(1, 9))


@settings(max_examples=8)
@given(slips=st.lists(SLIPS, min_size=20, max_size=60))
def test_a_digit_that_is_wrong_is_refused(duck: duckdb.DuckDBPyConnection, slips: list[tuple[date, int, str, int, int]]) -> None:
    right = [numbered(f"{day:%Y%m}{day.day + more:02}", serial) for day, more, serial, _, _ in slips]
    wrong = [
        whole[:place] + str((int(whole[place]) + by) % 10) + whole[place + 1 :] for whole, (*_, place, by) in zip(right, slips, strict=True)
    ]
    assert run_transform(duck, KIND, {}, right) == [(whole, None) for whole in right]
    assert {value for value, _ in run_transform(duck, KIND, {}, wrong)} == {None}


@pytest.mark.parametrize("right", ["19811228-9874", "19900101K0", "20240229M7", "19930829X80"])
def test_neighbours_that_changed_places_are_refused_but_for_nine_and_nought(duck: duckdb.DuckDBPyConnection, right: str) -> None:
    # Luhn's own limit: 09 and 90 have one sum. All others of one kind differ.
    whole = right if len(right) == 13 else numbered(right[:8], (right[8:] + "64")[:3])
    whole = whole.replace("-", "")
    swapped = [
        whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
        for place in range(2, 11)
        if whole[place] != whole[place + 1] and {whole[place], whole[place + 1]} != {"0", "9"}
        if whole[place : place + 2].isdigit()
    ]
    assert swapped
    assert [value for value, _ in run_transform(duck, KIND, {}, swapped)] == [None] * len(swapped)


@settings(max_examples=6)
@given(people=st.lists(st.tuples(st.dates(date(1920, 1, 1), date(2010, 12, 31)), SERIALS), min_size=5, max_size=30))
def test_spellings_of_one_person_are_one(duck: duckdb.DuckDBPyConnection, people: list[tuple[date, str]]) -> None:
    whole = [numbered(f"{day:%Y%m%d}", serial) for day, serial in people]
    for spelling in ("{0}{1}-{2}", " {0}{1}{2}  ", "\u00a0{0}{1}{2}", "{1}-{2}", "{1}{2}"):
        spelled = [spelling.format(text[:2], text[2:8], text[8:]) for text in whole]
        assert run_transform(duck, KIND, {"as_of": "2015-06-30"}, spelled) == [(text, None) for text in whole]


@pytest.mark.parametrize(
    ("text", "as_of", "expected"),
    [
        ("811228-9874", "", "AMBIGUOUS_CENTURY"),
        ("8112289874", "", "AMBIGUOUS_CENTURY"),
        ("811228-9874", "2024-11-12", "198112289874"),
        ("811228-9874", "1999-12-31", "198112289874"),
        ("150916-0006", "2024-11-12", "IDENTITY_FORMAT"),
        ("090527+1474", "", "190905271474"),
        ("090527+1474", "2024-11-12", "190905271474"),
        ("000405-9937", "2000-04-05", "200004059937"),
        ("000405-9937", "1999-04-05", "190004059937"),
        ("890101+9805", "1995-06-01", "188901019805"),
        # Written before 2000 of somebody born in 1889: without a date 1989 would be another person.
        ("890101+9805", "", "AMBIGUOUS_CENTURY"),
        ("250101+9802", "", "AMBIGUOUS_CENTURY"),
        ("240229+9800", "", "192402299800"),
        ("hemlig", "2024-11-12", "IDENTITY_FORMAT"),
        ("811328-9874", "2024-11-12", "IDENTITY_DATE"),
        ("000229-9808", "1950-01-01", "IDENTITY_DATE"),
    ],
)
def test_ten_digits_have_a_century_only_if_something_says_so(duck: duckdb.DuckDBPyConnection, text: str, as_of: str, expected: str) -> None:
    value, reason = one(duck, KIND, {"as_of": as_of}, text)
    assert (value or reason) == expected


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("198112289874", "1981-12-28"),
        ("19930829X802", "1993-08-29"),
        ("191401682396", None),
        ("191400602392", None),
        ("22810829AB12", None),
    ],
)
def test_a_birth_date_comes_only_from_a_number_that_holds_a_whole_one(duck: duckdb.DuckDBPyConnection, text: str, born: str | None) -> None:
    whole = numbered(text[:8], text[8:11]) if text.isdigit() else text
    assert one(duck, KIND, {"gives": "birth_date"}, whole) == (born, None)


def test_the_bounds_of_a_vgr_reserve_id(duck: duckdb.DuckDBPyConnection) -> None:
    serials = [sex + f"{number:02}" for sex in "KMX" for number in range(100)]
    texts = [numbered("19810829", serial) for serial in serials]
    allowed = {serial for serial, (value, _) in zip(serials, run_transform(duck, KIND, {}, texts), strict=True) if value}
    men, women = {f"M{number:02}" for number in range(7, 80, 2)}, {f"K{number:02}" for number in range(6, 80, 2)}
    assert allowed == men | women | {f"X{number}" for number in range(80, 90)}
