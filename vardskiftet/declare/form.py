"""Which keys does this part of a file have, and what do they hold? Unknown and missing keys are faults; the rest is read on demand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from vardskiftet.declare import scalars
from vardskiftet.declare.faults import Faults
from vardskiftet.declare.node import Broken, Items, Keys, Node, Text
from vardskiftet.declare.words import listed, nearest, nearest_of, quoted

Value = TypeVar("Value")
Default = TypeVar("Default")


class Form:
    """Keys that are needed, keys that may be there, and no others.

    A value that cannot be read is told as a fault and stands as its default, so that reading goes on to the end;
    lists keep their places.
    """

    def __init__(self, node: Node, faults: Faults, needs: Sequence[str] = (), may: Sequence[str] = ()) -> None:
        self.node = node
        self.faults = faults
        self.keys = node.keys if isinstance(node, Keys) else {}
        if isinstance(node, Keys):
            self._hold_against(node, needs, may)
        elif not isinstance(node, Broken):
            faults.at(node, "must hold keys.", f"Needed: {', '.join(needs)}." if needs else f"Known: {listed(may)}.")

    def _hold_against(self, node: Keys, needs: Sequence[str], may: Sequence[str]) -> None:
        known = (*needs, *may)
        free = [key for key in known if key not in node.keys]
        misspelt = set()
        for key in node.keys:
            if key not in known:
                self.faults.at(node.key(key), f"{quoted(key)} is not a key here.", nearest(key, free or known))
                misspelt.add(nearest_of(key, free))
        for key in needs:
            if key not in node.keys and key not in misspelt:
                self.faults.at(node, f"lacks the key {quoted(key)}.", "Add it.")

    def __contains__(self, key: str) -> bool:
        return key in self.keys

    def at(self, key: str) -> Node:
        """The place of a key's value, or of the form if it is not there."""
        return self.keys.get(key, self.node)

    def scalar(self, key: str, read: Callable[[str], Value], default: Default) -> Value | Default:
        """One value, read by `read`; the default if the key is absent or faulty."""
        return self._read(self.keys[key], read, default) if key in self.keys else default

    def _read(self, node: Node, read: Callable[[str], Value], default: Default) -> Value | Default:
        if isinstance(node, Broken):
            return default
        if not isinstance(node, Text):
            self.faults.at(node, "must be one value, not a list or keys.")
            return default
        try:
            return read(node.text)
        except scalars.Unreadable as wrong:
            self.faults.at(node, str(wrong), wrong.hint)
            return default

    def text(self, key: str, read: Callable[[str], str] = scalars.text) -> str:
        """One text; empty if the key is absent or faulty."""
        return self.scalar(key, read, "")

    def boolean(self, key: str) -> bool:
        """true or false; false if the key is absent or faulty."""
        return self.scalar(key, scalars.boolean, False)

    def texts(self, key: str, read: Callable[[str], str] = scalars.text) -> tuple[str, ...]:
        """A list of texts; a faulty one stands as an empty text in its place. Twice the same is a fault."""
        values: list[str] = []
        for node in self.items(key):
            value = self._read(node, read, "")
            if value and value in values:
                self.faults.at(node, f"{quoted(value)} stands twice in this list.", "Keep one of them.")
            values.append(value)
        return tuple(values)

    def items(self, key: str) -> tuple[Node, ...]:
        """The nodes of a list; none if the key is absent or faulty."""
        node = self.keys.get(key)
        if node is None or isinstance(node, Broken):
            return ()
        if not isinstance(node, Items):
            self.faults.at(node, "must be a list.", "Write [one, two], or one entry per line after a dash.")
            return ()
        return node.items

    def forms(self, key: str, needs: Sequence[str], may: Sequence[str] = ()) -> list[Form]:
        """A list of forms, one for each entry."""
        return [Form(node, self.faults, needs, may) for node in self.items(key)]

    def form(self, key: str, needs: Sequence[str], may: Sequence[str] = ()) -> Form | None:
        """The form under a key; None if the key is absent."""
        return Form(self.keys[key], self.faults, needs, may) if key in self.keys else None

    def entries(self, key: str) -> dict[str, Node]:
        """What stands under a key whose own keys are free; nothing if it is absent or faulty."""
        node = self.keys.get(key)
        if isinstance(node, Keys):
            return dict(node.keys)
        if node is not None and not isinstance(node, Broken):
            self.faults.at(node, "must hold keys.")
        return {}

    def same(self, key: str, expected: str, what: str) -> None:
        """Hold a declared name against the one that its file has."""
        value = self.text(key)
        if value and value != expected:
            self.faults.at(self.at(key), f"{quoted(value)} is not the name of {what}.", f"Write {quoted(expected)}, or rename {what}.")
