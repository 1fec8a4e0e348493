"""What do the books say beside a fate? Where a rejected row stands and what of it is wrong; what was kept and flagged. Never a value."""

from __future__ import annotations

from collections.abc import Collection

from vardskiftet.engine.encoding import DAMAGED, PARTED, RECODED, WHERE
from vardskiftet.engine.names import literal
from vardskiftet.model.mapping import Mapping

SECOND_ENCODING = "SECOND_ENCODING"
"""The flag of values that were no UTF-8 and were read in the system's declared encoding."""
_LOST = ("merged", "rejected", "excluded")


def beside_source(columns: Collection[str]) -> str:
    """FROM: items that did not load, each beside what its source row says of itself. `columns`: those of the rows that were read."""
    lost = ", ".join(literal(fate) for fate in _LOST)
    told = f"select vs_row as placed_row, {DAMAGED}, {WHERE if WHERE in columns else 'null::varchar'} as {WHERE} from placed"
    return f"(select * from outcome where vs_fate in ({lost})) as outcome left join ({told}) on placed_row = outcome.vs_row"


DETAIL = (
    f"case when vs_fate = 'rejected' then nullif(concat_ws(': ', {WHERE}, case vs_reason"
    f" when 'MALFORMED_ROW' then substr({DAMAGED}, 6)"  # it begins with `row: `
    f" when 'INVALID_ENCODING' then 'column ' || {DAMAGED} else 'field ' || vs_field end), '') end"
)
"""SQL of a reject's place and fault in words: `note.csv record 17: column words byte 12`, `field born`."""


def flags(mapping: Mapping, columns: Collection[str]) -> str:
    """SELECT list and FROM of a batch's lines of `vs_flag`: flagged items, and values read in the second encoding by column."""
    kept = (
        "select vs_key as source_key, vs_item as item, vs_unit as unit, split_part(flag, ': ', 1) as flag,"
        " nullif(split_part(flag, ': ', 2), '') as detail, vs_id as target_id,"
        " 1::bigint as items from (select *, unnest(vs_flags) as flag from outcome where vs_fate in ('loaded', 'unchanged'))"
        " where flag is not null"
    )
    name = f"unnest(string_split({RECODED}, chr({ord(PARTED)})))"
    second = (
        f"select null::varchar as source_key, null::varchar as item, null::varchar as unit, {literal(SECOND_ENCODING)} as flag,"
        " 'column ' || name as detail, null::varchar as target_id, count(*)::bigint as items"
        f" from (select {name} as name from placed where vs_place = 'in_wave' and {RECODED} is not null) group by name"
    )
    asked = [*([kept] if mapping.has_flags else []), *([second] if RECODED in columns else [])]
    return f"* from ({' union all '.join(asked) or _no_line()}) order by all"


def _no_line() -> str:
    """A mapping without flags, over a source of one encoding, has no line."""
    texts = ", ".join(f"null::varchar as {name}" for name in ("source_key", "item", "unit", "flag", "detail", "target_id"))
    return f"select {texts}, 0::bigint as items where false"
