"""How does a wave's page come about? Books drawn up by `run`, facts and page by `report`."""

from __future__ import annotations

from pathlib import Path

from vardskiftet.model.books import Books
from vardskiftet.report.gather import gather
from vardskiftet.report.labels import Lang
from vardskiftet.report.render import render, write
from vardskiftet.run.balance import present_books
from vardskiftet.run.desk import Desk
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
