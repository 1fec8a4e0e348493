"""Who is each person of a chunk? Known by number or by the system's own key, named by the first number otherwise; one claim each."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from vardskiftet.engine.names import literal
from vardskiftet.engine.rederive.stage import NAMESPACE, arrow
from vardskiftet.model.identity import Decided, Verdict
from vardskiftet.model.mapping import Conflict, Mapping
from vardskiftet.model.record import Table

_SPACE = uuid.UUID(NAMESPACE)
REVIEW = "IDENTITY_REVIEW"


@dataclass
class Claim:
    """One item of an identity table, as its numbers tell it."""

    key: str | None
    turn: int
    sound: bool
    own: str | None
    """Whom the system's own key names already."""
    brought: bool
    numbers: tuple[tuple[str, str, str | None], ...]
    """(domain, identifier, whom it names already), in the mapping's order; empty ones are left out."""
    decided: str | None = None
    """Whom a person decided that it is, for exactly these numbers."""
    apart: bool = False
    """Decided to be somebody else than its numbers say: they lead to others."""
    id: str = ""
    torn: bool = False
    second: bool = False
    reason: str | None = None


def part(text: str) -> str:
    """A text with its length in bytes before it."""
    return f"{len(text.encode())}:{text}"


def resolve(stage: duckdb.DuckDBPyConnection, mapping: Mapping, table: Table) -> None:
    """Make `named` of `judged`: every item with its id, whether somebody claimed it before, and reviews among the reasons."""
    lines = arrow(stage, _known(mapping, table)).to_pylist()
    claims = [_claim(line, len(mapping.identities)) for line in lines]
    for claim in claims:
        _name(claim, mapping, table)
    _contest(claims)
    _settle(stage, claims, mapping, table)
    stage.register("claims", _table(lines, claims))
    numbers = range(len(mapping.identities))
    hidden = "".join(f", vs_id{n}" for n in numbers)
    kept = "".join(f" case when not c.apart then j.vs_id{n} end as vs_id{n}," for n in numbers)
    stage.execute(
        f"create or replace temp table named as select j.* exclude (vs_reason{hidden}),{kept}"
        " coalesce(j.vs_reason, c.reason) as vs_reason, c.id as vs_id, c.second as vs_second"
        " from judged as j join claims as c on c.vs_row = j.vs_row and c.vs_item = j.vs_item"
    )
    stage.unregister("claims")


def remember(stage: duckdb.DuckDBPyConnection, mapping: Mapping, table: Table) -> None:
    """Let the next chunk see whom this one brought: keys, numbers, and who owns each person."""
    came = "from fated as f join named as n on n.vs_row = f.vs_row and n.vs_item = f.vs_item where f.vs_fate in ('L', 'M')"
    name = literal(table.table)
    links = [f"select {literal(mapping.system)} as domain, f.vs_key as identifier, f.vs_id as id {came}"]
    links += [f"select n.vs_id{n}d, n.vs_id{n}, f.vs_id {came} and n.vs_id{n} is not null" for n in range(len(mapping.identities))]
    stage.execute(
        f"insert into person select distinct {name}, new.domain, new.identifier, new.id from ({' union '.join(links)}) as new"
        f" where not exists (select 1 from person as old where old.record_table = {name} and old.domain = new.domain"
        " and old.identifier = new.identifier)"
    )
    stage.execute(f"insert into owner select {name}, vs_id, {literal(mapping.mapping)}, vs_key from fated where vs_fate = 'L'")


def _known(mapping: Mapping, table: Table) -> str:
    name, numbers = literal(table.table), range(len(mapping.identities))
    columns = "".join(f", j.vs_id{n}, j.vs_id{n}d, k{n}.id as known{n}" for n in numbers)
    joins = "".join(
        f" left join person as k{n} on k{n}.record_table = {name} and k{n}.domain = j.vs_id{n}d and k{n}.identifier = j.vs_id{n}"
        for n in numbers
    )
    return (
        "select j.vs_row, j.vs_item, j.vs_key, j.vs_turn, j.vs_reason is null and j.vs_because is null as sound,"
        f" me.id as own, b.key is not null as brought, d.numbers as d_numbers, d.id as d_id, d.apart as d_apart{columns} from judged as j"
        f" left join decided as d on d.mapping = {literal(mapping.mapping)} and d.key = j.vs_key"
        f" left join person as me on me.record_table = {name} and me.domain = {literal(mapping.system)} and me.identifier = j.vs_key"
        f" left join (select distinct key from brought where mapping = {literal(mapping.mapping)}) as b on b.key = j.vs_key{joins}"
        " order by j.vs_row, j.vs_item"
    )


def _claim(line: dict[str, object], numbers: int) -> Claim:
    filled = (n for n in range(numbers) if line[f"vs_id{n}"] is not None)
    told = tuple((_text(line[f"vs_id{n}d"]) or "", str(line[f"vs_id{n}"]), _text(line[f"known{n}"])) for n in filled)
    claim = Claim(_text(line["vs_key"]), int(str(line["vs_turn"])), bool(line["sound"]), _text(line["own"]), bool(line["brought"]), told)
    if line["d_id"] is not None and line["d_numbers"] == _digest([_text(line[f"vs_id{n}"]) for n in range(numbers)]):
        claim.decided, claim.apart = str(line["d_id"]), bool(line["d_apart"])
    return claim


def _digest(numbers: Sequence[str | None]) -> str:
    """What a decision stands on: the row's numbers, each with its length, an empty one told apart."""
    return hashlib.sha256("".join("t-" if one is None else f"t{part(one)}" for one in numbers).encode()).hexdigest()


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _name(claim: Claim, mapping: Mapping, table: Table) -> None:
    """The id as it was decided, by whoever knows the person already, else by the first number, else by the system's own key."""
    if claim.decided is not None:
        claim.id = claim.decided
        return
    known = [one for one in (claim.own, *(already for _, _, already in claim.numbers)) if one is not None]
    claim.torn = len(set(known)) > 1
    if claim.own is not None and not claim.brought and any(already is None for _, _, already in claim.numbers):
        claim.torn = True  # another table of the system uses this key, and the row's own number does not lead there
    if known:
        claim.id = known[0]
    elif claim.numbers:
        domain, identifier, _ = claim.numbers[0]
        claim.id = str(uuid.uuid5(_SPACE, part(table.table) + part(domain) + part(identifier)))
    elif claim.key is not None:
        claim.id = str(uuid.uuid5(_SPACE, part(table.table) + part(mapping.system) + part(claim.key)))


def _contest(claims: Sequence[Claim]) -> None:
    """Of two persons of one chunk who claim one number, the later is torn."""
    first: dict[tuple[str, str], str] = {}
    late = []
    for claim in claims:
        if not claim.sound or claim.torn or claim.decided is not None:
            continue
        for domain, identifier, _ in claim.numbers:
            if first.setdefault((domain, identifier), claim.id) != claim.id:
                late.append(claim)
    for claim in late:
        claim.torn = True


def _settle(stage: duckdb.DuckDBPyConnection, claims: Sequence[Claim], mapping: Mapping, table: Table) -> None:
    """Who comes first has the person; who comes later is merged into it, or goes to review where the mapping says so."""
    stage.register("asked", pa.table({"id": sorted({claim.id for claim in claims if claim.id})}))
    owners = stage.execute(
        f"select o.id, o.mapping, o.key from owner as o join asked on asked.id = o.id where o.record_table = {literal(table.table)}"
    ).fetchall()
    stage.unregister("asked")
    owned: dict[str, set[tuple[str, str | None]]] = {}
    for who, by, key in owners:
        owned.setdefault(str(who), set()).add((str(by), _text(key)))
    seen: set[str] = set()
    # Of whom a person decided comes after those who need no decision.
    for claim in sorted((one for one in claims if one.sound), key=lambda one: one.decided is not None):
        if claim.torn:
            claim.reason = REVIEW
            continue
        claim.second = claim.id in seen or bool(owned.get(claim.id, set()) - {(mapping.mapping, claim.key)})
        seen.add(claim.id)
        if claim.second and claim.decided is None and mapping.conflict is Conflict.REVIEW and claim.turn == 1:
            claim.reason = REVIEW


def _table(lines: Sequence[dict[str, object]], claims: Sequence[Claim]) -> pa.Table:
    return pa.table(
        {
            "vs_row": pa.array([line["vs_row"] for line in lines], pa.int64()),
            "vs_item": pa.array([line["vs_item"] for line in lines], pa.string()),
            "id": pa.array([claim.id or None for claim in claims], pa.string()),
            "second": pa.array([claim.second for claim in claims], pa.bool_()),
            "reason": pa.array([claim.reason for claim in claims], pa.string()),
            "apart": pa.array([claim.apart for claim in claims], pa.bool_()),
        }
    )


def decide(stage: duckdb.DuckDBPyConnection, decisions: Iterable[Decided]) -> None:
    """Lay what was decided of identities on the bench."""
    stage.execute("delete from decided")
    for one in decisions:
        apart = one.verdict is Verdict.DIFFERENT
        stage.execute("insert into decided values (?, ?, ?, ?, ?)", [one.mapping, one.key, one.numbers, one.person, apart])
