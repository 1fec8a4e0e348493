"""Which transforms are there? A new one is one module here and one line below; its EXAMPLES are its tests."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from vardskiftet.engine.transforms import (
    boolean,
    codebook,
    day,
    decimal,
    hsa_id,
    local_time,
    personal_identity,
    python,
    quantity,
    text,
    unit,
)
from vardskiftet.model.mapping import Step

KINDS: dict[str, ModuleType] = {
    "boolean": boolean,
    "codebook": codebook,
    "day": day,
    "decimal": decimal,
    "hsa_id": hsa_id,
    "local_time": local_time,
    "personal_identity": personal_identity,
    "python": python,
    "quantity": quantity,
    "text": text,
    "unit": unit,
}


def columns_of_step(step: Step) -> Iterator[str]:
    """The source columns that a step names among its options: those that its module lists in COLUMNS."""
    for option in getattr(KINDS[step.transform], "COLUMNS", ()):
        given = step.options.get(option, ())
        yield from (given,) if isinstance(given, str) else given
