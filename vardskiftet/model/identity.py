"""What does a person decide of a row whose identity is in doubt? One of those who are there, or somebody else; for these numbers."""

from __future__ import annotations

from enum import StrEnum

from vardskiftet.model.frozen import Frozen


class Verdict(StrEnum):
    """What somebody says of a row under review."""

    SAME = "same"
    DIFFERENT = "different"
    OPEN = "open"
    """An earlier decision is taken back, and the row waits again."""


class Decided(Frozen):
    """Whose one source row is, as somebody decided it. It lapses when the source gives the row another number."""

    review: str
    """The review's id, made of mapping and key."""
    mapping: str
    key: str
    numbers: str
    """SHA-256 of the row's identifiers as its mapping spells them, in hex."""
    verdict: Verdict
    person: str
    """The id that the row has in the record: one of `candidates`, or one of its own; empty while it is open."""
    candidates: tuple[str, ...]
    """Ids of the persons that it might be, sorted, as they stood when it was decided."""
    own: str
    """The id that it has if it is nobody of them."""


class Doubt(StrEnum):
    """Why a row is under review."""

    KEY_AND_NUMBER = "key and number"
    NUMBERS = "numbers"
    CLAIMED = "claimed"
    CORRECTED = "corrected"
    SHARED_KEY = "shared key"


MEANING = {
    Doubt.KEY_AND_NUMBER: "The row was one person before, and now bears another person's number.",
    Doubt.NUMBERS: "The row's numbers belong to different persons.",
    Doubt.CLAIMED: "Another row is this person already, and the mapping lets nobody merge them unasked.",
    Doubt.CORRECTED: "A number that was corrected by hand leads to a person who is there already.",
    Doubt.SHARED_KEY: "Another table of the system has this key, and the row's own number does not lead there.",
}


class Review(Frozen):
    """One rejected row whose identity is in doubt. No value of it is here but its key."""

    review: str
    mapping: str
    key: str
    numbers: str
    doubt: Doubt
    candidates: tuple[str, ...]
    own: str


class State(StrEnum):
    """How far a review is."""

    OPEN = "open"
    LAPSED = "lapsed"
    """It was decided for other numbers than the source gives the row now: it is open again."""
    DECIDED = "decided"
    """It waits for a plan."""
    TAKEN_BACK = "taken back"
    """The record is as it was decided, until the next plan."""
    CARRIED_OUT = "carried out"


class Said(Frozen):
    """The last word on a review, without the row's key."""

    verdict: Verdict
    person: str
    by: str
    """Name and role of the person who decided."""
    because: str
    at: str


class Standing(Frozen):
    """A review as it is listed: no value, no source key."""

    review: str
    mapping: str
    state: State
    doubt: Doubt | None
    """None for a row that is no reject any more."""
    candidates: tuple[str, ...]
    own: str
    said: Said | None


class Person(Frozen):
    """Somebody whom the row might be, as the record and its books know them."""

    person: str
    stands: bool
    """Whether there is a row of the record."""
    brought_by: tuple[str, ...]
    """`MAPPING in WAVE` of every load that brought them, sorted."""
    known_by: tuple[str, ...]
    """Domains of the numbers that lead to them, sorted; a system's own keys are one."""
