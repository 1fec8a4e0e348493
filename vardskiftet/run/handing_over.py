"""How does a list of what is carried by hand go out and come back? Done by one person, checked by another, or refused."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from vardskiftet.engine.worksheets import read_sheets, write_sheets
from vardskiftet.engine.worksheets.sheet import ReadRow, ReadSheet, Sheet
from vardskiftet.errors import Fault, Usage, WorklistRefused
from vardskiftet.model.handover import Handover
from vardskiftet.run.desk import Desk
from vardskiftet.run.handover import BROUGHT, LISTED, Handovers, handovers
from vardskiftet.run.noted import note
from vardskiftet.run.signing import system_user

HEADING = ("line", "export", "need", "information", "system", "key in the system", "patient's number", "rows", "done by", "checked by")
DONE, CHECKED = HEADING.index("done by"), HEADING.index("checked by")
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Listed:
    """What went out: files, and lines by unit."""

    files: tuple[Path, ...]
    lines: dict[str, int]


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back: lines looked at, newly done, newly checked."""

    lines: int
    done: int
    checked: int


def write_list(desk: Desk, wave: str, path: Path, unit: str | None, reason: str) -> Listed:
    """A sheet for each unit, its most urgent lines first, with the patients' numbers. The access itself is remembered first."""
    if not reason.strip():
        raise Usage("Patients are named for a reason only.", hint="--reason TEXT")
    found = handovers(desk, wave)
    units = [name for name in dict.fromkeys(one.unit for one in found.lines) if unit in (None, name)]
    if unit is not None and not units:
        raise Usage(f"'{unit}' has nothing to be carried over in wave '{wave}'.", hint=f"vardskiftet manual status {wave}")
    token = f"x{secrets.token_hex(4)}"
    lines = {name: sum(one.unit == name for one in found.lines) for name in units}
    payload = {"wave": wave, "export": token, "lines": lines, "who": system_user(), "reason": reason.strip()}
    note(desk, "manual export", wave, LISTED, payload)
    sheets = [_sheet(found, name, token) for name in units]
    return Listed(write_sheets(path, sheets), lines)


def _sheet(found: Handovers, unit: str, token: str) -> Sheet:
    rows: list[tuple[str | None, ...]] = []
    for one in found.lines:
        if one.unit == unit:
            whose = found.whose[one.line]
            need = one.need or "has open care here"
            said = (one.done_by, one.checked_by)
            rows.append((one.line, token, need, one.information, one.system, whose.keys, whose.number, str(one.rows), *said))
    return Sheet(unit, HEADING, tuple(rows), frozenset({DONE, CHECKED}))


@dataclass
class _Held:
    """What a file is held against, and what is found."""

    lines: dict[str, Handover]
    shown: Callable[[Handover], tuple[str, ...]]
    tokens: frozenset[str]
    faults: list[Fault] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    done: dict[str, str] = field(default_factory=dict)
    checked: dict[str, str] = field(default_factory=dict)


def take_back(desk: Desk, wave: str, path: Path) -> Returned:
    """Take in a list that came back, all of it or nothing. Raises WorklistRefused with every fault, Usage for a file that is none."""
    sheets = read_sheets(path)
    found = handovers(desk, wave)
    with desk.reading_store() as store:
        mine = [event.payload for event in store.events(LISTED) if event.payload["wave"] == wave]
    held = _Held({one.line: one for one in found.lines}, _told(found), frozenset(str(one["export"]) for one in mine))
    for sheet in sheets:
        if sheet.heading != HEADING:
            message = "the heading is not the one that was written: columns are missing, moved or called otherwise."
            held.faults.append(Fault(path.name, 1, sheet.name, message, "Put the columns back as they were; change cells, not columns."))
            continue
        for row in sheet.rows:
            _row(held, path.name, sheet, row)
    if held.faults:
        raise WorklistRefused(held.faults)
    if held.done or held.checked:
        payload = {"wave": wave, "done": held.done, "checked": held.checked, "who": system_user()}
        note(desk, "manual import", wave, BROUGHT, payload)
    return Returned(len(held.seen), len(held.done), len(held.checked))


def _told(found: Handovers) -> Callable[[Handover], tuple[str, ...]]:
    """What a line's cells say that nobody may change, after `need`: who is at hand for it, and how much."""

    def told(one: Handover) -> tuple[str, ...]:
        whose = found.whose[one.line]
        return (one.information, one.system, whose.keys, whose.number, str(one.rows))

    return told


def _row(held: _Held, file: str, sheet: ReadSheet, row: ReadRow) -> None:
    def wrong(column: int, message: str, hint: str) -> None:
        held.faults.append(Fault(file, row.number, f"{sheet.name} › {HEADING[column]}", message, hint))

    for place, what in row.wrong:
        wrong(place, f"{what}.", "Format the cell as text, and write it anew.")
    if row.wrong:
        return
    cells = [cell or "" for cell in row.cells]
    one = held.lines.get(cells[0])
    if cells[1] not in held.tokens:
        wrong(1, "this row comes from no export of this wave that the programme remembers.", "Export anew, and fill in that file.")
    elif one is None:
        wrong(0, "is no line of this wave now: what is to be carried over has changed in the source since.", "Export anew, and look again.")
    elif cells[0] in held.seen:
        wrong(0, "stands twice.", "Keep one of the rows.")
    elif tuple(cells[3:DONE]) != held.shown(one):
        wrong(3, "says something else than was exported; only the last two cells may be filled in.", "Take the row from the export.")
    else:
        held.seen.add(cells[0])
        _take(held, one, cells[DONE].strip(), cells[CHECKED].strip(), wrong)


def _take(held: _Held, one: Handover, done: str, checked: str, wrong: Callable[[int, str, str], None]) -> None:
    """Who did it and who checked it, as far as it is new."""
    for place, name, before in ((DONE, done, one.done_by), (CHECKED, checked, one.checked_by)):
        if len(name) > LONGEST_NAME:
            wrong(place, "is no name: it is too long.", "Write who it was, and nothing else.")
            return
        if before and name and _alike(name) != _alike(before):
            wrong(place, "names somebody else than was said before.", "What was said stays; export anew to see it.")
            return
    done, checked = done or one.done_by, checked or one.checked_by
    if checked and not done:
        wrong(CHECKED, "is checked before anybody has done it.", "Fill in who entered it.")
    elif checked and _alike(checked) == _alike(done):
        wrong(CHECKED, "is checked by the person who did it.", "Another person looks at both systems and signs.")
    else:
        if done != one.done_by:
            held.done[one.line] = done
        if checked != one.checked_by:
            held.checked[one.line] = checked


def _alike(name: str) -> str:
    """A name without case and blanks: one person under two spellings is one person."""
    return "".join(name.casefold().split())
