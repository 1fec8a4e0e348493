"""How do the facts of readiness become a page?"""

from __future__ import annotations

from vardskiftet.judge.masking import inert
from vardskiftet.report.labels import Lang, Speech, read_labels
from vardskiftet.report.readiness_facts import ReadinessFacts
from vardskiftet.report.readiness_words import ReadinessWords
from vardskiftet.report.render import fill
from vardskiftet.shipped import shipped

MANY_UNITS = 60
"""Beyond so many units a unit's page tells of what does not pass, and counts the rest."""
VERDICT_KINDS = {"go": "good", "conditional": "wait", "no_go": "bad", "not_evaluable": "open"}


def words_of(lang: Lang) -> ReadinessWords:
    """The words of readiness in a language."""
    return ReadinessWords(Speech(lang=lang, words=read_labels(shipped() / "reports", lang)))


def render_readiness(facts: ReadinessFacts, lang: Lang = "en") -> str:
    """The page as one self-contained HTML text. Raises KeyError for a missing label."""
    return fill(
        "readiness.html",
        lang,
        facts=facts,
        words=words_of(lang),
        kinds=VERDICT_KINDS,
        inert=inert,
        whole_units=len(facts.units) <= MANY_UNITS,
    )
