"""What does a function of one's own make of this text? For what SQL cannot say; it runs only where a person trusts it."""

from __future__ import annotations

import re

from pydantic import field_validator

from vardskiftet.engine.names import quoted
from vardskiftet.engine.python_code import call
from vardskiftet.engine.transforms.protocol import Example, Expression, Setting
from vardskiftet.model.frozen import Frozen

MAIN = "function"
SAYS = "A function NAME.FUNCTION of mappings/python/NAME.py: pandas columns in, pandas columns out. Needs --trust-code or `mappings trust`."
COLUMNS = ("beside",)
MACROS: tuple[str, ...] = ()


class Options(Frozen):
    """`function`: NAME.FUNCTION. `beside`: further source columns that it gets, in this order."""

    function: str
    beside: list[str] = []

    @field_validator("function")
    @classmethod
    def _named(cls, function: str) -> str:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*\.[A-Za-z_][A-Za-z0-9_]*", function):
            raise ValueError("write NAME.FUNCTION, for mappings/python/NAME.py")
        return function


def to_sql(source: str, options: Options, setting: Setting) -> Expression:
    """SQL that calls the function once a row. Reasons: the function's own, CODE_FAILED where it fails."""
    answer = f"{setting.prefix}_answer"
    made = call(options.function, [source, *(quoted(column) for column in options.beside)])
    return Expression(f"{answer}.value", f"{answer}.reason", stages=(((answer, made),),))


EXAMPLES = (
    Example("ab", {"function": "example.doubled"}, value="abab"),
    Example("", {"function": "example.doubled"}, reason="EMPTY"),
    Example("a", {"function": "example.joined", "beside": ["other"]}, value="a-b", beside={"other": "b"}),
    Example("fail", {"function": "example.doubled"}, reason="CODE_FAILED"),
    Example(None, {"function": "example.doubled"}, value=None),
)
