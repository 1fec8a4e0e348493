"""What is wrong so far? Faults are collected, never thrown one by one, so that a person sees all of them at once."""

from __future__ import annotations

from vardskiftet.declare.node import Node
from vardskiftet.declare.words import shown
from vardskiftet.errors import Fault


class Faults:
    """The faults of all files of one reading."""

    def __init__(self) -> None:
        self._told: list[Fault] = []

    def at(self, node: Node, message: str, hint: str = "") -> None:
        """Tell a fault at a place in a file."""
        self._told.append(Fault(shown(node.path), node.line, " › ".join(shown(step) for step in node.trail), message, hint))

    def in_file(self, path: str, message: str, hint: str = "", *, line: int = 1, trail: str = "") -> None:
        """Tell a fault of a file that has no tree of nodes, or none yet."""
        self.at(Node(path, line, (trail,) if trail else ()), message, hint)

    def told(self) -> tuple[Fault, ...]:
        """All faults, each once, by file and line."""
        return tuple(sorted(dict.fromkeys(self._told), key=lambda fault: (fault.path, fault.line, fault.trail, fault.message)))
