"""How far has it come? A line for the person who waits; counts only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """Rows done of rows expected in this step, and what the step is."""

    step: str
    done: int
    of: int
    batches_done: int = 0
    batches_of: int = 0
    note: str = ""
