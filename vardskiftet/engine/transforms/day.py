"""Which day is this? A date in a declared form; nothing is guessed."""

from __future__ import annotations

from vardskiftet.engine.names import literal
from vardskiftet.engine.transforms.local_time import Form, OfForm, strict_time
from vardskiftet.engine.transforms.protocol import Example, Expression, Setting
from vardskiftet.model.record import ColumnType

MAIN = "format"
SAYS = "A date in a declared form."
MACROS: tuple[str, ...] = ()


class Options(OfForm):
    """`format` in strptime's letters; texts that stand for 'unknown'."""

    format: Form = "%Y-%m-%d"
    sentinels: tuple[str, ...] = ()


def to_sql(source: str, options: Options, setting: Setting) -> Expression:
    """SQL of the date. Reason: INVALID_DATE; NULL, '' and sentinels become NULL."""
    listed = ", ".join(literal(text) for text in ("", *options.sentinels))
    meant = f"(case when {source} not in ({listed}) then {source} end)"
    day = f"{setting.prefix}_day"
    reason = f"case when {meant} is not null and {day} is null then 'INVALID_DATE' end"
    return Expression(f"{day}::date", reason, ColumnType.DATE, (((day, strict_time(meant, options.format, options.years_from)),),))


EXAMPLES = (
    Example("2024-02-29", value="2024-02-29"),
    Example("2023-02-29", reason="INVALID_DATE"),
    Example("2024-2-9", reason="INVALID_DATE"),
    Example("9.2.2024", {"format": "%-d.%-m.%Y"}, value="2024-02-09"),
    Example("0009-12-04", value="0009-12-04"),
    Example("0001-01-01", value="0001-01-01"),
    Example("0000-01-01", reason="INVALID_DATE"),
    Example("0000-00-00", {"sentinels": ("0000-00-00", "1900-01-01")}, value=None),
    Example("0000-00-00", reason="INVALID_DATE"),
    Example("09.02.24", {"format": "%d.%m.%y", "years_from": 1930}, value="2024-02-09"),
    Example("09.02.30", {"format": "%d.%m.%y", "years_from": 1930}, value="1930-02-09"),
    Example("09.02.29", {"format": "%d.%m.%y", "years_from": 1930}, value="2029-02-09"),
    Example("31.12.68", {"format": "%d.%m.%y", "years_from": 1969}, value="2068-12-31"),
    Example("29.02.00", {"format": "%d.%m.%y", "years_from": 1930}, value="2000-02-29"),
    Example("29.02.00", {"format": "%d.%m.%y", "years_from": 1850}, reason="INVALID_DATE"),
    Example("9.2.24", {"format": "%d.%m.%y", "years_from": 1930}, reason="INVALID_DATE"),
    Example("09.02.2024", {"format": "%d.%m.%y", "years_from": 1930}, reason="INVALID_DATE"),
    Example("", value=None),
    Example(None, value=None),
)
