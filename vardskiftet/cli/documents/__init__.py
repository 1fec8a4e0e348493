"""What is in each `--json` document? A JSON Schema for every verb: done, or failed with its reasons."""

from __future__ import annotations

from vardskiftet.cli.documents.care import CARE
from vardskiftet.cli.documents.checking import CHECKING
from vardskiftet.cli.documents.envelope import FAILED, document, failure
from vardskiftet.cli.documents.identities import IDENTITIES
from vardskiftet.cli.documents.loads import LOADS
from vardskiftet.cli.documents.mappings import MAPPINGS
from vardskiftet.cli.documents.memory import MEMORY
from vardskiftet.cli.documents.readiness import READINESS
from vardskiftet.cli.documents.rejects import REJECTS
from vardskiftet.cli.documents.shape import Keys, Schema
from vardskiftet.cli.documents.tool import TOOL
from vardskiftet.cli.documents.waves import WAVES

DOCUMENTS: dict[str, Keys] = {**LOADS, **CHECKING, **MAPPINGS, **WAVES, **READINESS, **MEMORY, **TOOL, **REJECTS, **CARE, **IDENTITIES}
"""Verb (`runs.list` for `runs list`) to the keys of its own. Keys that end in `?` may be absent."""


def names() -> tuple[str, ...]:
    """Every document's name: the verbs, and that of a command line in which no verb was found."""
    return (*sorted(DOCUMENTS), FAILED)


def schema_of(name: str) -> Schema:
    """The JSON Schema (draft 2020-12) of one document; KeyError for an unknown name."""
    return failure() if name == FAILED else document(name, DOCUMENTS[name])
