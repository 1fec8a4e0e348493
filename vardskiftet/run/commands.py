"""What do commands tell that evidence comes from? Each is asked by itself; what gives no answer leaves its checks without one."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory

from vardskiftet.engine.command import Failed, run
from vardskiftet.engine.files import place_file, private_folder
from vardskiftet.engine.measure import CannotMeasure
from vardskiftet.errors import EvidenceWrong, VardskiftetError
from vardskiftet.model.check import Check
from vardskiftet.model.command import Command
from vardskiftet.model.evidence import EvidenceSource, Format
from vardskiftet.model.progress import Progress
from vardskiftet.run.desk import Desk
from vardskiftet.run.evidence import ADDED, added, keep, of_source, read_evidence
from vardskiftet.run.trust import is_trusted

ENDINGS = {Format.CSV: ".csv", Format.EXCEL: ".xlsx", Format.JSON: ".json", Format.JUNIT: ".xml"}


def ask_commands(desk: Desk, checks: Sequence[Check]) -> Mapping[str, str]:
    """Ask the commands on whose evidence these checks stand; of each that gave no answer its evidence, and why, without a final stop."""
    criteria = desk.programme.criteria
    wanted = [criteria.source(name) for name in sorted({one.measure.evidence for one in checks if one.measure.command})]
    unanswered: dict[str, str] = {}
    for done, source in enumerate(wanted):
        desk.notify(Progress("commands", done, len(wanted)))
        try:
            _ask(desk, source)
        except (VardskiftetError, CannotMeasure, OSError) as wrong:
            unanswered[source.evidence] = _why(desk, source, wrong)
    if wanted:
        desk.notify(Progress("commands", len(wanted), len(wanted)))
    return unanswered


def said_in(desk: Desk, name: str) -> Path:
    """Where that lies which a command said beside its answer, the last time."""
    return desk.work / "commands" / f"{name}.stderr.txt"


def _ask(desk: Desk, source: EvidenceSource) -> None:
    """Ask one command and keep its answer as evidence, as of the moment at which it was asked.

    Raises CannotMeasure where nobody trusts it or it gives no answer, EvidenceWrong where its answer is no evidence.
    """
    command = source.command
    if command is None or not is_trusted(desk, command.sha256):
        name = source.evidence
        raise CannotMeasure(
            f"nobody trusts the command of '{name}' as it stands; read it, then: vardskiftet evidence trust {name} --reason WHY"
        )
    asked_at = desk.clock().astimezone(UTC)
    path = Path(source.evidence + ENDINGS[source.format or Format.JSON])
    output = _answer(desk, source, command)
    found, encoding = read_evidence(desk.programme, source, path, output, path.name)
    when = found.as_of or asked_at
    if when > desk.clock():
        raise CannotMeasure("its rows are from the future")
    with desk.reading_store() as store:
        known = of_source(added(store.events(ADDED)), source.evidence)
    if not known or (known[-1].digest, known[-1].as_of) != (hashlib.sha256(output).hexdigest(), when):
        keep(desk, source, path, output, found, when.astimezone(UTC), encoding, "check run")


def _answer(desk: Desk, source: EvidenceSource, command: Command) -> bytes:
    """What the command printed. What it said beside is kept for its owner: it may hold anything."""
    with TemporaryDirectory(dir=private_folder(desk.work / "commands"), prefix="asked-") as folder:
        words = _placed(desk, command, Path(folder))
        try:
            printed = run(words, desk.programme.root, command.environment, command.within.total_seconds())
            if printed.exit_code not in command.exit_codes:
                raise Failed(_ended(printed.exit_code), printed.said)
            if not printed.output.strip():
                raise Failed("the program printed nothing", printed.said)
        except Failed as failed:
            _keep_said(desk, source, failed.said)
            raise
    _keep_said(desk, source, printed.said)
    return printed.output


def _placed(desk: Desk, command: Command, folder: Path) -> list[str]:
    """The words, with the project's own programs as they were signed: copied apart, so that nothing can change while they run."""
    for name, digest in command.files:
        content = (desk.programme.root / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise CannotMeasure(f"{name} was changed since it was read")
        place_file(folder / Path(name).name, content)
        (folder / Path(name).name).chmod(0o700)
    placed = {name: str(folder / Path(name).name) for name, _ in command.files}
    first, *others = (placed.get(word, word) for word in command.words)
    return [first if "/" in first else _found(first), *others]


def _found(program: str) -> str:
    """A program of the machine; `python` is the one that this tool runs on."""
    if program in ("python", "python3"):
        return sys.executable
    path = shutil.which(program)
    if path is None:
        raise CannotMeasure(f"the program '{program}' is not on this machine")
    return path


def _keep_said(desk: Desk, source: EvidenceSource, said: bytes) -> None:
    path = said_in(desk, source.evidence)
    if said.strip():
        place_file(path, said)
    else:
        path.unlink(missing_ok=True)


def _ended(code: int) -> str:
    return f"the program was ended by signal {-code}" if code < 0 else f"the program ended with {code}, and its output does not count"


def _why(desk: Desk, source: EvidenceSource, wrong: Exception) -> str:
    """Why there is no answer, without a word of what the command said; that lies where its owner may read it."""
    match wrong:
        case EvidenceWrong():
            first, more = wrong.faults[0], len(wrong.faults) - 1
            told = f"what the command printed is no evidence: {first.trail} {first.message.rstrip('.')}" + (
                f", and {more} more" * (more > 0)
            )
        case VardskiftetError():
            told = wrong.message.rstrip(".")
        case CannotMeasure():
            told = str(wrong)
        case _:
            told = f"the command could not be asked ({type(wrong).__name__})"
    path = said_in(desk, source.evidence)
    beside = f"; what it said beside lies in {path.relative_to(desk.programme.root).as_posix()}" if path.exists() else ""
    return told + beside
