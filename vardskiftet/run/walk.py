"""What is done in which order? The steps of a plan, given to a pair of hands; no step may look at the mode."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, assert_never

from vardskiftet.model.plan import Plan
from vardskiftet.model.programme import Programme
from vardskiftet.model.step import Balance, Hold, Load, Prepare, Step


class Hands(Protocol):
    """One method for each kind of step."""

    def hold(self, step: Hold) -> None:
        """Hold a source still."""
        ...

    def prepare(self, step: Prepare) -> None:
        """Make the target ready."""
        ...

    def load(self, step: Load) -> None:
        """Load a mapping's batches."""
        ...

    def balance(self, step: Balance) -> None:
        """Close the books."""
        ...


def steps(plan: Plan, programme: Programme) -> tuple[Step, ...]:
    """The steps of a plan."""
    systems = dict.fromkeys(programme.mapping(name).system for name in plan.mappings)
    return (*(Hold(system=system) for system in systems), Prepare(), *(Load(mapping=name) for name in plan.mappings), Balance())


def walk(planned: Iterable[Step], hands: Hands) -> None:
    """Take every step with these hands."""
    for step in planned:
        match step:
            case Hold():
                hands.hold(step)
            case Prepare():
                hands.prepare(step)
            case Load():
                hands.load(step)
            case Balance():
                hands.balance(step)
            case _ as unknown:
                assert_never(unknown)
