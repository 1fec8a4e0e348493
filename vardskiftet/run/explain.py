"""How did a source row become what stands in the record? Its columns, each step of each field, what was derived, what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from vardskiftet.declare.words import nearest
from vardskiftet.engine.reconcile.stood import rows_by_id
from vardskiftet.engine.rederive.beside import look_beside
from vardskiftet.engine.rederive.corrected import corrected
from vardskiftet.engine.rederive.derive import Deriver, parent_of, stored_columns
from vardskiftet.engine.rederive.given import Before, fill_parents, fill_persons
from vardskiftet.engine.rederive.rows import DAMAGED, PLACE, Asked
from vardskiftet.engine.rederive.stage import arrow
from vardskiftet.engine.rederive.steps import Stepped, stepped
from vardskiftet.engine.targets import open_target
from vardskiftet.errors import Usage
from vardskiftet.model.mapping import WHOLE_ROW, Mapping
from vardskiftet.run.desk import Desk
from vardskiftet.run.keys import form_of, spellings
from vardskiftet.run.trust import demand_trust
from vardskiftet.run.verify import loaded_plan
from vardskiftet.run.verifying.bench import Bench, cleared, folder_of, laid


@dataclass(frozen=True, slots=True)
class Explained:
    """One item: the source row's columns, every field step by step, and the fate that was derived."""

    mapping: str
    key: str
    item: str
    fate: str
    reason: str
    id: str
    source: dict[str, str | None]
    corrected: tuple[str, ...]
    """Columns in which people said something else than the source; `source` has what they said."""
    stands: bool
    """Whether the record has a row of this identity."""
    fields: tuple[Stepped, ...]

    @property
    def wrong(self) -> str:
        """Why the row was derived and stands, and the two do not agree; empty where they do."""
        if self.fate == "loaded":
            unlike = ", ".join(one.column for one in self.fields if not one.equal)
            return "" if not unlike else f"{unlike}: not stored as it was derived" if self.stands else "no such row stands in the record"
        left_out = self.stands and self.fate in ("rejected", "excluded")
        return f"a row stands in the record, and what was derived is {self.fate}" if left_out else ""


FATES = {"L": "loaded", "M": "merged", "R": "rejected", "E": "excluded"}


def explain(desk: Desk, wave: str, mapping: str, key: str) -> tuple[Explained, ...]:
    """Every item of a source row. Parents and persons are taken as the record holds them. Raises Usage for an unknown mapping or key."""
    target = open_target(desk.programme)
    plan = loaded_plan(desk, wave, target)
    if mapping not in plan.mappings:
        raise Usage(f"'{mapping}' is no mapping of this plan.", hint=nearest(mapping, list(plan.mappings)))
    demand_trust(desk, (desk.programme.mapping(mapping),))
    folder = folder_of(desk, wave) / "explain"
    with laid(desk, plan, target, folder, f"explain {mapping}") as bench:
        frozen = bench.frozen.mapping(mapping)
        found = next(filter(None, (_explained(bench, frozen, one) for one in spellings(frozen, key))), ())
    cleared(folder)
    target.close()
    if not found:
        declared = desk.programme.mapping(mapping)
        hint = f"Where it went: vardskiftet trace {declared.system} {declared.reads} KEY.{form_of(declared)}"
        raise Usage(f"No row of '{mapping}' in this wave has this key.", hint=hint)
    return found


def _explained(bench: Bench, mapping: Mapping, key: str) -> tuple[Explained, ...]:
    read = _rows(bench, mapping, key)
    if not read.num_rows:
        return ()
    source = bench.rows(mapping.system)
    rows = corrected(read, mapping, source.columns(mapping.reads, mapping.sql), bench.corrections)
    said = tuple(name for name in rows.column_names if name not in (PLACE, DAMAGED) and rows[name] != read[name])
    look_beside(bench.stage, bench.frozen, mapping, source)
    every = Before(bench.batches)
    table = bench.frozen.record.table(mapping.into)
    persons = [one.find.table for one in mapping.fields if one.find is not None and one.find.step is not None]
    for name in dict.fromkeys([*([table.table] if table.identity else []), *persons]):
        fill_persons(bench.stage, bench.frozen, bench.target, mapping.model_copy(update={"into": name}), every)
    for one in (field for field in mapping.fields if field.find is not None and field.find.step is None):
        fill_parents(bench.stage, bench.frozen, bench.target, bench.frozen.mapping(parent_of(bench.frozen, mapping, one)), every)
    deriver = Deriver(bench.stage, bench.frozen, mapping, source.columns(mapping.reads, mapping.sql), bench.target)
    deriver.prepare()
    deriver.look(rows)
    lines = arrow(bench.stage, f"{deriver.expected_sql('true')} order by vs_item").to_pylist()
    mine = [line for line in lines if line["_key"] == key]
    items = {str(line["vs_item"]): line for line in arrow(bench.stage, "select * from item").to_pylist() if line["vs_key"] == key}
    columns = stored_columns(bench.frozen, mapping)
    ids = [str(line["_id"]) for line in mine if line["_id"]]
    there = {
        str(row["_id"]): row for part in rows_by_id(bench.target, bench.frozen.record, mapping, columns, ids) for row in part.to_pylist()
    }
    return tuple(
        Explained(
            mapping.mapping,
            key,
            str(line["_item"]),
            FATES[str(line["_fate"])],
            str(line["_reason"] or ""),
            str(line["_id"] or ""),
            {name: items.get(str(line["_item"]), {}).get(name) for name in deriver.columns},
            said,
            str(line["_id"]) in there,
            stepped(deriver, items.get(str(line["_item"]), {}), line, there.get(str(line["_id"]))),
        )
        for line in mine
    )


def _rows(bench: Bench, mapping: Mapping, key: str) -> pa.Table:
    """The source rows of a key: asked by its one column, else looked for among all."""
    source = bench.rows(mapping.system)
    columns = source.columns(mapping.reads, mapping.sql)
    if len(mapping.key) == 1 and mapping.key != (WHOLE_ROW,):
        return source.those(Asked(mapping.reads, columns, mapping.key, mapping.sql), mapping.key[0], [key])
    by: Sequence[str] = () if mapping.key == (WHOLE_ROW,) else mapping.key
    return source.read(Asked(mapping.reads, columns, tuple(by), mapping.sql))
