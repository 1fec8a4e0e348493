"""Is this yes or no? By declared words; any other word is a reject."""

from __future__ import annotations

from pydantic import Field, model_validator

from vardskiftet.engine.names import literal
from vardskiftet.engine.transforms.protocol import Example, Expression, Setting
from vardskiftet.model.frozen import Frozen
from vardskiftet.model.record import ColumnType

MAIN = "true"
SAYS = "Yes or no, by the words that the mapping lists."
MACROS: tuple[str, ...] = ()


class Options(Frozen):
    """`true` and `false`: the words for yes and for no."""

    true: tuple[str, ...] = Field(("J",), min_length=1)
    false: tuple[str, ...] = Field(("N",), min_length=1)

    @model_validator(mode="after")
    def _one_meaning_a_word(self) -> Options:
        both = sorted(set(self.true) & set(self.false))
        if both:
            raise ValueError(f"the word '{both[0]}' cannot mean both yes and no")
        return self


def to_sql(source: str, options: Options, setting: Setting) -> Expression:
    """SQL of the truth value. Reason: INVALID_BOOLEAN; NULL stays NULL, and so does '' unless it is a listed word."""
    yes = ", ".join(literal(word) for word in options.true)
    no = ", ".join(literal(word) for word in options.false)
    value = f"case when {source} in ({yes}) then true when {source} in ({no}) then false end"
    return Expression(value, f"case when {source} not in ({yes}, {no}, '') then 'INVALID_BOOLEAN' end", ColumnType.BOOLEAN)


EXAMPLES = (
    Example("J", value=True),
    Example("N", value=False),
    Example("-1", {"true": ("-1", "1"), "false": ("0", "")}, value=True),
    Example("", {"true": ("1",), "false": ("0", "")}, value=False),
    Example("kanske", reason="INVALID_BOOLEAN"),
    Example("", value=None),
    Example(None, value=None),
)
