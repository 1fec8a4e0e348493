"""How are checks, values and reasons said in the report's language?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup

from vardskiftet.judge.lines import Line
from vardskiftet.judge.masking import inert
from vardskiftet.judge.shown import bound_shown, rounded, suppressed
from vardskiftet.model.check import Check, Gate, Topic, is_share
from vardskiftet.model.evidence import EvidenceSource
from vardskiftet.model.measurement import WHOLE_WAVE
from vardskiftet.model.outcome import BAD, GOOD, MIDDLING, SILENT, Outcome
from vardskiftet.model.readiness import Result
from vardskiftet.report.labels import Lang, Speech

_SPACE = "\u202f"


@lru_cache(maxsize=4096)
def _decimal(value: Fraction, pattern: str, lang: Lang) -> str:
    """A number by the rules of a language. Kept: units share their values, and the rules are slow."""
    return str(format_decimal(float(value), format=pattern, locale=lang))


@dataclass(frozen=True, slots=True)
class ReadinessWords:
    """The words of readiness in one language."""

    speech: Speech

    def title(self, one: Check | Gate | Topic) -> str:
        """The title, in Swedish where there is one and it is asked for."""
        return inert((one.title_sv if self._swedish else "") or one.title)

    def question(self, one: Check | Gate) -> str:
        """The question, likewise."""
        return inert((one.question_sv if self._swedish else "") or one.question)

    def remedy(self, check: Check) -> str:
        """What to do, likewise."""
        return inert((check.remedy_sv if self._swedish else "") or check.remedy)

    def role(self, role: str) -> str:
        """Who answers for it: a role in words, translated where we know the word."""
        key = f"role.{role.replace(' ', '_').lower()}"
        return str(self.speech.say(key)) if self.speech.known(key) else inert(role)

    def kind(self, outcome: Outcome) -> str:
        """Which symbol an outcome has."""
        if outcome in GOOD:
            return "good"
        if outcome in BAD:
            return "bad"
        return "wait" if outcome in MIDDLING else "none" if outcome in SILENT else "open"

    def outcome(self, outcome: Outcome) -> Markup:
        """The word of an outcome."""
        return self.speech.say(f"outcomes.{outcome.value}")

    def why(self, result: Result) -> str:
        """Why an outcome is not the threshold's alone; empty where it is."""
        return str(self.speech.say(f"why.{result.why}")) if result.why else ""

    def number(self, value: Fraction, decimals: int) -> str:
        """A number in the manner of the language."""
        return _decimal(value, "#,##0" + (f".{'0' * decimals}" if decimals else ""), self.speech.lang).replace("\u00a0", _SPACE)

    def of(self, check: Check, value: Fraction) -> str:
        """A value of a check, rounded to the worse side."""
        told, decimals = rounded(check, value)
        return self.number(told, decimals) + (f"{_SPACE}%" if is_share(check) else "")

    def value(self, check: Check, result: Result, source: EvidenceSource | None) -> str:
        """A result's value; a word where it tells too much; empty where there is none."""
        if result.value is None:
            return ""
        return str(self.speech.say("ready.too_few_to_show")) if suppressed(result, source) else self.of(check, result.value)

    def asked(self, check: Check) -> str:
        """What passes, never broken over two lines; an exact number stands without a sign."""
        sign, number = bound_shown(check, check.threshold.passes)
        told = _decimal(number, "#,##0.#########", self.speech.lang)
        return (f"{sign}\u00a0" if sign else "") + told + (f"{_SPACE}%" if is_share(check) else "")

    def day(self, day: date | datetime) -> str:
        """A day in words."""
        return str(format_date(day, "d MMM y", locale=self.speech.lang))

    def units(self, line: Line) -> Markup:
        """How many units pass; empty for what is asked once."""
        if line.worst.unit == WHOLE_WAVE:
            return Markup("")
        return self.speech.say("ready.units_pass", passing=line.passing, n=len(line.results))

    @property
    def _swedish(self) -> bool:
        return self.speech.lang == "sv"
