"""Which options does a transform, a source or a target take, and are these right? Their own schema says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from vardskiftet.declare import scalars
from vardskiftet.declare.node import Broken, Node, Text, found, plain
from vardskiftet.declare.paths import inside
from vardskiftet.declare.reading import Reading
from vardskiftet.declare.words import nearest, quoted
from vardskiftet.model.vocabulary import Kind


def option_names(kind: Kind) -> dict[str, FieldInfo]:
    """The options of a kind by the names that a file uses."""
    return {info.alias or name: info for name, info in kind.options.model_fields.items()}


def read_options(kind: Kind, given: Mapping[str, Node], at: Node, reading: Reading) -> dict[str, Any] | None:
    """The options as their schema takes them, defaults filled in; None after a fault. `at` is where a missing one is told."""
    known = option_names(kind)
    wrong = False
    for name, node in given.items():
        if name not in known:
            reading.faults.at(node, f"{quoted(name)} is not an option here.", nearest(name, known) if known else "It takes no options.")
            wrong = True
        elif isinstance(node, Broken) or not _stays_inside(name, known[name], node, reading):
            wrong = True
    values = {name: plain(node) for name, node in given.items() if name in known and not isinstance(node, Broken)}
    try:
        options: BaseModel = kind.options.model_validate(values)
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False, include_input=False):
            _tell(error, given, at, reading)
        return None
    return None if wrong else options.model_dump(mode="json", by_alias=True, exclude_none=True)


def _stays_inside(name: str, info: FieldInfo, node: Node, reading: Reading) -> bool:
    """Whether an option that is a path leads to a place in the project; any other passes."""
    if not isinstance(node, Text) or not (name == "path" or info.annotation is Path):
        return True
    try:
        inside(reading.root)(node.text)
    except scalars.Unreadable as wrong:
        reading.faults.at(node, str(wrong), wrong.hint)
        return False
    return True


def _tell(error: ErrorDetails, given: Mapping[str, Node], at: Node, reading: Reading) -> None:
    name = str(error["loc"][0]) if error["loc"] else ""
    node = found(given[name], *(step for step in error["loc"][1:])) if name in given else at
    if isinstance(node, Broken):
        return
    if error["type"] == "missing":
        reading.faults.at(at, f"lacks the option {quoted(name)}.", "Add it.")
        return
    if error["type"] in ("literal_error", "enum") and isinstance(node, Text):
        words = [word.strip(" '") for word in error["ctx"]["expected"].replace(" or ", ",").split(",")]
        reading.faults.at(node, f"{quoted(node.text)} is not possible here.", nearest(node.text, words))
        return
    said = error["msg"].removeprefix("Value error, ").removeprefix("Input ").rstrip(".")
    reading.faults.at(node, f"{said[:1].lower()}{said[1:]}.")
