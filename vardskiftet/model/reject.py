"""What is a rejected row to the person who mends it? Its name for good, what may be corrected in it, and what was."""

from __future__ import annotations

from vardskiftet.model.frozen import Frozen


class Correction(Frozen):
    """What a person says instead, for one row of one mapping with exactly this content."""

    reject: str
    """The reject's id: it is made of mapping, key and content, so a row that the source changed has another."""
    mapping: str
    key: str
    row: str
    """SHA-256 of the source row's texts, in hex: if the source changes the row, the correction lapses."""
    values: tuple[tuple[str, str | None], ...]
    """(source column, its corrected text; None for NULL), sorted; none if an earlier correction is withdrawn."""


class Original(Frozen):
    """One rejected source row, as its source has it."""

    reject: str
    mapping: str
    number: int
    """The plan's batch that holds it."""
    key: str | None
    row: str
    unit: str
    reasons: tuple[str, ...]
    """Why its items are rejected, sorted, each once."""
    items: int
    detail: str
    """What of it is wrong, and where it stood in what was delivered: fields and places, never a value; empty where nothing is told."""
    values: tuple[str | None, ...]
    """Its texts, in the order of the mapping's columns."""


class Waiting(Frozen):
    """Rejected items of one mapping for one reason."""

    mapping: str
    reason: str
    items: int
    rows: int
    """Source rows: copies of a key, and rows without one, count one each."""
    corrected: int
    """Rows of them with a correction that was not replayed yet, or did not help."""
    columns: tuple[str, ...]
    """Source columns that may be corrected."""
