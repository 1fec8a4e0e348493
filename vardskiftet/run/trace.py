"""Where did a row go, where did it come from, and did all that a patient has come along? Asked of record, books and sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from vardskiftet.declare.words import nearest
from vardskiftet.engine.rederive.beside import key_parts
from vardskiftet.engine.rederive.rows import Asked, Rows
from vardskiftet.engine.targets import open_target
from vardskiftet.engine.trails import Trails
from vardskiftet.errors import Usage
from vardskiftet.model.mapping import WHOLE_ROW, Mapping
from vardskiftet.model.trail import Trail
from vardskiftet.run.desk import Desk, plans_of
from vardskiftet.run.keys import form_of, spellings
from vardskiftet.run.verifying.bench import source_rows

PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class Whole:
    """A patient's items by system. `unseen` names tables of which nothing could be asked, and why."""

    id: str
    trails: tuple[Trail, ...]
    unseen: tuple[str, ...]


def trace_forward(desk: Desk, system: str, table: str, key: str) -> tuple[Trail, ...]:
    """A source row to its rows of the record. Raises Usage for an unknown system or table, or a key that nothing is known of."""
    mappings = [one for one in desk.programme.mappings if (one.system, one.reads) == (system, table)]
    if not mappings:
        known = sorted({f"{one.system} {one.reads}" for one in desk.programme.mappings})
        raise Usage(f"No mapping reads '{table}' of '{system}'.", hint=nearest(f"{system} {table}", known))
    trails = _trails(desk)
    found = tuple(trail for mapping in mappings for trail in trails.of_keys(mapping, list(spellings(mapping, key))))
    if not found:
        raise Usage(
            f"The record and its books know nothing of this key of {system}.{table}.",
            hint=f"Is its wave loaded, and is the row one of its units'?{form_of(mappings[0])}",
        )
    return found


def trace_back(desk: Desk, table: str, id: str) -> tuple[Trail, ...]:
    """A row of the record to the source rows behind it. Raises Usage for an unknown table or id."""
    known = [one.table for one in desk.programme.record.tables]
    if table not in known:
        raise Usage(f"'{table}' is not a table of the record.", hint=nearest(table, known))
    found = tuple(_trails(desk).of_row(table, id))
    if not found:
        raise Usage(f"No row of '{table}' with this id came from a load.", hint="Rows that the new system itself wrote have no trail.")
    return found


def trace_patient(desk: Desk, identifier: str) -> Whole:
    """All of a patient's items by system, with their fates. Raises Usage if the identifier leads to nobody, or to several."""
    persons = [one.table for one in desk.programme.record.tables if one.identity]
    trails = _trails(desk)
    bare = identifier.strip().replace("-", "") if len(identifier.strip()) < 20 else identifier.strip()
    found = [(table, id) for table in persons for id in {*trails.persons(table, bare), *trails.persons(table, identifier.strip())}]
    if len(set(found)) > 1:
        # A number may lead to a person who was taken back as well: ids stay, as tombstones.
        found = [(table, id) for table, id in found if trails.stands(table, id)] or found
    if len(set(found)) != 1:
        raise Usage(
            f"{len(set(found))} persons of the record are known by this identifier.",
            hint="Give twelve digits, or the record's own id of the person.",
        )
    table, id = found[0]
    keys = trails.keys_of_person(table, id)
    items: list[Trail] = []
    unseen: list[str] = []
    for name, own in sorted(keys.items()):
        items += trails.of_keys(desk.programme.mapping(name), own)
    for mapping in desk.programme.mappings:
        items += _of_children(desk, trails, mapping, keys, unseen)
    return Whole(id, tuple(sorted(items, key=lambda one: (one.system, one.table, one.key, one.item, one.wave, one.plan))), tuple(unseen))


def _of_children(desk: Desk, trails: Trails, mapping: Mapping, keys: dict[str, list[str]], unseen: list[str]) -> Iterator[Trail]:
    """Items of a mapping whose rows belong to a person with these keys, whatever became of them: asked of the source itself."""
    for one in mapping.fields:
        persons = one.find is not None and desk.programme.record.table(one.find.table).identity
        if one.find is None or not persons:
            continue
        own = sorted({key for name, several in keys.items() if desk.programme.mapping(name).system == mapping.system for key in several})
        if not own:
            return  # the system does not know this person
        if one.find.step is not None or mapping.key == (WHOLE_ROW,):
            unseen.append(f"{mapping.system}.{mapping.reads}: its persons are not found by a key of the system")
            continue
        with closing(source_rows(desk, mapping.system)) as rows:
            yield from trails.of_keys(mapping, _keys(rows, mapping, one.find.by, own))
        return


def _keys(rows: Rows, mapping: Mapping, by: str, own: Sequence[str]) -> list[str]:
    columns = tuple(dict.fromkeys((*mapping.key, by)))
    found = rows.those(Asked(mapping.reads, columns, mapping.key, mapping.sql), by, own).to_pylist()
    return sorted({key for line in found if (key := key_parts([line[name] for name in mapping.key])) is not None})


def _trails(desk: Desk) -> Trails:
    plans = [plan for wave in desk.programme.waves for plan in plans_of(desk, wave.wave)]
    return Trails(desk.programme, open_target(desk.programme), plans)
