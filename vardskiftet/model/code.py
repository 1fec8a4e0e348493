"""What is a file of Python that mappings may call? Its text, its digest, and the functions in it."""

from __future__ import annotations

from vardskiftet.model.frozen import Frozen


class Code(Frozen):
    """mappings/python/NAME.py. It is run only where a person trusts it."""

    code: str
    """The file's name without its ending."""
    text: str
    sha256: str
    functions: tuple[str, ...]
    reasons: tuple[str, ...] = ()
    """Texts in capitals that stand in it: reasons that its functions may give."""
    path: str
