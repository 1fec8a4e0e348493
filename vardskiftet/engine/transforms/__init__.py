"""Which transforms are there? A new one is one module here and one line below; its EXAMPLES are its tests."""

from __future__ import annotations

from types import ModuleType

from vardskiftet.engine.transforms import boolean, codebook, day, decimal, hsa_id, local_time, personal_identity, quantity, text, unit

KINDS: dict[str, ModuleType] = {
    "boolean": boolean,
    "codebook": codebook,
    "day": day,
    "decimal": decimal,
    "hsa_id": hsa_id,
    "local_time": local_time,
    "personal_identity": personal_identity,
    "quantity": quantity,
    "text": text,
    "unit": unit,
}
