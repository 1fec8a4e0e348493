"""What does a source text mean? Named transforms as plain functions of one text, written apart from the loader's SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vardskiftet.engine.rederive.meaning import identity, moment, number, word
from vardskiftet.engine.rederive.meaning.answer import Answer, Reader
from vardskiftet.model.mapping import Step
from vardskiftet.model.record import ColumnType

__all__ = ["CODE", "Answer", "Meaning", "Reader", "beside_of", "meaning_of"]

CODE = "python"
"""A region's own function: it is called over whole columns, and is not of this table."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """How one step reads a text, and which type it gives. Further arguments are the columns of `beside_of`, in order."""

    read: Reader
    type: ColumnType


Maker = Callable[[Mapping[str, Any], str, Mapping[str, Mapping[str, str]]], Meaning]


def _plain(make: Callable[[Mapping[str, Any]], Reader], kind: ColumnType) -> Maker:
    return lambda options, _zone, _books: Meaning(make(options), kind)


_MAKERS: dict[str, Maker] = {
    "boolean": _plain(word.truth, ColumnType.BOOLEAN),
    "codebook": lambda options, _zone, books: Meaning(word.coded(options, books), ColumnType.TEXT),
    "day": _plain(moment.day, ColumnType.DATE),
    "decimal": _plain(number.plain, ColumnType.DECIMAL),
    "hsa_id": _plain(word.hsa_id, ColumnType.TEXT),
    "local_time": lambda options, zone, _books: Meaning(moment.local(options, zone), ColumnType.INSTANT),
    "personal_identity": lambda options, _zone, _books: Meaning(
        identity.person(options), ColumnType.DATE if options.get("gives") == "birth_date" else ColumnType.TEXT
    ),
    "quantity": lambda options, _zone, _books: Meaning(
        number.measured(options), ColumnType.DECIMAL if options.get("gives", "number") == "number" else ColumnType.TEXT
    ),
    "text": _plain(word.kept, ColumnType.TEXT),
    "unit": _plain(number.converted, ColumnType.DECIMAL),
}


def meaning_of(step: Step, zone: str, books: Mapping[str, Mapping[str, str]]) -> Meaning:
    """The reading of one step. Raises KeyError for a transform that is not written here."""
    return _MAKERS[step.transform](step.options, zone, books)


def beside_of(step: Step) -> tuple[str, ...]:
    """Source columns that a step reads beside its text, in order."""
    if step.transform == "unit":
        return (str(step.options["written_in"]),)
    return tuple(step.options.get("beside", ())) if step.transform == CODE else ()
