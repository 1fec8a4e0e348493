"""Does every transform do what its own examples say, and refuse options that it could not carry out?"""

from __future__ import annotations

import duckdb
import pytest
from pydantic import ValidationError
from transforming import one, run_transform

from vardskiftet.engine.transforms import KINDS
from vardskiftet.engine.transforms.protocol import Example, Setting
from vardskiftet.engine.vocabulary import vocabulary

EXAMPLES = [(kind, example) for kind, module in sorted(KINDS.items()) for example in module.EXAMPLES]


@pytest.mark.parametrize(("kind", "example"), EXAMPLES, ids=[f"{kind}-{number}" for number, (kind, _) in enumerate(EXAMPLES)])
def test_an_example_comes_true(duck: duckdb.DuckDBPyConnection, kind: str, example: Example) -> None:
    assert one(duck, kind, example.options, example.text, example.beside) == (example.value, example.reason)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_transform_shows_a_value_a_null_and_what_it_can_refuse(kind: str) -> None:
    examples = KINDS[kind].EXAMPLES
    assert any(example.value is not None for example in examples)
    assert any(example.text is None for example in examples)
    source = KINDS[kind].to_sql("t", KINDS[kind].Options.model_validate(dict(examples[0].options)), Setting())
    if source.reason != "null":
        assert any(example.reason is not None for example in examples)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_its_main_option_is_one_of_its_options(kind: str) -> None:
    word = vocabulary().transforms[kind]
    assert word.main == "" or word.main in word.options.model_fields
    assert word.says


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"text", "personal_identity"}))
def test_null_stays_null_without_a_reason(duck: duckdb.DuckDBPyConnection, kind: str) -> None:
    example = KINDS[kind].EXAMPLES[0]
    options = {name: value for name, value in example.options.items() if KINDS[kind].Options.model_fields[name].is_required()}
    assert one(duck, kind, options, None, example.beside) == (None, None)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("boolean", {"true": []}),
        ("boolean", {"false": []}),
        ("boolean", {"true": ["J"], "false": ["N", "J"]}),
        ("local_time", {"format": "%Y-%m-%d %Q"}),
        ("local_time", {"format": "%H:%M"}),
        ("local_time", {"format": "%Y-%m-%d %H:%M %z"}),
        ("local_time", {"repeated_hour": "sometimes"}),
        ("day", {"format": "%Y-%m"}),
        ("day", {"format": "%d.%m.%y"}),
        ("day", {"format": "100%"}),
        ("personal_identity", {"as_of": "yesterday"}),
        ("personal_identity", {"as_of": "2024-02-30"}),
        ("personal_identity", {"gives": "name"}),
        ("decimal", {"separator": ";"}),
        ("codebook", {}),
        ("text", {"empty": "maybe"}),
        ("hsa_id", {"strict": True}),
    ],
)
def test_options_that_cannot_be_carried_out_are_refused_when_they_are_read(kind: str, options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        KINDS[kind].Options.model_validate(options)


def test_a_codebook_knows_its_own_codes_only_letter_by_letter(duck: duckdb.DuckDBPyConnection) -> None:
    answers = run_transform(duck, "codebook", {"codebook": "example"}, ["Å", "å", "A\u030a", " N", "n", "N\0"])
    assert answers == [("return", None)] + [(None, "UNMAPPED_CODE")] * 5


def test_a_codebook_that_is_not_there_maps_nothing(duck: duckdb.DuckDBPyConnection) -> None:
    assert one(duck, "codebook", {"codebook": "other"}, "N") == (None, "UNMAPPED_CODE")


def test_words_of_a_mapping_cannot_break_out_of_its_sql(duck: duckdb.DuckDBPyConnection) -> None:
    word = "it's'); drop table codebook; --"
    assert one(duck, "boolean", {"true": [word], "false": ["N"]}, word) == (True, None)
    assert one(duck, "codebook", {"codebook": "example", "unmapped": word}, "X") == (word, None)
    assert one(duck, "day", {"sentinels": [word]}, word) == (None, None)
    assert one(duck, "local_time", {"sentinels": [word]}, word) == (None, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SE2321000131-A", None),
        ("SE2321000131-" + "A" * 18, None),
        ("SE2321000131-" + "A" * 19, "HSA_FORMAT"),
        ("SE2321000131-", "HSA_FORMAT"),
        ("SE2321000131-a@b", "HSA_FORMAT"),
        ("SE2321000131-A\n", "HSA_FORMAT"),
        (" SE2321000131-A", "HSA_FORMAT"),
        ("se2321000131-A", "HSA_FORMAT"),
        ("SE٢٣٢١٠٠٠١٣١-A", "HSA_FORMAT"),
    ],
)
def test_an_hsa_id_keeps_to_its_form(duck: duckdb.DuckDBPyConnection, text: str, reason: str | None) -> None:
    assert one(duck, "hsa_id", {}, text) == (None if reason else text, reason)
