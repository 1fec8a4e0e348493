"""The page as text, and its way to the disk."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from vardskiftet.errors import NoRoom, Unreachable
from vardskiftet.model.books import Books, RejectLine
from vardskiftet.model.programme import Programme
from vardskiftet.model.wave import Precision
from vardskiftet.report import render as renderer
from vardskiftet.report.facts import Facts
from vardskiftet.report.render import render, write

Make = Callable[..., Facts]


class Words(HTMLParser):
    """Collects what a reader sees, and the tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.seen.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.seen).split())


def test_the_verdict_stands_on_top_with_its_numbers(facts: Make) -> None:
    text = Words(render(facts())).text
    assert "Closes All 12,696 items have exactly one fate, the target itself counts the 12,237 rows that it should hold" in text
    order = [
        "Verdict of the books",
        "Readiness",
        "Key figures",
        "From the journal to the record",
        "Rejected, by reason",
        "Units Every unit",
        "What stays behind",
        "Source tables",
        "What this report does not know",
        "How to recompute it",
    ]
    assert [text.index(heading) for heading in order] == sorted(text.index(heading) for heading in order)


def test_readiness_is_honestly_not_evaluable(facts: Make) -> None:
    assert "Not evaluable yet No checks have been asked." in Words(render(facts())).text


def test_a_sum_that_fails_is_said_with_both_numbers(facts: Make, books: Callable[..., Books]) -> None:
    first, *rest = books().lines
    text = Words(render(facts(books=books(lines=(first.model_copy(update={"in_target": 4900}), *rest))))).text
    assert "Does not close 1 sum does not come out" in text
    assert "Rows loaded or unchanged against rows counted in the target 4,903 4,900" in text


def test_a_load_under_way_is_not_complete(facts: Make, books: Callable[..., Books]) -> None:
    text = Words(render(facts(books=books(batches_done=4)))).text
    assert "Not complete 4 of 9 batches are in the target." in text
    assert "Budgets Within budget so far" in text
    assert " Closes " not in text


def test_an_empty_wave_has_a_page_too(facts: Make, books: Callable[..., Books]) -> None:
    empty = books(
        lines=(),
        tables=(),
        rejects=(),
        exclusions=(),
        no_unit=RejectLine(reason="no_unit", items=0, budget=0),
        batches_done=0,
        batches_planned=0,
    )
    text = Words(render(facts(books=empty, plan=None, runs=(), store_length=0, store_head=""))).text
    assert "No batch is planned or loaded yet" in text
    assert "No items have been read yet." in text
    assert "No run has touched this wave." in text


def test_a_reason_over_its_budget_is_named_on_top(facts: Make, books: Callable[..., Books]) -> None:
    more = (*books().rejects, RejectLine(reason="OUR_OWN_RULE", items=7, budget=0))
    text = Words(render(facts(books=books(rejects=more)))).text
    assert "Over budget 1 reason took more than its budget: OUR_OWN_RULE 7 of 0." in text
    assert "Over by 7" in text


def test_findings_beyond_the_first_ten_say_where_the_rest_is(facts: Make, books: Callable[..., Books]) -> None:
    first = books().lines[0]
    lines = tuple(first.model_copy(update={"unit": f"u{n:02d}", "extracted": 1}) for n in range(13))
    page = render(facts(books=books(lines=lines)))
    assert "3 more lines" in page
    assert all(page.count(f"u{n:02d}") >= 2 for n in range(13))


def test_a_list_too_long_for_paper_says_so(facts: Make, books: Callable[..., Books]) -> None:
    first = books().lines[0]
    lines = tuple(first.model_copy(update={"unit": f"u{n:03d}"}) for n in range(201))
    assert "0 of 201 lines on paper; all on the screen, and by vardskiftet books south-1 --json." in render(facts(books=books(lines=lines)))
    assert "on paper" not in render(facts())


def test_declared_words_are_shown_as_they_are_and_never_run(
    facts: Make, programme: Callable[..., Programme], books: Callable[..., Books]
) -> None:
    title = "<script>alert(1)</script> {{ 7*7 }} {% raise %} {items} \"'"
    because = (("<img src=x onerror=1>", "{{ facts.root }}<b>", 3),)
    page = render(facts(programme=programme(wave_title=title, title=title), books=books(exclusions=because)))
    read = Words(page)
    assert not {"script", "img", "b>"} & set(read.tags)
    assert title in read.text
    assert "{{ facts.root }}<b>" in read.text


@pytest.mark.parametrize("lang", ["en", "sv"])
def test_the_page_asks_nothing_of_the_outside(facts: Make, lang: str) -> None:
    page = render(facts(), lang="sv" if lang == "sv" else "en")
    assert f'<html lang="{lang}">' in page
    assert re.findall(r"(?:https?:)?//[a-z]", page) == []
    assert re.findall(r'(?:src|href)="(?!#|data:,")[^"]*"|url\(|@import|<script', page) == []


def test_the_page_says_what_it_stands_on(facts: Make) -> None:
    told = facts()
    text = Words(render(told)).text
    assert told.plan is not None
    for word in (told.plan.fingerprint, told.store_head, "41 events", "vardskiftet 0.1.0", "vardskiftet books south-1 --json"):
        assert word in text
    assert "Chain of 41 events, head 9f2c41d0a7be55e3 · Plan ab12cd34ef56" in text


def test_runs_stand_in_the_order_in_which_they_were_made(facts: Make) -> None:
    text = Words(render(facts())).text
    assert (
        "b2 apply 5 Nov 2024, 08:00 12 s Interrupted a1 apply 5 Nov 2024, 08:00 1 min 12 s Done c3 apply 5 Nov 2024, 08:00 1 s odd" in text
    )


def test_a_wave_name_in_a_command_line_is_quoted(facts: Make) -> None:
    told = facts().model_copy(update={"wave": "south 1; rm"})
    assert "vardskiftet books 'south 1; rm' --json" in Words(render(told)).text


def test_a_synthetic_programme_shows_its_clock_and_a_real_one_no_banner(facts: Make, programme: Callable[..., Programme]) -> None:
    assert "Synthetic programme Every person and every row is made up." in Words(render(facts())).text
    assert "The clock is fixed at 5 Nov 2024, 08:00." in Words(render(facts())).text
    assert "ynthetic" not in Words(render(facts(programme=programme(synthetic=False, clock=None)))).text


def test_a_go_live_may_be_past_or_only_a_season(facts: Make, programme: Callable[..., Programme]) -> None:
    assert "Tuesday 12 November 2024, 04:00 7 days to go" in Words(render(facts())).text
    assert "1 day ago" in Words(render(facts(now=datetime.fromisoformat("2024-11-13T03:00")))).text
    season = {"go_live": None, "season": "2025-autumn", "precision": Precision.SEASON}
    assert "hösten 2025 bara årstiden är känd" in Words(render(facts(programme=programme(wave=season)), lang="sv")).text


def test_swedish_pages_are_swedish_to_the_digits(facts: Make) -> None:
    text = Words(render(facts(), lang="sv")).text
    assert "Går ihop Alla 12 696 poster har exakt ett öde" in text
    assert "tisdag 12 november 2024, 04:00" in text


def test_two_pages_of_the_same_facts_are_the_same(facts: Make) -> None:
    assert render(facts()) == render(facts())


@pytest.mark.parametrize(
    ("body", "fault"), [("{{ facts.no_such_fact }}", UndefinedError), ("{{ facts.__class__.__mro__ }}", SecurityError)]
)
def test_templates_can_neither_guess_nor_reach_out(
    facts: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, fault: type[Exception]
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "labels.en.yaml").write_text("page: {kind: x}\n", encoding="utf-8")
    (folder / "own.html").write_text(body, encoding="utf-8")
    monkeypatch.setattr(renderer, "shipped", lambda: tmp_path)
    with pytest.raises(fault):
        render(facts(), template="own.html")


def test_a_written_page_is_for_its_owner_alone_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = write("<p>å</p>", tmp_path / "reports" / "south-1.html")
    assert path.read_bytes() == "<p>å</p>".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    write("again", path)
    assert (path.read_text(encoding="utf-8"), [one.name for one in path.parent.iterdir()]) == ("again", ["south-1.html"])


def test_a_full_disk_keeps_the_page_that_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("first", tmp_path / "page.html")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoom):
        write("second", path)
    assert (path.read_text(encoding="utf-8"), [one.name for one in tmp_path.iterdir()]) == ("first", ["page.html"])


def test_a_folder_that_is_a_file_is_refused_with_its_address(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(Unreachable) as refused:
        write("page", tmp_path / "file" / "page.html")
    assert refused.value.where.endswith("page.html")
