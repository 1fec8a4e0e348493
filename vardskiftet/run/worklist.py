"""How do rejected rows go to the person who mends them? A sheet for each mapping, with what is wrong, what may be changed, and the row."""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from vardskiftet.engine.reasons import REASONS
from vardskiftet.engine.worksheets import write_sheets
from vardskiftet.engine.worksheets.sheet import Sheet
from vardskiftet.errors import Usage
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.plan import Plan
from vardskiftet.model.reject import Correction, Original
from vardskiftet.run.desk import Desk
from vardskiftet.run.imported import EXPORTED, corrections_in_force, files_in_force
from vardskiftet.run.noted import note
from vardskiftet.run.rejects import Wanted, loaded_plan, rejected_rows
from vardskiftet.run.signing import system_user
from vardskiftet.run.workbench import workbench

OWN = ("reject", "export", "reason", "what it means", "detail", "unit", "items", "may be changed")
"""The first columns of a sheet; after them stand the source's, in its own order."""
OF_MAPPING = "A rule of the mapping speaks against it."


@dataclass(frozen=True, slots=True)
class Exported:
    """What went out."""

    plan: Plan
    files: tuple[Path, ...]
    rows: dict[str, int]
    """Mapping to rejected rows."""


def export(desk: Desk, wave: str, path: Path, wanted: Wanted, reason: str) -> Exported:
    """Write the rejected rows of a wave, with their values, for the owner alone. The access itself is remembered first.

    Raises Usage without a reason, or if the wave is not wholly loaded.
    """
    if not reason.strip():
        raise Usage("Rejected rows leave for a reason only: they are patients' data.", hint="--reason TEXT")
    plan = loaded_plan(desk, wave)
    with workbench(desk, plan, "rejects") as bench:
        found = rejected_rows(bench, wanted)
        columns = {one.mapping: bench.compiled(one.mapping).columns for one in found}
    by: dict[str, list[Original]] = defaultdict(list)
    for one in found:
        by[one.mapping].append(one)
    rows = {mapping: len(those) for mapping, those in sorted(by.items())}
    token = f"x{secrets.token_hex(4)}"
    said = {one.reject: one for one in corrections_in_force(desk)}
    payload = {"wave": wave, "plan": plan.fingerprint, "export": token, "files_in_force": len(files_in_force(desk)), "rows": rows}
    note(desk, "rejects export", wave, EXPORTED, payload | {"who": system_user(), "reason": reason.strip()})
    sheets = [_sheet(desk.programme.mapping(name), columns[name], by[name], said, token) for name in sorted(by)]
    return Exported(plan, write_sheets(path, sheets), rows)


def heading_of(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The heading of a mapping's sheet."""
    return (*OWN, *columns)


def correctable(mapping: Mapping, one: Original) -> tuple[str, ...]:
    """The columns of a row that may be changed: none in a row that no key leads back to."""
    return mapping.correct if one.key is not None else ()


def _sheet(mapping: Mapping, columns: tuple[str, ...], rows: list[Original], said: dict[str, Correction], token: str) -> Sheet:
    free = frozenset(len(OWN) + place for place, column in enumerate(columns) if column in mapping.correct)
    lines: list[tuple[str | None, ...]] = []
    for one in rows:
        values = dict(said[one.reject].values) if one.reject in said else {}
        shown = [values.get(column, value) for column, value in zip(columns, one.values, strict=True)]
        may = ", ".join(correctable(mapping, one)) or "nothing: mend it in the source"
        meaning = " ".join(REASONS.get(reason, OF_MAPPING) for reason in one.reasons)
        lines.append((one.reject, token, ", ".join(one.reasons), meaning, one.detail, one.unit, str(one.items), may, *shown))
    return Sheet(mapping.mapping, heading_of(columns), tuple(lines), free)
