"""What does a receiver check a drop against? One file over all: every file with its rows and digest, and whether a run is at work."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from vardskiftet.engine.files import place_file
from vardskiftet.engine.targets.drop_description import SCHEMA, Description
from vardskiftet.engine.targets.drop_entries import Entries, Entry
from vardskiftet.engine.targets.drop_place import DropPlace
from vardskiftet.failpoint import reach


def write_manifest(place: DropPlace, description: Description, entries: Entries, under_way: Iterable[str]) -> None:
    """Place the manifest of a drop as it stands after these entries, if it is not that already. `under_way` are waves that a run holds."""
    content = json.dumps(_manifest(place, description, entries, sorted(under_way)), indent=1, ensure_ascii=False).encode()
    if place.manifest.is_file() and place.manifest.read_bytes() == content:
        return
    reach("drop.manifest.before")
    place_file(place.manifest, content)
    reach("drop.manifest.after")


def _manifest(place: DropPlace, description: Description, entries: Entries, under_way: list[str]) -> dict[str, Any]:
    told = [(entry, digest, _told(entry)) for entry, digest in zip(entries.all, entries.digests, strict=True)]
    live = list(entries.live())
    return {
        "schema": SCHEMA,
        "marks": description["marks"],
        "csv": description["csv"],
        "tables": {name: {"key": table["key"], "columns": table["columns"]} for name, table in description["tables"].items()},
        "under_way": under_way,
        "entries": [{"entry": entry.entry, **what, "sha256": digest} for entry, digest, what in told],
        "files": [line.model_dump() for line in live if line.holds != "books"],
        "books": [line.model_dump() for line in live if line.holds == "books"],
        "withdrawn": sorted(entries.withdrawn),
    }


def _told(entry: Entry) -> dict[str, Any]:
    """What an entry is, for a person: the wave and mapping of its batch, or which batch it takes back."""
    batch = entry.lines.get("vs_batch", [])
    named = (
        {name: batch[0][name] for name in ("wave", "mapping", "number", "committed_at")}
        if entry.kind in ("batch", "amend") and batch
        else {}
    )
    return {"kind": entry.kind, **named, "takes_back": entry.takes_back, "amends": entry.amends}
