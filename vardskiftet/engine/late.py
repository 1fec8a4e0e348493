"""Which rows of a source are not as they were when it was held still? Beside its copy, or by what the rows say of themselves."""

from __future__ import annotations

import duckdb

from vardskiftet.engine.census import columns_of
from vardskiftet.engine.compile.places import key_sql
from vardskiftet.engine.names import quoted
from vardskiftet.engine.sources.protocol import Extract, Source
from vardskiftet.engine.watermark import told
from vardskiftet.engine.whole import read_whole
from vardskiftet.model.mapping import Mapping
from vardskiftet.model.plan import Mark


def differing(duck: duckdb.DuckDBPyConnection, mapping: Mapping, live: Source, held: Source) -> list[tuple[str, str]]:
    """(source key, `written` or `deleted`) of rows that the source does not hold as its copy does, sorted; every column counts."""
    columns = columns_of(held, mapping)
    whole = ", ".join(quoted(name) for name in columns)
    for name, source in (("now", live), ("then", held)):
        duck.execute(f"create or replace temp table {name}_rows (key varchar, content varchar)")
        for part in read_whole(source, Extract(mapping.reads, columns, sql=mapping.sql)):
            duck.register("part", part)
            line = f"coalesce({key_sql(mapping, columns)}, ''), sha256(row({whole})::varchar)"
            duck.execute(f"insert into {name}_rows select {line} from part")
            duck.unregister("part")
    query = (
        "select distinct key, 'written' from (from now_rows except all from then_rows)"
        " union all select key, 'deleted' from (select distinct key from then_rows except select key from now_rows) order by all"
    )
    return [(str(key), str(what)) for key, what in duck.execute(query).fetchall()]


def marked_after(duck: duckdb.DuckDBPyConnection, mapping: Mapping, live: Source, mark: Mark) -> list[str]:
    """Source keys of rows that say that they were changed after a mark, sorted. What was deleted leaves no trace here."""
    number, moment = told(mapping)
    columns = columns_of(live, mapping)
    keys: set[str] = set()
    for part in read_whole(live, Extract(mapping.reads, columns, sql=mapping.sql)):
        duck.register("part", part)
        after = f"({number} > try_cast(? as decimal(38, 9)) or {moment} > try_cast(? as timestamp))"
        found = duck.execute(f"select {key_sql(mapping, columns)} from part where {after}", [mark.number or None, mark.moment or None])
        keys |= {str(key) for (key,) in found.fetchall()}
        duck.unregister("part")
    return sorted(keys)
