"""What do the verbs answer that show, try and draft mappings?"""

from __future__ import annotations

from vardskiftet.cli.documents.shape import Keys, keys, many
from vardskiftet.cli.documents.waves import SIGNATURE
from vardskiftet.declare.origins import Origin

_LISTED = {"mapping": str, "reads": str, "into": str, "fields": int, "examples": int}
_TRIED = {"mapping": str, "where": str, "holds": bool, "shortfalls": list[str]}
_NUMBERS = dict[str, int]

MAPPINGS: dict[str, Keys] = {
    "mappings.list": {"mappings": many(keys(_LISTED))},
    "mappings.show": {"mapping": str, "sql?": str, "origin?": many(Origin)},
    "mappings.test": {"examples": many(keys(_TRIED))},
    "mappings.preview": {
        "mapping": str,
        "wave": str,
        "rows": int,
        "places": _NUMBERS,
        "fates": _NUMBERS,
        "reasons": _NUMBERS,
        "assumed": list[str],
        "items?": many(dict[str, str]),
    },
    "mappings.trust": {"path": str, "sha256": str, "reason": str, "signature": SIGNATURE},
    "mappings.new": {"system": str, "table": str, "yaml": str},
}
