"""What will a wave's load do? The plan as a value, with a fingerprint of everything it stands on."""

from __future__ import annotations

from typing import Any

from vardskiftet.model.batch import Batch
from vardskiftet.model.frozen import Frozen


class TableExpectation(Frozen):
    """What a mapping's source table held when the plan was made."""

    mapping: str
    system: str
    table: str
    rows: int
    units: dict[str, int]
    """Unit of this wave to source rows (`*` for persons)."""
    other_wave: int
    excluded_units: int
    no_unit: int
    no_care: int
    unknown_units: tuple[tuple[str, int], ...] = ()
    """(what stands in the unit's column, rows) of `no_unit`: the most frequent twenty; an empty text where nothing stands."""


class Mark(Frozen):
    """How far a source's rows had been changed: the newest number, or moment, of a mapping's `changed:`; empty where there was none."""

    number: str = ""
    moment: str = ""


class Since(Mark):
    """From where on a delta reads a mapping's rows, and the plan that had read them up to there."""

    plan: str


class Plan(Frozen):
    """A frozen intention: batches with expectations, and digests of all that must not move before `apply`."""

    wave: str
    fingerprint: str
    tool: str
    made_at: str
    programme: str
    declarations: dict[str, str]
    """Path in the project to SHA-256."""
    source_schemas: dict[str, str]
    """System to SHA-256 of its schema, as far as mappings read it."""
    target_schema: str
    """SHA-256 of the record that the target must hold."""
    base: tuple[str, ...] = ()
    """Plans whose rows of this wave the target held already: then this plan is a delta on them."""
    since: dict[str, Since] = {}
    """Mapping to the mark from which its rows are read; what is not here is read whole, and compared row by row."""
    final: bool = False
    """Whether it is the last delta, in the freeze: whatever the sources' users write after it is looked for and listed."""
    expectations: tuple[TableExpectation, ...]
    batches: tuple[Batch, ...]
    corrections: tuple[str, ...] = ()
    """Digests of the files of corrections that were in force, in the order in which they came."""
    decisions: tuple[str, ...] = ()
    """Digests of the files of decisions on identities that were in force, in the order in which they came."""
    findings: tuple[dict[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """The plan's name: its wave and the head of its fingerprint."""
        return f"{self.wave}-{self.fingerprint[:12]}"

    def of(self, mapping: str) -> tuple[Batch, ...]:
        """The batches of one mapping, in order."""
        return tuple(batch for batch in self.batches if batch.mapping == mapping)

    @property
    def mappings(self) -> tuple[str, ...]:
        """Mapping names in the order in which they are loaded: parents first."""
        return tuple(dict.fromkeys(batch.mapping for batch in self.batches))
