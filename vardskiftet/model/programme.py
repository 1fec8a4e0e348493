"""What is the whole of it? Everything declared, cross-checked: the only root."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from vardskiftet.model.check import Criteria
from vardskiftet.model.code import Code
from vardskiftet.model.codebook import Codebook
from vardskiftet.model.coexistence import Flow
from vardskiftet.model.frozen import Frozen
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.record import Record
from vardskiftet.model.runbook import Runbook
from vardskiftet.model.system import SourceSpec, System
from vardskiftet.model.unit import Unit
from vardskiftet.model.wave import Freeze, Wave


class Person(Frozen):
    """Somebody who may decide: an operating-system user with a name and a role."""

    person: str
    name: str
    role: str


class StoreSpec(Frozen):
    """Where the programme's memory lies: in the work folder, or on a PostgreSQL server that several hosts share."""

    url_from: str = ""
    """The name of the environment variable that holds the server's URL; empty for a file in the work folder."""
    schema_name: str = "vardskiftet"


class Programme(Frozen):
    """A region's rollout."""

    programme: str
    title: str
    timezone: str
    synthetic: bool = False
    clock: datetime | None = None
    """A fixed present, allowed only where `synthetic` is true; it is shown on every page."""
    target: SourceSpec
    store: StoreSpec = StoreSpec()
    systems_in_order: tuple[str, ...]
    """Legacy systems in the order in which they may name a person."""
    batch_rows: int = 32_768
    """Source rows in a batch, about: the unit of work, of commit and of resuming."""
    people: tuple[Person, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    """Freezes of the whole programme, by date."""
    flows: tuple[Flow, ...] = ()
    waves: tuple[Wave, ...]
    runbooks: tuple[Runbook, ...] = ()
    units: tuple[Unit, ...]
    systems: tuple[System, ...]
    record: Record
    mappings: tuple[Mapping, ...]
    codebooks: tuple[Codebook, ...] = ()
    codes: tuple[Code, ...] = ()
    """Files of Python that mappings may call."""
    criteria: Criteria = Criteria()
    """What is asked before a wave may go. Its files are told apart from `files`: a plan does not stand on them."""
    root: Path
    """The project folder: the one with waves/programme.yaml."""
    files: tuple[tuple[str, str], ...] = ()
    """(path in the project, SHA-256) of every declaration that was read, sorted."""

    def wave(self, name: str) -> Wave:
        """The wave of that name; KeyError if there is none."""
        return {wave.wave: wave for wave in self.waves}[name]

    def runbook_of(self, wave: str) -> Runbook | None:
        """What is done in the cutover of a wave; None where it is not written down."""
        return next((one for one in self.runbooks if one.runbook == self.wave(wave).runbook), None)

    def system(self, name: str) -> System:
        """The system of that name; KeyError if there is none."""
        return {system.system: system for system in self.systems}[name]

    def mapping(self, name: str) -> Mapping:
        """The mapping of that name; KeyError if there is none."""
        return {mapping.mapping: mapping for mapping in self.mappings}[name]

    def codebook(self, name: str) -> Codebook:
        """The codebook of that name; KeyError if there is none."""
        return {codebook.codebook: codebook for codebook in self.codebooks}[name]

    def unit(self, name: str) -> Unit:
        """The unit of that name; KeyError if there is none."""
        return {unit.unit: unit for unit in self.units}[name]

    @property
    def wave_of_unit(self) -> dict[str, str]:
        """Unit to its present wave; excluded units are absent."""
        return {member.unit: wave.wave for wave in self.waves for member in wave.units}
