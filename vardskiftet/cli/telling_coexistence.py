"""How are patients on both sides told? Pairs of units, the largest first, and where nobody has said what to do."""

from __future__ import annotations

from vardskiftet.cli.console import Answer
from vardskiftet.run.coexistence import BothSides, Pair


def tell_both_sides(answer: Answer, found: BothSides, limit: int) -> None:
    """Counts, pairs, routines, and what lacks one as reasons."""
    if not found.declared:
        answer.because(
            "NOTHING_DECLARED",
            "no table of the record says which of its rows are care that goes on: nothing can be counted.",
            where="mappings/record.yaml",
            hint="Add `open_care: {when: …}` to its tables.",
        )
        answer.exit_code = 1
        return
    answer.say(
        f"{found.patients:,} patients of {found.open_patients:,} with open care will have it on both sides after {found.wave}."
        f" Counted: {', '.join(found.declared)}."
    )
    if found.without_person:
        answer.say(f"{found.without_person:,} open rows have no patient that is known; they stand in no pair.")
    shown = found.pairs[:limit]
    answer.table(
        "open care on both sides",
        ("new side", "old side", "flow", "patients", "routine"),
        [(pair.new_unit, pair.old_unit, pair.flow or "(none declared)", pair.patients, _routine(pair)) for pair in shown],
    )
    if len(found.pairs) > limit:
        answer.say(f"{len(shown):,} of {len(found.pairs):,} pairs; all with --json or a larger --limit.")
    for flow in dict.fromkeys(pair.routine and pair.flow for pair in shown):
        if flow:
            answer.say(f"{flow}: {next(pair.routine for pair in shown if pair.flow == flow)}")
    bare: dict[tuple[str, bool], list[Pair]] = {}
    for pair in found.bare:
        bare.setdefault((pair.flow, pair.critical), []).append(pair)
    for (flow, critical), pairs in sorted(bare.items()):
        kind = "critical flow" if critical else "flow"
        what = f"the {kind} '{flow}' has no temporary routine" if flow else "no declared flow joins the units"
        message = f"{what}: {len(pairs):,} pairs of units, {sum(pair.patients for pair in pairs):,} patients."
        answer.because("NO_ROUTINE", message, where="waves/coexistence.yaml", hint="Agree on one, and write it there as `routine:`.")
    answer.exit_code = 1 if answer.reasons else 0
    answer.next_steps = [f"vardskiftet waves show {found.wave}"]


def _routine(pair: Pair) -> str:
    if not pair.routine:
        return "NONE"
    return "approved" if pair.approved else "not approved yet"
