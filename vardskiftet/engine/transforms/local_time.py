"""Which instant is this local time? The repeated and the missing hour are decided by the mapping, never by a library."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator

from vardskiftet.engine.names import literal
from vardskiftet.engine.transforms.protocol import Example, Expression, Join, Setting
from vardskiftet.model.frozen import Frozen
from vardskiftet.model.record import ColumnType

MAIN = "format"
SAYS = "A local time in the system's time zone, as an instant (UTC)."

LETTERS = frozenset(("%Y", "%m", "%-m", "%b", "%B", "%d", "%-d", "%j", "%H", "%-H", "%M", "%-M", "%S", "%-S", "%f", "%.f", "%g", "%%"))
_DAYS = ({"%j"}, *({month, day} for month in ("%m", "%-m", "%b", "%B") for day in ("%d", "%-d")))


def whole_form(form: str) -> str:
    """The form itself, if every letter of it is known and it names a whole day. Raises ValueError: nothing is guessed."""
    letters = set(re.findall(r"%\.f|%-?.?", form, re.DOTALL))
    for letter in sorted(letters - LETTERS):
        raise ValueError(f"the letter '{letter}' is not known here; known: {' '.join(sorted(LETTERS))}")
    if "%Y" not in letters or not any(day <= letters for day in _DAYS):
        raise ValueError(f"'{form}' names no whole day: a year of four digits (%Y), a month and a day are wanted")
    if "%.f" in letters and not re.fullmatch(r"((?!%\.f).)*%-?S%\.f", form, re.DOTALL):
        raise ValueError("'%.f', a fraction of a second that may be missing, stands only at the end, after %S")
    return form


Form = Annotated[str, AfterValidator(whole_form)]


class Options(Frozen):
    """`format` in strptime's letters; what to do in the repeated and the missing hour; texts that stand for 'unknown'."""

    format: Form = "%Y-%m-%d %H:%M:%S"
    repeated_hour: Literal["first", "second", "reject"] = "reject"
    missing_hour: Literal["reject", "shift"] = "reject"
    sentinels: tuple[str, ...] = ()


# DuckDB's own time zones shift a missing hour in silence and take the second of a repeated one (seen with 2.0): so the rule
# reads a table of transitions, one row a zone and week, with the local stretch that is missing or repeated in that week.
MACROS = (
    "week_of(t) as (greatest(0, least(30799, (epoch_us(t) + 3786912000000000) // 604800000000)))",
    # Whole calendar cycles of 400 years that a time lies beyond the table of transitions: rules by weekday are the same in each.
    "cycles_of(t) as (to_days((146097 * greatest(0, (year(t) - 2040) // 400))::integer))",
    # 10:00:00 and 10:00:00.5 with a fraction of six digits each; a longer one stays as it is, and is no date then.
    "fraction_of(t) as (regexp_extract(t, '[.]([0-9]+)$', 1))",
    "six_digits(t) as (case when fraction_of(t) = '' then t || '.000000' else t || repeat('0', 6 - length(fraction_of(t))) end)",
)


def to_sql(source: str, options: Options, setting: Setting) -> Expression:
    """SQL of the instant. Reasons: INVALID_DATE, MISSING_HOUR, REPEATED_HOUR; NULL, '' and sentinels become NULL."""
    listed = ", ".join(literal(text) for text in ("", *options.sentinels))
    meant = f"(case when {source} not in ({listed}) then {source} end)"
    whole, local, zone, text = (f"{setting.prefix}_{one}" for one in ("whole", "local", "zone", "text"))
    time, spelt, form = f"{setting.prefix}_time", *_spelt(text, options.format)
    join = Join("zone_week", zone, f"{zone}.zone = {literal(setting.timezone)} and {zone}.week = week_of({local})")
    odd = f"{local} >= {zone}.odd_from and {local} < {zone}.odd_until"
    earlier, later = (f"({whole} - to_seconds({zone}.offset_{side}))" for side in ("before", "after"))
    # In the repeated hour the first pass still has the offset from before; a missing hour is read with it too, so it shifts forward.
    second = f"when {odd} and {zone}.odd = 'repeated' then {later}\n            " if options.repeated_hour == "second" else ""
    value = f"case {second}when {zone}.odd_until is null or {local} < {zone}.odd_until then {earlier}\n            else {later} end"
    reasons = [f"when {text} is not null and {local} is null then 'INVALID_DATE'"]
    if options.missing_hour == "reject":
        reasons.append(f"when {odd} and {zone}.odd = 'missing' then 'MISSING_HOUR'")
    if options.repeated_hour == "reject":
        reasons.append(f"when {odd} and {zone}.odd = 'repeated' then 'REPEATED_HOUR'")
    strict = f"case when strftime({time}, {form}) = {spelt} and {time} >= timestamp '0001-01-02' then {time} end"
    folded = (local, f"{whole} - cycles_of({whole})")
    stages = (((text, meant), (time, f"try_strptime({spelt}, {form})"), (whole, strict), folded),)
    return Expression(value, "case " + "\n              ".join(reasons) + " end", ColumnType.INSTANT, stages, (join,))


def strict_time(text: str, form: str, earliest: str = "0001-01-01") -> str:
    """SQL of a timestamp that spells back to the same text: `2024-1-5` is not `%Y-%m-%d`; 30 February and the year 0 are no days."""
    spelt, letters = _spelt(text, form)
    parsed = f"try_strptime({spelt}, {letters})"
    return f"(case when strftime({parsed}, {letters}) = {spelt} and {parsed} >= timestamp '{earliest}' then {parsed} end)"


def _spelt(text: str, form: str) -> tuple[str, str]:
    """SQL of a text and of its form in DuckDB's letters: a fraction that may be missing is written out to six digits."""
    if not form.endswith("%.f"):
        return text, literal(form)
    return f"six_digits({text})", literal(form.removesuffix("%.f") + ".%f")


EXAMPLES = (
    Example("2024-07-01 12:00", {"format": "%Y-%m-%d %H:%M"}, value="2024-07-01T10:00:00Z"),
    Example("2024-01-01 12:00", {"format": "%Y-%m-%d %H:%M"}, value="2024-01-01T11:00:00Z"),
    Example("2024-10-27 02:30", {"format": "%Y-%m-%d %H:%M", "repeated_hour": "first"}, value="2024-10-27T00:30:00Z"),
    Example("2024-10-27 02:30", {"format": "%Y-%m-%d %H:%M", "repeated_hour": "second"}, value="2024-10-27T01:30:00Z"),
    Example("2024-10-27 02:30", {"format": "%Y-%m-%d %H:%M"}, reason="REPEATED_HOUR"),
    Example("2024-10-27 03:00", {"format": "%Y-%m-%d %H:%M"}, value="2024-10-27T02:00:00Z"),
    Example("2024-10-27 01:59", {"format": "%Y-%m-%d %H:%M"}, value="2024-10-26T23:59:00Z"),
    Example("2024-03-31 02:30", {"format": "%Y-%m-%d %H:%M"}, reason="MISSING_HOUR"),
    Example("2024-03-31 02:30", {"format": "%Y-%m-%d %H:%M", "missing_hour": "shift"}, value="2024-03-31T01:30:00Z"),
    Example("2024-03-31 03:00", {"format": "%Y-%m-%d %H:%M"}, value="2024-03-31T01:00:00Z"),
    Example("2023-02-29 10:00", {"format": "%Y-%m-%d %H:%M"}, reason="INVALID_DATE"),
    Example("0000-00-00 00:00", {"format": "%Y-%m-%d %H:%M", "sentinels": ("0000-00-00 00:00",)}, value=None),
    Example("1899-12-31 00:00", {"format": "%Y-%m-%d %H:%M"}, value="1899-12-30T22:59:46Z"),  # Sweden kept 1:00:14 until 1900
    Example("2024-07-01 12:00:00", {"format": "%Y-%m-%d %H:%M:%S%.f"}, value="2024-07-01T10:00:00Z"),
    Example("2024-07-01 12:00:00.5", {"format": "%Y-%m-%d %H:%M:%S%.f"}, value="2024-07-01T10:00:00.500000Z"),
    Example("2024-07-01 12:00:00.996577", {"format": "%Y-%m-%d %H:%M:%S%.f"}, value="2024-07-01T10:00:00.996577Z"),
    Example("2024-07-01 12:00:00.9965771", {"format": "%Y-%m-%d %H:%M:%S%.f"}, reason="INVALID_DATE"),
    Example("2024-07-01 12:00:00.", {"format": "%Y-%m-%d %H:%M:%S%.f"}, reason="INVALID_DATE"),
    Example("2024-07-01 12:00", {"format": "%Y-%m-%d %H:%M:%S%.f"}, reason="INVALID_DATE"),
    Example("0001-01-01 00:00", {"format": "%Y-%m-%d %H:%M"}, reason="INVALID_DATE"),  # in UTC it would lie in a year 0
    Example("2195-07-01 12:00", {"format": "%Y-%m-%d %H:%M"}, value="2195-07-01T10:00:00Z"),
    Example("2439-07-01 12:00", {"format": "%Y-%m-%d %H:%M"}, value="2439-07-01T10:00:00Z"),
    Example("2440-07-01 12:00", {"format": "%Y-%m-%d %H:%M"}, value="2440-07-01T10:00:00Z"),
    Example("2996-10-30 02:30", {"format": "%Y-%m-%d %H:%M"}, reason="REPEATED_HOUR"),
    Example("9999-12-31 23:59", {"format": "%Y-%m-%d %H:%M"}, value="9999-12-31T22:59:00Z"),
    Example("", value=None),
    Example(None, value=None),
)
