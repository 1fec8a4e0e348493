"""Do the verifier's own readings say of every text what the loader's SQL says?"""

from __future__ import annotations

import string
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transforming import STOCKHOLM, Answer, open_examples, run_transform

from vardskiftet.engine.rederive.form import stored
from vardskiftet.engine.rederive.meaning import CODE, beside_of, meaning_of
from vardskiftet.engine.rederive.readings import Reading, Setting
from vardskiftet.engine.rederive.rows import real_text
from vardskiftet.engine.transforms import KINDS, codebook
from vardskiftet.engine.transforms.protocol import Example
from vardskiftet.model.mapping import Step
from vardskiftet.model.record import Column, ColumnType

READ = sorted(set(KINDS) - {CODE})


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_examples() as connection:
        yield connection


def read(kind: str, options: dict[str, Any], text: str | None, **beside: str) -> Answer:
    """What the verifier reads, told as the loader's transforms are told apart."""
    whole = KINDS[kind].Options.model_validate(options).model_dump()
    step = Step(transform=kind, options=whole)
    meaning = meaning_of(step, STOCKHOLM, codebook.EXAMPLE_BOOK)
    value, reason = meaning.read(text, *(beside.get(name) for name in beside_of(step)))
    if value is not None and meaning.type in (ColumnType.DATE, ColumnType.INSTANT):
        value = stored(value, meaning.type, Column(column="x", type=meaning.type))[0]
    return value, reason


@pytest.mark.parametrize(("kind", "example"), [(kind, one) for kind in READ for one in KINDS[kind].EXAMPLES])
def test_every_example_of_a_transform_is_one_of_the_verifiers_too(kind: str, example: Example) -> None:
    assert read(kind, dict(example.options), example.text, **example.beside) == (None if example.reason else example.value, example.reason)


ASKED: list[tuple[str, dict[str, Any]]] = [
    ("boolean", {"true": ["J", "1"], "false": ["N", ""]}),
    ("codebook", {"codebook": "example"}),
    ("codebook", {"codebook": "example", "unmapped": "keep_local", "sentinels": ["-"]}),
    ("day", {}),
    ("day", {"format": "%-d.%-m.%Y", "sentinels": ["0.0.0000"]}),
    ("day", {"format": "%Y%j"}),
    ("day", {"format": "%d %b %Y"}),
    ("day", {"format": "%d.%m.%y", "years_from": 1930}),
    ("day", {"format": "%y%j", "years_from": 1850}),
    ("decimal", {"separator": ","}),
    ("hsa_id", {}),
    ("local_time", {"format": "%Y-%m-%d %H:%M", "repeated_hour": "first", "missing_hour": "shift"}),
    ("local_time", {"format": "%Y-%m-%d %H:%M", "repeated_hour": "second"}),
    ("local_time", {"format": "%Y-%m-%dT%H:%M:%S.%f"}),
    ("local_time", {"format": "%-m/%-d/%y %-I:%M %p", "years_from": 2000, "repeated_hour": "second"}),
    ("local_time", {"format": "%m/%d/%Y %I:%M %p", "missing_hour": "shift"}),
    ("personal_identity", {"as_of": "2024-11-12"}),
    ("personal_identity", {"gives": "domain"}),
    ("personal_identity", {"gives": "birth_date"}),
    ("quantity", {"separator": ","}),
    ("quantity", {"gives": "comparator"}),
    ("quantity", {"gives": "unit"}),
    ("text", {"empty": "null"}),
]

SHAPED = st.one_of(
    st.text(alphabet=string.digits + "-+KMX ", max_size=14),
    st.from_regex(r"(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|[6-8][0-9])-?[0-9]{4}", fullmatch=True),
    st.from_regex(r"(18|19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]( [0-2][0-9]:[0-5][0-9])?", fullmatch=True),
    st.from_regex(r"2024-(03-31|10-27) 0[0-4]:[0-5][0-9]", fullmatch=True),
    st.from_regex(r"[0-3][0-9][.][01][0-9][.][0-9]{2}", fullmatch=True),
    st.from_regex(r"(0[0-2]|99)[0-3][0-9]{2}", fullmatch=True),
    st.from_regex(r"(1?[0-9]|03|10)/(31|27|[0-3]?[0-9])/(20)?[0-9]{2} [01]?[0-9]:[0-5][0-9] (AM|PM|pm)", fullmatch=True),
    st.from_regex(r"[<>=≤]{0,2} ?[-+]?[0-9]{1,6}([,.][0-9]{1,4})?([eE][-+]?[0-9]{1,2})? ?[a-zµ/%]{0,4}", fullmatch=True),
    st.sampled_from(["J", "N", "1", "", " ", "-", "Å", "SE2321000131-X1", "1 jan 2024", "01 Jan 2024", "2024366", "2023366", "9.2.2024"]),
    st.text(max_size=12),
)


@pytest.mark.parametrize(("kind", "options"), ASKED, ids=[f"{kind} {options}" for kind, options in ASKED])
@settings(max_examples=12)
@given(texts=st.lists(st.one_of(st.none(), SHAPED.filter(lambda text: "\0" not in text)), min_size=20, max_size=60))
def test_both_ways_agree_on_any_text(duck: duckdb.DuckDBPyConnection, kind: str, options: dict[str, Any], texts: list[str | None]) -> None:
    ours = [read(kind, options, text) for text in texts]
    assert list(zip(texts, ours, strict=True)) == list(zip(texts, run_transform(duck, kind, options, texts), strict=True))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_real_is_the_shortest_text_that_is_the_same_number(value: float) -> None:
    told = real_text(value)
    assert float(told) == value
    assert "." in told


FORMS = ("%Y-%m-%d %H:%M", "%Y%m%d%H%M%S", "%d/%m/%Y kl %H.%M")
ODD_DAYS = ("2024-03-31", "2024-10-27", "2024-03-30", "1980-04-06", "0001-01-01", "9999-12-31", "2023-02-29", "1878-12-31", "1849-06-01")


@pytest.mark.parametrize("form", FORMS)
@given(
    days=st.lists(st.one_of(st.sampled_from(ODD_DAYS), st.dates().map(lambda day: day.isoformat())), min_size=1, max_size=8),
    clocks=st.lists(st.times().map(lambda time: f"{time:%H:%M:%S}"), min_size=1, max_size=8),
    noise=st.lists(st.one_of(st.none(), st.just(""), st.text(max_size=16)), max_size=4),
)
def test_many_times_are_read_as_each_alone(form: str, days: list[str], clocks: list[str], noise: list[str | None]) -> None:
    step = Step(transform="local_time", options={"format": form, "repeated_hour": "first", "missing_hour": "reject"})
    column = Column(column="at", type=ColumnType.INSTANT)
    reading = Reading((step,), column, Setting(STOCKHOLM, {}, {}))
    texts = [_in_form(form, day, clock) for day in days for clock in clocks] + noise
    values, reasons = reading.of(pa.array(texts, pa.string()))
    meaning = meaning_of(step, STOCKHOLM, {})
    expected = [(None, why) if why else stored(value, meaning.type, column) for value, why in map(meaning.read, texts)]
    assert list(zip(texts, values.to_pylist(), reasons.to_pylist(), strict=True)) == [
        (text, *told) for text, told in zip(texts, expected, strict=True)
    ]


def _in_form(form: str, day: str, clock: str) -> str:
    year, month, number = day.split("-")
    hour, minute, second = clock.split(":")
    letters = {"%Y": year, "%m": month, "%d": number, "%H": hour, "%M": minute, "%S": second}
    for letter, digits in letters.items():
        form = form.replace(letter, digits)
    return form
