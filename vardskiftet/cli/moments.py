"""Which moment did a person type?"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from vardskiftet.declare import scalars
from vardskiftet.errors import Usage
from vardskiftet.judge.masking import inert
from vardskiftet.model.programme import Programme


def moment_of(text: str | None, programme: Programme) -> datetime | None:
    """A local moment in the programme's zone, a day alone being its end; None for none.

    Raises Usage for what is none, for an hour that the clock skipped, and for one that came twice and does not say which.
    """
    if text is None:
        return None
    try:
        return scalars.moment(ZoneInfo(programme.timezone))(f"{text} 23:59" if scalars.DAY.fullmatch(text) else text)
    except scalars.Unreadable as wrong:
        raise Usage(f"The moment {inert(str(wrong))}", hint=wrong.hint or "Write it like 2024-11-05 08:00.") from wrong
