"""How do reviews go to those who know the patients? A line for each person whom a row might be; values only where they were asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vardskiftet.engine.worksheets import write_sheets
from vardskiftet.engine.worksheets.sheet import Sheet
from vardskiftet.model.identity import MEANING, Person, Standing
from vardskiftet.run.desk import Desk
from vardskiftet.run.identities import Compared, compare, look, persons_of

HEADING = ("review", "state", "mapping", "doubt", "person", "who", "brought by", "known by", "decided", "by", "because")


@dataclass(frozen=True, slots=True)
class Written:
    """What went out."""

    files: tuple[Path, ...]
    reviews: int


def write_worklist(desk: Desk, wave: str, path: Path, *, with_values: bool) -> Written:
    """Write a wave's reviews, for the owner alone. Raises Usage if the wave is not wholly loaded, or for another kind of file."""
    found = look(desk, wave)
    values = compare(desk, found, found.standings) if with_values else {}
    columns = sorted({name for one in values.values() for name in _columns(one)})
    lines = [line for one in found.standings for line in _lines(one, persons_of(desk, one), values.get(one.review), columns)]
    sheet = Sheet(wave, (*HEADING, *columns), tuple(lines), frozenset())
    return Written(write_sheets(path, [sheet]), len(found.standings))


def _columns(one: Compared) -> set[str]:
    return {name for row in (one.row, *one.persons.values()) for name in row}


def _lines(one: Standing, persons: tuple[Person, ...], values: Compared | None, columns: list[str]) -> list[tuple[str | None, ...]]:
    """First the row itself, then whom it might be."""
    said = (one.said.verdict.value, one.said.by, one.said.because) if one.said else ("", "", "")
    head = (one.review, one.state.value, one.mapping, MEANING[one.doubt] if one.doubt else "")
    row = values.row if values else {}
    lines: list[tuple[str | None, ...]] = [(*head, "", "the row itself", "", "", *said, *(row.get(name) for name in columns))]
    for person in persons:
        stands = values.persons.get(person.person, {}) if values else {}
        who = "it might be this person" if person.person != one.own else "the row as it stands"
        who += "" if person.stands else ", not in the record"
        told = (person.person, who, ", ".join(person.brought_by), ", ".join(person.known_by), "", "", "")
        lines.append((*head, *told, *(stands.get(name) for name in columns)))
    return lines
