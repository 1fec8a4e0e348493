"""What do the verbs answer that show persons in doubt, and take down who they are?"""

from __future__ import annotations

from vardskiftet.cli.documents.shape import Keys, many, of
from vardskiftet.model.identity import Person, Standing

_VALUES = dict[str, str | None]

IDENTITIES: dict[str, Keys] = {
    "identities.list": {"wave": str, "plan": str, "total": int, "states": dict[str, int], "reviews": many(Standing)},
    "identities.show": {
        "wave": str,
        "review": of(Standing),
        "persons": many(Person),
        "row?": _VALUES,
        "rows_of_persons?": dict[str, _VALUES],
    },
    "identities.decide": {"wave": str, "review": of(Standing)},
    "identities.export": {"wave": str, "files": list[str], "reviews": int},
}
