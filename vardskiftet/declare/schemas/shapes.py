"""Which few shapes do the schemas consist of? They say to an editor what the readers of `declare` say to a person.

An editor reads YAML 1.2: `4` is a number there and `true` a boolean, where the reader takes the text as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from vardskiftet.declare import scalars
from vardskiftet.declare.days import MOST, OFFSET
from vardskiftet.declare.options import option_names
from vardskiftet.model.vocabulary import Kind

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def told(schema: Schema, says: str) -> Schema:
    """The schema with a sentence that an editor shows beside the key."""
    return {**schema, "description": says}


def text(says: str = "") -> Schema:
    """Any text that is not blank; a number is taken as its text."""
    shape: Schema = {"type": ["string", "number"], "pattern": r"\S"}
    return told(shape, says) if says else shape


def shaped(pattern: re.Pattern[str], says: str = "") -> Schema:
    """A text of the form that the reader asks for."""
    shape: Schema = {"type": ["string", "integer"], "pattern": f"^(?:{pattern.pattern})$"}
    return told(shape, says) if says else shape


def slug(says: str = "") -> Schema:
    """A name: a-z, 0-9, - and _."""
    return shaped(scalars.SLUG, says)


def day(says: str = "") -> Schema:
    """A calendar day."""
    return shaped(scalars.DAY, says or "A day: YYYY-MM-DD.")


def moment(says: str = "") -> Schema:
    """A local moment, with its offset where the clock shows it twice."""
    return shaped(scalars.MOMENT, says or "A local moment: YYYY-MM-DD HH:MM.")


def offset(says: str = "") -> Schema:
    """A distance from go-live."""
    return shaped(OFFSET, says or f"A distance from go-live: T-16mo, T-90d, T+28d; at most {MOST['mo']} months.")


def flag(says: str) -> Schema:
    """true or false."""
    return {"type": "boolean", "description": says}


def count(says: str, least: int = 0, most: int | None = None) -> Schema:
    """A whole number."""
    return {"type": "integer", "minimum": least, "description": says} | ({"maximum": most} if most is not None else {})


def one_of(words: Sequence[str] | type[StrEnum], says: str) -> Schema:
    """One of some words."""
    return {"enum": [str(word) for word in words], "description": says}


def cell() -> Schema:
    """A source column's value in an example: text as it stands, or null."""
    return {"type": ["string", "number", "boolean", "null"]}


def many(of: Schema, says: str = "", least: int = 0) -> Schema:
    """A list."""
    shape: Schema = {"type": "array", "items": of}
    shape |= {"minItems": least} if least else {}
    return told(shape, says) if says else shape


def names(of: Schema, says: str = "", least: int = 0) -> Schema:
    """A list in which nothing stands twice."""
    return {**many(of, says, least), "uniqueItems": True}


def keys(needs: Mapping[str, Schema], may: Mapping[str, Schema] | None = None, says: str = "") -> Schema:
    """Keys that are needed, keys that may be there, and no others."""
    shape: Schema = {
        "type": "object",
        "properties": {**needs, **(may or {})},
        "required": list(needs),
        "additionalProperties": False,
    }
    return told(shape, says) if says else shape


def free_keys(of: Schema, says: str, pattern: re.Pattern[str] | None = None, least: int = 0) -> Schema:
    """Keys that the project chooses itself."""
    shape: Schema = {"type": "object", "additionalProperties": of, "description": says}
    shape |= {"propertyNames": {"pattern": f"^(?:{pattern.pattern})$"}} if pattern else {}
    return shape | ({"minProperties": least} if least else {})


def options(kind: Kind) -> dict[str, Schema]:
    """The options of a transform, a source or a target by the names that a file uses, from their own schema."""
    found = kind.options.model_json_schema(by_alias=True)
    shapes = {name: inlined(shape, found.get("$defs", {})) for name, shape in found.get("properties", {}).items()}
    return {name: _written(shapes[name]) for name in option_names(kind)}


def needed(kind: Kind) -> list[str]:
    """The options that have no default."""
    return [name for name, info in option_names(kind).items() if info.is_required()]


def inlined(shape: Any, definitions: Mapping[str, Any]) -> Any:
    """A part of a schema with what it refers to written out, and without the titles that repeat the names."""
    if isinstance(shape, list):
        return [inlined(one, definitions) for one in shape]
    if not isinstance(shape, dict):
        return shape
    if "$ref" in shape:
        return inlined(definitions[shape["$ref"].rpartition("/")[2]], definitions)
    # `title` is a note that repeats the name, unless it is itself the name of a property: then a schema stands under it.
    return {key: inlined(value, definitions) for key, value in shape.items() if key != "title" or isinstance(value, dict)}


def _written(shape: Schema) -> Schema:
    """A text of the options' schema, as an editor sees it in YAML: `30` is a number there."""
    if shape.get("type") == "string" and "enum" not in shape and "const" not in shape:
        return {**shape, "type": ["string", "number"]}
    if "items" in shape:
        return {**shape, "items": _written(shape["items"])}
    return shape


def specs(kinds: Mapping[str, Kind], says: str) -> Schema:
    """A source or a target: its kind, and that kind's options."""
    shapes = []
    for name, kind in sorted(kinds.items()):
        given = options(kind)
        required = {one: given[one] for one in needed(kind)}
        shapes.append(keys({"kind": told({"const": name}, kind.says), **required}, given, kind.says))
    return {"anyOf": shapes, "description": says}
