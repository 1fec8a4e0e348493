"""How do a wave's page and the programme's come about? Books drawn up by `run`, facts and page by `report`."""

from __future__ import annotations

from pathlib import Path

from vardskiftet.model.books import Books
from vardskiftet.report.gather import gather
from vardskiftet.report.labels import Lang
from vardskiftet.report.profile_page import ProfileFacts, render_profile
from vardskiftet.report.programme_facts import LoadState, ProgrammeFacts
from vardskiftet.report.programme_gather import gather_programme
from vardskiftet.report.programme_page import render_programme
from vardskiftet.report.render import render, write
from vardskiftet.run.balance import present_books
from vardskiftet.run.desk import Desk
from vardskiftet.run.profile import Profile
from vardskiftet.run.status import standings
from vardskiftet.store.runs import runs


def wave_page(desk: Desk, wave: str, lang: Lang, out: Path | None) -> tuple[Path, Books]:
    """Write the page of a wave's load; returns where it lies, and the books on it."""
    plan, books = present_books(desk, wave)
    with desk.reading_store() as store:
        past = tuple(one for one in runs(store) if one.wave == wave)
        head = store.head()
    facts = gather(desk.programme, wave, books, plan, past, head.length, head.hash, desk.clock(), desk.tool)
    path = out or desk.work / "reports" / f"{wave}.html"
    return write(render(facts, "wave.html", lang), path), books


def programme_page(desk: Desk, lang: Lang, out: Path | None) -> tuple[Path, ProgrammeFacts]:
    """Write the page of all waves; returns where it lies, and the facts on it."""
    found = standings(desk, tuple(one.wave for one in desk.programme.waves))
    with desk.reading_store() as store:
        head = store.head()
    statuses = {one.wave: one.status for one in found}
    loads = {one.wave: LoadState(load=one.load, batches_done=one.batches_done, batches_planned=one.batches_planned) for one in found}
    facts = gather_programme(desk.programme, statuses, loads, head, desk.clock(), desk.tool)
    path = out or desk.work / "reports" / "programme.html"
    return write(render_programme(facts, lang), path), facts


def profile_page(desk: Desk, found: Profile, out: Path | None) -> Path:
    """Write what was seen in a system's source; returns where it lies."""
    with desk.reading_store() as store:
        head = store.head()
    facts = ProfileFacts.of(desk.programme, found.system, found.tables, found.spoken, found.oddities, head, desk.clock(), desk.tool)
    return write(render_profile(facts), out or desk.work / "reports" / f"profile-{found.system}.html")
