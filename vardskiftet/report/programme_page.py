"""How do the facts of all waves become a page, and the calendar a picture of its own?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from vardskiftet.model.programme import Programme
from vardskiftet.plan.calendar import Calendar
from vardskiftet.report.labels import Lang
from vardskiftet.report.programme_facts import ProgrammeFacts
from vardskiftet.report.render import fill
from vardskiftet.report.timeline import NARROW, WIDE, timeline_picture


def render_programme(facts: ProgrammeFacts, lang: Lang = "en") -> str:
    """The programme's page as one self-contained HTML text. Raises KeyError for a missing label."""
    return fill(
        "programme.html",
        lang,
        facts=facts,
        pictures=tuple(
            (name, timeline_picture(facts.calendar, facts.today, width)) for name, width in (("wide", WIDE), ("narrow", NARROW))
        ),
        statuses={one.dated.wave: one.status for one in facts.waves},
        calendar=facts.calendar,
    )


def timeline_svg(
    programme: Programme, calendar: Calendar, statuses: Mapping[str, str], now: datetime, lang: Lang, width: int = WIDE
) -> str:
    """The timeline as an SVG file of its own, for light and dark surroundings; `width` in pixels."""
    return fill(
        "timeline.svg",
        lang,
        picture=timeline_picture(calendar, now.date(), width),
        calendar=calendar,
        statuses=statuses,
        title=programme.title,
        now=now,
    )
