"""What does the tool know itself, that a check may ask for? Kinds of own evidence by name, and what their values say."""

from __future__ import annotations

CRITERIA = "criteria"

OWN = {
    CRITERIA: "Changes of criteria since they were frozen that nobody signed; judged whenever it is asked.",
    "books": "What does not close, or is over budget, in the books of the wave's last load.",
    "rehearsal_books": "What does not close, or is over budget, in the books of the wave's last rehearsal.",
    "coverage": "Which share of the rows with coded values have an answer in the codebooks.",
    "coexistence": "Which share of the critical flows between waves has an approved temporary routine.",
    "verify": "How many differences between source and record nobody has explained.",
    "manual_transfer": "Which share of what is moved by hand was done and double-checked, unit by unit.",
}

SHARES = frozenset({"coverage", "coexistence", "manual_transfer"})
"""Kinds whose values are a part of a whole."""
