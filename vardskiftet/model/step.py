"""What does a load consist of? Steps that any pair of hands can take: told, rehearsed, or lived."""

from __future__ import annotations

from vardskiftet.model.frozen import Frozen


class Hold(Frozen):
    """Hold a source still."""

    system: str


class Prepare(Frozen):
    """Make the target ready: create its tables, or inspect them."""


class Load(Frozen):
    """Load all batches of one mapping."""

    mapping: str


class Balance(Frozen):
    """Close the books."""


Step = Hold | Prepare | Load | Balance
