"""What does a declaration's text consist of? Texts, lists and keys, each with its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a file: path in the project, line from 1, trail from the file's name down (list places from 1)."""

    path: str
    line: int
    trail: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A scalar exactly as written; nothing is resolved."""

    text: str
    bare: bool
    """Written without quotes and not as a block."""


@dataclass(frozen=True, slots=True)
class Items(Node):
    """A list."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Keys(Node):
    """Keys with their values, in the order of the file."""

    keys: Mapping[str, Node]
    key_lines: Mapping[str, int]
    key_paths: Mapping[str, str] = field(default_factory=dict)
    """The files of keys that stand in another than this one: those of a base."""

    def key(self, name: str) -> Node:
        """The place of the key itself."""
        return Node(self.key_paths.get(name, self.path), self.key_lines[name], (*self.trail, name))


@dataclass(frozen=True, slots=True)
class Broken(Node):
    """Something whose fault is already told; whoever meets it passes on in silence."""


def found(node: Node, *steps: str | int) -> Node:
    """The node that the steps lead to (list places from 0), or the last one on the way that exists."""
    for step in steps:
        if isinstance(node, Keys) and isinstance(step, str) and step in node.keys:
            node = node.keys[step]
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            break
    return node


def plain(node: Node) -> object:
    """The node as strings, lists and dicts."""
    if isinstance(node, Text):
        return node.text
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    if isinstance(node, Keys):
        return {key: plain(value) for key, value in node.keys.items()}
    return ""
