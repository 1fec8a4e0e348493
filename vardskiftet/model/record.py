"""Where do rows go? The target record: tables, types, keys, references, code systems."""

from __future__ import annotations

from enum import StrEnum

from vardskiftet.model.frozen import Frozen

NEGATIONS = ("inga", "ingen", "inget", "inte", "ej", "utan", "aldrig", "negativ", "negativt", "nekar", "u a", "0")
"""Where the record declares none of its own."""


class ColumnType(StrEnum):
    """Types of the record. Identifiers are text; decimals are exact; instants are UTC."""

    TEXT = "text"
    UUID = "uuid"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"


class CodeSystem(Frozen):
    """A code system with the version in force."""

    code_system: str
    title: str
    version: str
    source: str = ""


class Column(Frozen):
    """One column of the record."""

    column: str
    type: ColumnType
    required: bool = False
    references: str = ""
    """The table that this column points at."""
    code_system: str = ""
    max_length: int | None = None
    protected: bool = False
    safety_critical: bool = False
    recipient: bool = False
    """Whether it names the unit that is to receive what the row says."""


class Waiting(Frozen):
    """Which rows of a table still wait for somebody: unanswered, unsigned, unacknowledged."""

    column: str
    states: tuple[str, ...]
    title: str


class First(Frozen):
    """Which rows of open care say that their patient is needed in the new system at once, and why."""

    when: str
    because: str
    rank: int = 1
    """Lower numbers are seen to first."""


class OpenCare(Frozen):
    """Which rows of a table are care that goes on: DuckDB SQL over the record's columns, and `go_live` of the wave."""

    when: str
    flow: str = ""
    """The flow of waves/coexistence.yaml that such care belongs to; empty if it belongs to none."""
    first: First | None = None


class Table(Frozen):
    """One table of the record. `identity` tables (patients) get one row per person over all systems and waves."""

    table: str
    title: str
    key: str
    identity: bool = False
    waiting: Waiting | None = None
    columns: tuple[Column, ...]
    open_care: OpenCare | None = None

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.column == name:
                return column
        raise KeyError(name)


class Record(Frozen):
    """The new system's side, as far as we load it."""

    record: str
    title: str
    version: str
    code_systems: tuple[CodeSystem, ...] = ()
    negations: tuple[str, ...] = NEGATIONS
    """Words that a text may not lose on its way."""
    partners: tuple[str, ...] = ()
    """HSA-ids of receivers outside the programme."""
    tables: tuple[Table, ...]

    def table(self, name: str) -> Table:
        """The table of that name; KeyError if there is none."""
        for table in self.tables:
            if table.table == name:
                return table
        raise KeyError(name)
