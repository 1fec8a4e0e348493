"""Which number, comparator and unit does a laboratory value hold? `<0,5 mmol/L` keeps all three; nothing is lost."""

from __future__ import annotations

from typing import Literal

from vardskiftet.engine.names import literal
from vardskiftet.engine.transforms.protocol import Example, Expression, Setting
from vardskiftet.model.frozen import Frozen
from vardskiftet.model.record import ColumnType

MAIN = "gives"
SHARED = ("gives",)
SAYS = "A laboratory value in its parts: the number, the comparator before it, the unit after it."
MACROS: tuple[str, ...] = ()


class Options(Frozen):
    """`gives`: number, comparator or unit. `separator`: the decimal sign."""

    gives: Literal["number", "comparator", "unit"] = "number"
    separator: Literal[".", ","] = "."


def to_sql(source: str, options: Options, setting: Setting) -> Expression:
    """SQL of one part. Reason: INVALID_NUMBER where the text is no such value; NULL and '' become NULL."""
    sign = r"\." if options.separator == "." else ","
    form = rf"\s*(<=|>=|<|>|≤|≥|=)?\s*([-+]?[0-9]+(?:{sign}[0-9]+)?)\s*([^\s0-9<>=,.;](?:.*\S)?)?\s*"
    parts = f"{setting.prefix}_parts"
    found = f"regexp_extract({source}, {literal('^' + form + '$')}, ['comparator', 'number', 'unit'])"
    stages = (((parts, f"case when regexp_full_match({source}, {literal(form)}) then {found} end"),),)
    reason = f"case when trim({source}) <> '' and {parts} is null then 'INVALID_NUMBER' end"
    match options.gives:
        case "number":
            number = f"replace(ltrim({parts}.number, '+'), ',', '.')"
            return Expression(number, reason, ColumnType.DECIMAL, stages)
        case "comparator":
            word = f"nullif(replace(replace({parts}.comparator, '≤', '<='), '≥', '>='), '')"
            return Expression(word, reason, stages=stages)
        case "unit":
            return Expression(f"nullif({parts}.unit, '')", reason, stages=stages)


EXAMPLES = (
    Example("<0,5", {"separator": ","}, value="0.5"),
    Example("<0,5", {"gives": "comparator", "separator": ","}, value="<"),
    Example(">200", {"gives": "comparator"}, value=">"),
    Example("≤ 3,0 mmol/L", {"gives": "comparator", "separator": ","}, value="<="),
    Example("≤ 3,0 mmol/L", {"gives": "unit", "separator": ","}, value="mmol/L"),
    Example("37,5 °C", {"gives": "number", "separator": ","}, value="37.5"),
    Example("37,5 °C", {"gives": "unit", "separator": ","}, value="°C"),
    Example("0.10", value="0.10"),
    Example("0.10", {"gives": "unit"}, value=None),
    Example("37,5", reason="INVALID_NUMBER"),
    Example("++", reason="INVALID_NUMBER"),
    Example("1 234,5", {"separator": ","}, reason="INVALID_NUMBER"),
    Example("", value=None),
    Example(None, value=None),
)
