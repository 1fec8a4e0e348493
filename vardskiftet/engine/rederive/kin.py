"""Who falls with a parent of the same mapping that falls? Step by step upwards, until nobody falls any more."""

from __future__ import annotations

import duckdb

from vardskiftet.engine.names import quoted
from vardskiftet.engine.rederive.verdicts import own_finds
from vardskiftet.model.mapping import FollowParent, Mapping


def settle(stage: duckdb.DuckDBPyConnection, mapping: Mapping) -> None:
    """Change `judged`: a sound row whose parent is not sound is rejected, or follows it where the mapping says so."""
    finds = own_finds(mapping)
    if not finds:
        return
    led = " or ".join(f"j.{quoted(find.by)} = f.vs_key" for find in finds)
    follow = mapping.follow_parent is FollowParent.EXCLUDE
    sound = "vs_reason is null and vs_because is null"
    # A key that came twice falls only with both of its rows; a child's key falls as soon as the child does.
    stage.execute(
        "create or replace temp table fallen as select vs_key, case when bool_or(vs_reason is not null) then 'rejected' else 'excluded' end"
        f" as how from judged where vs_key is not null group by vs_key having not bool_or({sound})"
    )
    while True:
        how = "max(f.how)" if follow else "'rejected'"
        new = stage.execute(
            f"insert into fallen select j.vs_key, {how} as how from judged as j join fallen as f on {led}"
            f" where j.vs_reason is null and j.vs_because is null group by j.vs_key"
            " having not exists (select 1 from fallen as g where g.vs_key = j.vs_key and g.how = how)"
        ).fetchall()
        if not new or not new[0][0]:
            break
    reason = "when how = 'rejected' then 'PARENT_REJECTED'" + ("" if follow else " when how = 'excluded' then 'PARENT_EXCLUDED'")
    stage.execute(
        "create or replace temp table judged as select j.* exclude (vs_reason, vs_because),"
        f" case when {sound} then case {reason} end else vs_reason end as vs_reason,"
        f" case when {sound} and how = 'excluded' and {'true' if follow else 'false'} then 'Follows its excluded parent.'"
        " else vs_because end as vs_because from judged as j left join"
        f" (select j.vs_row as at, max(f.how) as how from judged as j join fallen as f on {led} group by j.vs_row) as b on b.at = j.vs_row"
    )
