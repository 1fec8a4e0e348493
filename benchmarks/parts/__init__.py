"""Which measurements stand on RESULTS.md beside the loads? Each benchmark of its own writes one part, and keeps it here."""

from __future__ import annotations

from datetime import date
from pathlib import Path

HERE = Path(__file__).parent


def part(name: str, title: str, text: str) -> None:
    """Keep a part and show it, and write RESULTS.md anew with it."""
    from benchmarks.results import rewrite

    told = f"## {title}\n\n{text}\n\nMeasured {date.today().isoformat()}.\n"  # noqa: DTZ011 - a page for people
    (HERE / f"{name}.md").write_text(told, encoding="utf-8")
    rewrite()
    print(told)


def parts() -> list[str]:
    """All parts that are kept, by name."""
    return [one.read_text(encoding="utf-8") for one in sorted(HERE.glob("*.md"))]
