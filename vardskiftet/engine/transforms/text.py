"""How is a text carried? As it stands; only whether an empty one is kept can be said."""

from __future__ import annotations

from typing import Literal

from vardskiftet.engine.transforms.protocol import Example, Expression, Setting
from vardskiftet.model.frozen import Frozen

MAIN = "empty"
SAYS = "The text as it stands; `empty: null` turns an empty one into no value."
MACROS: tuple[str, ...] = ()


class Options(Frozen):
    """`empty`: keep or null."""

    empty: Literal["keep", "null"] = "keep"


def to_sql(source: str, options: Options, setting: Setting) -> Expression:
    """SQL of the text."""
    return Expression(f"nullif({source}, '')" if options.empty == "null" else source)


EXAMPLES = (
    Example(" inga  blödningar ", value=" inga  blödningar "),
    Example("", value=""),
    Example("", {"empty": "null"}, value=None),
    Example(None, value=None),
)
