"""Which words stand on the page? Labels in English and Swedish, numbers, shares and moments in the manner of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, get_group_symbol
from markupsafe import Markup, escape

Lang = Literal["en", "sv"]
Words = Mapping[str, str | Mapping[str, str]]
"""`section.name` to a text, or to its forms for one and for other numbers."""

_FORMS = {"one", "other"}
_NARROW_SPACE = "\u202f"
_MINUS = "\u2212"


def read_labels(folder: Path, lang: Lang) -> dict[str, str | Mapping[str, str]]:
    """The words of one language, flattened to `section.name`. Raises ValueError where a label is not text."""
    with (folder / f"labels.{lang}.yaml").open(encoding="utf-8") as file:
        sections = yaml.safe_load(file)
    words: dict[str, str | Mapping[str, str]] = {}
    for section, names in sections.items():
        for name, text in names.items():
            told = set(text) == _FORMS if isinstance(text, dict) else isinstance(text, str)
            if not (told and isinstance(name, str)):
                raise ValueError(f"labels.{lang}.yaml › {section} › {name} is neither a text nor one/other.")
            words[f"{section}.{name}"] = text
    return words


@lru_cache(maxsize=2)
def _between_thousands(lang: Lang) -> str:
    """The sign between thousands. Asked once: formatting each number by its locale was seen to take 6 s for a wave of 5,600 lines."""
    return str(get_group_symbol(lang)).replace("\u00a0", _NARROW_SPACE)


@lru_cache(maxsize=4096)
def _marked(text: str) -> Markup:
    return Markup(escape(text))


@lru_cache(maxsize=4096)
def _plain(text: str) -> Markup:
    """A label without values: the same each time, and a long page says it ten thousand times."""
    return _marked(text).format()


@dataclass(frozen=True, slots=True)
class Speech:
    """A language with its words: what the templates call to write anything at all."""

    lang: Lang
    words: Words

    def say(self, key: str, **values: Any) -> Markup:
        """The label with its values filled in and escaped; `n` chooses between one and other. Raises KeyError if there is none."""
        text = self.words[key]
        if not values and isinstance(text, str):
            return _plain(text)
        if not isinstance(text, str):
            text = text[Locale.parse(self.lang).plural_form(values["n"])]
        told = {name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}
        return _marked(text).format(**told)

    def known(self, key: str) -> bool:
        """Whether there is such a label: reasons may be declared that the page has no words for."""
        return key in self.words

    def number(self, count: int | None) -> str:
        """A count with its thousands apart; a dash where nobody could count."""
        if count is None:
            return "–"
        return f"{count:,}".replace("-", _MINUS).replace(",", _between_thousands(self.lang))

    def share(self, part: int, whole: int) -> str:
        """Part of whole in percent with one decimal, never rounded up to 100 nor down to 0; a dash for nothing of nothing."""
        if whole <= 0:
            return "–"
        tenths = (2000 * part + whole) // (2 * whole)
        if part < whole:
            tenths = min(tenths, 999)
        if part > 0 and tenths == 0:
            return f"<{self._decimal(1)}{self._percent}"
        return f"{self._decimal(tenths)}{self._percent}"

    def moment(self, at: datetime, weekday: bool = False) -> str:
        """A moment in its own zone, to the minute."""
        return format_datetime(at, "EEEE d MMMM y, HH:mm" if weekday else "d MMM y, HH:mm", locale=self.lang)

    def days(self, first: date, last: date) -> str:
        """A stretch of days, both ends included; one day is said once."""
        told = [format_date(day, "d MMM y", locale=self.lang) for day in ((first,) if first == last else (first, last))]
        return " – ".join(told)

    def between(self, least: int, most: int) -> str:
        """A number, or the least and the most that it can be."""
        return self.number(least) if least == most else f"{self.number(least)}–{self.number(most)}"

    def season(self, season: str) -> str:
        """A season such as `2025-autumn` in words."""
        year, _, name = season.partition("-")
        return f"{self.say(f'season.{name}')} {year}"

    def lasted(self, seconds: float) -> str:
        """How long something took, in minutes and whole seconds."""
        minutes, rest = divmod(round(seconds), 60)
        return f"{self.number(minutes)} min {rest:02d} s" if minutes else f"{rest} s"

    @property
    def _percent(self) -> str:
        return f"{_NARROW_SPACE}%"

    def _decimal(self, tenths: int) -> str:
        return str(format_decimal(tenths / 10, format="#,##0.0", locale=self.lang))
