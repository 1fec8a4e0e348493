"""Which differences did the last verification find, and where can all of them be read?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from vardskiftet.engine.files import place_parts
from vardskiftet.engine.worksheets.cells import inert
from vardskiftet.errors import Usage
from vardskiftet.model.difference import Difference, Kind, Level
from vardskiftet.model.programme import Programme
from vardskiftet.model.verification import Verification
from vardskiftet.run.desk import Desk
from vardskiftet.run.keys import spellings, typed
from vardskiftet.run.verifying.bench import folder_of
from vardskiftet.run.verifying.found import differences_in, last_result

WITHOUT_VALUES = ("level", "mapping", "table", "key", "id", "unit", "column", "class", "cause", "zero_tolerance")
VALUES = ("expected", "stored")

MEANS = {
    Kind.MISSING: "derived from the source, and not in the record",
    Kind.EXTRA: "in the record under one of our batches, and no source row stands for it",
    Kind.CHANGED_IN_SOURCE: "the source changed after the load",
    Kind.CHANGED_IN_TARGET: "the row is no longer as the load wrote it",
    Kind.ENCODING: "letters were taken for those of another encoding",
    Kind.WHITESPACE: "only blanks differ",
    Kind.NORMALISATION: "only case, rings or dots differ",
    Kind.PRECISION: "a number or a time lost places, or its point moved",
    Kind.TIMEZONE: "a time is off by whole quarters of an hour",
    Kind.TRUNCATED: "the text ends early",
    Kind.NULL_EMPTY: "nothing on one side, an empty text on the other",
    Kind.WRONG_PATIENT: "the value belongs to another patient",
    Kind.OTHER: "it looks like nothing that has a name",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which differences are wanted; None is all."""

    kind: Kind | None = None
    mapping: str | None = None
    level: Level | None = None
    unexplained: bool = False
    forbidden: bool = False
    """Only those of which not one may stand, whatever its cause."""

    def takes(self, one: Difference) -> bool:
        """Whether a difference is among them."""
        wanted = self.kind in (None, one.kind) and self.mapping in (None, one.mapping) and self.level in (None, one.level)
        return wanted and not (self.unexplained and one.explained) and not (self.forbidden and not one.zero_tolerance)


def last_verification(desk: Desk, wave: str) -> Verification:
    """What the last verification of a wave came to. Raises Usage if there was none."""
    desk.wave(wave)
    found = last_result(folder_of(desk, wave))
    if found is None:
        raise Usage(f"Wave '{wave}' was not verified yet.", hint=f"vardskiftet verify {wave}")
    return found


def chosen(desk: Desk, wave: str, asked: Asked) -> Iterator[Difference]:
    """The wanted differences of the last verification, in its order."""
    return (one for one in differences_in(folder_of(desk, wave)) if asked.takes(one))


A_NUMBER = "(a person's number)"


def of_key(desk: Desk, wave: str, key: str) -> tuple[Difference, ...]:
    """Differences of one source key or one id of the record. Raises Usage if there is none."""
    meant = {one.mapping: spellings(one, key) for one in desk.programme.mappings}
    found = tuple(one for one in differences_in(folder_of(desk, wave)) if key in (one.key, one.id) or one.key in meant.get(one.mapping, ()))
    if not found:
        raise Usage(f"The last verification of wave '{wave}' found nothing that differs at this key.", hint=f"vardskiftet diff show {wave}")
    return found


def shown_key(programme: Programme, one: Difference) -> str:
    """A source key as it may be shown: one that is itself a person's number is not."""
    mapping = next((other for other in programme.mappings if other.mapping == one.mapping), None)
    numbers = {identity.source for identity in mapping.identities} if mapping is not None else set()
    numbers |= (
        {field.source for field in mapping.fields if any(step.transform == "personal_identity" for step in field.steps)}
        if mapping
        else set()
    )
    if mapping is None or not one.key:
        return one.key
    return A_NUMBER if set(mapping.key) & numbers else typed(mapping, one.key)


def export(desk: Desk, wave: str, asked: Asked, out: Path, columns: tuple[str, ...]) -> int:
    """All wanted differences as a CSV file, for its owner alone, with a key that may be shown; returns how many.

    No cell is one that a spreadsheet would run. However many there are, few are in memory at a time.
    """
    written = count()
    place_parts(out, _lines(desk, wave, asked, columns, written))
    return next(written)


def _lines(desk: Desk, wave: str, asked: Asked, columns: tuple[str, ...], written: Iterator[int]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for one in chosen(desk, wave, asked):
        line = {**one.model_dump(mode="json"), "class": one.kind.value}
        if VALUES[0] not in columns:
            line["key"] = shown_key(desk.programme, one)
        writer.writerow(["" if line[name] is None else inert(str(line[name])) for name in columns])
        next(written)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()
