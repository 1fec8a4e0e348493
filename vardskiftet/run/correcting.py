"""What may a mended worklist change? Listed rows in allowed columns, held against the source cell by cell; else it is refused whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from vardskiftet.engine.corrections import keep_corrections, rejects_named
from vardskiftet.engine.worksheets import read_sheets
from vardskiftet.engine.worksheets.cells import bent, same, shuffled
from vardskiftet.engine.worksheets.sheet import ReadRow, ReadSheet
from vardskiftet.errors import Fault, WorklistRefused
from vardskiftet.model.reject import Correction, Original
from vardskiftet.run.desk import Desk
from vardskiftet.run.imported import EXPORTED, IMPORTED, corrections_folder, corrections_in_force, imported_files
from vardskiftet.run.noted import note
from vardskiftet.run.rejects import loaded_plan, rejected_rows
from vardskiftet.run.signing import system_user
from vardskiftet.run.workbench import workbench
from vardskiftet.run.worklist import OWN, correctable, heading_of


@dataclass(frozen=True, slots=True)
class Brought:
    """What was taken in: rows looked at, corrected and withdrawn by mapping, and rows whose correction is in the record already."""

    rows: int
    corrected: dict[str, int]
    withdrawn: dict[str, int]
    as_before: int
    released: int
    encodings: tuple[str, ...]


@dataclass
class _Desk:
    """What a file is held against, and what is found."""

    desk: Desk
    originals: dict[str, Original]
    columns: dict[str, tuple[str, ...]]
    said: dict[str, Correction]
    later: dict[str, frozenset[str]]
    """Token of an export to the rejects that somebody spoke of since."""
    faults: list[Fault] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    made: list[Correction] = field(default_factory=list)
    changes: dict[str, list[tuple[int, str | None, str | None]]] = field(default_factory=dict)
    """Column of a sheet to its changed cells: the row in the file, what stood there, what stands there now."""
    as_before: int = 0
    released: int = 0

    def wrong(self, file: str, row: int, trail: str, message: str, hint: str = "") -> None:
        """A fault at a row of the file; never with what stands in it."""
        self.faults.append(Fault(file, row, trail, message, hint))


def bring_back(desk: Desk, wave: str, path: Path) -> Brought:
    """Take in a mended worklist, all of it or nothing. Raises WorklistRefused with every fault, Usage for a file that is none."""
    plan = loaded_plan(desk, wave)
    sheets = read_sheets(path)
    with workbench(desk, plan, "rejects") as bench:
        found = rejected_rows(bench)
        columns = {one.mapping: bench.compiled(one.mapping).columns for one in found}
    said = {one.reject: one for one in corrections_in_force(desk)}
    held = _Desk(desk, {one.reject: one for one in found}, columns, said, _later(desk, wave))
    for sheet in sheets:
        _sheet(held, path.name, sheet)
    _moved(held, path.name)
    if held.faults:
        raise WorklistRefused(held.faults)
    corrected = Counter(one.mapping for one in held.made if one.values)
    withdrawn = Counter(one.mapping for one in held.made if not one.values)
    if held.made:
        digest = keep_corrections(corrections_folder(desk), held.made)
        figures = {"corrected": dict(sorted(corrected.items())), "withdrawn": dict(sorted(withdrawn.items()))}
        payload = {"wave": wave, "plan": plan.fingerprint, "file": digest, "rows": len(held.seen), "who": system_user()}
        note(desk, "rejects import", wave, IMPORTED, payload | figures)
    encodings = tuple(sorted({sheet.encoding for sheet in sheets if sheet.encoding}))
    return Brought(len(held.seen), dict(corrected), dict(withdrawn), held.as_before, held.released, encodings)


def _later(desk: Desk, wave: str) -> dict[str, frozenset[str]]:
    with desk.reading_store() as store:
        events = tuple(store.of_kinds((IMPORTED, EXPORTED)))
    files = imported_files(events)
    mine = [event.payload for event in events if event.kind == EXPORTED and event.payload["wave"] == wave]
    return {str(one["export"]): rejects_named(corrections_folder(desk), files[int(one["files_in_force"]) :]) for one in mine}


def _sheet(held: _Desk, file: str, sheet: ReadSheet) -> None:
    """One sheet: its heading must be that of the mapping whose rows it holds."""
    known = {one.mapping: one for name in (row.cells[0] for row in sheet.rows) if name and (one := held.originals.get(name))}
    columns = held.columns[next(iter(known))] if known else sheet.heading[len(OWN) :]
    if sheet.heading != heading_of(columns):
        message = "the heading is not the one that was written: columns are missing, moved or called otherwise."
        held.wrong(file, 1, sheet.name, message, "Put the columns back as they were exported; change cells, not columns.")
        return
    for row in sheet.rows:
        _row(held, file, sheet, row, columns)


def _row(held: _Desk, file: str, sheet: ReadSheet, row: ReadRow, columns: tuple[str, ...]) -> None:
    for place, what in row.wrong:
        held.wrong(file, row.number, f"{sheet.name} › {sheet.heading[place]}", f"{what}.", "Format the cell as text, and write it anew.")
    reject, token = row.cells[0] or "", row.cells[1] or ""
    if row.wrong:
        return
    if reject in held.seen:
        held.wrong(file, row.number, sheet.name, f"reject {reject} stands twice.", "Keep one of the rows.")
        return
    held.seen.add(reject)
    if token not in held.later:
        message = "this row comes from no export of this wave that the programme remembers."
        held.wrong(file, row.number, f"{sheet.name} › export", message, "Export anew, and mend that file.")
        return
    texts = dict(zip(columns, row.cells[len(OWN) :], strict=True))
    one = held.originals.get(reject)
    if one is None:
        _closed(held, file, sheet, row, texts)
    elif held.columns[one.mapping] != columns:
        held.wrong(file, row.number, sheet.name, f"reject {reject} is of {one.mapping}, not of this sheet.", "Put it back into its sheet.")
    else:
        _compare(held, file, sheet, row, one, texts)


def _closed(held: _Desk, file: str, sheet: ReadSheet, row: ReadRow, texts: dict[str, str | None]) -> None:
    """A row that is no reject any more: harmless if the file says what was said already."""
    before = held.said.get(row.cells[0] or "")
    if before is not None and all(column in texts and same(value, texts[column]) for column, value in before.values):
        held.released += 1
        return
    message = "is no reject of this wave: it was released, the source changed it, or the file belongs to something else."
    held.wrong(file, row.number, f"{sheet.name} › reject", message, "Export anew, and mend that file.")


def _compare(held: _Desk, file: str, sheet: ReadSheet, row: ReadRow, one: Original, texts: dict[str, str | None]) -> None:
    """Cell by cell against the source's row."""
    mapping = held.desk.programme.mapping(one.mapping)
    allowed, faults = correctable(mapping, one), len(held.faults)
    values: dict[str, str | None] = {}
    for column, before in zip(held.columns[one.mapping], one.values, strict=True):
        now = texts[column]
        if same(before, now):
            continue
        trail, damage = f"{sheet.name} › {column}", bent(before, now)
        if damage:
            held.wrong(file, row.number, trail, f"{damage}.", "Write it again as text, or take the cell from the export.")
        elif column not in allowed:
            may = ", ".join(allowed) or "nothing in this row"
            held.wrong(file, row.number, trail, "may not be changed.", f"Allowed here: {may}. Take the cell from the export.")
        else:
            values[column] = now
            held.changes.setdefault(trail, []).append((row.number, before, now))
    if len(held.faults) > faults:
        return
    given = tuple(sorted(values.items()))
    before_now = held.said[one.reject].values if one.reject in held.said else ()
    if given == before_now:
        held.as_before += 1
    elif one.reject in held.later[row.cells[1] or ""]:
        message = f"reject {one.reject} was corrected by somebody else since this file was exported."
        held.wrong(file, row.number, sheet.name, message, "Export anew, look at what stands there now, and mend that file.")
    else:
        held.made.append(Correction(reject=one.reject, mapping=one.mapping, key=one.key or "", row=one.row, values=given))


def _moved(held: _Desk, file: str) -> None:
    """A column that was sorted, or moved up or down, without its rows: each patient would get another's words."""
    for trail, changes in sorted(held.changes.items()):
        if shuffled([(before, now) for _, before, now in changes]):
            hint = "Undo that, or export anew. Whole rows may be sorted; a column alone may not."
            if len(changes) == 2:
                hint += " Where each had the other's value indeed, bring the two rows in by a sheet each."
            message = f"{len(changes)} cells of this column changed places: it was sorted, or moved, apart from its rows."
            held.wrong(file, changes[0][0], trail, message, hint)
