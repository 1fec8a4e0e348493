"""Identifiers are found in any spelling, and nothing that is shown can act."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.judge.masking import MASK, identifiers, inert, inert_markdown, masked


@pytest.mark.parametrize(
    "text",
    [
        "19811228-9874",
        "198112289874",
        "811228-9874",
        "811228+9874",
        "811228 9874",
        "8112289874",
        "19140168-2396",
        "19810829M071",
        "22810829AB12",
    ],
)
def test_an_identifier_is_found_wherever_it_stands(text: str) -> None:
    for around in ("{}", "patient {} called", "({})", "{};{}", "id:{}"):
        told = around.format(text, text)
        assert identifiers(told) == told.count(text), told
        assert text not in masked(told)


@pytest.mark.parametrize(
    "text", ["2024-11-05 07:00", "SE2321000131-X0101", "19811228-9875", "0", "RS 2024-00140", "D-001", "12345678901234567890"]
)
def test_what_is_no_identifier_stays(text: str) -> None:
    assert masked(text) == text


@given(st.text())
def test_what_is_shown_holds_no_sign_that_acts(text: str) -> None:
    told = inert(text)
    assert "\x1b" not in told
    assert "\n" not in told
    assert not any(ord(char) < 32 or char in "\u202e\u202d\u2066\u2069\u200f\u200e\u200b\ufeff" for char in told)
    assert len(told) <= 120


def test_markup_is_a_text_in_markdown() -> None:
    assert inert_markdown("<script>*x*|[a](b)") == "&lt;script\\>\\*x\\*\\|\\[a\\](b)"
    assert inert("\x1b[31mred\x1b[0m \u202etxt") == "\\x1b[31mred\\x1b[0m \\u202etxt"
    assert inert(f"x {MASK}") == f"x {MASK}"
