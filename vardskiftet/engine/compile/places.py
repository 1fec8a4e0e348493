"""Which unit and which wave does a row belong to? The first statement of a batch: every row gets its key, unit and place."""

from __future__ import annotations

from vardskiftet.engine.compile.layout import wrapped
from vardskiftet.engine.compile.named import unread
from vardskiftet.engine.names import literal, quoted
from vardskiftet.model.mapping import WHOLE_ROW, Mapping


def key_sql(mapping: Mapping, columns: tuple[str, ...]) -> str:
    """SQL of the source key as one text: the column itself, or a composite key's parts, length-prefixed; NULL if a part is."""
    if mapping.key == (WHOLE_ROW,):
        return "sha256(" + " || ".join(f"tagged('t', {quoted(name)})" for name in columns) + ")"
    if len(mapping.key) == 1:
        return quoted(mapping.key[0])
    return " || ".join(f"part({quoted(name)})" for name in mapping.key)


def place_sql(mapping: Mapping, columns: tuple[str, ...]) -> str:
    """The statement that places every row of the batch: table `placed`, one row for each of `extract`."""
    unit, place, joins = _unit(mapping)
    beside = unread(mapping, columns)
    # Bytes that are no text hurt a row only in a column that is moved.
    star = f"* replace (damage_beside(vs_damaged, [{wrapped([literal(one) for one in beside])}]) as vs_damaged)" if beside else "*"
    moment = "" if "extracted_at" in columns else ",\n       getvariable('extracted_at')::timestamptz as extracted_at"
    return (
        f"-- {mapping.mapping}: each row of {mapping.reads} with its key, its unit and its place\n"
        "create or replace temp table placed as\n"
        f"with keyed as (\nselect {star},\n       {key_sql(mapping, columns)} as vs_key{moment}\n  from extract\n)\n"
        f"select keyed.*,\n       {unit} as vs_unit,\n       {place} as vs_place\n  from keyed{joins}"
    )


def _unit(mapping: Mapping) -> tuple[str, str, str]:
    """SQL of unit and place, and the joins that they need."""
    rule = mapping.unit
    if rule.wherever:
        # The best place of a person's care; `no_care` is for those who have care nowhere.
        place = (
            "case when care.in_wave then 'in_wave' when care.in_any then 'other_wave' when care.in_excluded then 'excluded_unit'"
            "\n            when care.key is not null then 'no_unit' else 'no_care' end"
        )
        return "'*'", place, "\n  left join care on care.key = keyed.vs_key"
    coded = "\n  left join codebook as unit_code\n    on unit_code.codebook = " + literal(rule.codebook) + " and unit_code.source = {value}"
    found = "\n  left join unit_place on unit_place.value = unit_code.target"
    if rule.unit:
        joins = f"\n  left join unit_place on unit_place.value = {literal(rule.unit)}"
    elif rule.via:
        joins = f"\n  left join unit_path on unit_path.key = keyed.{quoted(rule.on)}"
        joins += (
            coded.format(value="unit_path.value") + found
            if rule.codebook
            else "\n  left join unit_place on unit_place.value = unit_path.value"
        )
    elif rule.codebook:
        joins = coded.replace("{value}", f"keyed.{quoted(rule.source)}") + found
    else:
        joins = f"\n  left join unit_place on unit_place.value = keyed.{quoted(rule.source)}"
    return "unit_place.unit", "coalesce(unit_place.place, 'no_unit')", joins
