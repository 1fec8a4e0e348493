"""Which target code stands for this source code? A look-up in mappings/codes; what it lacks is never lost in silence."""

from __future__ import annotations

from vardskiftet.engine.names import literal
from vardskiftet.engine.transforms.protocol import Example, Expression, Join, Setting
from vardskiftet.model.frozen import Frozen

MAIN = "codebook"
SAYS = "The target code that a codebook gives; `unmapped: reject` (the default), `keep_local`, or a code to take instead."
MACROS: tuple[str, ...] = ()


class Options(Frozen):
    """`codebook`: its name. `unmapped`: reject, keep_local, or a default code. `sentinels`: texts that mean no code."""

    codebook: str
    unmapped: str = "reject"
    sentinels: list[str] = []


def to_sql(source: str, options: Options, setting: Setting) -> Expression:
    """SQL of the target code. Reason: UNMAPPED_CODE; NULL, the empty text and sentinels are NULL."""
    book = f"{setting.prefix}_book"
    if options.sentinels:
        source = f"(case when {source} not in ({', '.join(literal(one) for one in options.sentinels)}) then {source} end)"
    joins = (Join("codebook", book, f"{book}.codebook = {literal(options.codebook)} and {book}.source = {source}"),)
    found = f"{book}.target"
    match options.unmapped:
        case "reject":
            return Expression(found, f"case when {source} <> '' and {found} is null then 'UNMAPPED_CODE' end", joins=joins)
        case "keep_local":
            return Expression(f"coalesce({found}, nullif({source}, ''))", joins=joins)
        case default:
            return Expression(f"case when {source} <> '' then coalesce({found}, {literal(default)}) end", joins=joins)


EXAMPLES = (
    Example("N", {"codebook": "example"}, value="new"),
    Example("X", {"codebook": "example"}, reason="UNMAPPED_CODE"),
    Example("X", {"codebook": "example", "unmapped": "keep_local"}, value="X"),
    Example("X", {"codebook": "example", "unmapped": "other"}, value="other"),
    Example("{score}", {"codebook": "example", "sentinels": ["{score}", "-"]}, value=None),
    Example("N", {"codebook": "example", "sentinels": ["-"]}, value="new"),
    Example("", {"codebook": "example"}, value=None),
    Example(None, {"codebook": "example", "unmapped": "other"}, value=None),
)
EXAMPLE_BOOK = {"example": {"N": "new", "Å": "return"}}
