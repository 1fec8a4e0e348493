"""How much of a wave's coded values do the codebooks cover? Measured on the live source, kept, and held against the measurement before."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass

from vardskiftet.engine.coverage import FieldCodes, coded_fields, codes_of
from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.lookups import place_units
from vardskiftet.engine.python_code import calls, load_code
from vardskiftet.engine.sources import open_source
from vardskiftet.judge.codes import near
from vardskiftet.model.mapping import Field, Mapping
from vardskiftet.model.programme import Programme
from vardskiftet.model.progress import Progress
from vardskiftet.plan.order import ordered
from vardskiftet.run.desk import Desk
from vardskiftet.run.gaps import demand_no_gaps_of
from vardskiftet.run.noted import note
from vardskiftet.run.trust import demand_trust

MEASURED = "coverage.measured"


@dataclass(frozen=True, slots=True)
class MissingCode:
    """A source code without an answer: its rows, and its patients (None where the mapping does not know whose a row is)."""

    code: str
    rows: int
    patients: int | None
    near: str
    """A known code that differs in case, punctuation or blanks only; empty if there is none."""
    new: bool
    """Whether the measurement before did not see it; False in the first one."""


@dataclass(frozen=True, slots=True)
class FieldCoverage:
    """One coded field of a mapping."""

    mapping: str
    column: str
    codebook: str
    code_system: str
    safety_critical: bool
    unmapped: str
    """What happens to what is missing: reject, keep_local, or the code that is taken instead."""
    rows: int
    rows_mapped: int
    rows_empty: int
    """Rows without a code, which no codebook is asked about; they are in no other number here."""
    patients: int | None
    patients_unmapped: int | None
    codes: int
    """Different source codes."""
    missing: tuple[MissingCode, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """All coded fields of a wave."""

    wave: str
    fields: tuple[FieldCoverage, ...]
    before: str
    """When it was measured before; empty if it never was."""

    @property
    def critical(self) -> tuple[FieldCoverage, ...]:
        """Safety-critical fields with a code that is not mapped."""
        return tuple(one for one in self.fields if one.safety_critical and one.missing)

    @property
    def rejected(self) -> int:
        """Rows that would be rejected for a code that is not mapped."""
        return sum(one.rows - one.rows_mapped for one in self.fields if one.unmapped == "reject")


def measure(desk: Desk, wave: str, *, critical_only: bool = False, keep: bool = True) -> Coverage:
    """Count every code of a wave's rows. Raises Unreachable for a source that is not there, Usage for code that nobody trusts."""
    programme = desk.programme
    desk.wave(wave)
    wanted = [
        one for one in ordered(programme) if any(not critical_only or _critical(programme, one, field) for field in coded_fields(one))
    ]
    demand_trust(desk, wanted)
    before, seen = _before(desk, wave)
    found: list[FieldCoverage] = []
    with ExitStack() as closing:
        spill = desk.work / "spill" / "coverage"
        closing.callback(shutil.rmtree, spill, ignore_errors=True)
        duck = open_duck(spill, programme.codebooks, [system.timezone for system in programme.systems])
        closing.callback(duck.close)
        load_code(duck, programme.codes, calls(wanted))
        duck.execute("set variable extracted_at = ?::timestamptz", [desk.clock().isoformat()])
        place_units(duck, programme, wave)
        for done, mapping in enumerate(wanted):
            desk.notify(Progress(f"codes of {mapping.mapping}", done, len(wanted)))
            source = open_source(programme.system(mapping.system), programme.root)
            closing.callback(source.close)
            demand_no_gaps_of(programme, mapping, source)
            found += [_field(programme, mapping, one, seen) for one in codes_of(duck, programme, mapping, source)]
    covered = Coverage(wave, tuple(found), before)
    if keep:
        _remember(desk, covered)
    return covered


def _critical(programme: Programme, mapping: Mapping, field: Field) -> bool:
    return programme.record.table(mapping.into).column(field.column).safety_critical


def _field(programme: Programme, mapping: Mapping, found: FieldCodes, seen: dict[str, dict[str, int]] | None) -> FieldCoverage:
    column = programme.record.table(mapping.into).column(found.column)
    known = [source for source, _ in programme.codebook(found.codebook).entries]
    earlier = (seen or {}).get(f"{found.mapping}.{found.column}", {})
    return FieldCoverage(
        mapping=found.mapping,
        column=found.column,
        codebook=found.codebook,
        code_system=column.code_system,
        safety_critical=column.safety_critical,
        unmapped=found.unmapped,
        rows=sum(one.rows for one in found.codes),
        rows_mapped=sum(one.rows for one in found.codes if one.mapped),
        rows_empty=found.empty,
        patients=found.patients,
        patients_unmapped=found.patients_unmapped,
        codes=len(found.codes),
        missing=tuple(
            MissingCode(one.code, one.rows, one.patients, near(one.code, known), seen is not None and one.code not in earlier)
            for one in found.codes
            if not one.mapped
        ),
    )


def _before(desk: Desk, wave: str) -> tuple[str, dict[str, dict[str, int]] | None]:
    """When the wave was measured last, and what was missing then: field to code to rows; None if it never was."""
    with desk.reading_store() as store:
        told = [event for event in store.events(MEASURED) if event.payload["wave"] == wave]
    return (told[-1].at.isoformat(), dict(told[-1].payload["missing"])) if told else ("", None)


def _remember(desk: Desk, covered: Coverage) -> None:
    missing = {f"{one.mapping}.{one.column}": {code.code: code.rows for code in one.missing} for one in covered.fields}
    figures = {f"{one.mapping}.{one.column}": [one.rows_mapped, one.rows] for one in covered.fields}
    note(desk, "coverage", covered.wave, MEASURED, {"wave": covered.wave, "missing": missing, "mapped": figures})
