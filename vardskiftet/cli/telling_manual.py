"""How is told what is carried over by hand? Lines without patients, and what is left at each unit."""

from __future__ import annotations

from typing import Any

from vardskiftet.cli.console import Answer
from vardskiftet.run.handover import Handovers

NOT_DECLARED = "No manual route says whose its rows are: nobody can be listed."


def tell_lines(answer: Answer, found: Handovers, unit: str | None, limit: int) -> None:
    """Lines, the most urgent of each unit first."""
    mine = [one for one in found.lines if unit in (None, one.unit)]
    answer.own = {
        "wave": found.wave,
        "total": len(mine),
        "lines": [one.model_dump(mode="json") | {"state": one.state} for one in mine[:limit]],
        **_unlisted(found),
    }
    answer.table(
        "to be carried over by hand",
        ("unit", "line", "need", "information", "system", "rows", "state"),
        [(one.unit, one.line, one.need or "open care", one.information, one.system, one.rows, one.state) for one in mine[:limit]],
    )
    if len(mine) > limit:
        answer.say(f"{limit:,} of {len(mine):,} lines; all of them: vardskiftet manual export {found.wave}, or a larger --limit.")
    _tell_nobody(answer, found)
    answer.next_steps = [
        f'vardskiftet manual export {found.wave} --reason "Lists for the wards"',
        f"vardskiftet manual status {found.wave}",
    ]


def tell_standings(answer: Answer, found: Handovers) -> None:
    """What is left at each unit; whoever is waited for is a reason."""
    standings = found.standings
    left, first = sum(one.left for one in standings), sum(one.rank < 99 and one.state != "checked" for one in found.lines)
    answer.own = {
        "wave": found.wave,
        "left": left,
        "units": [one.model_dump(mode="json") | {"left": one.left} for one in standings],
        **_unlisted(found),
        "changed_since": found.changed_since,
    }
    answer.table(
        "left to be carried over by hand",
        ("unit", "information", "lines", "needed first", "done", "checked", "left"),
        [(one.unit, one.information, one.lines, one.first, one.done, one.checked, one.left) for one in standings],
    )
    _tell_nobody(answer, found)
    if found.changed_since:
        answer.say(f"{found.changed_since:,} lines were done, and their source says something else since: they are open anew.")
    if not found.declared:
        hint = "Add `patients: [{table: …, by: …, in: …}]` to the routes that are manual."
        answer.because("NOBODY_DECLARED", NOT_DECLARED, where="mappings/SYSTEM/system.yaml", hint=hint)
        answer.exit_code = 4
    elif left:
        message = f"{left:,} lines are not checked by a second person, {first:,} of them for patients who need it first."
        answer.because("LEFT_BY_HAND", message, hint=f'vardskiftet manual export {found.wave} --reason "Lists for the wards"')
        answer.exit_code = 5
    elif found.silent:
        message = (
            f"Nothing is left of what is listed, but nobody knows of {', '.join(found.silent)}: these routes say not whose their rows are."
        )
        hint = "Add `patients: [{table: …, by: …, in: …}]` to the route, or take its tables over by a mapping."
        answer.because("NOT_LISTED", message, where="mappings/SYSTEM/system.yaml", hint=hint)
        answer.exit_code = 4
    else:
        answer.say("Nothing is left: every line was done, and checked by somebody else.")
    answer.next_steps = [f"vardskiftet manual list {found.wave}"]


def _tell_nobody(answer: Answer, found: Handovers) -> None:
    if not found.declared:
        answer.say(NOT_DECLARED)
    if found.declared and found.silent:
        answer.say(f"In no list, since the route says not whose its rows are: {', '.join(found.silent)}.")
    if found.rows_of_nobody:
        answer.say(f"{found.rows_of_nobody:,} source rows name no patient that is known: they stand in no list.")
    if found.without_care:
        patients = "patient has" if found.without_care == 1 else "patients have"
        told = f"{found.without_care:,} {patients} something to be carried over and no open care in any unit at go-live"
        answer.say(f"{told}: they stand in no list, of whatever wave.")


def _unlisted(found: Handovers) -> dict[str, Any]:
    """What stands in no list, in a document."""
    counts = {"rows_of_nobody": found.rows_of_nobody, "patients_without_care": found.without_care}
    return {**counts, "routes_without_list": list(found.silent)}
