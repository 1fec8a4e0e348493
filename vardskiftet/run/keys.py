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


def typed(mapping: Mapping, key: str) -> str:
    """A key of the books as a person would type it; as it is, where a value has a comma of its own."""
    if len(mapping.key) == 1:
        return key
    parts, left = [], key.encode()
    while left:
        length, colon, rest = left.partition(b":")
        if not colon or not length.isdigit():
            return key
        parts.append(rest[: int(length)].decode(errors="replace"))
        left = rest[int(length) :]
    return ",".join(parts) if len(parts) == len(mapping.key) and not any("," in part for part in parts) else key


def form_of(mapping: Mapping) -> str:
    """A sentence, led by a blank, on how a key of several columns is written; empty for one column."""
    if len(mapping.key) == 1:
        return ""
    return f" A key of several columns is its values with commas between them: {','.join(mapping.key)}."
