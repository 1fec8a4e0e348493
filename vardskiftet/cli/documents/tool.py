"""What do the verbs answer that are about the tool itself: its declarations, its schemas, a beginning, its health?"""

from __future__ import annotations

from vardskiftet.cli.documents.shape import Keys, Schema, keys, many
from vardskiftet.engine.profile import Oddity, TableProfile
from vardskiftet.run.doctor import Look

_COUNTED = ("waves", "units", "systems", "mappings", "tables", "checks", "files")
_ANY_SCHEMA: Schema = {"type": ["object", "null"]}

TOOL: dict[str, Keys] = {
    "validate": {"programme": str, "counts": keys(dict.fromkeys(_COUNTED, int))},
    "schema": {
        "kind": str | None,
        "json_schema": _ANY_SCHEMA,
        "kinds": many(keys({"kind": str, "of": {"enum": ["file", "document"]}, "says": str})),
    },
    "init": {"project": str, "wave": str, "files": list[str]},
    "profile": {
        "system": str,
        "title": str,
        "tables": many(TableProfile),
        "spoken": dict[str, str],
        "oddities": many(Oddity),
        "idle": list[str],
        "unfinished": int,
        "file": str,
    },
    "doctor": {"programme": str, "looks": many(Look)},
}
