"""What flows between units on the old side and units on the new one, while both run?"""

from __future__ import annotations

from vardskiftet.model.frozen import Frozen


class Flow(Frozen):
    """A kind of information that passes between units while waves are apart, and its temporary routine."""

    flow: str
    title: str
    sends: tuple[str, ...]
    """Unit slugs, kinds of unit, or `*`."""
    receives: tuple[str, ...]
    critical: bool = False
    routine: str = ""
    """The temporary routine in words; empty where there is none."""
    approved: str = ""
    """The decision that approved the routine."""
