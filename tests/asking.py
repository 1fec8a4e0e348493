"""What is the smallest programme with a gate? Two units, three checks, one register, and a clock that a test may set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ward import Done, Ward

from vardskiftet.declare import read
from vardskiftet.demo.starter import start
from vardskiftet.engine.vocabulary import vocabulary
from vardskiftet.model.programme import Programme

WAVE = "first"
CLOCK = "2024-11-05 08:00"
CHECKS = {
    "checks/gates.yaml": """\
freeze: G30
gates:
  - {gate: G30, title: Criteria, question: "Are the criteria fixed?", at: T-30d}
  - {gate: G7, title: People, question: "Are people ready?", at: T-7d}
  - {gate: go-live, title: Start, question: "Do we open?", at: T-0d}
""",
    "checks/sources.yaml": """\
sources:
  - evidence: training
    title: Training
    columns:
      unit: {heading: Enhet, kind: unit}
      role: {heading: Roll}
      rostered: {heading: Schemalagda, kind: count}
      completed: {heading: Klara, kind: count}
      exported: {heading: Uttag, kind: moment}
    key: [unit, role]
    unit: unit
    as_of: exported
    parts: [{part: completed, whole: rostered}]
    max_age: 7d
    owner: training lead
  - evidence: objections
    title: Objections
    columns: {objection: text, from_whom: text, state: text}
    key: [objection]
    open_while: "state <> 'answered'"
    may_be_empty: true
    max_age: 7d
    owner: registrar
""",
    "checks/people.yaml": """\
topic: people
title: People
checks:
  - check: R02
    title: Criteria frozen
    question: "Were the criteria frozen?"
    why: "They move."
    per: programme
    measure: {own: criteria}
    threshold: {pass: "= 0"}
    severity: hard
    gate: G30
    owner: programme director
    remedy: "Sign."
  - check: R05
    title: Training done
    question: "Is everybody trained?"
    why: "The night shift."
    per: unit
    measure: {ratio: {part: completed, whole: rostered}, in: training, by: [role], at_least: 5}
    threshold: {pass: ">= 0.95", warn: ">= 0.9"}
    severity: hard
    gate: G7
    owner: training lead
    remedy: "Book sessions."
  - check: R31
    title: Objections answered
    question: "Is every objection answered?"
    why: "They were not."
    per: programme
    measure: {count: "state <> 'answered'", in: objections}
    threshold: {pass: "= 0"}
    severity: hard
    gate: G7
    owner: programme director
    remedy: "Answer."
""",
}


@dataclass(frozen=True)
class Asking:
    """A project whose gates are asked."""

    folder: Path

    def ask(self, *arguments: str, now: str = "") -> Done:
        """A command in this interpreter."""
        return Ward(self.folder).ask(*arguments, *(("--now", now) if now else ()))

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a declaration in one place."""
        Ward(self.folder).edit(name, old, new)

    def programme(self) -> Programme:
        """The declarations as they stand."""
        return read(self.folder, vocabulary())

    def hand_in(self, name: str, text: str, as_of: str = "", now: str = "", file: str = "") -> Done:
        """Evidence as somebody hands it in."""
        path = self.folder / (file or f"{name}.csv")
        path.write_bytes(text.encode("utf-8"))
        return self.ask("evidence", "add", name, str(path), *(("--as-of", as_of) if as_of else ()), now=now)

    def verdict(self, *arguments: str, now: str = "") -> str:
        """The verdict of gate G7."""
        found = self.ask("ready", WAVE, "--gate", "G7", "--json", *arguments, now=now).document
        return str(found["verdict"])


def training(hospital: int = 100, clinic: int = 10, exported: str = "2024-11-05 07:00", more: str = "") -> str:
    """A training register: how many of 100 and of 10 are trained."""
    return f"Enhet;Roll;Schemalagda;Klara;Uttag\nThe hospital;nurse;100;{hospital};{exported}\nclinic;nurse;10;{clinic};{exported}\n{more}"


def objections(*states: str) -> str:
    """A register of objections, one to a state."""
    return "objection,from_whom,state\n" + "".join(f"O-{place},somebody,{state}\n" for place, state in enumerate(states, 1))


def make_asking(folder: Path, **changed: str) -> Asking:
    """A new project; `changed` replaces files of checks by their stem."""
    start(folder, "Ward", "anna", datetime(2024, 1, 2), {})  # noqa: DTZ001 - only its day is used
    programme = folder / "waves" / "programme.yaml"
    text = programme.read_text(encoding="utf-8")
    programme.write_text(f"{text}synthetic: true\nclock: {CLOCK}\n", encoding="utf-8")
    wave = folder / "waves" / "first.yaml"
    lines = wave.read_text(encoding="utf-8").splitlines(keepends=True)
    wave.write_text("".join("go_live: 2024-11-12 04:00\n" if line.startswith("go_live:") else line for line in lines), encoding="utf-8")
    (folder / "checks").mkdir()
    for path, content in CHECKS.items():
        (folder / path).write_text(changed.get(Path(path).stem, content), encoding="utf-8")
    return Asking(folder)
