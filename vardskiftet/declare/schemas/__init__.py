"""What may stand in each kind of declaration, told to an editor? JSON Schemas of the files as people write them."""

from __future__ import annotations

from vardskiftet.declare.schemas.calendar import coexistence, programme, runbook, units, wave
from vardskiftet.declare.schemas.criteria import checks, gates, sources
from vardskiftet.declare.schemas.mapping import mapping
from vardskiftet.declare.schemas.overlay import EXTENDABLE, overlay
from vardskiftet.declare.schemas.rows import codebook, record, system
from vardskiftet.declare.schemas.shapes import DIALECT, Schema
from vardskiftet.model.vocabulary import Vocabulary

__all__ = ["EXTENDABLE", "KINDS", "overlay_of", "schema_of"]

KINDS = {
    "programme": (programme, "waves/programme.yaml"),
    "units": (units, "waves/units.yaml, waves/units/*.yaml"),
    "wave": (wave, "waves/WAVE.yaml"),
    "runbook": (runbook, "waves/runbooks/NAME.yaml"),
    "flows": (coexistence, "waves/coexistence.yaml"),
    "record": (record, "mappings/record.yaml"),
    "system": (system, "mappings/SYSTEM/system.yaml"),
    "mapping": (mapping, "mappings/SYSTEM/NAME.yaml"),
    "codebook": (codebook, "mappings/codes/NAME.csv"),
    "sources": (sources, "checks/sources.yaml"),
    "gates": (gates, "checks/gates.yaml"),
    "checks": (checks, "checks/TOPIC.yaml"),
}
"""Kind of file to what makes its schema, and where such files lie."""


def schema_of(kind: str, vocabulary: Vocabulary) -> Schema:
    """The JSON Schema (draft 2020-12) of one kind of file; KeyError for an unknown kind."""
    make, where = KINDS[kind]
    return {"$schema": DIALECT, "title": f"vardskiftet {kind}", "$comment": where, **make(vocabulary)}


def overlay_of(kind: str, vocabulary: Vocabulary) -> Schema:
    """The JSON Schema of a file of this kind that extends a base; KeyError for a kind that does not."""
    if kind not in EXTENDABLE:
        raise KeyError(kind)
    make, where = KINDS[kind]
    return {"$schema": DIALECT, "title": f"vardskiftet {kind} that extends", "$comment": where, **overlay(make(vocabulary))}
