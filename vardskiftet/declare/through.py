"""Which transforms does a `through:` name, and with which options?"""

from __future__ import annotations

from collections.abc import Mapping

from vardskiftet.declare.node import Broken, Items, Keys, Node, Text
from vardskiftet.declare.options import read_options
from vardskiftet.declare.reading import Reading
from vardskiftet.declare.words import nearest, quoted
from vardskiftet.model.mapping import Step

CODEBOOK = "codebook"
UNMAPPED = "unmapped"


def read_steps(node: Node, reading: Reading, unmapped: Node | None = None) -> tuple[Step, ...]:
    """The chain of transforms, in order; a faulty one is left out. `unmapped` belongs to the chain's codebook."""
    nodes = node.items if isinstance(node, Items) else (node,)
    if unmapped is not None and not any(_named(one) == CODEBOOK for one in nodes) and not isinstance(node, Broken):
        reading.faults.at(unmapped, "`unmapped` stands only together with a codebook.", "Add `through: {codebook: NAME}`, or remove it.")
    if not nodes:
        reading.faults.at(node, "names no transform.", f"Remove it, or write one of {', '.join(sorted(reading.vocabulary.transforms))}.")
    steps = (_step(one, reading, unmapped if _named(one) == CODEBOOK else None) for one in nodes)
    return tuple(step for step in steps if step)


def read_one_step(node: Node, reading: Reading) -> Step | None:
    """The only transform that may stand here; None after a fault."""
    if isinstance(node, Items):
        reading.faults.at(node, "takes one transform, not a list.", "Name one.")
        return None
    return _step(node, reading, None)


def _named(node: Node) -> str:
    """The transform that a node names: a word, or the first key."""
    if isinstance(node, Text):
        return node.text
    return next(iter(node.keys), "") if isinstance(node, Keys) else ""


def _step(node: Node, reading: Reading, unmapped: Node | None) -> Step | None:
    if isinstance(node, Broken):
        return None
    name, known = _named(node), reading.vocabulary.transforms
    if not name:
        reading.faults.at(node, "must be the name of a transform, or {NAME: OPTION}.")
        return None
    if name not in known:
        at = node.key(name) if isinstance(node, Keys) else node
        reading.faults.at(at, f"{quoted(name)} is not a transform.", nearest(name, known))
        return None
    given = _given(node, name, known[name].main, reading)
    if given is None:
        return None
    if unmapped is not None and UNMAPPED in given:
        reading.faults.at(unmapped, "`unmapped` is said twice.", "Keep one of them.")
    elif unmapped is not None:
        given = {**given, UNMAPPED: unmapped}
    options = read_options(known[name], given, node, reading)
    return Step(transform=name, options=options) if options is not None else None


def _given(node: Node, name: str, main: str, reading: Reading) -> Mapping[str, Node] | None:
    """The options by name: the first key's value is the main option, the others are named as they are."""
    if not isinstance(node, Keys):
        return {}
    if not main:
        reading.faults.at(node.key(name), f"{quoted(name)} takes no options.", f"Write `{name}` alone.")
        return None
    further = {key: value for key, value in node.keys.items() if key != name}
    if main in further:
        reading.faults.at(further[main], f"{quoted(main)} is said twice.", f"It is what stands after `{name}:`.")
    return {main: node.keys[name], **{key: value for key, value in further.items() if key != main}}
