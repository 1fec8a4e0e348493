"""What do the verbs answer that look at care across a go-live, and at what is carried over by hand?"""

from __future__ import annotations

from vardskiftet.cli.documents.shape import Keys, many
from vardskiftet.run.coexistence import Pair, Person

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
}
