"""What has every document in common? Its schema's name, how it ended, why, and what to do next."""

from __future__ import annotations

from vardskiftet.cli.boundary import NO_VERB
from vardskiftet.cli.documents.shape import Keys, Schema, keys, many
from vardskiftet.declare.schemas.shapes import DIALECT

FAILED = NO_VERB
EXIT_CODES = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 70, 130, 143)
VERSION = 1

_TEXT: Schema = {"type": "string"}
REASON = keys(
    {
        "id": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$"},
        "severity": {"enum": ["error", "finding", "integrity"]},
        "message": {"type": "string", "minLength": 1},
        "where": _TEXT,
        "hint": _TEXT,
    }
)


def schema_name(name: str) -> str:
    """What stands in a document's `schema`."""
    return f"vardskiftet.{name}/{VERSION}"


def document(name: str, own: Keys) -> Schema:
    """The schema of a verb's document: what it answers, or, where it failed, its reasons alone."""
    return {
        "$schema": DIALECT,
        "title": f"vardskiftet {name.replace('.', ' ')} --json",
        "anyOf": [keys({**_common(name, EXIT_CODES, 0), **own}), keys(_common(name, EXIT_CODES[1:], 1))],
        "if": {"properties": {"exit_code": {"const": 0}}},
        "then": {"properties": {"ok": {"const": True}}},
        "else": {"properties": {"ok": {"const": False}, "reasons": {"minItems": 1}}},
    }


def failure() -> Schema:
    """The schema of a failure that belongs to no verb."""
    return {"$schema": DIALECT, "title": "vardskiftet --json, no verb found", **keys({**_common(FAILED, (2, 70, 130, 143), 1)})}


def _common(name: str, codes: tuple[int, ...], reasons: int) -> Keys:
    return {
        "schema": {"const": schema_name(name)},
        "ok": {"type": "boolean"},
        "exit_code": {"enum": list(codes)},
        "reasons": {**many(REASON), "minItems": reasons},
        "next_steps": many(_TEXT),
    }
