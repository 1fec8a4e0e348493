"""What does a YAML file say, word for word? A strict reader: every trap of the format is a fault with its line."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any

import yaml

from vardskiftet.declare.faults import Faults
from vardskiftet.declare.node import Broken, Items, Keys, Node, Text
from vardskiftet.declare.words import quoted

MOST_BYTES = 5_000_000
DEEPEST = 32

# U+0085, U+2028 and U+2029 are line breaks to YAML but not to an editor: lines would be counted apart.
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")

# The C parser is tens of times faster; both speak in the same events.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Stop(Exception):
    """The rest of the file is not worth reading; the fault is told."""


def decoded(path: str, content: bytes, faults: Faults) -> str | None:
    """The text of a file: UTF-8 (a byte order mark is dropped), not too large, without control characters. None after a fault."""
    if len(content) > MOST_BYTES:
        faults.in_file(path, f"has {len(content):,} bytes; a declaration has at most {MOST_BYTES:,}.", "Split it.")
        return None
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        faults.in_file(path, f"is not UTF-8: byte 0x{content[wrong.start]:02x}.", "Save the file as UTF-8.", line=line)
        return None
    unwanted = UNWANTED.search(text)
    if unwanted:
        line = text.count("\n", 0, unwanted.start()) + 1
        faults.in_file(path, f"holds the control character U+{ord(unwanted.group()):04X}.", "Remove it.", line=line)
        return None
    return text


def read_sheet(path: str, name: str, content: bytes, faults: Faults) -> Keys | None:
    """The tree of a YAML file whose top is keys; None if it cannot be had. `name` begins every trail."""
    text = decoded(path, content, faults)
    if text is None or _holds_tab(path, text, faults):
        return None
    composer = _Composer(path, name, faults)
    try:
        root = composer.document(yaml.parse(text, Loader=LOADER))
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        faults.in_file(path, f"is not readable as YAML: {wrong.problem}.", line=mark.line + 1 if mark else 1, trail=name)
        return None
    except yaml.YAMLError:
        faults.in_file(path, "is not readable as YAML.", trail=name)
        return None
    except _Stop:
        return None
    if isinstance(root, Keys):
        return root
    if not isinstance(root, Broken):
        faults.at(root, "must begin with keys, such as `title: …`.")
    return None


def _holds_tab(path: str, text: str, faults: Faults) -> bool:
    lines = [number for number, line in enumerate(text.split("\n"), start=1) if "\t" in line]
    if lines:
        more = f" (and on {len(lines) - 1} more lines)" if len(lines) > 1 else ""
        faults.in_file(path, f"holds a tab{more}.", 'Indent with spaces; inside a text write "\\t".', line=lines[0])
    return bool(lines)


class _Composer:
    """Builds nodes from the parser's events; aliases are never followed, so nothing can grow."""

    def __init__(self, path: str, name: str, faults: Faults) -> None:
        self.path = path
        self.name = name
        self.faults = faults

    def document(self, events: Iterator[Any]) -> Node:
        root: Node = Broken(self.path, 1, (self.name,))
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._stop(event, (self.name,), "holds more than one document.", "Keep one document in a file.")
                if event.version or event.tags:
                    self._tell(event, (self.name,), "holds a YAML directive.", "Remove the line that begins with %.")
                root = self._node(next(events), events, (self.name,), 0, None)
        if not documents:
            self.faults.at(root, "is empty.", "Write its keys, or remove the file.")
        return root

    def _node(self, event: Any, events: Iterator[Any], trail: tuple[str, ...], depth: int, key_line: int | None) -> Node:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            self._tell(event, trail, f"is an alias (*{event.anchor}).", "Write it out.")
            return Broken(self.path, line, trail)
        wrong = self._decorated(event, trail)
        if isinstance(event, yaml.ScalarEvent):
            bare = event.style is None or event.style == ""
            if bare and event.value == "" and not wrong:
                self.faults.at(Node(self.path, key_line or line, trail), "is empty.", "Give it a value or remove it.")
                wrong = True
            return Broken(self.path, line, trail) if wrong else Text(self.path, line, trail, event.value, bare)
        if depth >= DEEPEST:
            self._stop(event, trail[:4], f"is nested deeper than {DEEPEST} levels.", "")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(events, Node(self.path, key_line or line, trail), depth)
        return self._keys(events, Node(self.path, key_line or line, trail), depth)

    def _items(self, events: Iterator[Any], at: Node, depth: int) -> Items:
        items: list[Node] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._node(event, events, (*at.trail, str(len(items) + 1)), depth + 1, None))
        return Items(at.path, at.line, at.trail, tuple(items))

    def _keys(self, events: Iterator[Any], at: Node, depth: int) -> Keys:
        keys: dict[str, Node] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._key(event, events, at, depth)
            line = event.start_mark.line + 1
            value = self._node(next(events), events, (*at.trail, key), depth + 1, line)
            if key in keys:
                self._tell(event, (*at.trail, key), f"stands twice; first on line {lines[key]}.", "Keep one of them.")
            else:
                keys[key], lines[key] = value, line
        return Keys(at.path, at.line, at.trail, keys, lines)

    def _key(self, event: Any, events: Iterator[Any], at: Node, depth: int) -> str:
        if isinstance(event, yaml.ScalarEvent):
            self._decorated(event, (*at.trail, event.value))
            return str(event.value)
        self._tell(event, at.trail, "has a key that is not a word.", "Write keys as plain words.")
        self._node(event, events, at.trail, depth + 1, None)
        return f"(line {event.start_mark.line + 1})"

    def _decorated(self, event: Any, trail: tuple[str, ...]) -> bool:
        if event.anchor is not None:
            self._tell(event, trail, f"has an anchor (&{event.anchor}).", "Remove it; repeat what is meant.")
        if event.tag is not None:
            self._tell(event, trail, f"has the tag {quoted(event.tag)}.", "Remove it; values are text until a key asks for more.")
        return event.tag is not None

    def _tell(self, event: Any, trail: tuple[str, ...], message: str, hint: str) -> None:
        self.faults.at(Node(self.path, event.start_mark.line + 1, trail), message, hint)

    def _stop(self, event: Any, trail: tuple[str, ...], message: str, hint: str) -> None:
        self._tell(event, trail, message, hint)
        raise _Stop
