"""What does a project declare? All its files, read and held against each other; either a programme or all faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from vardskiftet.declare.check_calendar import check_calendar
from vardskiftet.declare.check_criteria import check_criteria
from vardskiftet.declare.check_finds import parents, waits_for
from vardskiftet.declare.check_flows import check_flows
from vardskiftet.declare.check_manual import check_manual
from vardskiftet.declare.check_mappings import check_mappings
from vardskiftet.declare.check_reasons import check_reasons
from vardskiftet.declare.check_retirement import check_retirement
from vardskiftet.declare.check_runbooks import check_runbooks
from vardskiftet.declare.check_systems import check_order, check_systems
from vardskiftet.declare.check_units import check_units
from vardskiftet.declare.check_waves import check_waves
from vardskiftet.declare.code import check_code, read_code
from vardskiftet.declare.codebook import read_codebook
from vardskiftet.declare.criteria import DeclaredCriteria, made, read_criteria
from vardskiftet.declare.extends import Shelf
from vardskiftet.declare.faults import Faults
from vardskiftet.declare.files import RECORD, UNITS, File, Files, find_files
from vardskiftet.declare.flows import read_flows
from vardskiftet.declare.mapping import mapping_name, read_mapping
from vardskiftet.declare.open_care import check_open_care
from vardskiftet.declare.order import in_order
from vardskiftet.declare.programme import Frame, read_programme
from vardskiftet.declare.reading import Declarations, Declared, Reading
from vardskiftet.declare.record import read_record
from vardskiftet.declare.runbook import read_runbook
from vardskiftet.declare.system import read_system
from vardskiftet.declare.units import read_units
from vardskiftet.declare.wave import read_wave
from vardskiftet.errors import DeclarationsWrong
from vardskiftet.model import mapping as model
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import Record
from vardskiftet.model.system import System
from vardskiftet.model.unit import Unit
from vardskiftet.model.vocabulary import Vocabulary

Value = TypeVar("Value")


def read(project: Path, vocabulary: Vocabulary) -> Programme:
    """The programme that the folder `project` declares.

    Waves come after those that they wait for, systems in the programme's order, mappings after those that their finds
    lead to; every find by key names its mapping. Raises DeclarationsWrong with all faults, Usage if the folder is no project.
    """
    laid = lay_out(project, vocabulary)
    asked = check_all(laid)
    told = laid.reading.faults.told()
    if told or laid.frame is None or laid.declared.record is None:
        raise DeclarationsWrong(told)
    programme = programme_of(laid.reading.root, laid.frame, laid.declared.record.value, laid.declared, laid.files)
    checks = laid.files.checks.standing_on(set(laid.reading.shelf.used.values()) - set(laid.files.extended))
    return programme.model_copy(update={"criteria": made(asked, checks)})


@dataclass(frozen=True, slots=True)
class Laid:
    """A project's files as they were read, before they are held against each other. `frame` is None where programme.yaml cannot be read."""

    files: Files
    reading: Reading
    frame: Frame | None
    declared: Declarations


def lay_out(project: Path, vocabulary: Vocabulary) -> Laid:
    """Read every file; faults stand in its reading. Raises Usage if the folder is no project."""
    faults = Faults()
    root = project.resolve()
    files = find_files(root, faults)
    reading = Reading(root, vocabulary, faults, shelf=Shelf({file.path: file for file in files.base}))
    frame = read_programme(files.programme, reading) if files.programme else None
    if frame and frame.timezone:
        reading = replace(reading, zone=ZoneInfo(frame.timezone))
    declared = _read_all(files, frame, reading)
    return Laid(files.standing_on(reading.shelf.used.values()), reading, frame, declared)


def check_all(laid: Laid) -> DeclaredCriteria:
    """Hold everything against everything else; returns what is asked before a wave may go."""
    declared, faults, vocabulary = laid.declared, laid.reading.faults, laid.reading.vocabulary
    check_order(declared, faults)
    check_waves(declared, faults)
    check_reasons(declared, vocabulary, faults)
    check_open_care(declared, faults)
    check_manual(declared, faults)
    check_calendar(declared, faults)
    check_runbooks(declared, faults)
    check_flows(declared, faults)
    check_retirement(declared, faults)
    check_systems(declared, faults)
    check_mappings(declared, faults)
    check_code(declared, faults)
    asked = read_criteria(laid.files.checks, laid.reading)
    check_criteria(asked, declared, laid.reading)
    return asked


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a draft of a mapping needs of a project, whatever is still wrong with the rest of it."""

    root: Path
    systems: Mapping[str, System]
    record: Record


def read_sketch(project: Path, vocabulary: Vocabulary) -> Sketch:
    """The systems that can be read, and the record. Raises DeclarationsWrong if the record cannot, Usage if the folder is no project."""
    faults = Faults()
    root = project.resolve()
    files = find_files(root, faults)
    reading = Reading(root, vocabulary, faults, shelf=Shelf({file.path: file for file in files.base}))
    frame = read_programme(files.programme, reading) if files.programme else None
    if frame and frame.timezone:
        reading = replace(reading, zone=ZoneInfo(frame.timezone))
    systems = _named(files.systems, lambda file: file.folder, read_system, reading)
    record = read_record(files.record, reading) if files.record else None
    if record is None:
        _tell_missing(files, faults)
        raise DeclarationsWrong(faults.told())
    return Sketch(root, {name: entry.value for name, entry in systems.items()}, record.value)


def _read_all(files: Files, frame: Frame | None, reading: Reading) -> Declarations:
    declared = Declarations(
        systems_in_order=frame.systems if frame else (),
        programme=frame.node if frame else None,
        people=frozenset(person.person for person in frame.people) if frame else frozenset(),
        freezes=frame.freezes if frame else (),
        flows=(read_flows(files.coexistence, reading) or []) if files.coexistence else [],
        waves=_named(files.waves, lambda file: file.stem, read_wave, reading),
        runbooks=_named(files.runbooks, lambda file: file.stem, read_runbook, reading),
        systems=_named(files.systems, lambda file: file.folder, read_system, reading),
        mappings=_named(files.mappings, mapping_name, read_mapping, reading),
        codebooks=_named(files.codebooks, lambda file: file.stem, read_codebook, reading),
        codes=_named(files.code, lambda file: file.stem, read_code, reading),
        record=read_record(files.record, reading) if files.record else None,
        wave_names=frozenset(file.stem for file in files.waves),
        runbook_names=frozenset(file.stem for file in files.runbooks),
        system_names=frozenset(file.folder for file in files.systems),
        mapping_names=frozenset(mapping_name(file) for file in files.mappings),
        codebook_names=frozenset(file.stem for file in files.codebooks),
        code_names=frozenset(file.stem for file in files.code),
    )
    _tell_missing(files, reading.faults)
    lists = [read_units(file, reading) for file in files.units]
    entries: list[Declared[Unit]] = [entry for units in lists if units for entry in units]
    declared.all_units_read = bool(lists) and None not in lists and all(entry.value.unit for entry in entries)
    check_units(entries, declared, reading.faults)
    for entry in entries:
        if entry.value.unit:
            declared.units.setdefault(entry.value.unit, entry)
    return declared


def _named(
    files: tuple[File, ...], name: Callable[[File], str], read_one: Callable[[File, Reading], Declared[Value] | None], reading: Reading
) -> dict[str, Declared[Value]]:
    read_files = ((name(file), read_one(file, reading)) for file in files)
    return {name: entry for name, entry in read_files if entry}


def _tell_missing(files: Files, faults: Faults) -> None:
    told = {fault.path for fault in faults.told()}
    missing = [
        (RECORD, files.record, "The record says which tables and columns rows go into."),
        (UNITS, files.units, "It lists the organisations of the programme."),
        ("waves", files.waves, "Write waves/NAME.yaml for each wave."),
        ("mappings", files.systems, "Write mappings/SYSTEM/system.yaml for each system."),
    ]
    for path, present, hint in missing:
        if not present and not any(other.startswith(path) for other in told if other != "waves/programme.yaml"):
            what = "is missing." if path.endswith(".yaml") else f"declares no {'wave' if path == 'waves' else 'system'}."
            faults.in_file(path, what, hint)


def programme_of(root: Path, frame: Frame, record: Record, declared: Declarations, files: Files) -> Programme:
    """The programme of declarations without fault."""
    by_system = sorted(declared.mappings, key=lambda name: (frame.systems.index(name.partition(".")[0]), name))
    rank = {name: place for place, name in enumerate(by_system)}
    waves = in_order({name: frozenset(entry.value.after) for name, entry in declared.waves.items()}, {})
    return Programme(
        programme=frame.programme,
        title=frame.title,
        timezone=frame.timezone,
        synthetic=frame.synthetic,
        clock=frame.clock,
        target=frame.target,
        store=frame.store,
        systems_in_order=frame.systems,
        batch_rows=frame.batch_rows,
        people=frame.people,
        freezes=tuple(sorted(frame.freezes, key=lambda freeze: (str(freeze.begins), freeze.freeze))),
        flows=tuple(entry.value for entry in declared.flows),
        waves=tuple(declared.waves[name].value for name in waves),
        runbooks=tuple(entry.value for _, entry in sorted(declared.runbooks.items())),
        units=tuple(entry.value for entry in declared.units.values()),
        systems=tuple(declared.systems[name].value for name in frame.systems),
        record=record,
        mappings=tuple(_resolved(declared.mappings[name].value, declared) for name in in_order(waits_for(declared), rank)),
        codebooks=tuple(entry.value for _, entry in sorted(declared.codebooks.items())),
        codes=tuple(entry.value for _, entry in sorted(declared.codes.items())),
        root=root,
        files=files.digests,
    )


def _resolved(mapping: model.Mapping, declared: Declarations) -> model.Mapping:
    """The mapping with the parent named in every find by key."""
    fields = []
    for field in mapping.fields:
        find = field.find
        if find and not find.step:
            find = find.model_copy(update={"mapping": parents(mapping, find, declared)[0]})
        fields.append(field.model_copy(update={"find": find}))
    return mapping.model_copy(update={"fields": tuple(fields)})
