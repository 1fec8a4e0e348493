"""Which file and line does each word of a mapping come from, where it extends a base?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vardskiftet.declare.extends import ONE_BY_ONE, Shelf
from vardskiftet.declare.faults import Faults
from vardskiftet.declare.files import find_files
from vardskiftet.declare.mapping import mapping_name
from vardskiftet.declare.node import Keys, Node
from vardskiftet.declare.reading import Reading
from vardskiftet.errors import DeclarationsWrong
from vardskiftet.model.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Origin:
    """A key of a mapping, or a field: `FILE:LINE` where it stands, and what it stands instead of in a base (else empty)."""

    word: str
    where: str
    instead: str


def origins(project: Path, vocabulary: Vocabulary, mapping: str) -> tuple[Origin, ...]:
    """Every key and field of a mapping in the order in which they are read. Raises DeclarationsWrong, KeyError for an unknown mapping."""
    faults = Faults()
    root = project.resolve()
    files = find_files(root, faults)
    reading = Reading(root, vocabulary, faults, shelf=Shelf({file.path: file for file in files.base}))
    file = {mapping_name(one): one for one in files.mappings}[mapping]
    tree = reading.whole_sheet(file, mapping)
    if tree is None:
        raise DeclarationsWrong(faults.told())
    return tuple(_of(tree, reading.shelf))


def _of(tree: Keys, shelf: Shelf) -> Iterator[Origin]:
    for name, node in tree.keys.items():
        if name in ONE_BY_ONE and isinstance(node, Keys):
            yield from _of(node, shelf)
        else:
            at, before = tree.key(name), shelf.instead.get((*tree.trail, name))
            yield Origin(".".join(at.trail[1:]), _told(at), _told(before) if before else "")


def _told(node: Node) -> str:
    return f"{node.path}:{node.line}"
