"""Who is this person? Identifiers in the mapping's order, looked up by domain + identifier; one row of the record a person."""

from __future__ import annotations

import uuid
from dataclasses import replace

from vardskiftet.engine.names import literal
from vardskiftet.engine.transforms.protocol import Expression, Join
from vardskiftet.model.mapping import Conflict, Mapping
from vardskiftet.model.record import Table

_SPACE = "76cfa8a13cd95c0fb0c4a8dbb8b71b9f"
NAMESPACE = f"unhex('{_SPACE}')"
"""The project's own UUID namespace, written once and for ever."""


def known(table: Table, spelled: Expression, number: int) -> Expression:
    """An identifier with its domain, and the person that it already names, if any."""
    alias, name = f"vsi{number}_known", spelled.value
    on = f"{alias}.record_table = {literal(table.table)} and {alias}.domain = identity_domain({name}) and {alias}.identifier = {name}"
    return replace(spelled, joins=(*spelled.joins, Join("person", alias, on)))


def local(mapping: Mapping, table: Table) -> Join:
    """The person that this very source row already became, by the system's own key."""
    on = f"self.record_table = {literal(table.table)} and self.domain = {literal(mapping.system)} and self.identifier = vs_key"
    return Join("person", "self", on)


def resolving(mapping: Mapping, table: Table, identifiers: int) -> list[str]:
    """CTEs after `judged`: which id a person has, who claims it first, and whose claims cannot both be true."""
    ids = ["self_id", *(f"known{number}_id" for number in range(1, identifiers + 1))]
    firsts = "".join(f" when vs_identifier{n} is not null then uuid5({NAMESPACE}, {_named(table, n)})" for n in range(1, identifiers + 1))
    own = f"uuid5({NAMESPACE}, {literal(part_of(table.table) + part_of(mapping.system))} || part(vs_key))"
    made = f"case{firsts} else {own} end" if firsts else own
    torn = [f"{a} <> {b}" for place, a in enumerate(ids) for b in ids[place + 1 :]]
    # Another mapping's person may have this key by chance: a number of the row's own that does not lead there speaks against it.
    torn += [
        f"self_id is not null and brought.key is null and vs_identifier{n} is not null and known{n}_id is null"
        for n in range(1, identifiers + 1)
    ]
    contesting = _contested(identifiers) if identifiers else []
    guard = _guard(mapping)
    # Whoever is somebody else, though the numbers say otherwise, leaves them to the one who has them.
    hidden = "".join(f", vs_identifier{n}" for n in range(1, identifiers + 1))
    apart = "".join(f"\n       case when not vs_apart then vs_identifier{n} end as vs_identifier{n}," for n in range(1, identifiers + 1))
    return [
        (
            "-- who it is: as a person decided, else by whom its key or its numbers lead to, else by its first number\n"
            f"named as (\nselect judged.*,\n       coalesce(decided.id, {', '.join(ids)}, {made}) as vs_id,\n"
            "       vs_reason is null and vs_because is null as vs_sound,\n"
            f"       decided.id is null and ({' or '.join(torn) or 'false'}) is true as vs_torn,\n"
            "       decided.id is not null as vs_decided,\n       coalesce(decided.apart, false) as vs_apart\n"
            "  from judged\n  left join brought on brought.key = vs_key\n"
            f"  left join decided on decided.mapping = {literal(mapping.mapping)} and decided.key = vs_key\n"
            f"    and decided.numbers = {numbers_sql(identifiers)}\n)"
        ),
        *contesting,
        # The first sound row in source order claims the person, unless another source row did in an earlier batch. One of whom a
        # person decided comes after those who need no decision.
        (
            "claimed as (\nselect *,\n       row_number() over (partition by vs_id, vs_sound and not vs_torn order by vs_decided, "
            f"{guard + ', ' if guard else ''}vs_row)"
            " as vs_claim,\n"
            f"       (origin.mapping <> {literal(mapping.mapping)} or origin.key <> vs_key) is true as vs_taken\n"
            f"  from {'settled' if contesting else 'named'}\n"
            f"  left join origin on origin.record_table = {literal(table.table)} and origin.id = vs_id\n)"
        ),
        (
            f"identified as (\nselect * exclude (vs_reason{hidden}),{apart}\n       case when vs_reason is not null then vs_reason\n"
            f"            when vs_sound and vs_torn then 'IDENTITY_REVIEW'{_second(mapping)}{_told(guard)} end as vs_reason,\n"
            f"       vs_sound and not vs_torn and (vs_claim > 1 or vs_taken) as vs_second\n  from claimed\n)"
        ),
    ]


def numbers_sql(identifiers: int) -> str:
    """SQL of the digest of a row's numbers: what a decision on its identity stands on."""
    return "sha256(" + " || ".join(["''", *(f"tagged('t', vs_identifier{n})" for n in range(1, identifiers + 1))]) + ")"


def own_person(table: Table, mapping: Mapping, key: str) -> str:
    """The id of somebody who is nobody else by decision: made of the mapping and the row's key, never of a number."""
    parts = (table.table, mapping.system, mapping.mapping, key)
    return str(uuid.uuid5(uuid.UUID(_SPACE), "".join(part_of(one) for one in parts)))


def _contested(identifiers: int) -> list[str]:
    """CTEs after `named`: of two persons of this batch who claim one identifier, the later in source order is torn."""
    numbers = ", ".join(f"vs_identifier{n}" for n in range(1, identifiers + 1))
    domains = ", ".join(f"vs_domain{n}" for n in range(1, identifiers + 1))
    return [
        (
            f"claim as (\nselect vs_row,\n       vs_id,\n       unnest([{numbers}]) as number,\n       unnest([{domains}]) as domain\n"
            "  from named\n where vs_sound and not vs_torn and not vs_decided\n)"
        ),
        (
            "contested as (\nselect vs_row,\n       bool_or(other) as other\n  from (select vs_row,\n"
            "               number is not null and vs_id <> first_value(vs_id)\n"
            "                 over (partition by domain, number order by vs_row) as other\n"
            "          from claim)\n group by vs_row\n)"
        ),
        (
            "settled as (\nselect named.* exclude (vs_torn),\n       named.vs_torn or coalesce(contested.other, false) as vs_torn\n"
            "  from named\n  left join contested on contested.vs_row = named.vs_row\n)"
        ),
    ]


def _guard(mapping: Mapping) -> str:
    """SQL that is true where a person's number was corrected by hand; empty where the mapping does not allow it."""
    if not {one.source for one in mapping.identities} & set(mapping.correct):
        return ""
    return f"exists (select 1 from guarded where guarded.mapping = {literal(mapping.mapping)} and guarded.key = vs_key)"


def _told(guard: str) -> str:
    """A number that a hand corrected never leads to a person who is there already: a wrong digit would be a wrong patient."""
    return (
        f"\n            when vs_sound and not vs_decided and (vs_claim > 1 or vs_taken) and {guard} then 'IDENTITY_REVIEW'" if guard else ""
    )


def _second(mapping: Mapping) -> str:
    if mapping.conflict != Conflict.REVIEW:
        return ""
    return "\n            when vs_sound and not vs_decided and vs_copy = 1 and (vs_claim > 1 or vs_taken) then 'IDENTITY_REVIEW'"


def part_of(text: str) -> str:
    """A text, length-prefixed, as the SQL macro `part` writes it."""
    return f"{len(text.encode())}:{text}"


def _named(table: Table, number: int) -> str:
    return f"{literal(part_of(table.table))} || part(vs_domain{number}) || part(vs_identifier{number})"
