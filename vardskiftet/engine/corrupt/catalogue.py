"""Which corruptions are there? All that can be seeded into rows, values and books; a new one is a function and a line in its room."""

from __future__ import annotations

from vardskiftet.engine.corrupt import ledger_spoilt, rows_spoilt, values_spoilt
from vardskiftet.engine.corrupt.seed import Corruption

CATALOGUE: tuple[Corruption, ...] = (*rows_spoilt.SPOILT, *values_spoilt.BENT, *ledger_spoilt.SPOILT)
