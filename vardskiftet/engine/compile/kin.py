"""How do rows find rows of their own mapping? All in one batch: an id by its key, and what a lost parent means for all below it."""

from __future__ import annotations

from vardskiftet.engine.compile.identity import NAMESPACE, part_of
from vardskiftet.engine.names import literal, quoted
from vardskiftet.model.mapping import Find, FollowParent, Mapping

FOLLOWS = "Follows its excluded parent."
OWN_KEYS = "own_key as (\nselect distinct vs_key\n  from placed\n where vs_place = 'in_wave' and vs_key is not null\n)"
"""CTE: keys of this batch's rows that belong to the wave."""


def kin(mapping: Mapping) -> tuple[Find, ...]:
    """The finds that lead to rows of the mapping itself."""
    finds = (field.find for field in mapping.fields if field.find is not None)
    return tuple(find for find in finds if find.mapping == mapping.mapping)


def id_sql(mapping: Mapping, key: str) -> str:
    """SQL of the id of a row outside the identity tables: made of system, mapping, key, and no item."""
    return f"uuid5({NAMESPACE}, {literal(part_of(mapping.system) + part_of(mapping.mapping))} || part({key}) || part(''))"


def settled(mapping: Mapping) -> list[str]:
    """CTEs after `judged`: who falls with a parent that falls, however far up it stands. The WITH that holds them is recursive."""
    led = " or ".join(f"child.{quoted(find.by)} = fallen.vs_key" for find in kin(mapping))
    follow = mapping.follow_parent == FollowParent.EXCLUDE
    how = "fallen.how" if follow else "'rejected'"
    sound = "vs_reason is null and vs_because is null"
    fallen = (
        "fallen as (\nselect vs_key,\n       case when bool_or(vs_reason is not null) then 'rejected' else 'excluded' end as how\n"
        f"  from judged\n where vs_key is not null\n group by vs_key\nhaving not bool_or({sound})\n union\n"
        f"select child.vs_key,\n       {how} as how\n  from judged as child\n  join fallen on {led}\n"
        " where child.vs_reason is null and child.vs_because is null\n)"
    )
    below = (
        "below as (\nselect child.vs_row,\n       max(fallen.how) as how\n"  # 'rejected' speaks before 'excluded'
        f"  from judged as child\n  join fallen on {led}\n group by child.vs_row\n)"
    )
    excluded = f"below.how = 'excluded' and {sound}"
    reasons = [f"when {sound} and below.how = 'rejected' then 'PARENT_REJECTED'"]
    reasons += [] if follow else [f"when {excluded} then 'PARENT_EXCLUDED'"]
    because = f"case when {excluded} then {literal(FOLLOWS)} else vs_because end" if follow else "vs_because"
    reason = f"case {' '.join(reasons)} else vs_reason end as vs_reason"
    last = (
        f"settled as (\nselect judged.* exclude (vs_reason, vs_because),\n       {reason},\n       {because} as vs_because\n"
        "  from judged\n  left join below on below.vs_row = judged.vs_row\n)"
    )
    return [fallen, below, last]
