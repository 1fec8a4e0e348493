"""How does a Python type become a schema in which every key is named, needed, and no other allowed?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from vardskiftet.declare.schemas.shapes import inlined

Schema = dict[str, Any]
Keys = Mapping[str, Any]
"""Key to a Python type, or to a schema that is made already."""


def of(shape: Any) -> Schema:
    """The schema of a type as it is written to JSON; one that is made already is returned as it is."""
    if isinstance(shape, dict):
        return shape
    found = TypeAdapter(shape).json_schema(mode="serialization")
    definitions = found.pop("$defs", {})
    made = _strict(inlined(found, definitions))
    return dict(made)


def keys(needed: Keys) -> Schema:
    """An object of exactly these keys; those that end in `?` may be absent."""
    return {
        "type": "object",
        "properties": {name.removesuffix("?"): of(shape) for name, shape in needed.items()},
        "required": [name for name in needed if not name.endswith("?")],
        "additionalProperties": False,
    }


def many(shape: Any) -> Schema:
    """A list."""
    return {"type": "array", "items": of(shape)}


def plus(shape: Any, further: Keys, without: tuple[str, ...] = ()) -> Schema:
    """The keys of a type and some more, less some."""
    own = {name: one for name, one in of(shape)["properties"].items() if name not in without}
    return keys({**own, **further})


def _strict(shape: Any) -> Any:
    """Every key of an object is needed: what we write, we always write."""
    if isinstance(shape, list):
        return [_strict(one) for one in shape]
    if not isinstance(shape, dict):
        return shape
    made = {key: _strict(one) for key, one in shape.items() if key != "default" or isinstance(one, dict)}
    if made.get("type") == "object" and isinstance(made.get("properties"), dict):
        made |= {"required": list(made["properties"]), "additionalProperties": False}
    return made
