"""Are identifiers that others published judged as they are meant? Skatteverket's test numbers, and lists of right and wrong spellings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from transforming import open_examples, run_transform

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "swedish-identity"
AS_OF = "2024-11-12"
"""The day that the ten-digit spellings of these lists are read on: their persons lived then."""


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_examples() as connection:
        yield connection


def published(name: str) -> list[Any]:
    """The entries of one of the files; the test is skipped, by name, where the folder is missing."""
    if not FOLDER.is_dir():
        pytest.skip("not examined: swedish-identity")
    entries = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    assert isinstance(entries, list)
    return entries


@pytest.mark.parametrize(
    ("name", "numbers", "domain"), [("allPins.json", 41_129, "personnummer"), ("allCoords.json", 2_264, "samordningsnummer")]
)
def test_no_published_number_is_refused(duck: duckdb.DuckDBPyConnection, name: str, numbers: int, domain: str) -> None:
    texts = published(name)
    assert len(texts) == numbers
    assert run_transform(duck, "personal_identity", {}, texts) == [(text, None) for text in texts]
    assert set(run_transform(duck, "personal_identity", {"gives": "domain"}, texts)) == {(domain, None)}


@pytest.mark.parametrize("form", ["long_format", "separated_long", "short_format", "separated_format"])
def test_the_list_is_judged_as_stated(duck: duckdb.DuckDBPyConnection, form: str) -> None:
    entries = published("list.json")
    as_of = "" if "long" in form else AS_OF
    answers = run_transform(duck, "personal_identity", {"as_of": as_of}, [entry[form] for entry in entries])
    assert [reason is None for _, reason in answers] == [entry["valid"] for entry in entries]
    for entry, (value, _) in zip(entries, answers, strict=True):
        # Ten digits without a sign do not tell that somebody born in 1909 is over a hundred.
        whole = entry["long_format"].replace("1909", "2009") if form == "short_format" else entry["long_format"]
        assert value == (whole if entry["valid"] else None)


def test_no_organisation_passes_for_a_person(duck: duckdb.DuckDBPyConnection) -> None:
    entries = published("orgnumber.json")
    for form in ("short_format", "separated_format"):
        answers = run_transform(duck, "personal_identity", {"as_of": AS_OF}, [entry[form] for entry in entries])
        assert {value for value, _ in answers} == {None}
        assert None not in {reason for _, reason in answers}


def test_interim_numbers_of_authorities_are_not_taken_for_persons(duck: duckdb.DuckDBPyConnection) -> None:
    texts = [entry[form] for entry in published("interim.json") for form in ("long_format", "separated_long", "short_format")]
    assert {value for value, _ in run_transform(duck, "personal_identity", {"as_of": AS_OF}, texts)} == {None}
