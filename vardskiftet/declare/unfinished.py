"""What can be told of a project that is not finished? The programme of what is sound in it, and the faults of the rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from vardskiftet.declare.check_finds import waits_for
from vardskiftet.declare.files import PROGRAMME, RECORD
from vardskiftet.declare.project import check_all, lay_out, programme_of
from vardskiftet.declare.reading import Declarations
from vardskiftet.errors import DeclarationsWrong, Fault
from vardskiftet.model.programme import Programme
from vardskiftet.model.vocabulary import Vocabulary


def read_unfinished(project: Path, vocabulary: Vocabulary) -> tuple[Programme, tuple[Fault, ...]]:
    """A programme that may be looked at and never run, and what is wrong with the project.

    Its systems are those whose file can be read; its mappings and waves those without any fault, that lean on none with one.
    Raises DeclarationsWrong if the programme's own file or the record cannot be read, Usage if the folder is no project.
    """
    laid = lay_out(project, vocabulary)
    unreadable = {fault.path for fault in laid.reading.faults.told()}
    shared = {file.path for file in laid.files.base}
    if laid.frame is None or laid.declared.record is None or unreadable & {PROGRAMME, RECORD, *shared}:
        check_all(laid)
        raise DeclarationsWrong(laid.reading.faults.told())
    check_all(laid)
    told = laid.reading.faults.told()
    faulty = {fault.path for fault in told}
    # Whose words a shared base's are, nobody can tell from its path: with a fault there, no mapping and no wave is trusted.
    torn = {file.path for file in (*laid.files.mappings, *laid.files.waves)} if faulty & shared else set()
    declared = _sound(laid.declared, laid.frame.systems, unreadable, faulty | torn)
    frame = replace(laid.frame, systems=tuple(name for name in laid.frame.systems if name in declared.systems))
    record = laid.declared.record.value
    return programme_of(laid.reading.root, frame, record, declared, laid.files), told


def _sound(declared: Declarations, systems: tuple[str, ...], unreadable: set[str], faulty: set[str]) -> Declarations:
    """The declarations that hold without those that do not."""
    kept = {
        name: system for name, system in declared.systems.items() if name in systems and f"mappings/{name}/system.yaml" not in unreadable
    }
    waves = {name: wave for name, wave in declared.waves.items() if wave.node.path not in faulty}
    while torn := [name for name, wave in waves.items() if not set(wave.value.after) <= set(waves)]:
        waves = {name: wave for name, wave in waves.items() if name not in torn}
    mappings = {
        name: mapping for name, mapping in declared.mappings.items() if mapping.value.system in kept and mapping.node.path not in faulty
    }
    needs = waits_for(declared)
    while torn := [name for name in mappings if not needs[name] <= set(mappings)]:
        mappings = {name: mapping for name, mapping in mappings.items() if name not in torn}
    return replace(declared, systems=kept, waves=waves, mappings=mappings)
