"""How does the demo's evidence come in? As anybody's does: file by file, day by day, measured and kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from vardskiftet.demo.evidence import FOLDER, FOLLOWED, FREEZER, FROZEN, Stage, deliveries, evidence_of
from vardskiftet.model.progress import Progress
from vardskiftet.run.checks import run_checks
from vardskiftet.run.coverage import MEASURED as COVERED
from vardskiftet.run.coverage import measure as measure_coverage
from vardskiftet.run.desk import Desk
from vardskiftet.run.evidence import ADDED, add, added, source_of
from vardskiftet.run.freezing import FROZEN as CRITERIA_FROZEN
from vardskiftet.run.freezing import freeze
from vardskiftet.run.measured import MEASURED


def tell_story(desk: Desk, wave: str, stage: Stage) -> None:
    """Freeze the criteria, hand in what was handed in up to the stage, and measure. What was told already is left as it is."""
    zone = ZoneInfo(desk.programme.timezone)
    quiet = replace(desk, notify=lambda _: None)
    with desk.reading_store() as store:
        known = {(one.name, one.as_of) for one in added(store.events(ADDED))}
        frozen, covered = store.newest(CRITERIA_FROZEN) is not None, store.newest(COVERED) is not None
        measured = {event.at for event in store.events(MEASURED)}
    if not frozen:
        freeze(at(quiet, FROZEN, zone), wave, "", FREEZER)
    if not covered:
        measure_coverage(quiet, wave)
    every = deliveries(stage)
    for delivery in every:
        then = at(quiet, delivery.at, zone)
        files = sorted((desk.programme.root / FOLDER / delivery.folder).iterdir())
        new = 0
        for done, path in enumerate(files):
            desk.notify(Progress(f"evidence of {delivery.folder}", done, len(files)))
            new += _hand_in(then, path, known)
        desk.notify(Progress(f"evidence of {delivery.folder}", len(files), len(files)))
        if delivery is every[-1]:
            if new or quiet.clock() not in measured:
                run_checks(quiet, wave)
        elif new:
            run_checks(then, wave, FOLLOWED)


def at(desk: Desk, moment: datetime, zone: ZoneInfo) -> Desk:
    """A desk on which it is that local moment: a synthetic programme's clock may be set."""
    aware = moment.replace(tzinfo=zone)
    return replace(desk, clock=lambda: aware)


def _hand_in(desk: Desk, path: Path, known: set[tuple[str, datetime]]) -> bool:
    """Whether the file was new."""
    name = evidence_of(path)
    now = desk.clock().astimezone(UTC)
    if (name, now) in known:
        return False
    return add(desk, name, path, None if source_of(desk.programme, name).as_of else now).new
