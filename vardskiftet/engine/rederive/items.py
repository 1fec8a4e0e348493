"""Which items do a chunk's rows hold, and which of the mapping's own conditions speak of them? The user's SQL, asked once per row."""

from __future__ import annotations

from vardskiftet.engine.names import literal, quoted
from vardskiftet.engine.probe import probe
from vardskiftet.engine.rederive.beside import key_text, unit_joins
from vardskiftet.engine.rederive.meaning import beside_of
from vardskiftet.model.mapping import WHOLE_ROW, Conflict, Mapping, Split

NO_ITEM = "NO_ITEM"


def tried(sql: str) -> str:
    """A piece of the user's SQL as `{v: text}`, or NULL where it failed."""
    return f"try(struct_pack(v := ({sql})::varchar))"


def asked(sql: str) -> str:
    """A condition of the user's: true, false, or NULL where it failed. What is NULL is not true."""
    return f"try(coalesce(({sql}), false))"


def placed_sql(mapping: Mapping, columns: tuple[str, ...]) -> str:
    """Query over `came`: every row with its key, unit and place."""
    moment = "" if "extracted_at" in columns else ", getvariable('extracted_at')::timestamptz as extracted_at"
    if mapping.unit.wherever:
        unit, joins = "'*'", " left join of_care on of_care.key = k.vs_key"
        place = "coalesce(of_care.place, 'no_care')"
    else:
        unit, place = "unit_place.unit", "coalesce(unit_place.place, 'no_unit')"
        joins = unit_joins(mapping.unit, "k")[1]
    idle = [literal(name) for name in columns if name.lower() not in read_by(mapping)] if mapping.key != (WHOLE_ROW,) else []
    star = f"came.* replace (hurting(came.vs_damaged, [{', '.join(idle)}]) as vs_damaged)" if idle else "came.*"
    keyed = f"select {star}, {key_text(mapping, columns)} as vs_key{moment} from came"
    return f"select k.*, {unit} as vs_unit, {place} as vs_place from ({keyed}) as k{joins}"


def read_by(mapping: Mapping) -> set[str]:
    """The columns that some line of the mapping names, in small letters: what cannot be decoded in another one hurts nobody."""
    rule, split = mapping.unit, mapping.split
    names = {*mapping.key, *mapping.correct, mapping.changed, mapping.conflict_by, rule.on, *(one.source for one in mapping.identities)}
    names |= {"" if rule.via else rule.source, split.each if split else ""}
    told = [one.when for one in (*mapping.exclude, *mapping.reject, *mapping.flag)]
    for piece in split.pieces if split else ():
        told += [piece.when, *(sql for _, sql in piece.columns)]
    for one in mapping.fields:
        names |= {one.source, one.find.by if one.find else "", *(name for step in one.steps for name in beside_of(step))}
        told += [one.sql] if one.sql else []
    for sql in told:
        names |= probe(sql).columns
    return {name.lower() for name in names}


def held_sql(mapping: Mapping, columns: tuple[str, ...]) -> str:
    """Query over `placed`: the wave's rows, how many different rows share their key, and their turn among them."""
    whole = ", ".join(f"placed.{quoted(name)}" for name in columns)
    by = f"placed.{quoted(mapping.conflict_by)}"
    turn = {
        # Numbers by their value, everything else by its letters; the row itself decides between equals.
        Conflict.LATEST: f"try_cast({by} as decimal(38, 9)) desc nulls last, {by} desc nulls last, row({whole})",
        Conflict.EARLIEST: f"try_cast({by} as decimal(38, 9)) asc nulls last, {by} asc nulls last, row({whole})",
    }.get(mapping.conflict, f"row({whole})")
    # Keys are counted first: to count contents for each of a million keys that stand once takes longer than all else.
    twice = "select vs_key from placed where vs_key is not null group by vs_key having count(*) > 1"
    several = f"select vs_key, count(distinct row({whole})) as contents from placed where vs_key in ({twice}) group by vs_key"
    turns = (
        f"select placed.vs_row, s.contents as vs_n, row_number() over (partition by placed.vs_key order by {turn}, placed.vs_row) as vs_t"
        " from placed join several as s on s.vs_key = placed.vs_key"
    )
    conditions = "".join(f", {asked(one.when)} as vs_out{number}" for number, one in enumerate(mapping.exclude))
    pieces = f", {_pieces(mapping.split)} as vs_pieces" if mapping.split else ""
    return (
        f"with several as ({several}), turns as ({turns}) select placed.*, coalesce(turns.vs_n, 1) as vs_contents,"
        f" coalesce(turns.vs_t, 1) as vs_turn{conditions}{pieces} from placed left join turns on turns.vs_row = placed.vs_row"
        " where placed.vs_place = 'in_wave'"
    )


def item_sql(mapping: Mapping, columns: tuple[str, ...]) -> str:
    """Query over `held`: one line an item, with the fields that are the user's own SQL."""
    split = mapping.split
    if split is None:
        source = "select held.*, '' as vs_item, false as vs_none, false as vs_failed from held"
    else:
        hidden = {name.lower() for name in split.columns}
        away = ", ".join(["vs_pieces", *(quoted(name) for name in columns if name.lower() in hidden)])
        own = "".join(f", vs_piece.{quoted(name)} as {quoted(name)}" for name in split.columns)
        one = "select *, unnest(case when len(vs_pieces) > 0 then vs_pieces else [null] end) as vs_piece from held"
        source = (
            f"select * exclude ({away}, vs_piece), coalesce(vs_piece.vs_name, '') as vs_item,"
            f" vs_piece is null as vs_none, vs_pieces is null as vs_failed{own} from ({one})"
        )
    fields = "".join(f", {tried(one.sql)} as vs_sql{number}" for number, one in enumerate(mapping.fields) if one.sql)
    return f"select *{fields} from ({source})"


def because_sql(mapping: Mapping, follows: list[str]) -> tuple[str, str]:
    """What is wrong with an item before its values are looked at, and, where nothing is, which exclusion takes it out."""
    failed = [f"vs_out{number} is null" for number in range(len(mapping.exclude))] + (["vs_failed"] if mapping.split else [])
    wrong = "case when vs_damaged like 'row:%' then 'MALFORMED_ROW' when vs_damaged is not null then 'INVALID_ENCODING'"
    wrong += " when vs_key is null then 'KEY_MISSING'"
    wrong += " when vs_contents > 1 then 'DUPLICATE_KEY'" if mapping.conflict is Conflict.REVIEW else ""
    wrong += f" when {' or '.join(failed)} then 'SQL_FAILED'" if failed else ""
    taken = [f"when vs_none then {literal(NO_ITEM)}"] if mapping.split else []
    taken += [f"when vs_out{number} then {literal(one.because)}" for number, one in enumerate(mapping.exclude)]
    taken += [f"when {one} then 'Follows its excluded parent.'" for one in follows]
    return f"{wrong} end", f"case {' '.join(taken)} end" if taken else "null::varchar"


def _pieces(split: Split) -> str:
    """A list of the row's items, NULL where a condition failed."""
    if split.each:
        parts = f"[part for part in [trim(part) for part in string_split({quoted(split.each)}, {literal(split.by)})] if part <> '']"
        made = f"struct_pack(vs_name := place::varchar, {quoted(split.column)} := part)"
        return f"try(coalesce(list_transform({parts}, lambda part, place: {made}), []))"
    one = []
    for piece in split.pieces:
        given = dict(piece.columns)
        columns = "".join(f", {quoted(name)} := ({given.get(name, 'null')})::varchar" for name in split.columns)
        one.append(f"case when coalesce(({piece.when}), false) then struct_pack(vs_name := {literal(piece.item)}{columns}) end")
    return f"try([one for one in [{', '.join(one)}] if one is not null])"
