"""What do the verbs answer that ask the programme's memory?"""

from __future__ import annotations

from vardskiftet.cli.documents.shape import Keys, many
from vardskiftet.model.chain import ChainCheck
from vardskiftet.model.event import Event
from vardskiftet.model.run import Run

MEMORY: dict[str, Keys] = {
    "runs.list": {"runs": many(Run)},
    "runs.show": {"run": Run, "events": many(Event)},
    "audit.show": {"total": int, "events": many(Event)},
    "audit.verify": {name: info.annotation for name, info in ChainCheck.model_fields.items()},
}
