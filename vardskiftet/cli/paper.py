"""How do a wave's page and the programme's come about? Books drawn up by `run`, facts and page by `report`."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from vardskiftet.cli.telling_readiness import as_document
from vardskiftet.judge.lines import lines, unmet
from vardskiftet.model.books import Books
from vardskiftet.report.gather import gather
from vardskiftet.report.labels import Lang
from vardskiftet.report.profile_page import ProfileFacts, render_profile
from vardskiftet.report.programme_facts import LoadState, ProgrammeFacts
from vardskiftet.report.programme_gather import gather_programme
from vardskiftet.report.programme_page import render_programme
from vardskiftet.report.readiness_facts import FreezingFacts, ReadinessFacts
from vardskiftet.report.readiness_gather import gather_readiness
from vardskiftet.report.readiness_markdown import readiness_markdown
from vardskiftet.report.readiness_page import render_readiness
from vardskiftet.report.render import render, write
from vardskiftet.run.balance import present_books
from vardskiftet.run.desk import Desk
from vardskiftet.run.history import points_of
from vardskiftet.run.measured import MEASURED
from vardskiftet.run.profile import Profile
from vardskiftet.run.readiness import Asked, ask_gate
from vardskiftet.run.status import standings
from vardskiftet.store.runs import runs

WEEK = timedelta(days=7)


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


def readiness_page(
    desk: Desk, wave: str, gate: str | None, at: datetime | None, lang: Lang, kind: str, out: Path | None
) -> tuple[Path, Asked]:
    """Write a wave's readiness as html, md or json; returns where it lies, and what was asked."""
    asked = ask_gate(desk, wave, gate, at)
    path = out or desk.work / "reports" / f"{wave}-readiness.{kind}"
    if kind == "json":
        text = json.dumps(as_document(asked, desk.programme), ensure_ascii=False, indent=1) + "\n"
        return write(text, path), asked
    facts = readiness_facts(desk, asked)
    return write(readiness_markdown(facts, lang) if kind == "md" else render_readiness(facts, lang), path), asked


def readiness_facts(desk: Desk, asked: Asked) -> ReadinessFacts:
    """The facts of the page: the verdict, how it stood a week ago, and the way of what does not pass."""
    now, wave = asked.readiness.as_of, asked.readiness.wave
    before = now - WEEK
    wanting = [line.check for line in unmet(lines(desk.programme.criteria, asked.readiness))]
    with desk.reading_store() as store:
        head = store.head()
        measured_then = store.newest(MEASURED, before) is not None
        points = {check.check: points_of(store, check, wave, now) for check in wanting}
    earlier = ask_gate(desk, wave, asked.gate.gate, before).readiness if measured_then else None
    freezings = [FreezingFacts(one.at, one.digest, one.name, one.role, one.reason, one.changes) for one in asked.criteria.freezings]
    return gather_readiness(
        desk.programme,
        asked.readiness,
        earlier,
        asked.gate,
        asked.gate_day,
        asked.measurements,
        asked.evidence,
        freezings,
        points,
        head,
        desk.tool,
    )


def profile_page(desk: Desk, found: Profile, out: Path | None) -> Path:
    """Write what was seen in a system's source; returns where it lies."""
    with desk.reading_store() as store:
        head = store.head()
    facts = ProfileFacts.of(desk.programme, found.system, found.tables, found.spoken, found.oddities, head, desk.clock(), desk.tool)
    return write(render_profile(facts), out or desk.work / "reports" / f"profile-{found.system}.html")
