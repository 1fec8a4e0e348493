"""Is the tool itself in order: its libraries, the world's clock changes, the machine's clock?"""

from __future__ import annotations

import importlib.metadata
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from vardskiftet.errors import VardskiftetError
from vardskiftet.run.desk import Desk
from vardskiftet.run.look import Look, refused, well, wrong

DRIVERS = ("duckdb", "pyarrow", "adbc-driver-sqlite", "sqlalchemy", "alembic", "pydantic")
"""What a load stands on, named with its version; the rest is only held against what the tool asks for."""

_REQUIREMENT = re.compile(r"([A-Za-z0-9_.-]+)\s*([^;]*)")
_BOUND = re.compile(r"(>=|<)\s*([0-9.]+)")


def look_at_libraries() -> Look:
    """Every library is there, in a version that the tool asks for."""
    try:
        asked = importlib.metadata.requires("vardskiftet") or []
    except importlib.metadata.PackageNotFoundError:
        asked = list(DRIVERS)
    off = [found for one in asked if "extra ==" not in one and (found := unmet(one))]
    if off:
        hint = "Install the tool anew, in an environment of its own: pip install --force-reinstall vardskiftet"
        return wrong("libraries", "; ".join(sorted(off)) + ".", hint=hint)
    python = ".".join(map(str, sys.version_info[:3]))
    names = [f"{name} {importlib.metadata.version(name)}" for name in DRIVERS]
    return well("libraries", f"Python {python}, {', '.join(names)}.")


def unmet(requirement: str) -> str:
    """What is wrong with one library, `duckdb>=2.0,<3` for instance; empty if nothing is."""
    match = _REQUIREMENT.match(requirement)
    if match is None:
        return ""
    try:
        found = importlib.metadata.version(match[1])
    except importlib.metadata.PackageNotFoundError:
        return f"{match[1]} is not installed"
    have = _numbers(found)
    for sign, bound in _BOUND.findall(match[2]):
        want = _numbers(bound)
        if (have < want) if sign == ">=" else (have >= want):
            return f"{match[1]} {found} is not {sign}{bound}"
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    parts = re.match(r"[0-9.]*", version)
    return tuple(int(part) for part in (parts[0] if parts else "").split(".") if part)


def look_at_zones(desk: Desk, machine: Callable[[], datetime]) -> Look:
    """The zones of the programme are known, and the world's clock changes are not older than a year."""
    programme = desk.programme
    names = sorted({programme.timezone, *(system.timezone for system in programme.systems)})
    version = importlib.metadata.version("tzdata")
    for name in names:
        ZoneInfo(name)  # declarations with an unknown zone do not pass; this reads the file itself
    year = _numbers(version)[0]
    if machine().year > year + 1:
        said = f"The world's clock changes are those of {version}."
        return wrong("time zones", said, hint="A country may have changed its rules since: pip install --upgrade tzdata")
    return well("time zones", f"{', '.join(names)}; clock changes of tzdata {version}.")


def look_at_clock(desk: Desk, machine: Callable[[], datetime]) -> Look:
    """The machine's clock does not stand before the newest thing that this programme remembers."""
    now = machine()
    try:
        with desk.reading_store() as store:
            last = store.head().length
            events = list(store.events(since=last - 1)) if last else []
    except VardskiftetError as error:
        return refused("clock", error)
    newest = max((event.recorded_at for event in events), default=None)
    if newest is not None and now < newest:
        said = f"The machine's clock says {now.astimezone(UTC):%Y-%m-%d %H:%M} UTC, before the last event ({newest:%Y-%m-%d %H:%M} UTC)."
        return wrong("clock", said, hint="Set the clock, or let the machine keep time by itself (NTP).")
    fixed = f"; the programme's present is fixed at {desk.clock():%Y-%m-%d %H:%M}" if desk.programme.clock else ""
    return well("clock", f"The machine says {now.astimezone(ZoneInfo(desk.programme.timezone)):%Y-%m-%d %H:%M %Z}{fixed}.")
