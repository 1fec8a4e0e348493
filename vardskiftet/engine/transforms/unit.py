"""What is this number in the record's unit? By declared factors from the unit that stands beside it; an unknown unit is a reject."""

from __future__ import annotations

import re

from pydantic import field_validator

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.transforms.protocol import Example, Expression, Setting
from vardskiftet.model.frozen import Frozen
from vardskiftet.model.record import ColumnType

MAIN = "to"
SAYS = "A number (with a decimal point) in the unit `to` (UCUM), by factors from the unit that the column `written_in` names."
COLUMNS = ("written_in",)
MACROS: tuple[str, ...] = ()


class Options(Frozen):
    """`to`: the record's unit. `written_in`: the source column with the unit. `factors`: unit as written to factor, exact."""

    to: str
    written_in: str
    factors: dict[str, str]

    @field_validator("factors")
    @classmethod
    def _numbers(cls, factors: dict[str, str]) -> dict[str, str]:
        for unit, factor in factors.items():
            if not re.fullmatch(r"[0-9]{1,8}(\.[0-9]{1,9})?", factor):
                raise ValueError(f"the factor of {unit} is not a number such as 0.0555")
        return factors


def to_sql(source: str, options: Options, setting: Setting) -> Expression:
    """SQL of the converted number, exact to nine decimals more than written. Reasons: UNKNOWN_UNIT, INVALID_NUMBER."""
    unit = f"trim(coalesce({quoted(options.written_in)}, ''))"
    cases = " ".join(f"when {literal(written)} then {literal(factor)}" for written, factor in options.factors.items())
    factor = f"(case {unit} when {literal(options.to)} then '1' {cases} end)"
    product = f"try_cast({source} as decimal(19, 9)) * {factor}::decimal(18, 9)"
    text = f"({product})::varchar"
    value = f"case when {factor} = '1' then {source} else rtrim(rtrim({text}, '0'), '.') end"
    reason = (
        f"case when {source} is not null and {factor} is null then 'UNKNOWN_UNIT'"
        f" when {source} is not null and {product} is null then 'INVALID_NUMBER' end"
    )
    return Expression(value, reason, ColumnType.DECIMAL)


_GLUCOSE = {"to": "mmol/L", "written_in": "unit", "factors": {"mg/dL": "0.0555"}}
EXAMPLES = (
    Example("90", _GLUCOSE, value="4.995", beside={"unit": "mg/dL"}),
    Example("5.10", _GLUCOSE, value="5.10", beside={"unit": " mmol/L"}),
    Example("5.1", _GLUCOSE, reason="UNKNOWN_UNIT", beside={"unit": "MMOL/L"}),
    Example("5.1", _GLUCOSE, reason="UNKNOWN_UNIT", beside={"unit": ""}),
    Example("five", _GLUCOSE, reason="INVALID_NUMBER", beside={"unit": "mg/dL"}),
    Example(None, _GLUCOSE, value=None, beside={"unit": "mg/dL"}),
)
