"""Which names may declarations use? A value that the engine's tables fill and `declare` reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Kind:
    """One transform, source kind or target kind: its options, the option that may stand alone, what it does."""

    options: type[BaseModel]
    main: str = ""
    """The option that `through: {name: VALUE}` fills; empty if the kind takes none."""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Probed:
    """What an SQL expression turned out to be: an error in words, or the columns that it names."""

    error: str = ""
    columns: frozenset[str] = frozenset()


def unprobed(_expression: str) -> Probed:
    """The probe of a vocabulary without an engine: everything passes."""
    return Probed()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Transforms, source kinds and target kinds by name, a syntax probe for SQL expressions, and the engine's reject reasons."""

    transforms: Mapping[str, Kind] = field(default_factory=dict)
    sources: Mapping[str, Kind] = field(default_factory=dict)
    targets: Mapping[str, Kind] = field(default_factory=dict)
    probe: Callable[[str], Probed] = unprobed
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why the engine rejects an item, and what that means."""
