"""Can a wave's cutover be done in the hours that it has? Its runbook is there, its steps have an order, and the longest chain fits."""

from __future__ import annotations

from datetime import timedelta

from vardskiftet.declare.faults import Faults
from vardskiftet.declare.node import found
from vardskiftet.declare.order import circles
from vardskiftet.declare.reading import Declarations, Declared
from vardskiftet.declare.words import nearest, quoted
from vardskiftet.model.runbook import Runbook, in_hours
from vardskiftet.model.wave import Wave

SHOWN = 6


def check_runbooks(declared: Declarations, faults: Faults) -> None:
    """Every runbook can be walked, every wave's is there and fits its hours, and none lies unused."""
    sound = {name: one.value for name, one in sorted(declared.runbooks.items()) if _can_be_walked(one, declared, faults)}
    named: set[str] = set()
    for _, wave in sorted(declared.waves.items()):
        name = wave.value.runbook
        named.add(name)
        if name and name not in declared.runbook_names:
            faults.at(found(wave.node, "runbook"), f"{quoted(name)} is not a runbook.", nearest(name, declared.runbook_names))
        elif name in sound:
            _check_fits(wave, sound[name], faults)
    for name in sorted(set(declared.runbooks) - named):
        at = found(declared.runbooks[name].node, "runbook")
        faults.at(at, "is a runbook that no wave names.", "Write `runbook:` in the wave that it is for, or remove it.")


def _can_be_walked(runbook: Declared[Runbook], declared: Declarations, faults: Faults) -> bool:
    """Whether each step waits for steps that there are, and in the end for none; persons are of the programme."""
    steps = {one.step for one in runbook.value.steps}
    sound = "" not in steps and len(steps) == len(runbook.value.steps)
    for place, one in enumerate(runbook.value.steps):
        for at, before in enumerate(one.after):
            if before and before not in steps:
                faults.at(found(runbook.node, "steps", place, "after", at), f"{quoted(before)} is not a step.", nearest(before, steps))
                sound = False
        if one.owner and declared.programme and "" not in declared.people and one.owner not in declared.people:
            at_owner = found(runbook.node, "steps", place, "owner")
            faults.at(at_owner, f"{quoted(one.owner)} is not among the programme's people.", nearest(one.owner, declared.people))
    for way in circles({one.step: frozenset(one.after) & steps for one in runbook.value.steps}):
        faults.at(found(runbook.node, "steps"), f"steps wait for each other: {' → '.join(way)}.", "Break the circle.")
        sound = False
    return sound


def _check_fits(wave: Declared[Wave], runbook: Runbook, faults: Faults) -> None:
    """Peers fail in the night itself where the window is shorter than the steps (peers-rollout.md §8, 59); here nothing else begins."""
    window = timedelta(hours=wave.value.cutover_hours)
    if runbook.takes <= window:
        return
    path = [one.step for one in runbook.critical_path]
    told = " → ".join(path if len(path) <= SHOWN else [*path[: SHOWN - 1], "…", path[-1]])
    message = f"takes {in_hours(runbook.takes)} at the least ({told}), and the cutover has {in_hours(window)}."
    hint = "Begin earlier with `cutover_hours:`, shorten a step of this chain, or let one wait for less."
    faults.at(found(wave.node, "runbook"), message, hint)
