"""The page of readiness answers what a project lead asks, in both languages, as HTML and Markdown, and nothing in it can act."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from asking import CHECKS, WAVE, Asking, make_asking, objections, training
from test_page import CONTRAST, NAMES

from vardskiftet.cli.telling_readiness import WHY
from vardskiftet.judge.readiness import NOT_FROZEN_IN_TIME, NOT_FROZEN_YET
from vardskiftet.judge.results import REASONS
from vardskiftet.judge.shown import threshold_shown
from vardskiftet.model.check import How, Measure
from vardskiftet.model.threshold import Bound, Threshold
from vardskiftet.report.labels import read_labels
from vardskiftet.report.readiness_page import words_of
from vardskiftet.shipped import shipped

EVIL = '<script>alert(1)</script>=HYPERLINK("x")\u202e\x1b[31m 19811228-9874'
WHOSE = re.compile("1228[-+ ]?9874")
"""Its digits with those before them: four alone stand in a digest now and then."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Asking:
    """A wave that may not go: a unit that fails, a register out of date, and a role that is markup."""
    people = CHECKS["checks/people.yaml"].replace("title: Training done", "title: Training <b>done</b>")
    asking = make_asking(tmp_path_factory.mktemp("page") / "ward", people=people)
    asking.ask("gate", "freeze", WAVE, "--as", "anna", now="2024-10-05 09:00")
    for day, trained in (("2024-10-22", 3), ("2024-10-29", 5), ("2024-11-05", 6)):
        more = f'clinic;"{EVIL.replace(chr(34), chr(34) * 2)}";10;{trained};{day} 07:00\n'
        assert asking.hand_in("training", training(exported=f"{day} 07:00", more=more), now=f"{day} 07:30", file=f"{day}.csv").code == 0
        asking.ask("check", "run", WAVE, "--check", "R05", now=f"{day} 07:30")
    assert asking.hand_in("objections", objections("answered"), "2024-10-25 07:00").code == 0
    assert asking.ask("check", "run", WAVE).code == 0
    return asking


def page(asking: Asking, *arguments: str) -> str:
    suffix = arguments[arguments.index("--format") + 1] if "--format" in arguments else "html"
    out = asking.folder / f"page.{suffix}"
    done = asking.ask("report", "readiness", WAVE, "--gate", "G7", "--out", str(out), *arguments)
    assert done.code == 1, done.told
    return out.read_text(encoding="utf-8")


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.split("</head>")[1])).split())


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            [
                "NO-GO",
                "1 matter forbids it",
                "60 %",
                "asked: ≥ 95 %",
                "training lead",
                "1 matter that nobody can tell",
                "the evidence is too old",
                "None yet; due",
            ],
        ),
        (
            "sv",
            [
                "STOPP",
                "1 sak hindrar",
                "60 %",
                "krav: ≥ 95 %",
                "utbildningsledare",
                "1 sak som ingen kan svara på",
                "underlaget är för gammalt",
                "Inget än",
            ],
        ),
    ],
)
def test_the_first_page_answers_the_five_questions(told: Asking, lang: str, said: list[str]) -> None:
    html = page(told, "--lang", lang)
    first = words(html.split('id="h-heat"')[0]).replace("\u202f", " ")
    assert [one for one in said if one not in first] == []
    assert [first.index(one) for one in said[:2]] == sorted(first.index(one) for one in said[:2])


def test_every_declared_check_is_listed(told: Asking) -> None:
    html = page(told)
    assert "3 listed of 3 declared" in words(html)
    listed = html.split('id="h-checks"')[1]
    assert [check for check in ("R02", "R05", "R31") if f">{check}<" not in listed] == []


def test_the_way_of_a_value_and_its_day_are_drawn_with_the_numbers_behind(told: Asking) -> None:
    html = page(told)
    (drawn,) = re.findall(r'<svg class="spark".*?</svg>', html, re.DOTALL)
    ElementTree.fromstring(drawn)
    assert drawn.count("<circle") == 3
    said = words(html).replace("\u202f", " ")
    assert "was 30 % on 22 Oct 2024; at this pace it passes on 22 Nov 2024 after go-live" in said
    assert all(value in said for value in ("30 %", "50 %", "60 %"))


@pytest.mark.parametrize("kind", ["html", "md", "json"])
def test_nothing_that_was_handed_in_can_act(told: Asking, kind: str) -> None:
    text = page(told, "--format", kind)
    assert not WHOSE.search(text)
    assert "<script>" not in text or kind == "json"
    assert "\x1b" not in text
    assert "\u202e" not in text
    if kind == "json":
        assert "[identifier]" in json.loads(text)["results"][1]["group"]
    else:
        assert "<b>done</b>" not in text


def test_the_terminal_shows_it_harmless_too(told: Asking) -> None:
    for command in (
        ("ready", WAVE, "--gate", "G7"),
        ("check", "explain", "R05", WAVE),
        ("evidence", "show", "training"),
        ("check", "history", "R05", WAVE),
    ):
        text = told.ask(*command).told
        assert not {"\x1b", "\u202e"} & set(text)
        assert not WHOSE.search(text)


def test_no_store_event_holds_an_identifier(told: Asking) -> None:
    assert not WHOSE.search((told.folder / "work/store.sqlite").read_text(encoding="latin-1"))


def test_the_same_memory_gives_the_same_page(told: Asking) -> None:
    assert page(told) == page(told)


def test_every_reason_has_its_words_in_the_terminal_and_in_both_languages() -> None:
    needed = {*REASONS, NOT_FROZEN_IN_TIME, NOT_FROZEN_YET}
    assert needed <= set(WHY)
    for lang in ("en", "sv"):
        assert {f"why.{reason}" for reason in needed} <= set(read_labels(shipped() / "reports", "en" if lang == "en" else "sv"))


def test_figures_of_few_are_shown_to_nobody(tmp_path: Path) -> None:
    sources = CHECKS["checks/sources.yaml"].replace(
        "    max_age: 7d\n    owner: training", "    small_counts: 20\n    max_age: 7d\n    owner: training"
    )
    asking = make_asking(tmp_path / "ward", sources=sources)
    asking.hand_in("training", training(hospital=50, clinic=3))
    asking.ask("check", "run", WAVE)
    found = {one["unit"]: one for one in asking.ask("ready", WAVE, "--gate", "G7", "--json").document["results"]}
    assert (found["clinic"]["value"], found["clinic"]["part"], found["clinic"]["shown"]) == (None, None, "too few to show")
    assert found["hospital"]["value"] == 0.5
    html = page(asking)
    assert "3 of 10" not in words(html)
    assert "50 of 100" in words(html)


api = pytest.importorskip("playwright.sync_api", reason="not examined: chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[api.Browser]:
    """A headless Chromium of the machine."""
    import shutil

    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        pytest.skip("not examined: chromium")
    with api.sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_quiet_readable_and_never_wider_than_the_screen(browser: api.Browser, told: Asking, width: int, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page(told)
    view = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    asked: list[str] = []
    said: list[str] = []
    view.on("request", lambda request: asked.append(request.url))
    view.on("console", lambda message: said.append(message.text))
    view.goto((told.folder / "page.html").as_uri())
    assert ([url for url in asked if not url.startswith("data:")], said) == ([(told.folder / "page.html").as_uri()], [])
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    assert view.evaluate(CONTRAST) == []
    levels = view.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(one => Number(one.tagName[1]))")
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert [one["id"] for one in Axe().run(view).response["violations"]] == []
    view.close()


@pytest.mark.browser
def test_the_first_page_fits_on_one_sheet_of_paper(browser: api.Browser, told: Asking, tmp_path: Path) -> None:
    page(told)
    view = browser.new_page()
    view.goto((told.folder / "page.html").as_uri())
    view.emulate_media(media="print")
    bottom = view.evaluate("document.querySelector('#verdict').getBoundingClientRect().bottom")
    assert bottom < 1123, "an A4 page at 96 dots to the inch"
    view.close()


@pytest.mark.parametrize(
    ("sign", "number", "how", "words"),
    [
        ("=", "0", How.COUNT, "0"),
        ("<=", "2.5", How.LARGEST, "≤ 2.5"),
        (">=", "0.95", How.SHARE, "≥ 95 %"),
        (">=", "0.999995", How.SHARE, "≥ 99.9995 %"),
        (">", "1200", How.COUNT, "> 1,200"),
    ],
)
def test_what_is_asked_is_written_alike_on_the_page_and_in_the_terminal(sign: str, number: str, how: How, words: str, told: Asking) -> None:
    asked = {"threshold": Threshold(passes=Bound(sign=sign, number=number)), "measure": Measure(how=how, evidence="e", that="x")}
    one = told.programme().criteria.check("R05").model_copy(update=asked)
    page = words_of("en").asked(one)
    assert (threshold_shown(one), page.replace("\u00a0", " ").replace("\u202f", " ")) == (words, words)
