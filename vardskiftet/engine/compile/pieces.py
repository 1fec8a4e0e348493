"""Which items does a row hold? Named pieces, or each part of a cell that holds a list; a row without one is one item, left out."""

from __future__ import annotations

from vardskiftet.engine.names import literal, quoted
from vardskiftet.model.mapping import Split

NO_ITEM = "NO_ITEM"


def pieces_sql(split: Split) -> str:
    """SQL of a row's items: a struct whose `v` is their list, or NULL where a condition failed."""
    if split.each:
        cut = f"string_split({quoted(split.each)}, {literal(split.by)})"
        parts = f"list_filter(list_transform({cut}, lambda part: trim(part)), lambda part: part <> '')"
        made = f"struct_pack(item := place::varchar, {quoted(split.column)} := part)"
        return f"try({{'v': coalesce(list_transform({parts}, lambda part, place: {made}), [])}})"
    one = []
    for piece in split.pieces:
        given = dict(piece.columns)
        columns = ", ".join(f"{quoted(name)} := ({given.get(name, 'null')})::varchar" for name in split.columns)
        made = f"struct_pack(item := {literal(piece.item)}{', ' + columns if columns else ''})"
        one.append(f"case when coalesce(({piece.when}), false) then {made} end")
    return f"try({{'v': list_filter([{', '.join(one)}], lambda piece: piece is not null)}})"


def number_sql(split: Split) -> str:
    """SQL of how many items a row is, written apart from the list of them: what the books hold the list against."""
    if split.each:
        return f"greatest(1, len(list_filter(string_split({quoted(split.each)}, {literal(split.by)}), lambda part: trim(part) <> '')))"
    held = " + ".join(f"case when ({piece.when}) then 1 else 0 end" for piece in split.pieces)
    return f"greatest(1, coalesce(try({held}), 1))"


def item_sql(split: Split, columns: tuple[str, ...]) -> str:
    """CTE `item`: a line for each item of each row of `held`. A piece's column hides a source column of the same name."""
    names = {name.lower() for name in split.columns}
    hidden = ["vs_item", "vs_pieces", "vs_piece", *(quoted(name) for name in columns if name.lower() in names)]
    own = "".join(f",\n       vs_piece.{quoted(name)} as {quoted(name)}" for name in split.columns)
    return (
        "parted as (\nselect *,\n       unnest(case when len(vs_pieces.v) > 0 then vs_pieces.v else [null] end) as vs_piece\n"
        "  from held\n),\n"
        f"item as (\nselect * exclude ({', '.join(hidden)}),\n       coalesce(vs_piece.item, '') as vs_item,\n"
        f"       vs_piece is null as vs_no_item,\n       vs_pieces is null as vs_torn_apart{own}\n  from parted\n)"
    )
