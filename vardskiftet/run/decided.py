"""Which decisions on identities hold? Files beside the data, named by the programme's memory; a plan stands on those of its day."""

from __future__ import annotations

from pathlib import Path

from vardskiftet.engine.decisions import in_force, read_decisions
from vardskiftet.model.identity import Decided
from vardskiftet.model.plan import Plan
from vardskiftet.run.desk import Desk

DECIDED = "identity.decided"


def decisions_folder(desk: Desk) -> Path:
    """Where decisions lie: they hold patients' keys, so beside the data and as protected."""
    return desk.work / "decisions"


def decision_files(desk: Desk) -> tuple[str, ...]:
    """Digests of the files of decisions, in the order in which they came. A decision belongs to its source row, and so to every wave."""
    with desk.reading_store() as store:
        return tuple(str(event.payload["file"]) for event in store.events(kind=DECIDED))


def decisions_now(desk: Desk) -> tuple[Decided, ...]:
    """The last word on each review, one that was taken back among them. Raises IntegrityBroken if a file of them is not whole."""
    return read_decisions(decisions_folder(desk), decision_files(desk))


def decisions_of(desk: Desk, plan: Plan) -> tuple[Decided, ...]:
    """Those that a plan stands on: what was decided since waits for the next one."""
    return in_force(read_decisions(decisions_folder(desk), plan.decisions))


def decided_otherwise(desk: Desk, before: Plan) -> bool:
    """Whether somebody thought better of a decision that an earlier plan carried out."""
    now = {one.review: one for one in in_force(decisions_now(desk))}
    return any(now.get(one.review) != one for one in decisions_of(desk, before))
