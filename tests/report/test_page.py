"""The page in a real browser: quiet, self-contained, readable on a telephone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from vardskiftet.model.books import Books
from vardskiftet.model.programme import Programme
from vardskiftet.report.facts import Facts
from vardskiftet.report.render import render, write

api = pytest.importorskip("playwright.sync_api", reason="not examined: chromium")

pytestmark = pytest.mark.browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LONG = "Utomordentligtlångtnamnpåenvårdcentralsomingenkanbryta" * 2

CONTRAST = """() => {
  const linear = v => v / 255 <= .03928 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const light = c => .2126 * linear(c[0]) + .7152 * linear(c[1]) + .0722 * linear(c[2]);
  const parts = text => text.match(/[\\d.]+/g).map(Number);
  const ground = one => {
    const c = parts(getComputedStyle(one).backgroundColor);
    return c.length < 4 || c[3] > 0 ? c : ground(one.parentElement);
  };
  const faint = [];
  for (const one of document.querySelectorAll('body *')) {
    const own = [...one.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !one.checkVisibility() || one.closest('svg') || one.matches('.sr')) continue;
    const [a, b] = [light(parts(getComputedStyle(one).color)), light(ground(one))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) faint.push(one.outerHTML.slice(0, 120));
  }
  return faint;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[api.Browser]:
    """A headless Chromium of the machine, or of Playwright; without one the page is not examined."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    with api.sync_playwright() as player:
        path = found or player.chromium.executable_path
        if not Path(path).exists():
            pytest.skip("not examined: chromium")
        chromium = player.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page_file(tmp_path: Path, facts: Callable[..., Facts], programme: Callable[..., Programme], books: Callable[..., Books]) -> Path:
    """The hardest page: a long unbroken title, a declared reason that is markup, books that do not close."""
    first, *rest = books().lines
    wrong = books(
        lines=(first.model_copy(update={"extracted": 5010}), *rest),
        exclusions=(("elvis.booking", "<script>document.title='x'</script>" + LONG, 1),),
    )
    return write(render(facts(programme=programme(wave_title=LONG), books=wrong)), tmp_path / "page.html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 800, 1280])
def test_the_page_is_quiet_and_never_wider_than_the_screen(browser: api.Browser, page_file: Path, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda fault: said.append(str(fault)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    page.wait_for_load_state("networkidle")
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [page_file.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CONTRAST) == []
    page.close()


def test_the_details_fit_too_when_they_are_opened(browser: api.Browser, page_file: Path) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(page_file.as_uri())
    page.locator("summary").first.click()
    page.locator("summary").last.click()
    assert page.locator("details[open]").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_headings_go_down_one_step_at_a_time(browser: api.Browser, page_file: Path) -> None:
    page = browser.new_page()
    page.goto(page_file.as_uri())
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(one => Number(one.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    page.close()


def test_the_flow_is_a_picture_on_a_screen_and_bars_on_a_telephone(browser: api.Browser, page_file: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(page_file.as_uri())
    assert page.get_by_role("img", name="Flow of 12,698 items from 3 mappings to their fates").is_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert not page.locator("svg.flow").is_visible()
    assert page.locator(".flow.narrow").is_visible()
    page.close()


def test_on_paper_every_detail_is_open(browser: api.Browser, page_file: Path) -> None:
    page = browser.new_page()
    page.goto(page_file.as_uri())
    page.emulate_media(media="print")
    assert page.locator("details table").first.is_visible()
    page.close()
