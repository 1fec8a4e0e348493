"""Which files of a project are declarations, and what do they hold? Nothing outside the project is opened."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from vardskiftet.declare.faults import Faults
from vardskiftet.declare.scalars import SLUG
from vardskiftet.declare.words import quoted
from vardskiftet.errors import Usage

PROGRAMME = "waves/programme.yaml"
UNITS = "waves/units.yaml"
COEXISTENCE = "waves/coexistence.yaml"
RECORD = "mappings/record.yaml"
CODES = "codes"
CODE = "python"
SYSTEM = "system.yaml"
CHECKS = "checks"
SOURCES = "checks/sources.yaml"
GATES = "checks/gates.yaml"
COMMANDS = "checks/commands"
BASE = "base"
"""The folder of what other files extend: a region's share in common with others."""


@dataclass(frozen=True, slots=True)
class File:
    """A declaration's file: its path in the project and its bytes."""

    path: str
    content: bytes

    @property
    def stem(self) -> str:
        """The file's name without its ending."""
        return Path(self.path).stem

    @property
    def folder(self) -> str:
        """The name of the folder that it lies in."""
        return Path(self.path).parent.name

    @property
    def sha256(self) -> str:
        """The digest of its bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class CheckFiles:
    """The files of checks/, each kind sorted by path. A plan of rows does not stand on them."""

    sources: File | None = None
    gates: File | None = None
    topics: tuple[File, ...] = ()
    queries: tuple[File, ...] = ()
    programs: tuple[File, ...] = ()
    """What commands that tell evidence are made of, whatever language it is in."""
    extended: tuple[File, ...] = ()
    """The files of base/ that these extend."""

    def standing_on(self, bases: Iterable[File]) -> CheckFiles:
        """The same, with what they extend."""
        return replace(self, extended=tuple(sorted(bases, key=lambda file: file.path)))

    @property
    def digests(self) -> tuple[tuple[str, str], ...]:
        """(path, SHA-256) of every file, sorted."""
        single = [file for file in (self.sources, self.gates) if file]
        return tuple(sorted((file.path, file.sha256) for file in (*single, *self.topics, *self.queries, *self.programs, *self.extended)))


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a project by kind, each kind sorted by path. A file that cannot be read is absent here and a fault."""

    programme: File | None
    units: tuple[File, ...]
    waves: tuple[File, ...]
    coexistence: File | None
    record: File | None
    systems: tuple[File, ...]
    mappings: tuple[File, ...]
    codebooks: tuple[File, ...]
    code: tuple[File, ...]
    runbooks: tuple[File, ...] = ()
    checks: CheckFiles = CheckFiles()
    base: tuple[File, ...] = ()
    """Files that others may extend; what nobody extends is not read."""
    extended: tuple[File, ...] = ()
    """Those that files other than those of checks do extend."""

    def standing_on(self, bases: Iterable[File]) -> Files:
        """The same, with what they extend."""
        return replace(self, extended=tuple(sorted(bases, key=lambda file: file.path)))

    @property
    def digests(self) -> tuple[tuple[str, str], ...]:
        """(path, SHA-256) of every file but those of checks, sorted."""
        single = [file for file in (self.programme, self.coexistence, self.record) if file]
        every = [
            *single,
            *self.units,
            *self.waves,
            *self.runbooks,
            *self.systems,
            *self.mappings,
            *self.codebooks,
            *self.code,
            *self.extended,
        ]
        return tuple(sorted((file.path, file.sha256) for file in every))


def find_files(root: Path, faults: Faults) -> Files:
    """Read every declaration under `root`. A declaration that no rule would read is a fault, not a silence.

    Raises Usage if the folder is no project.
    """
    if not (root / PROGRAMME).is_file():
        raise Usage(
            f"No project here: there is no {PROGRAMME}.",
            where=str(root),
            hint="Go to the folder of a project, or name it with --project DIR; `vardskiftet demo` makes one.",
        )
    shelf: dict[str, list[File]] = {"units": [], "waves": [], "systems": [], "mappings": [], "codebooks": [], "code": [], "runbooks": []}
    asked: dict[str, list[File]] = {"topics": [], "queries": [], "programs": []}
    single: dict[str, File] = {}
    for path in sorted(path for folder in ("waves", "mappings", CHECKS) for path in _under(root, folder, faults)):
        place = kind_of(path)
        if not place:
            faults.in_file(path, "is a declaration that nothing reads.", _remedy(path))
        elif odd := [part for part in Path(path).with_suffix("").parts if not SLUG.fullmatch(part)]:
            faults.in_file(path, f"{quoted(odd[0])} is not a name.", "Name files and folders with a-z, 0-9, - and _.")
        elif file := _read(root, path, faults):
            if place in shelf:
                shelf[place].append(file)
            elif place in asked:
                asked[place].append(file)
            else:
                single[place] = file
    return Files(
        programme=single.get("programme"),
        coexistence=single.get("coexistence"),
        record=single.get("record"),
        checks=CheckFiles(single.get("sources"), single.get("gates"), **{kind: tuple(files) for kind, files in asked.items()}),
        base=tuple(file for path in sorted(_under(root, BASE, faults)) if kind_in_base(path) and (file := _read(root, path, faults))),
        **{kind: tuple(files) for kind, files in shelf.items()},
    )


def _under(root: Path, folder: str, faults: Faults) -> list[str]:
    """Paths in the project of all that looks like a declaration, hidden files aside."""
    paths = []
    for here, folders, names in os.walk(root / folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for linked in (Path(here) / name for name in folders if (Path(here) / name).is_symlink()):
            faults.in_file(linked.relative_to(root).as_posix(), "is a linked folder; it is not followed.", "Put the folder itself here.")
        paths += [(Path(here) / name).relative_to(root).as_posix() for name in names if _looks_declared(Path(here) / name)]
    return paths


def _looks_declared(path: Path) -> bool:
    ending = path.suffix.lower()
    known = ending in (".yaml", ".yml", ".py", ".sql") or (ending == ".csv" and path.parent.name == CODES)
    known = known or path.parent.as_posix().endswith(f"/{COMMANDS}")
    return known and not path.name.startswith(".")


def kind_in_base(path: str) -> str:
    """The kind of a file under base/, by the part of its path that is as in a project; empty if it is nothing that can be extended."""
    parts = path.split("/")
    heads = [place for place, part in enumerate(parts) if part in ("mappings", CHECKS)]
    return kind_of("/".join(parts[heads[-1] :])) if heads else ""


def kind_of(path: str) -> str:
    """The kind of a declaration by where it lies; empty if nothing is read there."""
    if path == PROGRAMME:
        return "programme"
    if path == COEXISTENCE:
        return "coexistence"
    if path == RECORD:
        return "record"
    if path in (SOURCES, GATES):
        return Path(path).stem
    match path.split("/"):
        case ["mappings", "codes", name]:
            return "codebooks" if name.endswith(".csv") else ""
        case ["mappings", "python", name]:
            return "code" if name.endswith(".py") else ""
        case ["checks", "commands", _]:
            return "programs"
        case ["checks", _, name] if name.endswith(".sql"):
            return "queries"
        case _ if not path.endswith(".yaml"):
            return ""
        case ["checks", _]:
            return "topics"
        case ["waves", _]:
            return "units" if path == UNITS else "waves"
        case ["waves", "units", _]:
            return "units"
        case ["waves", "runbooks", _]:
            return "runbooks"
        case ["mappings", _, name]:
            return "systems" if name == SYSTEM else "mappings"
    return ""


def _remedy(path: str) -> str:
    if path.endswith(".yaml"):
        waves = "waves/*.yaml, waves/units/*.yaml, waves/runbooks/*.yaml"
        return f"Read are {waves}, mappings/record.yaml, mappings/SYSTEM/*.yaml and checks/*.yaml."
    if path.startswith("mappings/codes/"):
        return "A codebook is a file mappings/codes/NAME.csv."
    if path.endswith(".sql"):
        return "A check's query lies in checks/TOPIC/QUESTION.sql."
    if path.endswith(".py"):
        return "Python that mappings call lies in mappings/python/NAME.py."
    return "Give it the ending .yaml."


def _read(root: Path, path: str, faults: Faults) -> File | None:
    place = root / path
    try:
        if not place.resolve().is_relative_to(root):
            faults.in_file(path, "is a link that leads out of the project.", "Put the file itself here.")
        elif not stat.S_ISREG(place.stat().st_mode):
            faults.in_file(path, "is not a file.")
        else:
            return File(path, place.read_bytes())
    except (OSError, RuntimeError) as wrong:
        why = wrong.strerror if isinstance(wrong, OSError) and wrong.strerror else "its links go in a circle"
        faults.in_file(path, f"cannot be read: {why}.")
    return None
