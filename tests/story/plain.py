"""What must stand in the record after every step? A few lines of plain Python that know nothing of the engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from story.three_waves import WAVES, WRONG, Journal, Visit

Row = tuple[str, str]
"""(table, source key)."""
Content = tuple[object, ...]
Round = tuple[str, int]
"""(wave, number of its plan)."""
TABLES = ("act", "visit", "patient")


@dataclass
class Layer:
    """What one round wrote into a row; nobody's, where an undo left the row standing."""

    by: Round | None
    content: Content
    unit: str
    stood: Content = ()
    """What stood there when the next layer came over it."""


@dataclass
class Standing:
    """A row of the record: what the rounds wrote, the newest last, and what stands there now."""

    layers: list[Layer]
    stands: Content
    given: dict[Round, Content] = field(default_factory=dict)
    """Persons: rounds that have care for it, and what each would have written."""

    @property
    def top(self) -> Layer:
        return self.layers[-1]

    @property
    def edited(self) -> bool:
        return self.stands != self.top.content


class Expected:
    """The record as it must be."""

    def __init__(self) -> None:
        self.rows: dict[Row, Standing] = {}

    def contents(self) -> dict[Row, Content]:
        return {row: one.stands for row, one in self.rows.items()}

    def apply(self, by: Round, journal: Journal) -> None:
        unit = WAVES[by[0]]
        for pid, (number, name) in journal.persons.items():
            if number != WRONG and any(one.pid == pid and one.unit == unit for one in journal.visits.values()):
                self._load(by, ("patient", pid), (number, name), "*")
        for vid, visit in journal.visits.items():
            if visit.unit == unit and not visit.struck and visit.note != "bad" and self._found(("patient", visit.pid)):
                self._load(by, ("visit", vid), of_visit(visit), unit)
        for aid, (vid, note) in journal.acts.items():
            if vid in journal.visits and journal.visits[vid].unit == unit and self._found(("visit", vid)):
                self._load(by, ("act", aid), (vid, note), unit)

    def _found(self, row: Row) -> bool:
        """Whether a child's row finds this one."""
        one = self.rows.get(row)
        return one is not None and (bool(one.given) if row[0] == "patient" else one.top.by is not None)

    def _load(self, by: Round, row: Row, new: Content, unit: str) -> None:
        one = self.rows.get(row)
        if one is None:
            one = self.rows[row] = Standing([Layer(by, new, unit)], new)
        else:
            top = one.top
            mine = top.by is not None and (unit == "*" or (top.by[0] == by[0] and top.unit == unit))
            if not (mine and new in (top.content, one.stands)):
                if one.stands not in (top.content, new):
                    return
                top.stood = one.stands
                one.layers.append(Layer(by, new, unit))
                one.stands = new
        if unit == "*":
            one.given[by] = new

    def replay(self, by: Round, journal: Journal, again: Iterable[Row]) -> None:
        """Rows of a round that were rejected are tried once more, parents first; `journal` is as the round read it, and mended."""
        for table, key in sorted(again, key=lambda row: TABLES.index(row[0]), reverse=True):
            if table == "visit":
                visit = journal.visits[key]
                if not visit.struck and visit.note != "bad" and self._found(("patient", visit.pid)):
                    self._load(by, (table, key), of_visit(visit), WAVES[by[0]])
            elif table == "act" and self._found(("visit", journal.acts[key][0])):
                self._load(by, (table, key), journal.acts[key], WAVES[by[0]])

    def leans(self, rounds: Iterable[Round]) -> bool:
        """Whether a row of another wave refers to one that would go with these rounds."""
        going = set(rounds)
        wave = next(iter(going))[0]
        for (table, _), one in self.rows.items():
            if table == "patient" or one.top.by is None or one.top.by[0] == wave:
                continue
            parent = self.rows["patient" if table == "visit" else "visit", str(one.stands[0])]
            kept = any(by not in going for by in parent.given) or any(layer.by not in going for layer in parent.layers[:-1])
            if parent.top.by in going and not kept:
                return True
        return False

    def undo(self, rounds: list[Round]) -> None:
        """Take rounds of a wave back, the newest first, children before parents."""
        for table in TABLES:
            for by in reversed(rounds):
                for row in [row for row in self.rows if row[0] == table]:
                    self._take(by, row)

    def _take(self, by: Round, row: Row) -> None:
        one = self.rows[row]
        one.given.pop(by, None)
        for place in reversed([place for place, layer in enumerate(one.layers) if layer.by == by]):
            layer = one.layers[place]
            heirs = sorted(other for other, content in one.given.items() if content == layer.content)
            if heirs:
                layer.by = heirs[0]
            elif place < len(one.layers) - 1:
                del one.layers[place]
            elif place > 0:
                if not one.edited:
                    one.stands = one.layers[place - 1].stood
                one.layers.pop()
            elif one.given:
                layer.by = min(one.given)
            elif one.edited or self._referred(row):
                layer.by = None
            else:
                del self.rows[row]

    def _referred(self, row: Row) -> bool:
        child = {"patient": "visit", "visit": "act"}.get(row[0])
        return any(table == child and one.stands[0] == row[1] for (table, _), one in self.rows.items())


def of_visit(visit: Visit) -> Content:
    note = visit.note
    day = "2024-02-29" if note.startswith("a") else None
    return (visit.pid, note, day, "2024-02-29T09:00:00Z", len(note), int(note.endswith("!")))
