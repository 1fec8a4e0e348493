"""What is an event's hash, and where does a chain stop holding?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from vardskiftet.model.chain import ChainCheck, Head

ENCODING = b"vardskiftet.event/1"


class Line(NamedTuple):
    """One event as it is stored: text, except for its number."""

    seq: int
    run_id: str
    kind: str
    at: str
    recorded_at: str
    payload: str
    prev: str
    hash: str = ""


def canonical(line: Line) -> bytes:
    """Encode all but the hash so that no two different events encode alike: each field in UTF-8 with its length before it.

    UnicodeEncodeError for text that is none (half of a surrogate pair).
    """
    fields = (str(line.seq), line.run_id, line.kind, line.at, line.recorded_at, line.payload, line.prev)
    encoded = (text.encode("utf-8") for text in fields)
    return ENCODING + b"".join(b"\n%d:%b" % (len(part), part) for part in encoded)


def digest(line: Line) -> str:
    """SHA-256 of the canonical encoding, in hexadecimal."""
    return hashlib.sha256(canonical(line)).hexdigest()


def payload_text(payload: Mapping[str, Any]) -> str:
    """A payload as canonical JSON: sorted keys, no spaces, ASCII. TypeError or ValueError for what JSON cannot say exactly."""
    _refuse_inexact(payload)
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def check(lines: Iterable[Line], head: Head, expected: Head | None = None) -> ChainCheck:
    """Recompute the chain over its lines in order of their numbers, and name the first that does not hold.

    `head` is what the store calls its end. With `expected`, an end that was printed earlier must lie on the chain:
    only so can a tail that was cut off be seen.
    """
    before = Head()
    for line in lines:
        why = _fault(line, before)
        if not why and expected is not None and line.seq == expected.length and line.hash != expected.hash:
            why = "It is not the event that the expected head names: the chain was written anew."
        if why:
            return ChainCheck(length=head.length, head=head.hash, broken_at=before.length + 1, why=why)
        before = Head(length=line.seq, hash=line.hash)
    if expected is not None and before.length < expected.length:
        why = f"The expected head is event {expected.length}, but the chain ends before: its tail was cut off."
        return ChainCheck(length=head.length, head=head.hash, broken_at=before.length + 1, why=why)
    return ChainCheck(length=before.length, head=before.hash)


def _fault(line: Line, before: Head) -> str:
    if not all(isinstance(field, str) for field in line[1:]):
        return "A field is not text."
    if line.seq < before.length + 1:
        return f"An event numbered {line.seq} stands where none can."
    if line.seq > before.length + 1:
        return "It is missing."
    if line.prev != before.hash:
        return "It does not follow the event before it." if before.length else "It does not begin the chain."
    if line.hash != _digest_or_nothing(line):
        return "It is not as it was written: its hash differs."
    return ""


def _digest_or_nothing(line: Line) -> str:
    try:
        return digest(line)
    except UnicodeEncodeError:
        return ""


def _refuse_inexact(value: Any) -> None:
    """json.dumps turns keys 1, True and None into text, and two keys may then meet: keys must be text from the start."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a payload's keys are text, not {type(key).__name__}")
            _refuse_inexact(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_inexact(inner)
