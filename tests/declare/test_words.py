"""Is a word from a file shown harmless, and the nearest right one found?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.declare.words import LONGEST_SHOWN, nearest, quoted, shown


@given(st.text(st.characters()))
def test_whatever_is_shown_is_printable(text: str) -> None:
    assert shown(text).isprintable()


def test_a_printable_word_is_shown_as_it_is() -> None:
    assert quoted("åäö 'x'") == "'åäö 'x''"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert len(shown("x" * 1000)) == LONGEST_SHOWN and shown("x" * 1000).endswith("…")


def test_the_nearest_word_is_found_whatever_the_case() -> None:
    assert nearest("Kina", ["kinna", "sas"]) == "Did you mean 'kinna'?"


def test_without_a_near_word_the_known_are_named_and_the_rest_counted() -> None:
    assert nearest("zzz", ["b", "a"]) == "Known: a, b."
    assert nearest("zzz", [f"a{number:02}" for number in range(14)]).endswith("a11 and 2 more.")
    assert nearest("zzz", []) == "None is declared."
