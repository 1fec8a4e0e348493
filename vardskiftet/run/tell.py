"""What would happen? The hands that touch nothing and say each step."""

from __future__ import annotations

from vardskiftet.model.plan import Plan
from vardskiftet.model.programme import Programme
from vardskiftet.model.step import Balance, Hold, Load, Prepare
from vardskiftet.run.walk import steps, walk


class Tell:
    """Hands that write sentences."""

    def __init__(self, programme: Programme, plan: Plan) -> None:
        self.programme = programme
        self.plan = plan
        self.said: list[str] = []

    def hold(self, step: Hold) -> None:
        """Say which source is held."""
        kind = self.programme.system(step.system).source.kind
        self.said.append(f"Hold {step.system} ({kind}) still; its live rows are not touched.")

    def prepare(self, step: Prepare) -> None:
        """Say which target is made ready."""
        tables = len(self.programme.record.tables)
        verb = "Compare with" if self.plan.base else "Create or inspect"
        self.said.append(f"{verb} the record '{self.programme.record.record}' ({tables} tables).")

    def load(self, step: Load) -> None:
        """Say what a mapping brings."""
        mapping = self.programme.mapping(step.mapping)
        expected = next(one for one in self.plan.expectations if one.mapping == step.mapping)
        batches = len(self.plan.of(step.mapping))
        mine = sum(expected.units.values())
        self.said.append(
            f"Load {step.mapping}: {mine:,} of {expected.rows:,} rows of {mapping.reads} into {mapping.into},"
            f" in {batches} batch{'es' if batches != 1 else ''}."
        )

    def balance(self, step: Balance) -> None:
        """Say how it ends."""
        self.said.append("Close the books: items, rows and target, each against a count of its own.")


def told(programme: Programme, plan: Plan) -> tuple[str, ...]:
    """The plan, read aloud."""
    hands = Tell(programme, plan)
    walk(steps(plan, programme), hands)
    return tuple(hands.said)
