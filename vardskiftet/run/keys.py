"""How does a person write the key of a row? As its one column has it, or the values of several with commas between them."""

from __future__ import annotations

from vardskiftet.engine.rederive.beside import key_parts
from vardskiftet.model.mapping import Mapping


def spellings(mapping: Mapping, key: str) -> tuple[str, ...]:
    """What the typed key may be in the books: itself, and for a key of several columns its parts, counted as the books count them."""
    parts = key.split(",")
    if len(mapping.key) == 1 or len(parts) != len(mapping.key):
        return (key,)
    counted = key_parts(parts)
    return (key,) if counted is None or counted == key else (counted, key)


def form_of(mapping: Mapping) -> str:
    """A sentence, led by a blank, on how a key of several columns is written; empty for one column."""
    if len(mapping.key) == 1:
        return ""
    return f" A key of several columns is its values with commas between them: {','.join(mapping.key)}."
