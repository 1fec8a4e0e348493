"""On which days is Sweden not at work? Weekends, public holidays, and the eves that everybody takes."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from holidays import HolidayBase, country_holidays
from holidays.constants import DE_FACTO, PUBLIC

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def day_off(day: date) -> str:
    """Why nobody is at work that day: `Sunday`, `Christmas Eve, a Tuesday`; empty for a working day.

    Swedish public holidays by law (1989:253), and Midsummer Eve, Christmas Eve and New Year's Eve, which are days off in practice.
    """
    weekday = WEEKDAYS[day.weekday()]
    holiday = _sweden(day.year).get(day)
    if holiday:
        return f"{holiday}, a {weekday}"
    return weekday if day.weekday() >= 5 else ""


def weekday(day: date) -> str:
    """The day of the week, shortened: `Tue`."""
    return WEEKDAYS[day.weekday()][:3]


@lru_cache(maxsize=64)
def _sweden(year: int) -> HolidayBase:
    """One year's days off. Sundays are no holidays of their own here: a weekend is said as one."""
    return country_holidays("SE", years=year, expand=False, language="en_US", categories=(PUBLIC, DE_FACTO), include_sundays=False)
