"""How are differences told? Where, in which column, of which class; values only where they were asked for, for a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from vardskiftet.cli.console import Answer
from vardskiftet.errors import Usage
from vardskiftet.model.difference import Difference, Kind, Level
from vardskiftet.model.programme import Programme
from vardskiftet.model.verification import Verification
from vardskiftet.run.diff import A_NUMBER, MEANS, Asked, shown_key


def asked_for(kind: str | None, mapping: str | None, level: str | None, *, unexplained: bool, forbidden: bool = False) -> Asked:
    """What is wanted. Raises Usage for a class or a level that there is not."""
    kinds, levels = [one.value for one in Kind], [one.value for one in Level]
    if kind is not None and kind not in kinds:
        raise Usage(f"'{kind}' is no class of differences.", hint=f"Known: {', '.join(kinds)}.")
    if level is not None and level not in levels:
        raise Usage(f"'{level}' is no level.", hint=f"Known: {', '.join(levels)}.")
    return Asked(Kind(kind) if kind else None, mapping, Level(level) if level else None, unexplained, forbidden)


def tell_differences(
    answer: Answer, programme: Programme, last: Verification, found: Iterable[Difference], first: int, *, values: bool
) -> None:
    """The first so many, and how many there are."""
    taken = iter(found)
    shown = list(islice(taken, first) if first else taken)
    total = len(shown) + sum(1 for _ in taken)
    answer.own = {
        "wave": last.wave,
        "plan": last.plan,
        "run_id": last.run_id,
        "total": total,
        "differences": [_line(programme, one, values=values) for one in shown],
        "file": last.file,
    }
    columns = ("level", "mapping", "key", "column", "class", "cause", *(("derived", "stored") if values else ("row of the record",)))
    answer.table("", columns, [_row(programme, one, values=values) for one in shown])
    rest = "" if total == len(shown) else f"; all with --first 0, or in a file: vardskiftet diff export {last.wave}"
    answer.say(f"{len(shown):,} of {total:,} differences of run {last.run_id}{rest}.")
    if total:
        answer.exit_code = 1
        answer.because("DIFFERENT", f"{total:,} differences", where=last.wave)
        answer.next_steps = [f"vardskiftet diff explain {last.wave} KEY"]


def tell_one(answer: Answer, programme: Programme, wave: str, found: Sequence[Difference], *, values: bool) -> None:
    """Everything that differs at one key."""
    answer.own = {"wave": wave, "differences": [_line(programme, one, values=values) for one in found]}
    for one in found:
        where = f"{one.mapping} {shown_key(programme, one)}{f' › {one.column}' if one.column else ''}"
        answer.say(f"{where} ({one.level.value}): {one.kind.value}, {MEANS[one.kind]}")
        answer.say(f"  cause on record: {one.cause or 'none'}{f'; {one.zero_tolerance}: not one may stand' if one.zero_tolerance else ''}")
        if values:
            answer.say(f"  derived  {_shown(one.expected)}")
            answer.say(f"  stored   {_shown(one.stored)}")
    answer.exit_code = 1
    answer.because("DIFFERENT", f"{len(found):,} differences at this key", where=wave)
    key = shown_key(programme, found[0])
    answer.next_steps = [] if key == A_NUMBER else [f"vardskiftet explain {wave} {found[0].mapping} {key or 'KEY'}"]


def _shown(value: str | None) -> str:
    return "(nothing)" if value is None else repr(value)


def _line(programme: Programme, one: Difference, *, values: bool) -> dict[str, Any]:
    told = one.model_dump(mode="json", exclude={"kind", "expected", "stored"})
    told |= {"key": shown_key(programme, one), "class": one.kind.value, "explained": one.explained}
    return told | ({"expected": one.expected, "stored": one.stored} if values else {})


def _cause(one: Difference) -> str:
    """The cause on record, and what no cause excuses."""
    return "; ".join(filter(None, (one.cause, one.zero_tolerance and f"{one.zero_tolerance}: not one may stand")))


def _row(programme: Programme, one: Difference, *, values: bool) -> tuple[object, ...]:
    what = (one.level.value, one.mapping, shown_key(programme, one), one.column, one.kind.value, _cause(one))
    return (*what, *((_shown(one.expected), _shown(one.stored)) if values else (one.id,)))
