"""Can every reject reason that a budget or an example names be given at all? One that cannot would allow nothing, or promise nothing."""

from __future__ import annotations

from vardskiftet.declare import scalars
from vardskiftet.declare.faults import Faults
from vardskiftet.declare.mapping import FLAGGED
from vardskiftet.declare.node import found
from vardskiftet.declare.reading import Declarations
from vardskiftet.declare.words import nearest, quoted
from vardskiftet.model.vocabulary import Vocabulary


def check_reasons(declared: Declarations, vocabulary: Vocabulary, faults: Faults) -> None:
    """Reasons are those of the engine, and those that mappings give under `reject:` or in code."""
    if not vocabulary.reasons or set(declared.mappings) != declared.mapping_names or set(declared.codes) != declared.code_names:
        return  # a mapping that cannot be read may give the very reason
    own = {one.reason for mapping in declared.mappings.values() for one in mapping.value.reject}
    own |= {reason for code in declared.codes.values() for reason in code.value.reasons}
    known = {*vocabulary.reasons, *own} - {""}
    for _, wave in sorted(declared.waves.items()):
        for reason in wave.value.budgets.rejected:
            if reason not in known and scalars.REASON.fullmatch(reason):
                node = found(wave.node, "budgets", "rejected", reason)
                faults.at(node, f"{quoted(reason)} is no reason that anything here gives.", nearest(reason, known))
    for _, mapping in sorted(declared.mappings.items()):
        for place, example in enumerate(mapping.value.examples):
            flag, flags = example.gives.get(FLAGGED), {one.reason for one in mapping.value.flag}
            if flag and flag not in flags:
                node = found(mapping.node, "examples", place, "gives", FLAGGED)
                faults.at(node, f"{quoted(str(flag))} is no flag of this mapping.", nearest(str(flag), flags))
            given = example.gives.get("rejected")
            if given and given not in known:
                node = found(mapping.node, "examples", place, "gives", "rejected")
                faults.at(node, f"{quoted(str(given))} is no reason that anything here gives.", nearest(str(given), known))
