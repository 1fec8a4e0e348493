"""Where do rows come from? A legacy journal system as it is declared."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

from vardskiftet.model.frozen import Frozen


class Route(StrEnum):
    """How one kind of information travels."""

    AUTO = "auto"
    MANUAL = "manual"
    ARCHIVE = "archive"
    NONE = "none"


CONDITIONS = ("structured", "usable", "combinable", "testable", "cheaper_than_manual")
"""VGR's five published conditions for an automatic transfer (domain facts §3, [V24])."""


class ManualTable(Frozen):
    """Whose the rows of a table are that people carry over by hand: `by` holds the key of `mapping`, which brings persons."""

    table: str
    by: str
    mapping: str


class InformationRoute(Frozen):
    """The route of one kind of information, with its reason and its owner."""

    information: str
    route: Route
    owner: str
    because: str = ""
    conditions: dict[str, bool] = {}
    tables: tuple[str, ...] = ()
    """Source tables that this route covers without a mapping (manual, archive, none)."""
    patients: tuple[ManualTable, ...] = ()
    """Of a manual route: whose rows stand in which table."""


class IgnoredTable(Frozen):
    """A source table that carries nothing of the record, or all whose names are like a pattern."""

    table: str
    """A name, or a pattern in which `*` stands for any letters, none too."""
    because: str

    @property
    def is_pattern(self) -> bool:
        """Whether it may speak of several tables, or of none."""
        return "*" in self.table

    def covers(self, table: str) -> bool:
        """Whether it speaks of this table."""
        return re.fullmatch(".*".join(re.escape(part) for part in self.table.split("*")), table, re.DOTALL) is not None


class SourceSpec(Frozen):
    """Which kind of source, and what that kind needs to know (each kind publishes its options)."""

    kind: str
    options: dict[str, Any] = {}


class Retirement(Frozen):
    """When a system is no longer needed: so many days after the go-live of its last wave."""

    wave: str
    days: int
    because: str = ""


class System(Frozen):
    """A legacy journal system: a source of rows."""

    system: str
    title: str
    source: SourceSpec
    encoding: str = "utf-8"
    timezone: str
    routes: tuple[InformationRoute, ...] = ()
    ignored: tuple[IgnoredTable, ...] = ()
    retires: Retirement | None = None
