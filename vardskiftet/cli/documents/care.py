"""What do the verbs answer that look at care across a go-live, and at what is carried over by hand?"""

from __future__ import annotations

from vardskiftet.cli.documents.shape import Keys, many, plus
from vardskiftet.model.handover import Handover, UnitStanding
from vardskiftet.run.coexistence import Pair, Person

_UNLISTED: Keys = {"rows_of_nobody": int, "patients_without_care": int, "routes_without_list": list[str]}

CARE: dict[str, Keys] = {
    "coexistence": {
        "wave": str,
        "patients": int,
        "open_patients": int,
        "without_person": int,
        "declared": list[str],
        "pairs": many(Pair),
        "persons?": many(Person),
    },
    "manual.list": {"wave": str, "total": int, "lines": many(plus(Handover, {"state": str})), **_UNLISTED},
    "manual.export": {"wave": str, "files": list[str], "lines": dict[str, int]},
    "manual.import": {"wave": str, "lines": int, "done": int, "checked": int},
    "manual.status": {
        "wave": str,
        "left": int,
        "units": many(plus(UnitStanding, {"left": int})),
        **_UNLISTED,
        "changed_since": int,
    },
}
