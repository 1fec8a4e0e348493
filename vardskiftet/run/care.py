"""Whose care goes on across a wave's go-live? All sources asked as they are now, all persons known as one; nothing is written.

Where somebody decided who is who, that holds here too: a decision names persons of the record, so the record is asked whom it knows.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, time
from zoneinfo import ZoneInfo

import duckdb

from vardskiftet.engine.decisions import in_force, know
from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.lookups import place_units
from vardskiftet.engine.open_care import begin, gather_care, gather_persons, know_keys, know_record
from vardskiftet.engine.python_code import calls, load_code
from vardskiftet.engine.sources import open_source
from vardskiftet.engine.sources.protocol import Source
from vardskiftet.engine.targets import open_target
from vardskiftet.model.programme import Programme
from vardskiftet.model.progress import Progress
from vardskiftet.plan.order import ordered
from vardskiftet.run.decided import decisions_now
from vardskiftet.run.desk import Desk
from vardskiftet.run.trust import demand_trust


def go_live_of(programme: Programme, wave: str) -> datetime:
    """The moment at which a wave goes live; the first day of its season where no moment is known."""
    declared, zone = programme.wave(wave), ZoneInfo(programme.timezone)
    return declared.go_live or datetime.combine(declared.days[0], time(), zone)


@contextmanager
def care_of(desk: Desk, wave: str) -> Iterator[tuple[duckdb.DuckDBPyConnection, dict[str, Source]]]:
    """An engine with `patient_of` and `care_item` filled, and the sources that were asked, still open.

    Raises Unreachable for a source that is not there, or for a record whose persons were decided on, Usage for code that nobody trusts,
    IntegrityBroken if a file of decisions is not whole.
    """
    programme = desk.programme
    desk.wave(wave)
    tables = {table.table: table for table in programme.record.tables}
    mappings = ordered(programme)
    people = [one for one in mappings if tables[one.into].identity]
    caring = [(one, care) for one in mappings if (care := tables[one.into].open_care) is not None]
    demand_trust(desk, mappings)
    with ExitStack() as closing:
        spill = desk.work / "spill" / f"care-{wave}"
        closing.callback(shutil.rmtree, spill, ignore_errors=True)
        duck = open_duck(spill, programme.codebooks, [system.timezone for system in programme.systems])
        closing.callback(duck.close)
        load_code(duck, programme.codes, calls(mappings))
        duck.execute("set variable extracted_at = ?::timestamptz", [desk.clock().isoformat()])
        place_units(duck, programme, wave)
        begin(duck)
        decisions = in_force(decisions_now(desk))
        know(duck, decisions)
        record = open_target(programme) if decisions else None
        if record is not None:
            know_record(duck, programme, record)
        sources: dict[str, Source] = {}
        for name in dict.fromkeys(one.system for one in mappings):
            sources[name] = open_source(programme.system(name), programme.root)
            closing.callback(sources[name].close)
        steps = len(people) + len(caring)
        for done, mapping in enumerate(people):
            desk.notify(Progress(f"persons of {mapping.mapping}", done, steps))
            if record is not None:
                know_keys(duck, programme, mapping, record)
            gather_persons(duck, programme, mapping, sources[mapping.system])
        for done, (mapping, care) in enumerate(caring, len(people)):
            desk.notify(Progress(f"open care of {mapping.mapping}", done, steps))
            gather_care(duck, programme, mapping, sources[mapping.system], care, go_live_of(programme, wave))
        yield duck, sources
