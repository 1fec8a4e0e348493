"""Which target code stands for a source code? A codebook as it is declared in mappings/codes/*.csv."""

from __future__ import annotations

from vardskiftet.model.frozen import Frozen


class Codebook(Frozen):
    """Source codes and the codes of one code system that they become."""

    codebook: str
    code_system: str
    entries: tuple[tuple[str, str], ...]
    """(source, target) pairs; each source once."""
