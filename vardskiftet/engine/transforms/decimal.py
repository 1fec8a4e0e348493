"""Which number is this? Exact, as text; the decimal sign is declared, thousands signs are not guessed."""

from __future__ import annotations

from typing import Literal

from vardskiftet.engine.names import literal
from vardskiftet.engine.transforms.protocol import Example, Expression, Setting
from vardskiftet.model.frozen import Frozen
from vardskiftet.model.record import ColumnType

MAIN = "separator"
SAYS = "A number in decimal writing, exact, with a declared decimal sign."
MACROS: tuple[str, ...] = ()


class Options(Frozen):
    """`separator`: the decimal sign."""

    separator: Literal[".", ","] = "."


def to_sql(source: str, options: Options, setting: Setting) -> Expression:
    """SQL of the number as text with a point. Reason: INVALID_NUMBER; NULL and '' become NULL."""
    sign = r"\." if options.separator == "." else ","
    text = f"trim({source})"
    fits = f"regexp_full_match({text}, {literal('[-+]?[0-9]+(' + sign + '[0-9]+)?')})"
    value = f"case when {fits} then replace(ltrim({text}, '+'), ',', '.') end"
    return Expression(value, f"case when {text} <> '' and not {fits} then 'INVALID_NUMBER' end", ColumnType.DECIMAL)


EXAMPLES = (
    Example("37.5", value="37.5"),
    Example("37,5", {"separator": ","}, value="37.5"),
    Example("37,5", reason="INVALID_NUMBER"),
    Example("1 234,50", {"separator": ","}, reason="INVALID_NUMBER"),
    Example("0.10", value="0.10"),
    Example("-4", value="-4"),
    Example("1e400", reason="INVALID_NUMBER"),
    Example("<0,5", {"separator": ","}, reason="INVALID_NUMBER"),
    Example("", value=None),
    Example(None, value=None),
)
