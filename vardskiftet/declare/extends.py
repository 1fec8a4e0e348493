"""What does a file say that extends a base? The base's words, and its own instead of them where it has any; each keeps its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from vardskiftet.declare.faults import Faults
from vardskiftet.declare.files import BASE, File, kind_in_base, kind_of
from vardskiftet.declare.node import Items, Keys, Node, Text
from vardskiftet.declare.sheet import read_sheet
from vardskiftet.declare.words import nearest, quoted

EXTENDS, WITHOUT = "extends", "without"
BY_NAME = {"tables": "table", "columns": "column", "code_systems": "code_system", "checks": "check", "gates": "gate", "sources": "evidence"}
"""Lists whose entries have names: an entry of the same name is taken word by word, another is added."""
ONE_BY_ONE = ("fields",)
"""Keys under which the project's own names stand: each is taken whole."""
NEVER_LESS = ("identity", "protected", "safety_critical")
"""What a base says of a table or a column for a patient's sake, nobody takes back."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The files of base/ that others extend, which of them a reading used, and what was said there and is said otherwise now."""

    files: Mapping[str, File] = field(default_factory=dict)
    used: dict[str, File] = field(default_factory=dict)
    instead: dict[tuple[str, ...], Node] = field(default_factory=dict)
    """Trail to the place in the base whose words do not hold."""

    def base_of(self, node: Node, file: File, chain: tuple[str, ...], faults: Faults) -> File | None:
        """The file that `node` names, for `file` to extend; None after a fault."""
        if not isinstance(node, Text):
            faults.at(node, "must name one file.", f"Write the path in the project: {BASE}/{file.path}.")
            return None
        path, kind = node.text.strip(), kind_of(chain[0])
        if path in chain:
            faults.at(node, f"goes in a circle: {' extends '.join((*chain[chain.index(path) :], path))}.", "Let one of them stand alone.")
        elif path not in self.files:
            alike = [one for one in self.files if kind_in_base(one) == kind]
            faults.at(node, f"{quoted(path)} is no file under {BASE}/.", nearest(path, alike) if alike else f"Put the base into {BASE}/.")
        elif kind_in_base(path) != kind:
            faults.at(node, f"{quoted(path)} is another kind of file.", "A mapping extends a mapping, a record a record, and so on.")
        else:
            self.used[path] = self.files[path]
            return self.files[path]
        return None


def extended(root: Keys, file: File, name: str, shelf: Shelf, faults: Faults, chain: tuple[str, ...] = ()) -> Keys | None:
    """The tree of a file with that of its base under it, however deep; None if a base cannot be had."""
    chain = chain or (file.path,)
    if EXTENDS not in root.keys:
        if WITHOUT in root.keys:
            faults.at(root.key(WITHOUT), "stands only beside `extends:`.", "Remove it.")
        return root
    base = shelf.base_of(root.keys[EXTENDS], file, chain, faults)
    tree = read_sheet(base.path, name, base.content, faults) if base else None
    under = extended(tree, base, name, shelf, faults, (*chain, base.path)) if base and tree else None
    if under is None:
        return None
    left = under
    for node in _named(root, faults):
        left = _taken_out(left, node, faults) or left
    whole = _laid_over(left, root, shelf)
    _hold_what_protects(under, whole, root, faults)
    return whole


def _named(root: Keys, faults: Faults) -> list[Text]:
    """What the file does without."""
    node = root.keys.get(WITHOUT)
    if node is None:
        return []
    if isinstance(node, Items):
        return [one for one in node.items if isinstance(one, Text)]
    faults.at(node, "must be a list.", "Write [changed, fields.note_text]: names of keys, with dots between.")
    return []


def _taken_out(under: Keys, named: Text, faults: Faults) -> Keys | None:
    """The base without a key, an entry of a list, or a key of that; None after a fault."""
    first, _, rest = named.text.partition(".")
    node = under.keys.get(first)
    if node is None:
        faults.at(named, f"the base has no {quoted(first)}.", nearest(first, list(under.keys)))
        return None
    if not rest:
        return _but(under, first)
    if isinstance(node, Keys):
        left = _taken_out(node, replace(named, text=rest), faults)
        return None if left is None else _with(under, first, left, node)
    entry, _, deeper = rest.partition(".")
    by = BY_NAME.get(first, "")
    entries = {_name(one, by): one for one in node.items} if isinstance(node, Items) and by else {}
    found = entries.get(entry)
    if not isinstance(node, Items) or found is None:
        faults.at(named, f"the base has no {quoted(entry)} under {quoted(first)}.", nearest(entry, [one for one in entries if one]))
        return None
    kept: list[Node] = [one for one in node.items if one is not found]
    if deeper and isinstance(found, Keys):
        left = _taken_out(found, replace(named, text=deeper), faults)
        kept = [left if one is found and left is not None else one for one in node.items]
    return _with(under, first, replace(node, items=tuple(kept)), node)


def _laid_over(under: Keys, own: Keys, shelf: Shelf) -> Keys:
    """Keys of both; where both have one, the own."""
    result = replace(under, path=own.path, line=own.line, key_paths={name: under.key(name).path for name in under.keys})
    for name, node in own.keys.items():
        if name in (EXTENDS, WITHOUT):
            continue
        before, now = under.keys.get(name), node
        if isinstance(node, Items) and isinstance(before, Items) and name in BY_NAME:
            now = _list_over(before, node, BY_NAME[name], shelf)
        elif isinstance(node, Keys) and isinstance(before, Keys) and name in ONE_BY_ONE:
            now = _laid_over(before, node, shelf)
        elif before is not None:
            shelf.instead[(*own.trail, name)] = under.key(name)
        result = _with(result, name, now, own.key(name))
    return result


def _list_over(under: Items, own: Items, by: str, shelf: Shelf) -> Items:
    mine = {_name(one, by): one for one in own.items}
    items: list[Node] = []
    for before in under.items:
        node = mine.pop(_name(before, by), None) if _name(before, by) else None
        items.append(_laid_over(before, node, shelf) if isinstance(node, Keys) and isinstance(before, Keys) else before)
    return replace(own, items=(*items, *(one for one in own.items if any(one is other for other in mine.values()))))


def _name(node: Node, by: str) -> str:
    named = node.keys.get(by) if isinstance(node, Keys) else None
    return named.text if isinstance(named, Text) else ""


def _with(keys: Keys, name: str, node: Node, at: Node) -> Keys:
    lines, paths = {**keys.key_lines, name: at.line}, {**keys.key_paths, name: at.path}
    return replace(keys, keys={**keys.keys, name: node}, key_lines=lines, key_paths=paths)


def _but(keys: Keys, name: str) -> Keys:
    return replace(keys, keys={one: node for one, node in keys.keys.items() if one != name})


def _hold_what_protects(under: Node, whole: Node | None, at: Node, faults: Faults) -> None:
    """Tell every table or column of the base that was protected and is less so now."""
    if isinstance(under, Items):
        for name, by in ((_name(one, by), by) for one in under.items for by in BY_NAME.values() if _name(one, by)):
            before = next(one for one in under.items if _name(one, by) == name)
            now = next((one for one in whole.items if _name(one, by) == name), None) if isinstance(whole, Items) else None
            _hold_what_protects(before, now, now or whole or at, faults)
    elif isinstance(under, Keys):
        for name, node in under.keys.items():
            now = whole.keys.get(name) if isinstance(whole, Keys) else None
            if name in NEVER_LESS and isinstance(node, Text) and node.text == "true":
                if not (isinstance(now, Text) and now.text == "true"):
                    message = f"the base says `{name}: true` ({node.path}:{node.line}), and what extends it may not say less."
                    faults.at(now or at, message, "Leave the word as it is in the base.")
            elif name in BY_NAME:
                _hold_what_protects(node, now, now or at, faults)
