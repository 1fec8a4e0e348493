"""Which instant is this local time? The repeated and the missing hour are decided by the mapping, never by a library."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from vardskiftet.engine.names import literal
from vardskiftet.engine.transforms.protocol import Example, Expression, Join, Setting
from vardskiftet.model.frozen import Frozen
from vardskiftet.model.record import ColumnType

MAIN = "format"
SAYS = "A local time in the system's time zone, as an instant (UTC)."

DAY_LETTERS = ("%Y", "%y", "%m", "%-m", "%b", "%B", "%d", "%-d", "%j")
CLOCK_LETTERS = ("%H", "%-H", "%I", "%-I", "%p", "%M", "%-M", "%S", "%-S", "%f", "%.f", "%g")
LETTERS = frozenset((*DAY_LETTERS, *CLOCK_LETTERS, "%%"))
_DAYS = ({"%j"}, *({month, day} for month in ("%m", "%-m", "%b", "%B") for day in ("%d", "%-d")))
_OF_24, _OF_12 = {"%H", "%-H"}, {"%I", "%-I"}


def letters_of(form: str) -> set[str]:
    """The letters of a form."""
    return {part for part in re.findall(r"%\.f|%-?.?|[^%]", form, re.DOTALL) if part.startswith("%")}


def whole_form(form: str) -> str:
    """The form itself, if every letter of it is known and it names a whole day. Raises ValueError: nothing is guessed."""
    letters = letters_of(form)
    for letter in sorted(letters - LETTERS):
        raise ValueError(f"the letter '{letter}' is not known here; known: {' '.join(sorted(LETTERS))}")
    if len(letters & {"%Y", "%y"}) != 1 or not any(day <= letters for day in _DAYS):
        raise ValueError(f"'{form}' names no whole day: a year (%Y, or %y with `years_from:`), a month and a day are wanted")
    if "%.f" in letters and not re.fullmatch(r"((?!%\.f).)*%-?S%\.f", form, re.DOTALL):
        raise ValueError("'%.f', a fraction of a second that may be missing, stands only at the end, after %S")
    if ("%p" in letters) != bool(letters & _OF_12) or ("%p" in letters and letters & _OF_24):
        raise ValueError(f"'{form}' names no hour: %I and %p (AM, PM) belong together, and stand instead of %H")
    return form


Form = Annotated[str, AfterValidator(whole_form)]


class OfForm(Frozen):
    """Which century is meant where a form's year has two digits."""

    years_from: int | None = Field(None, ge=1, le=9900)
    """The first of the hundred years that two digits mean: 1930 makes 29 the year 2029, and 30 the year 1930."""

    @model_validator(mode="after")
    def _say_which_century(self) -> Self:
        short = "%y" in letters_of(str(getattr(self, "format", "")))
        if short and self.years_from is None:
            raise ValueError("%y has two digits of a year: say with `years_from:` which hundred years are meant, as 1930 for 1930 to 2029")
        if self.years_from is not None and not short:
            raise ValueError("`years_from:` belongs to a year of two digits, and the format has no %y")
        return self


class Options(OfForm):
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
    # The year with the same two last digits among the hundred from `first` on; 29 February may be no day in it.
    "year_among(t, first) as (lpad((first + ((year(t) - first) % 100 + 100) % 100)::varchar, 4, '0'))",
    "among_years(t, first, rest) as (try_strptime(year_among(t, first) || strftime(t, rest), '%Y' || rest))",
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
    meant_time = _in_century(time, options.years_from, options.format)
    strict = f"case when strftime({time}, {form}) = {spelt} and {meant_time} >= timestamp '0001-01-02' then {meant_time} end"
    folded = (local, f"{whole} - cycles_of({whole})")
    stages = (((text, meant), (time, f"try_strptime({spelt}, {form})"), (whole, strict), folded),)
    return Expression(value, "case " + "\n              ".join(reasons) + " end", ColumnType.INSTANT, stages, (join,))


def strict_time(text: str, form: str, years_from: int | None = None) -> str:
    """SQL of a timestamp that spells back to the same text: `2024-1-5` is not `%Y-%m-%d`; 30 February and the year 0 are no days."""
    spelt, letters = _spelt(text, form)
    parsed = f"try_strptime({spelt}, {letters})"
    meant = _in_century(parsed, years_from, form)
    return f"(case when strftime({parsed}, {letters}) = {spelt} and {meant} >= timestamp '0001-01-01' then {meant} end)"


def _in_century(parsed: str, years_from: int | None, form: str) -> str:
    """SQL of the same within the years that two digits mean; a day of the year stays that, whatever February has in its own year."""
    rest = "-%j %H:%M:%S.%f" if "%j" in letters_of(form) else "-%m-%d %H:%M:%S.%f"
    return parsed if years_from is None else f"among_years({parsed}, {years_from}, '{rest}')"


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
    Example("3/4/2019 2:05 PM", {"format": "%-m/%-d/%Y %-I:%M %p"}, value="2019-03-04T13:05:00Z"),
    Example("03/04/2019 12:05:00 AM", {"format": "%m/%d/%Y %I:%M:%S %p"}, value="2019-03-03T23:05:00Z"),
    Example("03/04/2019 12:05:00 PM", {"format": "%m/%d/%Y %I:%M:%S %p"}, value="2019-03-04T11:05:00Z"),
    Example("03/04/2019 00:05:00 AM", {"format": "%m/%d/%Y %I:%M:%S %p"}, reason="INVALID_DATE"),
    Example("03/04/2019 13:05:00 PM", {"format": "%m/%d/%Y %I:%M:%S %p"}, reason="INVALID_DATE"),
    Example("03/04/2019 12:05:00 pm", {"format": "%m/%d/%Y %I:%M:%S %p"}, reason="INVALID_DATE"),
    Example("240701 1200", {"format": "%y%m%d %H%M", "years_from": 1930}, value="2024-07-01T10:00:00Z"),
    Example("300701 1200", {"format": "%y%m%d %H%M", "years_from": 1930}, value="1930-07-01T11:00:00Z"),
    Example("", value=None),
    Example(None, value=None),
)
