"""Do a person's numbers lead to the person who was derived? The identity table, link by link."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import sqlalchemy as sa

from vardskiftet.engine.names import literal
from vardskiftet.engine.rederive.stage import arrow, lines_of
from vardskiftet.engine.targets.protocol import Target
from vardskiftet.engine.targets.tables import layout
from vardskiftet.model.difference import Difference, Kind, Level
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.programme import Programme


def link_differences(stage: duckdb.DuckDBPyConnection, target: Target, programme: Programme, mapping: Mapping) -> Iterator[Difference]:
    """Derived links that the record lacks, or that lead to somebody else there, for the persons of one mapping."""
    links = layout(programme.record).tables["vs_identity"]
    query = sa.select(links.c.domain, links.c.identifier, links.c.target_id.label("id")).where(links.c.record_table == mapping.into)
    stage.register("linked", target.arrow(query))
    name = literal(mapping.mapping)
    lines = arrow(
        stage,
        "select p.domain, p.id, l.id as stood, d.key, d.unit from person as p"
        f" join (select id, min(key) as key, min(unit) as unit from derived where mapping = {name} and fate in ('L', 'M') group by id) as d"
        " on d.id = p.id left join linked as l on l.domain = p.domain and l.identifier = p.identifier"
        f" where p.record_table = {literal(mapping.into)} and l.id is distinct from p.id order by p.id, p.domain",
    )
    stage.unregister("linked")
    for line in lines_of(lines):
        yield Difference(
            level=Level.ROWS,
            mapping=mapping.mapping,
            table=mapping.into,
            key=str(line["key"]),
            id=str(line["id"]),
            unit=str(line["unit"] or ""),
            column="identity",
            kind=Kind.MISSING if line["stood"] is None else Kind.WRONG_PATIENT,
            zero_tolerance="identity" if line["stood"] is None else "wrong patient",
            expected=f"{line['domain']}: {line['id']}",
            stored=None if line["stood"] is None else f"{line['domain']}: {line['stood']}",
        )
