"""What would people hand in before the first wave? Files of a plausible programme, week by week, and once all is mended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from vardskiftet.demo import evidence_files, evidence_people, evidence_programme, evidence_units
from vardskiftet.demo.evidence_files import Sheet
from vardskiftet.model.programme import Programme

FOLDER = "evidence"
FROZEN = datetime(2024, 8, 14, 9, 0)  # noqa: DTZ001 - a local moment of the programme's zone, ninety days before go-live
FREEZER = "cecilia"


class Stage(StrEnum):
    """How far the story is told."""

    NO_GO = "no-go"
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was handed in on one day: local moment, and the folder that it lies in."""

    at: datetime
    folder: str
    mended: bool = False


DELIVERIES = (
    Delivery(datetime(2024, 10, 15, 7, 0), "2024-10-15"),  # noqa: DTZ001 - local moments, as above
    Delivery(datetime(2024, 10, 22, 7, 0), "2024-10-22"),  # noqa: DTZ001
    Delivery(datetime(2024, 10, 29, 7, 0), "2024-10-29"),  # noqa: DTZ001
    Delivery(datetime(2024, 11, 5, 7, 0), "2024-11-05"),  # noqa: DTZ001
    Delivery(datetime(2024, 11, 5, 7, 45), "2024-11-05-mended", mended=True),  # noqa: DTZ001
)
WHOLE = DELIVERIES[3]
"""The day on which everything is handed in, a week before go-live; the weeks before tell of what changes."""

FOLLOWED = ("R05", "R11")
"""Checks that are measured every week: their way shows."""


def deliveries(stage: Stage) -> tuple[Delivery, ...]:
    """What is handed in up to a stage, in its order."""
    return tuple(one for one in DELIVERIES if stage is Stage.GREEN or not one.mended)


def write_evidence(folder: Path, programme: Programme, wave: str) -> list[Path]:
    """Write all files of all deliveries below the project's folder; returns them, sorted."""
    units = evidence_units.asked_units(programme, wave)
    written: list[Path] = []
    for week, delivery in enumerate(DELIVERIES):
        for sheet in _sheets(units, week, delivery, wave):
            path = folder / FOLDER / delivery.folder / sheet.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(evidence_files.written(sheet))
            written.append(path)
    return sorted(written)


def _sheets(units: evidence_units.Asked, week: int, delivery: Delivery, wave: str) -> Iterable[Sheet]:
    """The sheets of one delivery. Whole on one day; before it what is followed, after it what was mended."""
    yield evidence_people.training(units, week, delivery.at)
    yield evidence_programme.defects(week, delivery.at)
    if week in (2, 3, 4):
        yield evidence_programme.objections(week)
    if delivery is WHOLE:
        yield from evidence_programme.once(wave)
        yield from evidence_units.once(units)
        yield from evidence_people.once(units)
        yield evidence_programme.interfaces(datetime(2024, 10, 9, 16, 20))  # noqa: DTZ001 - local, and four weeks old by now
        yield evidence_programme.task_times(mended=False)
        yield evidence_people.survey(units, mended=False)
    if delivery.mended:
        yield evidence_programme.interfaces(datetime(2024, 11, 5, 6, 40))  # noqa: DTZ001 - local
        yield evidence_programme.task_times(mended=True)
        yield evidence_people.survey(units, mended=True)


def evidence_of(path: Path) -> str:
    """Of what a file is evidence: its name without the ending."""
    return path.stem
