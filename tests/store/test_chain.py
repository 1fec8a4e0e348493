"""Does the canonical encoding tell every two events apart, and does the check find what was changed?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vardskiftet.model.chain import GENESIS, Head
from vardskiftet.store.chain import Line, canonical, check, digest, payload_text

# Characters that an encoding without lengths would mix up with its own marks.
TEXT = st.text(st.sampled_from('01:\n\0,"aå') | st.characters(exclude_categories=["Cs"]), max_size=6)
LINES = st.builds(Line, st.integers(0, 30), TEXT, TEXT, TEXT, TEXT, TEXT, TEXT)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def chained(count: int) -> list[Line]:
    lines: list[Line] = []
    for seq in range(1, count + 1):
        line = Line(seq, "run-1", "batch.done", "at", "then", f'{{"n":{seq}}}', lines[-1].hash if lines else GENESIS)
        lines.append(line._replace(hash=digest(line)))
    return lines


def end(lines: list[Line]) -> Head:
    return Head(length=lines[-1].seq, hash=lines[-1].hash) if lines else Head()


@given(LINES, LINES)
def test_no_two_different_events_encode_alike(one: Line, other: Line) -> None:
    assume(one != other)
    assert canonical(one) != canonical(other)


def decoded(encoded: bytes) -> list[str]:
    """Read an encoding back by its lengths alone, whatever the fields hold."""
    mark, _, rest = encoded.partition(b"\n")
    assert mark == b"vardskiftet.event/1"
    fields = []
    while rest:
        length, _, rest = rest.removeprefix(b"\n").partition(b":")
        fields.append(rest[: int(length)].decode())
        rest = rest[int(length) :]
    return fields


@given(LINES)
def test_every_field_can_be_read_back_from_the_encoding(line: Line) -> None:
    assert decoded(canonical(line)) == [str(line.seq), *line[1:-1]]


def test_the_encoding_stays_what_earlier_stores_were_hashed_with() -> None:
    line = Line(7, "20241105T080000-1f2e3d4c", "run.started", "a", "b", '{"verb":"apply"}', GENESIS)
    assert canonical(line) == (
        b'vardskiftet.event/1\n1:7\n24:20241105T080000-1f2e3d4c\n11:run.started\n1:a\n1:b\n16:{"verb":"apply"}\n64:' + b"0" * 64
    )
    assert digest(line) == "8e39f47da592ad357dc1a053d878368f27a31146bbafc4cbf0e6fd901aee697f"


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_a_payload_comes_back_as_it_was_and_is_written_in_one_way_only(payload: dict[str, Any]) -> None:
    text = payload_text(payload)
    assert json.loads(text) == payload
    assert text == payload_text(dict(reversed(payload.items())))
    assert text.isascii()


@pytest.mark.parametrize(
    "payload", [{1: "a", "1": "b"}, {"x": [{None: 1}]}, {"x": float("nan")}, {"x": float("inf")}, {"x": object()}, {"x": b"1"}]
)
def test_a_payload_that_json_cannot_say_exactly_is_refused(payload: Mapping[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        payload_text(payload)


def test_an_untouched_chain_holds() -> None:
    lines = chained(5)
    found = check(lines, end(lines))
    assert (found.holds, found.length, found.head) == (True, 5, lines[-1].hash)
    assert check([], Head()).holds


@given(st.integers(1, 6), st.sampled_from(["run_id", "kind", "at", "recorded_at", "payload", "prev", "hash"]))
def test_a_changed_field_is_found_and_named_by_its_number(seq: int, field: str) -> None:
    lines = chained(6)
    lines[seq - 1] = lines[seq - 1]._replace(**{field: "changed"})
    assert check(lines, end(lines)).broken_at == seq


@given(st.integers(1, 5))
def test_a_removed_event_is_found(seq: int) -> None:
    lines = chained(6)
    del lines[seq - 1]
    found = check(lines, end(lines))
    assert (found.broken_at, found.why) == (seq, "It is missing.")


def test_an_event_before_the_first_is_found() -> None:
    lines = [Line(0, "r", "k", "a", "b", "{}", GENESIS, "x"), *chained(2)]
    assert check(lines, end(lines)).broken_at == 1


@pytest.mark.parametrize("value", [None, b"blob", "\ud800"])
def test_a_field_that_is_no_text_breaks_the_chain_and_not_the_check(value: Any) -> None:
    lines = chained(3)
    lines[1] = lines[1]._replace(payload=value)
    assert check(lines, end(lines)).broken_at == 2


def test_a_rewritten_event_with_a_fresh_hash_breaks_at_the_next() -> None:
    lines = chained(3)
    forged = lines[1]._replace(payload="{}")
    lines[1] = forged._replace(hash=digest(forged))
    assert check(lines, end(lines)).broken_at == 3


def test_a_cut_tail_is_seen_only_with_an_expected_head() -> None:
    lines = chained(6)
    known = end(lines)
    short = lines[:4]
    assert check(short, end(short)).holds
    found = check(short, end(short), known)
    assert found.broken_at == 5
    assert "cut off" in found.why


def test_an_expected_head_may_lie_anywhere_on_the_chain() -> None:
    lines = chained(6)
    assert all(check(lines, end(lines), end(lines[:length])).holds for length in range(7))


def test_a_chain_written_anew_does_not_pass_through_an_expected_head() -> None:
    lines = chained(4)
    known = end(lines)
    forged = [lines[0]._replace(payload='{"n":0}')]
    forged[0] = forged[0]._replace(hash=digest(forged[0]))
    for line in lines[1:]:
        line = line._replace(prev=forged[-1].hash)  # noqa: PLW2901
        forged.append(line._replace(hash=digest(line)))
    assert check(forged, end(forged)).holds
    assert check(forged, end(forged), known).broken_at == 4
