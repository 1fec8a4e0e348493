"""Is this text an HSA-id? `SE`, ten digits, `-`, then letters or digits; at most 31 characters (domain facts §6 [L6][L7])."""

from __future__ import annotations

from vardskiftet.engine.transforms.protocol import Example, Expression, Setting
from vardskiftet.model.frozen import Frozen

MAIN = ""
SAYS = "An HSA-id, as it stands, if its form is right."
MACROS: tuple[str, ...] = ()


class Options(Frozen):
    """None."""


def to_sql(source: str, options: Options, setting: Setting) -> Expression:
    """SQL of the HSA-id. Reason: HSA_FORMAT; NULL and the empty text stay NULL."""
    return Expression(
        f"nullif({source}, '')",
        f"case when {source} <> '' and not regexp_full_match({source}, 'SE[0-9]{{10}}-[A-Za-z0-9]{{1,18}}') then 'HSA_FORMAT' end",
    )


EXAMPLES = (
    Example("SE2321000131-X0101", value="SE2321000131-X0101"),
    Example("2321000131-X0101", reason="HSA_FORMAT"),
    Example("SE2321000131-Å1", reason="HSA_FORMAT"),
    Example("", value=None),
    Example(None, value=None),
)
