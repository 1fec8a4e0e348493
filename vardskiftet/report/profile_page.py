"""How does what was seen in a source become a page? One table of columns for each of its tables, oddities first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from vardskiftet.engine.profile import Oddity, TableProfile
from vardskiftet.model.chain import Head
from vardskiftet.model.programme import Programme
from vardskiftet.report.labels import Lang
from vardskiftet.report.render import fill


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """Everything that the page of a system's source says."""

    programme_title: str
    timezone: str
    synthetic: bool
    clock: datetime | None
    now: datetime
    tool: str
    system: str
    system_title: str
    tables: tuple[TableProfile, ...]
    spoken: Mapping[str, str]
    oddities: tuple[Oddity, ...]
    store_length: int
    store_head: str

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)

    @classmethod
    def of(
        cls,
        programme: Programme,
        system: str,
        tables: Sequence[TableProfile],
        spoken: Mapping[str, str],
        oddities: Sequence[Oddity],
        head: Head,
        now: datetime,
        tool: str,
    ) -> ProfileFacts:
        """From what was looked at, and the programme around it."""
        zone = ZoneInfo(programme.timezone)
        return cls(
            programme_title=programme.title,
            timezone=programme.timezone,
            synthetic=programme.synthetic,
            clock=programme.clock.replace(tzinfo=zone) if programme.clock and programme.clock.tzinfo is None else programme.clock,
            now=now.astimezone(zone),
            tool=tool,
            system=system,
            system_title=programme.system(system).title,
            tables=tuple(tables),
            spoken=spoken,
            oddities=tuple(oddities),
            store_length=head.length,
            store_head=head.hash,
        )


def render_profile(facts: ProfileFacts, lang: Lang = "en") -> str:
    """The page as one self-contained HTML text. Raises KeyError for a missing label."""
    return fill("profile.html", lang, facts=facts)
