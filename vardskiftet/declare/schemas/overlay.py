"""What may stand in a file that extends a base? The same words, of which each may be left to the base."""

from __future__ import annotations

import re
from typing import Any

from vardskiftet.declare.extends import BY_NAME, EXTENDS, ONE_BY_ONE, WITHOUT
from vardskiftet.declare.schemas.shapes import Schema, names, shaped, text, told

EXTENDABLE = ("record", "mapping", "sources", "gates", "checks")
"""Kinds of file with keys that may extend a base; a codebook does so by a line above its heading."""
_PATH = r"base/\S+"


def overlay(shape: Schema) -> Schema:
    """The schema of a file that extends one of this shape."""
    partly = _partly(shape)
    own = {
        EXTENDS: told(shaped(re.compile(_PATH)), "The file under base/ that it extends."),
        WITHOUT: names(text("A key, an entry of a list, or a key of that, with dots between: changed, fields.note_text.")),
    }
    return {**partly, "properties": {**own, **partly["properties"]}, "required": [EXTENDS]}


def _partly(shape: Schema) -> Schema:
    """An object of which only the name must be said."""
    free: dict[str, Any] = {key: value for key, value in shape.items() if key not in ("required", "oneOf")}
    properties = dict(shape["properties"])
    for key, by in BY_NAME.items():
        if "items" in properties.get(key, {}) and "properties" in properties[key]["items"]:
            entry = _partly(properties[key]["items"])
            properties[key] = {**properties[key], "items": {**entry, "required": [by]}}
    for key in ONE_BY_ONE:
        if key in properties:
            properties[key] = {name: value for name, value in properties[key].items() if name != "minProperties"}
    return {**free, "properties": properties, "required": []}
