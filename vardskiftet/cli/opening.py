"""How is a project opened for a verb? Vocabulary from the engine, declarations read, the clock set; all handed in."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from vardskiftet import __version__
from vardskiftet.cli import signals
from vardskiftet.cli.console import Teller
from vardskiftet.cli.options import Given
from vardskiftet.declare import read, read_unfinished
from vardskiftet.engine.vocabulary import vocabulary
from vardskiftet.errors import Fault, Usage
from vardskiftet.model.programme import Programme
from vardskiftet.run.desk import Desk


def open_programme(options: Given) -> Programme:
    """The programme of the project folder. Raises DeclarationsWrong with all faults, Usage where there is no project."""
    return read(options.project, vocabulary())


def open_desk(options: Given) -> Desk:
    """A desk for a verb."""
    return _desk(options, open_programme(options))


def open_for_looking(options: Given) -> tuple[Desk, tuple[Fault, ...]]:
    """A desk for a verb that only looks, on what is sound in the project, and what is not. Raises as `read_unfinished`."""
    programme, faults = read_unfinished(options.project, vocabulary())
    return _desk(options, programme), faults


def _desk(options: Given, programme: Programme) -> Desk:
    return Desk(
        programme,
        clock_of(programme, options.now, options.clock),
        __version__,
        shlex.join(sys.argv[1:]),
        Teller(quiet=options.quiet or options.as_json),
        signals.asked,
    )


def clock_of(programme: Programme, now: str | None, machine: Callable[[], datetime]) -> Callable[[], datetime]:
    """The programme's clock: --now, or its fixed present, or the machine's. Raises Usage for --now in a programme that is not synthetic."""
    zone = ZoneInfo(programme.timezone)
    if now is not None:
        if not programme.synthetic:
            raise Usage("--now is for synthetic programmes only: elsewhere it would be a tool for forgery.", hint="Leave it out.")
        return lambda: _moment(now, zone)
    if programme.clock is not None:
        fixed = programme.clock
        return lambda: fixed
    return lambda: machine().astimezone(zone)


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Usage(f"'{text}' is not a moment.", hint="Write it like 2024-11-05 08:00.") from error
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
