"""Where do source and record differ? One cell or one row, what it looks like, and whether a cause was written down."""

from __future__ import annotations

from enum import StrEnum

from vardskiftet.model.frozen import Frozen


class Kind(StrEnum):
    """What a difference looks like (design §7). It says nothing of how it came about."""

    MISSING = "missing"
    EXTRA = "extra"
    CHANGED_IN_SOURCE = "changed_in_source"
    CHANGED_IN_TARGET = "changed_in_target"
    ENCODING = "encoding"
    WHITESPACE = "whitespace"
    NORMALISATION = "normalisation"
    PRECISION = "precision"
    TIMEZONE = "timezone"
    TRUNCATED = "truncated"
    NULL_EMPTY = "null_empty"
    WRONG_PATIENT = "wrong_patient"
    OTHER = "other"


class Level(StrEnum):
    """How deeply source and record were compared."""

    BOOKS = "books"
    TOTALS = "totals"
    ROWS = "rows"
    CLINICAL = "clinical"


class Verdict(StrEnum):
    """What a level found; what could not be looked at is never equal."""

    EQUAL = "equal"
    DIFFERENT = "different"
    NOT_VERIFIED = "not_verified"
    OPEN = "open"
    """The books do not close, or a ledger is not as it was written."""


class Difference(Frozen):
    """One difference. `expected` and `stored` are patients' values: they stay in the work folder, and are shown for a reason only."""

    level: Level
    mapping: str
    table: str
    key: str
    """The source key; of an extra row without one, empty."""
    id: str
    """The row's id in the record."""
    unit: str = ""
    column: str = ""
    """The record's column; empty where a whole row is missing or extra. `fate` and `reason` are the books' own."""
    kind: Kind
    cause: str = ""
    """What was written down for this very key; empty while it is unexplained."""
    zero_tolerance: str = ""
    """Why not one of these may stand: identity, wrong patient, protection, alerts, medication; empty otherwise."""
    expected: str | None = None
    stored: str | None = None

    @property
    def explained(self) -> bool:
        """Whether a cause was written down."""
        return bool(self.cause)
