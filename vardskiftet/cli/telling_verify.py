"""How is a verification told? Level by level, differences by what they look like, and what could not be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vardskiftet.cli.console import Answer
from vardskiftet.errors import Usage
from vardskiftet.model.difference import Level, Verdict
from vardskiftet.model.verification import LevelVerdict, Verification
from vardskiftet.run.verifying.selftest import UNTOUCHED, Tried

ALL = "all"


def levels_of(named: str) -> tuple[Level, ...]:
    """The levels that a word names. Raises Usage for another word."""
    known = [one.value for one in Level]
    if named not in (*known, ALL):
        raise Usage(f"'{named}' is no level.", hint=f"Known: {', '.join(known)}, {ALL}.")
    return tuple(one for one in Level if named in (one.value, ALL))


def verification_as_json(found: Verification) -> dict[str, Any]:
    """A verification's own keys of a JSON document."""
    return {
        "wave": found.wave,
        "plan": found.plan,
        "run_id": found.run_id,
        "quick": found.quick,
        "recheck": found.recheck,
        "equal": found.equal,
        "levels": {one.level.value: one.model_dump(mode="json", exclude={"level"}) for one in found.levels},
        "differences": {
            "total": found.total,
            "explained": found.explained,
            "by_class": found.by_kind,
            "zero_tolerance": found.zero_tolerance,
            "file": found.file,
        },
        "waiting": [{"unit": unit, "what": what, "rows": rows} for unit, what, rows in found.waiting],
        "stale": [one.model_dump(mode="json") for one in found.stale],
        "selftest": None if found.selftest is None else found.selftest.model_dump(mode="json"),
        "cannot_see": list(found.cannot_see),
    }


def tell_verification(answer: Answer, found: Verification) -> None:
    """Verdicts first, then what differs, then what this cannot see."""
    equal = "every row stands as the load wrote it." if found.quick else "all that was asked stands as it was derived."
    equal = "none of the differences stands any more." if found.recheck else equal
    said = {True: f"EQUAL: {equal}", False: "NOT EQUAL.", None: "NOT VERIFIED."}
    answer.say(f"{found.wave}, plan {found.plan}: {said[found.equal]}")
    answer.table("levels", ("level", "verdict", "compared", "differences", "unexplained"), [_level(one) for one in found.levels])
    for one in found.levels if not found.recheck else ():
        lines = [
            (table.mapping, table.table, table.expected, table.stored, table.differences, _word(table.verdict))
            for table in one.tables
            if table.verdict is not Verdict.EQUAL or table.differences
        ]
        if lines:
            answer.table(one.level.value, ("mapping", "into", "derived", "stored", "differences", ""), lines)
    if found.total:
        answer.table("what differences look like", ("class", "differences"), [line for line in found.by_kind.items() if line[1]])
        answer.say(
            f"{found.total:,} differences, {found.explained:,} with a cause on record; all of them: vardskiftet diff show {found.wave}"
        )
    if found.waiting:
        answer.table("waits for somebody", ("unit", "what", "rows"), list(found.waiting))
    _reasons(answer, found)
    if found.stale:
        told = ", ".join(f"{one.path} ({one.items:,} items)" for one in found.stale)
        answer.say(f"Changed since the load, so that this speaks of the version then: {told}.")
    answer.say("What this cannot see: " + " ".join(found.cannot_see))
    answer.next_steps = [f"vardskiftet diff show {found.wave}"] if found.total else [f"vardskiftet books {found.wave}"]


def tell_selftest(answer: Answer, found: Verification, tried: Sequence[Tried]) -> None:
    """Every control and corruption, by which levels it was seen, and what was missed."""
    answer.table(
        "seeded into copies",
        ("corruption", "what", "seen by", ""),
        [(one.name, one.says, ", ".join(one.by), "seen" if one.seen else "MISSED") for one in tried],
    )
    if found.selftest is not None:
        answer.say(f"{found.wave}: {found.selftest.seen} of {found.selftest.seeded} were seen, by the right key, class and column.")
    untouched = next((one for one in tried if one.name == UNTOUCHED and not one.seen), None)
    if untouched is not None:
        message = f"The wave as it stands is {untouched.why}: while it differs, what was seeded into it says nothing of the verifier."
        answer.because("NOT_GREEN", message, where=found.wave, hint=f"Look at the differences first: vardskiftet verify {found.wave}")
    for one in tried if untouched is None else ():
        if not one.seen:
            answer.because("MISSED", f"{one.says}: {one.why}", where=one.name, hint="The gate stays closed until the verifier sees it.")
    answer.next_steps = [f"vardskiftet verify {found.wave}"]


def _level(one: LevelVerdict) -> tuple[object, ...]:
    compared, differences, left = (sum(getattr(table, name) for table in one.tables) for name in ("expected", "differences", "unexplained"))
    explained = one.verdict is Verdict.EQUAL and differences > 0
    return (one.level.value, "equal, all explained" if explained else _word(one.verdict), compared, differences, left)


def _word(verdict: Verdict) -> str:
    return verdict.value.replace("_", " ") if verdict is Verdict.EQUAL else verdict.value.replace("_", " ").upper()


def _reasons(answer: Answer, found: Verification) -> None:
    """Every reason for which it is not green."""
    for one in found.levels:
        grave = "integrity" if one.verdict is Verdict.OPEN else "finding"
        name = {Verdict.OPEN: "BOOKS_OPEN", Verdict.NOT_VERIFIED: "NOT_VERIFIED", Verdict.DIFFERENT: "DIFFERENT"}.get(one.verdict)
        if name is None:
            continue
        for problem in one.problems:
            answer.because(name, problem, severity=grave, where=one.level.value)
        if not one.problems:
            left = sum(table.unexplained for table in one.tables)
            answer.because(name, f"{left:,} differences without a cause on record", severity=grave, where=one.level.value)
    for why, number in found.zero_tolerance.items():
        message = f"{why}: {number:,}; not one may stand, whatever its cause"
        answer.because(
            "ZERO_TOLERANCE",
            message,
            hint=f"Which rows they are, and what is known of each: vardskiftet diff show {found.wave} --forbidden",
        )
