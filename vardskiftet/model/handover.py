"""What does a person carry over by hand, for whom, and how far has it come?"""

from __future__ import annotations

from vardskiftet.model.frozen import Frozen


class Handover(Frozen):
    """One patient's information of one system, to be entered in the new system at the unit that needs it first."""

    line: str
    """Made of the patient, the information and what the source says of it: what is changed there must be carried over anew."""
    unit: str
    rank: int
    need: str
    """Why it is urgent: empty where the patient merely has open care there."""
    information: str
    system: str
    rows: int
    done_by: str = ""
    checked_by: str = ""

    @property
    def state(self) -> str:
        """open, done, or checked by somebody else than who did it."""
        return "checked" if self.checked_by else "done" if self.done_by else "open"


class UnitStanding(Frozen):
    """How many lines of one information are left at one unit."""

    unit: str
    information: str
    lines: int
    first: int
    """Those of patients who need it first."""
    done: int
    """Entered, and not checked yet."""
    checked: int

    @property
    def left(self) -> int:
        """Lines that nobody has checked: what must come down to zero."""
        return self.lines - self.checked
