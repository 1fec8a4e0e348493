"""What does evidence look like: which columns, how old may it be, and when is an open matter still open?"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from vardskiftet.model.command import Command
from vardskiftet.model.frozen import Frozen


class Format(StrEnum):
    """How a file of evidence is written."""

    CSV = "csv"
    EXCEL = "excel"
    JSON = "json"
    JUNIT = "junit"


class ColumnKind(StrEnum):
    """What a column of evidence holds, and how people write it."""

    TEXT = "text"
    COUNT = "count"
    """A whole number, not negative."""
    NUMBER = "number"
    """A decimal number with a point or a comma."""
    SHARE = "share"
    """A part of a whole: `95 %`, `0,95`, `0.95`; a bare number above 1 is refused, since nobody can tell what was meant."""
    PERCENT = "percent"
    """A part of a whole in hundredths: `95`, `95,5`, `95 %`."""
    DAY = "day"
    MOMENT = "moment"
    YES_NO = "yes_no"
    UNIT = "unit"
    """A unit of the programme, by its name, its HSA-id or its title."""
    WAVE = "wave"


class EvidenceColumn(Frozen):
    """One column of a source: its name in checks, what heads it in the file, what it holds."""

    column: str
    heading: str
    kind: ColumnKind = ColumnKind.TEXT
    may_be_empty: bool = False


class RowRule(Frozen):
    """What every row must be; a row that is not is a fault, with its line."""

    must: str
    because: str


class EvidenceSource(Frozen):
    """A kind of evidence that people hand in as files."""

    evidence: str
    title: str
    command: Command | None = None
    """What tells it, where nobody hands it in."""
    format: Format | None = None
    """None: by the file's ending."""
    columns: tuple[EvidenceColumn, ...]
    key: tuple[str, ...]
    """Columns that name a row: no two rows share them."""
    unit: str = ""
    """The column that names the unit; empty where the evidence is of the programme."""
    wave: str = ""
    """The column that names the wave; empty where a row holds for every wave."""
    as_of: str = ""
    """The column that says when the row was true; empty where whoever adds the file must say it."""
    max_age: timedelta
    owner: str
    open_while: str = ""
    """SQL over a row: while it holds the matter is open. An open matter that a later file leaves out stays open."""
    parts: tuple[tuple[str, str], ...] = ()
    """(part, whole): columns of which the first can never be above the second."""
    rules: tuple[RowRule, ...] = ()
    may_be_empty: bool = False
    """Whether a file without rows says that there is nothing; otherwise it is a fault."""
    small_counts: int = 0
    """Figures over fewer than so many are not shown to anybody."""

    def column(self, name: str) -> EvidenceColumn:
        """The column of that name; KeyError if there is none."""
        return {one.column: one for one in self.columns}[name]


class EvidenceRef(Frozen):
    """Which evidence: its name, the digest of its content, and when it was true."""

    name: str
    digest: str
    as_of: datetime


class AddedEvidence(EvidenceRef):
    """Evidence as it was taken in."""

    seq: int = 0
    added_at: datetime
    file: str
    format: Format
    encoding: str
    rows: int
    ignored: tuple[str, ...] = ()
    """Columns of the file that the source does not declare."""
    identifiers: int = 0
    """Cells that hold a person's identifier; none of them is ever shown."""
    importer: str
