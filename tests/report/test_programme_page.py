"""The page of all waves: its facts, its words in both languages, and how it looks in a browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from rollout import NOW, UNITS, WAVES, rollout

from vardskiftet.model.chain import Head
from vardskiftet.model.unit import UnitKind
from vardskiftet.plan.clash import Kind
from vardskiftet.report.labels import read_labels
from vardskiftet.report.programme_facts import LoadState, ProgrammeFacts
from vardskiftet.report.programme_gather import gather_programme
from vardskiftet.report.programme_page import render_programme
from vardskiftet.shipped import shipped

STATUS = {"south-1": "live", "south-2": "paused", "north-east": "planned", "west": "cancelled"}
LOADS = {"south-1": LoadState(load="loaded", batches_done=9, batches_planned=9)}
HEAD = Head(length=41, hash="9f2c41d0a7be55e3" * 4)


def facts(**more: Any) -> ProgrammeFacts:
    return gather_programme(rollout(**more), STATUS, LOADS, HEAD, NOW, "0.1.0")


@pytest.mark.parametrize("lang", ["en", "sv"])
def test_the_page_says_every_wave_town_flow_and_freeze(lang: Literal["en", "sv"]) -> None:
    page = render_programme(facts(), lang)
    for wave in WAVES:
        assert wave.title in page
    for unit in UNITS:
        if unit.kind is UnitKind.MUNICIPALITY:
            assert len(re.findall(f"<li><span>{unit.title} ", page)) == 1
    assert "Christmas 2024" in page and "Discharge planning" in page and HEAD.hash[:16] in page


def test_a_wave_that_nobody_could_look_at_is_said_to_be_so() -> None:
    page = render_programme(facts())
    assert page.count("Not looked at") == 3 and page.count("Loaded") == 1


def test_the_next_wave_is_the_first_that_lies_ahead_and_is_not_over() -> None:
    told = facts()
    assert told.next_wave is not None and told.next_wave.dated.wave == "south-2", "south-1 is live"
    assert told.waves[0].days == 42


def test_critical_flows_without_an_approved_routine_stand_first() -> None:
    assert [one.flow for one in facts().flows] == ["discharge", "referrals"]
    assert [one.flow for one in facts().unapproved] == ["discharge"]


def test_what_a_fixed_date_would_settle_stands_apart() -> None:
    told = facts()
    assert set(told.certain) | set(told.possible) == set(told.clashes)
    assert all(one.kind is not Kind.MILESTONE_PAST for one in told.clashes)
    assert "north-east · start · christmas-2024" in {one.subject for one in told.possible}


def test_markup_in_a_declared_word_stays_words() -> None:
    page = render_programme(facts(title="<script>alert(1)</script>"))
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_every_word_of_the_page_has_a_label() -> None:
    words = read_labels(shipped() / "reports", "en")
    needed = [f"clash.{kind.value}" for kind in Kind] + [f"kind.{kind.value}" for kind in UnitKind]
    needed += [f"load.{load}" for load in ("not_planned", "planned", "partial", "running", "dead", "loaded", "unknown")]
    statuses = ("planned", "preparing", "go_decided", "cutover", "live", "stabilised", "closed", "paused", "rolled_back", "cancelled")
    assert [key for key in (*needed, *(f"status.{status}" for status in statuses)) if key not in words] == []


def test_a_programme_without_flows_freezes_or_systems_has_a_page() -> None:
    bare = tuple(wave.model_copy(update={"milestones": (), "freezes": (), "duties": ()}) for wave in WAVES)
    assert "No flow is declared." in render_programme(facts(flows=(), freezes=(), waves=bare))


@pytest.fixture
def page_file(tmp_path: Path) -> Path:
    path = tmp_path / "programme.html"
    path.write_text(render_programme(facts(title="Utomordentligtlångtnamnsomingenkanbryta" * 2)), encoding="utf-8")
    return path


@pytest.fixture
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="not examined: chromium")
    found = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)
    with api.sync_playwright() as player:
        path = found or player.chromium.executable_path
        if not Path(path).exists():
            pytest.skip("not examined: chromium")
        chromium = player.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_quiet_and_fits_the_screen(browser: Any, page_file: Path, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(page_file.as_uri())
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("svg.time.wide").is_visible() == (width == 1280)
    assert page.locator("svg.time.narrow").is_visible() == (width == 390)
    size = page.evaluate("""() => { const t = [...document.querySelectorAll('svg.time')].find(one => one.checkVisibility());
        return 14 * t.getBoundingClientRect().width / t.viewBox.baseVal.width }""")
    assert size >= 13, "the picture's words are as tall as the page's"
