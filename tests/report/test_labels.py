"""Words, numbers and shares in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vardskiftet import report
from vardskiftet.model.system import Route
from vardskiftet.model.wave import Scope
from vardskiftet.report.findings import BooksVerdict, Identity
from vardskiftet.report.labels import Lang, Speech, read_labels
from vardskiftet.shipped import shipped

WORDS = {"en": read_labels(shipped() / "reports", "en"), "sv": read_labels(shipped() / "reports", "sv")}
ENGLISH = Speech(lang="en", words=WORDS["en"])
SWEDISH = Speech(lang="sv", words=WORDS["sv"])


def gaps(text: str | Mapping[str, str]) -> set[str]:
    """The names in braces, over all forms of a label."""
    return set(re.findall(r"\{(\w+)\}", text if isinstance(text, str) else " ".join(text.values())))


def test_both_languages_have_the_same_keys_and_fill_the_same_gaps() -> None:
    assert WORDS["en"].keys() == WORDS["sv"].keys()
    for key, text in WORDS["en"].items():
        assert gaps(text) == gaps(WORDS["sv"][key]), key


def test_every_word_of_the_model_has_a_label() -> None:
    needed = [f"scope.{scope.value}" for scope in Scope]
    needed += [f"route.{route.value}" for route in Route if route is not Route.AUTO]
    needed += [f"verdict.{verdict.value}" for verdict in BooksVerdict]
    needed += [f"finding.{identity.value}" for identity in Identity]
    assert [key for key in needed if key not in WORDS["en"]] == []


def test_every_label_that_a_template_names_exists_and_every_label_is_used() -> None:
    folder = shipped() / "reports"
    pages = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.html")))
    code = "".join(path.read_text(encoding="utf-8") for path in sorted(Path(report.__file__).parent.glob("*.py")))
    text = pages + code
    named = set(re.findall(r'say\("([a-z_]+\.[a-z_]+)"[,)]', text))
    assert named - WORDS["en"].keys() == set()
    stems = (*re.findall(r'"([a-z_]+\.)" ~', pages), *re.findall(r'f"([a-z_]+\.)\{', code), "season.")
    assert sorted(key for key in WORDS["en"] if key not in named and not key.startswith(stems)) == []


def test_thousands_stand_apart_in_the_manner_of_the_language() -> None:
    assert (ENGLISH.number(12696), SWEDISH.number(12696)) == ("12,696", "12\u202f696")
    assert (ENGLISH.number(None), SWEDISH.number(-3)) == ("–", "\u22123")


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [
        (9999, 10000, "99.9"), (10000, 10000, "100.0"), (1, 10000, "<0.1"), (0, 10000, "0.0"), (96385, 100000, "96.4"), (1, 3, "33.3"),
    ],
)  # fmt: skip
def test_shares_are_never_rounded_up_to_everything_nor_down_to_nothing(part: int, whole: int, share: str) -> None:
    assert ENGLISH.share(part, whole) == f"{share}\u202f%"


def test_nothing_of_nothing_is_no_share() -> None:
    assert ENGLISH.share(0, 0) == "–"
    assert SWEDISH.share(1, 3) == "33,3\u202f%"


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_only_all_is_100_percent_and_only_none_is_0(part: int, whole: int) -> None:
    part = min(part, whole)
    told = ENGLISH.share(part, whole)
    assert told.startswith("100") == (part == whole)
    assert told.startswith("0.0") == (part == 0)


def test_one_is_not_said_like_many() -> None:
    assert str(ENGLISH.say("page.days_before", n=1)) == "1 day to go"
    assert str(ENGLISH.say("page.days_before", n=2)) == "2 days to go"
    assert str(SWEDISH.say("page.days_before", n=1)) == "1 dag kvar"


def test_what_fills_a_gap_is_escaped_and_never_filled_again() -> None:
    told = str(ENGLISH.say("flow.band", mapping="<b>{items}{{ 7*7 }}", items=3, fate="loaded"))
    assert told == "&lt;b&gt;{items}{{ 7*7 }}: 3 loaded"


def test_a_season_and_a_time_are_said_in_words() -> None:
    assert (ENGLISH.season("2025-autumn"), SWEDISH.season("2025-autumn")) == ("autumn 2025", "hösten 2025")
    assert (ENGLISH.lasted(65.4), ENGLISH.lasted(0.2)) == ("1 min 05 s", "0 s")


@pytest.mark.parametrize("lang", ["en", "sv"])
def test_a_label_that_is_no_text_is_refused(tmp_path: Path, lang: Lang) -> None:
    (tmp_path / f"labels.{lang}.yaml").write_text("page:\n  kind: 3\n", encoding="utf-8")
    with pytest.raises(ValueError, match="page › kind"):
        read_labels(tmp_path, lang)
