"""How is evidence taken in and found again? Read whole, or refused with every fault; kept as it came, and never replaced."""

from __future__ import annotations

import getpass
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from vardskiftet.declare.words import nearest
from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.evidence import content_of, format_of, read_rows
from vardskiftet.engine.evidence.raw import Unusable
from vardskiftet.engine.evidence.table import Names, Understood, understand
from vardskiftet.engine.evidence.values import plain_name
from vardskiftet.engine.files import place_file
from vardskiftet.engine.measure import broken_rules, place_rows
from vardskiftet.errors import EvidenceWrong, Fault, IntegrityBroken, Unreachable, Usage
from vardskiftet.judge.masking import inert
from vardskiftet.model.event import Event
from vardskiftet.model.evidence import AddedEvidence, EvidenceSource
from vardskiftet.model.programme import Programme
from vardskiftet.run.desk import Desk
from vardskiftet.run.noted import note

ADDED = "evidence.added"


@dataclass(frozen=True, slots=True)
class Taken:
    """Evidence that was taken in, or that was there already."""

    evidence: AddedEvidence
    new: bool
    newer: AddedEvidence | None
    """Evidence of a later time that stays in force; None if this one is in force."""


def source_of(programme: Programme, name: str) -> EvidenceSource:
    """The source of that name. Raises Usage with the nearest name if there is none."""
    known = [one.evidence for one in programme.criteria.sources]
    if name not in known:
        hint = nearest(name, known) if known else "Declare it in checks/sources.yaml."
        raise Usage(f"'{inert(name)}' is no evidence of this programme.", where="checks/sources.yaml", hint=hint)
    return programme.criteria.source(name)


def names_of(programme: Programme) -> Names:
    """Units and waves under every spelling that a cell may hold."""
    units: dict[str, str] = {}
    for unit in programme.units:
        units |= dict.fromkeys((plain_name(one) for one in (unit.title, unit.hsa_id, unit.unit)), unit.unit)
    waves = {plain_name(one): wave.wave for wave in programme.waves for one in (wave.title, wave.wave)}
    return Names(units, waves, ZoneInfo(programme.timezone))


def read_evidence(programme: Programme, source: EvidenceSource, path: Path, content: bytes, shown: str) -> tuple[Understood, str]:
    """The rows of a file's content, and its encoding. Raises EvidenceWrong with all faults."""
    try:
        raw = read_rows(source, path, content)
        found, faults = understand(source, raw, names_of(programme), shown)
    except Unusable as wrong:
        raise _refused(source, wrong, shown) from wrong
    if not faults:
        faults = _broken(source, found, shown)
    if faults:
        raise EvidenceWrong(faults)
    return found, raw.encoding


def _content(source: EvidenceSource, path: Path, shown: str) -> bytes:
    """A file's bytes. Raises EvidenceWrong for what can be no evidence, Unreachable if it is not there."""
    try:
        return content_of(path)
    except Unusable as wrong:
        raise _refused(source, wrong, shown) from wrong
    except OSError as error:
        raise Unreachable(
            f"The file could not be read: {error.strerror}.", where=shown, hint="Is it there, and readable for you?"
        ) from error


def _refused(source: EvidenceSource, wrong: Unusable, shown: str) -> EvidenceWrong:
    return EvidenceWrong([Fault(shown, wrong.line, source.evidence, wrong.message, wrong.hint)])


def _broken(source: EvidenceSource, found: Understood, shown: str) -> tuple[Fault, ...]:
    """Rows that break a rule of their source."""
    if not source.rules or not found.rows:
        return ()
    day = (found.as_of or datetime(2000, 1, 1, tzinfo=ZoneInfo("UTC"))).date()
    duck = open_duck()
    try:
        place_rows(duck, source, found.rows, day, day)
        broken = broken_rules(duck, source)
    finally:
        duck.close()
    by_rule: dict[str, list[int]] = {}
    for place, because in broken:
        by_rule.setdefault(because, []).append(found.lines[place])
    return tuple(Fault(shown, lines[0], _lines(lines), because, "Correct the rows.") for because, lines in by_rule.items())


def _lines(lines: list[int]) -> str:
    return f"line {lines[0]}" + (f" and {len(lines) - 1:,} more" if len(lines) > 1 else "")


def add(desk: Desk, name: str, path: Path, as_of: datetime | None) -> Taken:
    """Take in a file. Raises EvidenceWrong, Unreachable, Usage where its time cannot be told or lies in the future."""
    source = source_of(desk.programme, name)
    shown = inert(path.name)
    if source.command is not None:
        hint = "vardskiftet check run WAVE asks it."
        raise Usage(f"'{name}' is told by a command; nobody hands it in.", where="checks/sources.yaml", hint=hint)
    content = _content(source, path, shown)
    found, encoding = read_evidence(desk.programme, source, path, content, shown)
    when = _when(desk, source, found, as_of, shown)
    with desk.reading_store() as store:
        known = of_source(added(store.events(ADDED)), name)
    digest = hashlib.sha256(content).hexdigest()
    same = next((one for one in known if one.digest == digest and one.as_of == when), None)
    later = max((one for one in known if one.as_of > when), key=lambda one: one.as_of, default=None)
    if same is not None:
        return Taken(same, new=False, newer=later)
    if any(one.as_of == when for one in known):
        raise Usage(
            f"There is other evidence '{name}' as of that very moment already.",
            where=shown,
            hint="Say to the minute when this one was true; evidence is never replaced.",
        )
    return Taken(keep(desk, source, path, content, found, when, encoding, "evidence add"), new=True, newer=later)


def keep(
    desk: Desk, source: EvidenceSource, path: Path, content: bytes, found: Understood, when: datetime, encoding: str, verb: str
) -> AddedEvidence:
    """Keep content that was understood, as it came."""
    digest = hashlib.sha256(content).hexdigest()
    place_file(place_of(desk, source.evidence, digest, path.suffix), content)
    payload = {
        "name": source.evidence,
        "digest": digest,
        "as_of": when.isoformat(),
        "file": inert(path.name),
        "ending": path.suffix.lower(),
        "format": format_of(source, path).value,
        "encoding": encoding,
        "rows": len(found.rows),
        "ignored": list(found.ignored),
        "identifiers": found.identifiers,
        "importer": getpass.getuser(),
    }
    run_id = note(desk, verb, "", ADDED, payload)
    with desk.reading_store() as store:
        return added(event for event in store.events(run_id=run_id) if event.kind == ADDED)[0]


def _when(desk: Desk, source: EvidenceSource, found: Understood, said: datetime | None, shown: str) -> datetime:
    """When the evidence was true: by its own rows, else by whoever adds it."""
    if found.as_of is not None and said is not None:
        raise Usage("The rows say themselves when they were true.", where=shown, hint="Leave --as-of out.")
    when = found.as_of or said
    if when is None:
        what = "holds no row that says" if source.as_of else "does not say"
        raise Usage(f"The file {what} when it was true.", where=shown, hint='Say it: --as-of "2024-11-04 07:00"')
    if when > desk.clock():
        raise Usage("The evidence is from the future.", where=shown, hint="Nothing that has not happened is evidence; correct its time.")
    return when.astimezone(UTC)


def added(events: Iterable[Event]) -> tuple[AddedEvidence, ...]:
    """Evidence that was taken in, in its order."""
    return tuple(
        AddedEvidence(
            seq=event.seq,
            added_at=event.at,
            name=event.payload["name"],
            digest=event.payload["digest"],
            as_of=datetime.fromisoformat(event.payload["as_of"]),
            file=event.payload["file"],
            format=event.payload["format"],
            encoding=event.payload["encoding"],
            rows=event.payload["rows"],
            ignored=tuple(event.payload["ignored"]),
            identifiers=event.payload["identifiers"],
            importer=event.payload["importer"],
        )
        for event in events
        if event.kind == ADDED
    )


def of_source(every: Iterable[AddedEvidence], name: str) -> tuple[AddedEvidence, ...]:
    """What was handed in under a name, by the time of which it speaks: the order in which it came does not matter."""
    return tuple(sorted((one for one in every if one.name == name), key=lambda one: one.as_of))


def in_force(every: Iterable[AddedEvidence]) -> dict[str, AddedEvidence]:
    """Name to the evidence of the latest time."""
    return {one.name: one for one in sorted(every, key=lambda one: one.as_of)}


def place_of(desk: Desk, name: str, digest: str, ending: str) -> Path:
    """Where the content of evidence lies, as it came."""
    return desk.work / "evidence" / name / f"{digest}{ending.lower()}"


def stored_rows(desk: Desk, source: EvidenceSource, evidence: AddedEvidence) -> Understood:
    """The rows of evidence that was taken in, read anew by the present declaration.

    Raises IntegrityBroken if its content is gone or not as it came, EvidenceWrong if it no longer fits its declaration.
    """
    folder = desk.work / "evidence" / evidence.name
    path = next(iter(sorted(folder.glob(f"{evidence.digest}.*"))), None)
    content = path.read_bytes() if path is not None else b""
    if path is None or hashlib.sha256(content).hexdigest() != evidence.digest:
        state = "is gone from the work folder" if path is None else "is not as it was handed in"
        raise IntegrityBroken(
            f"Evidence '{evidence.name}' {state}.", where=evidence.file, hint="Restore work/evidence, or hand it in anew."
        )
    return read_evidence(desk.programme, source, path, content, evidence.file)[0]


def day_of(moment: datetime, programme: Programme) -> date:
    """A moment's day in the programme's zone."""
    return moment.astimezone(ZoneInfo(programme.timezone)).date()
