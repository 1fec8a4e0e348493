"""By which command is evidence told? A list of words, a limit of time, and what it may see; reading it runs nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from vardskiftet.declare import bounds, scalars
from vardskiftet.declare.files import COMMANDS, File
from vardskiftet.declare.form import Form
from vardskiftet.declare.node import Node, Text, found
from vardskiftet.declare.reading import Declared, Reading
from vardskiftet.declare.words import nearest, quoted
from vardskiftet.model.command import Command
from vardskiftet.model.evidence import EvidenceSource

NEEDS = ("words", "within")
MAY = ("exit_codes", "environment")
UNSAID = timedelta(minutes=1)


def read_command(form: Form, reading: Reading) -> Command | None:
    """The command under `command:`; None where there is none, or it names no program."""
    entry = form.form("command", NEEDS, MAY)
    if entry is None:
        return None
    words = tuple(_word(node, reading) for node in entry.items("words"))
    if "words" in entry and not words:
        reading.faults.at(entry.at("words"), "names no program.", f"Write [{COMMANDS}/NAME, WORD], or [PROGRAM, WORD].")
    command = Command(
        words=words,
        within=entry.scalar("within", bounds.patience, UNSAID),
        exit_codes=tuple(int(code) for code in entry.texts("exit_codes", bounds.exit_code) if code) or (0,),
        environment=entry.texts("environment", scalars.variable),
    )
    return command if words else None


def _word(node: Node, reading: Reading) -> str:
    """A word as it stands: the same one may come twice, and one may be empty."""
    if isinstance(node, Text):
        return node.text
    reading.faults.at(node, "must be one word.", "Write a list of words; there is no shell.")
    return ""


def check_commands(sources: Iterable[Declared[EvidenceSource]], programs: Iterable[File], reading: Reading) -> None:
    """Programs of the project lie in checks/commands, and are there; what lies there is asked by somebody."""
    known = sorted(file.path for file in programs)
    asked = False
    for source in sources:
        command = source.value.command
        if command is None:
            continue
        asked = True
        at = found(source.node, "command", "words")
        first = command.words[0]
        if "/" in first and not first.startswith(("/", f"{COMMANDS}/")):
            hint = f"Put it in {COMMANDS}/: what is signed lies there. A program of the machine is named without a path."
            reading.faults.at(found(at, 0), f"{quoted(first)} does not lie in {COMMANDS}.", hint)
        for place, word in enumerate(command.words):
            if word.startswith(f"{COMMANDS}/") and word not in known:
                reading.faults.at(found(at, place), f"there is no file {word}.", nearest(word, known) or "Write it there.")
    for path in known if not asked else ():
        reading.faults.in_file(path, "is a program that no evidence asks.", "Name it in a `command:` of checks/sources.yaml, or remove it.")
