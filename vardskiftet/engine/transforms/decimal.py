"""Which number is this? Exact, as text; the decimal sign is declared, thousands signs are not guessed."""

from __future__ import annotations

from typing import Literal

from vardskiftet.engine.names import literal
from vardskiftet.engine.transforms.protocol import Example, Expression, Setting
from vardskiftet.model.frozen import Frozen
from vardskiftet.model.record import ColumnType

MAIN = "separator"
SAYS = "A number in decimal writing, exact, with a declared decimal sign."
# 1.4e-11 in plain digits, exact: the point moves over the digits, and zeros fill up. Beyond 40 powers of ten it is no measured value.
_MOVED = (
    "moved_point(whole, part, power) as (case when length(whole) + power <= 0"
    " then '0.' || repeat('0', -(length(whole) + power)) || whole || part"
    " when length(whole) + power >= length(whole || part) then whole || part || repeat('0', length(whole) + power - length(whole || part))"
    " else left(whole || part, length(whole) + power) || '.' || substr(whole || part, length(whole) + power + 1) end)"
)
_PLAIN = (
    "plain_number(t) as (case when contains(lower(t), 'e') then"
    " regexp_extract(t, '^-') || moved_point(regexp_extract(t, '([0-9]+)', 1), regexp_extract(t, '\\.([0-9]+)', 1),"
    " try_cast(regexp_extract(lower(t), 'e([-+]?[0-9]+)', 1) as integer)) else t end)"
)
MACROS: tuple[str, ...] = (_MOVED, _PLAIN)


class Options(Frozen):
    """`separator`: the decimal sign."""

    separator: Literal[".", ","] = "."


def to_sql(source: str, options: Options, setting: Setting) -> Expression:
    """SQL of the number as text with a point. Reason: INVALID_NUMBER; NULL and '' become NULL."""
    sign = r"\." if options.separator == "." else ","
    text, fits = f"{setting.prefix}_text", f"{setting.prefix}_fits"
    power = "([eE][-+]?(0?[0-9]|[1-3][0-9]|40))?"
    pattern = literal("[-+]?[0-9]+(" + sign + "[0-9]+)?" + power)
    stages = (((text, f"trim({source})"), (fits, f"regexp_full_match({text}, {pattern})")),)
    value = f"case when {fits} then plain_number(replace(ltrim({text}, '+'), ',', '.')) end"
    return Expression(value, f"case when {text} <> '' and not {fits} then 'INVALID_NUMBER' end", ColumnType.DECIMAL, stages)


EXAMPLES = (
    Example("37.5", value="37.5"),
    Example("37,5", {"separator": ","}, value="37.5"),
    Example("37,5", reason="INVALID_NUMBER"),
    Example("1 234,50", {"separator": ","}, reason="INVALID_NUMBER"),
    Example("0.10", value="0.10"),
    Example("-4", value="-4"),
    Example("1.4e-11", value="0.000000000014"),
    Example("-1,25E+03", {"separator": ","}, value="-1250"),
    Example("12.345e1", value="123.45"),
    Example("5e0", value="5"),
    Example("1e41", reason="INVALID_NUMBER"),
    Example("1e400", reason="INVALID_NUMBER"),
    Example("<0,5", {"separator": ","}, reason="INVALID_NUMBER"),
    Example("", value=None),
    Example(None, value=None),
)
