"""What is asked before a wave may go? The files of checks/ become criteria."""

from __future__ import annotations

from dataclasses import dataclass, field

from vardskiftet.declare.check import UNSAID, read_topic
from vardskiftet.declare.evidence import read_sources
from vardskiftet.declare.files import CheckFiles, File
from vardskiftet.declare.gates import read_gates
from vardskiftet.declare.reading import Declared, Reading
from vardskiftet.model.check import Check, Criteria, Gate, Topic
from vardskiftet.model.evidence import EvidenceSource


@dataclass(slots=True)
class DeclaredCriteria:
    """What could be read of checks/, with addresses. What could not be read makes no other name unknown."""

    topics: list[Topic] = field(default_factory=list)
    sources: list[Declared[EvidenceSource]] = field(default_factory=list)
    checks: list[Declared[Check]] = field(default_factory=list)
    gates: list[Declared[Gate]] = field(default_factory=list)
    freeze: str = ""
    queries: dict[str, str] = field(default_factory=dict)
    """Path to the text of a query."""
    programs: tuple[File, ...] = ()
    """What lies in checks/commands."""
    sources_read: bool = True
    checks_read: bool = True
    gates_read: bool = True


def read_criteria(files: CheckFiles, reading: Reading) -> DeclaredCriteria:
    """All that checks/ declares."""
    told = DeclaredCriteria(queries={file.path: file.content.decode("utf-8", "replace") for file in files.queries}, programs=files.programs)
    if files.sources:
        sources = read_sources(files.sources, reading)
        told.sources, told.sources_read = sources or [], sources is not None
    if files.gates:
        gates = read_gates(files.gates, reading)
        told.gates_read = gates is not None
        told.gates, told.freeze = gates or ([], "")
    for file in files.topics:
        topic = read_topic(file, reading)
        if topic is None:
            told.checks_read = False
            continue
        told.topics.append(topic[0])
        told.checks += topic[1]
    if files.topics and not files.gates:
        reading.faults.in_file("checks/gates.yaml", "is missing.", "It says at which points in time the checks are asked.")
        told.gates_read = False
    return told


def made(told: DeclaredCriteria, files: CheckFiles) -> Criteria:
    """The criteria, once everything was found sound: ages taken from the evidence, queries from their files."""
    sources = {one.value.evidence: _told_by(one.value, files) for one in told.sources}
    return Criteria(
        topics=tuple(told.topics),
        sources=tuple(sources[name] for name in sorted(sources)),
        checks=tuple(sorted((_whole(one.value, sources, told.queries) for one in told.checks), key=lambda one: one.check)),
        gates=tuple(one.value for one in told.gates),
        freeze=told.freeze,
        files=files.digests,
    )


def _told_by(source: EvidenceSource, files: CheckFiles) -> EvidenceSource:
    """The source with the digests of all that its command may be made of."""
    if source.command is None:
        return source
    made_of = tuple((file.path, file.sha256) for file in files.programs)
    return source.model_copy(update={"command": source.command.model_copy(update={"files": made_of})})


def _whole(check: Check, sources: dict[str, EvidenceSource], queries: dict[str, str]) -> Check:
    """A check may ask for fresher evidence than its source does, never for older."""
    measure = check.measure
    own = check.max_age
    if measure.evidence:
        limit = sources[measure.evidence].max_age
        own = limit if own == UNSAID else min(own, limit)
        command = sources[measure.evidence].command
        measure = measure.model_copy(update={"command": command.sha256 if command else ""})
    if measure.sql:
        path = f"checks/{check.topic}/{measure.sql}.sql"
        measure = measure.model_copy(update={"sql": queries[path], "file": path})
    return check.model_copy(update={"max_age": own, "measure": measure})
