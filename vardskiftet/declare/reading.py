"""What does every reader of a kind need to know? The collected faults, the vocabulary, the zone and the project's folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from vardskiftet.declare.extends import Shelf, extended
from vardskiftet.declare.faults import Faults
from vardskiftet.declare.files import File
from vardskiftet.declare.node import Keys, Node
from vardskiftet.declare.sheet import read_sheet
from vardskiftet.model.code import Code
from vardskiftet.model.codebook import Codebook
from vardskiftet.model.coexistence import Flow
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.record import Record
from vardskiftet.model.runbook import Runbook
from vardskiftet.model.system import System
from vardskiftet.model.unit import Unit
from vardskiftet.model.vocabulary import Vocabulary
from vardskiftet.model.wave import Freeze, Wave

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a project. `zone` is the programme's, None while that is faulty."""

    root: Path
    vocabulary: Vocabulary
    faults: Faults
    zone: ZoneInfo | None = None
    shelf: Shelf = field(default_factory=Shelf)

    def whole_sheet(self, file: File, name: str) -> Keys | None:
        """The tree of a file that may extend a base; None after a fault."""
        root = self.sheet(file, name)
        return extended(root, file, name, self.shelf, self.faults) if root else None

    def sheet(self, file: File, name: str) -> Keys | None:
        """The tree of a file; None after a fault."""
        return read_sheet(file.path, name, file.content, self.faults)


@dataclass(frozen=True, slots=True)
class Declared(Generic[Value]):
    """A value and the place where it was declared."""

    value: Value
    node: Node


@dataclass(slots=True)
class Declarations:
    """Everything that could be read, with addresses, before it is cross-checked.

    A name stands in `names` as soon as its file exists: a fault inside a file does not make its name unknown.
    """

    systems_in_order: tuple[str, ...] = ()
    programme: Node | None = None
    people: frozenset[str] = frozenset()
    """Who stands among the programme's people; an empty name is one that could not be read."""
    freezes: tuple[Freeze, ...] = ()
    flows: list[Declared[Flow]] = field(default_factory=list)
    units: dict[str, Declared[Unit]] = field(default_factory=dict)
    waves: dict[str, Declared[Wave]] = field(default_factory=dict)
    runbooks: dict[str, Declared[Runbook]] = field(default_factory=dict)
    systems: dict[str, Declared[System]] = field(default_factory=dict)
    mappings: dict[str, Declared[Mapping]] = field(default_factory=dict)
    codebooks: dict[str, Declared[Codebook]] = field(default_factory=dict)
    codes: dict[str, Declared[Code]] = field(default_factory=dict)
    record: Declared[Record] | None = None
    wave_names: frozenset[str] = frozenset()
    runbook_names: frozenset[str] = frozenset()
    system_names: frozenset[str] = frozenset()
    mapping_names: frozenset[str] = frozenset()
    codebook_names: frozenset[str] = frozenset()
    code_names: frozenset[str] = frozenset()
    all_units_read: bool = True
    """False if a file of units could not be read: then an unknown unit is no fault yet."""
