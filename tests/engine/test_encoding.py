"""Is every value that is no text noticed, named, and taken out, and no other touched?"""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vardskiftet.engine.encoding import DAMAGED, PARTED, RECODED, with_damage

BROKEN = {
    "a lone continuation": b"\x80",
    "a start without its end": b"sm\xc3",
    "latin-1": "smärta".encode("latin-1"),
    "cp1252 dash": b"a\x96b",
    "overlong slash": b"\xc0\xaf",
    "overlong nul": b"\xc0\x80",
    "a surrogate": b"\xed\xa0\x80",
    "a pair of surrogates": b"\xed\xa0\xbd\xed\xb8\x80",
    "beyond the last plane": b"\xf4\x90\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "utf-16 mark": b"\xff\xfea\x00",
    "in the middle": b"abc\xffdef",
}
SOUND = ("", "\0", "åäö", "\ufeff", "\U0010ffff", "\ufffd", "\x7f", "a\0b")
VALUES = (
    st.none()
    | st.binary(max_size=6)
    | st.text(max_size=4).map(lambda text: text.encode("utf-8", "replace"))
    | st.sampled_from([*BROKEN.values()])
)


def carried(columns: dict[str, list[bytes | None]]) -> pa.RecordBatch:
    """Bytes under the type of text, as a driver that does not look hands them on."""
    arrays = []
    for values in columns.values():
        raw = pa.array(values, pa.binary())
        arrays.append(pa.Array.from_buffers(pa.string(), len(raw), raw.buffers(), raw.null_count, raw.offset))
    return pa.RecordBatch.from_arrays(arrays, names=list(columns))


FIRST = {"a start without its end": 3, "latin-1": 3, "cp1252 dash": 2, "in the middle": 4}
"""The first byte that is no text, from 1; it is the first of the value where nothing else stands here."""


def first_wrong(value: bytes) -> int:
    """The same by another way: the longest head that is text."""
    return next(end for end in range(len(value), -1, -1) if text_of(value[:end]) is not None) + 1


def text_of(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return None


@pytest.mark.parametrize("kind", BROKEN)
def test_each_kind_of_damage_is_noticed(kind: str) -> None:
    batch = with_damage(carried({"a": [b"x", BROKEN[kind], None], "b": [b"1", b"2", b"3"]}))
    assert batch.to_pydict() == {"a": ["x", None, None], "b": ["1", "2", "3"], DAMAGED: [None, f"a byte {FIRST.get(kind, 1)}", None]}


def test_strange_but_sound_texts_stay() -> None:
    batch = with_damage(carried({"a": [text.encode() for text in SOUND] + [b"\xff"]}))
    assert batch["a"].to_pylist() == [*SOUND, None]
    assert batch[DAMAGED].to_pylist() == [None] * len(SOUND) + ["a byte 1"]


def test_all_damaged_columns_of_a_row_are_named_in_their_order() -> None:
    batch = with_damage(carried({"b": [b"\xff", b"x"], "a": [b"\xff", b"\xff"], "c": [None, b"\xff"]}))
    assert batch[DAMAGED].to_pylist() == ["b byte 1, a byte 1", "a byte 1, c byte 1"]


@settings(max_examples=150)
@given(rows=st.lists(st.tuples(VALUES, VALUES), max_size=12), cut=st.tuples(st.integers(0, 12), st.integers(0, 12)))
def test_any_bytes_in_any_slice(rows: list[tuple[bytes | None, bytes | None]], cut: tuple[int, int]) -> None:
    batch = carried({"a": [a for a, _ in rows], "b": [b for _, b in rows]}).slice(*cut)
    chosen = rows[cut[0] : cut[0] + cut[1]]
    judged = with_damage(batch)
    judged.validate(full=True)
    assert judged["a"].to_pylist() == [text_of(a) for a, _ in chosen]
    assert judged["b"].to_pylist() == [text_of(b) for _, b in chosen]
    named = [
        ", ".join(f"{name} byte {first_wrong(value)}" for name, value in zip("ab", row, strict=True) if value and text_of(value) is None)
        for row in chosen
    ]
    assert judged[DAMAGED].to_pylist() == [names or None for names in named]


def test_columns_of_other_types_pass_as_they_are() -> None:
    text = carried({"t": [b"\xff", b"x"]})
    batch = pa.RecordBatch.from_arrays(
        [pa.array([1, None]), text.column(0), pa.array([b"\xff", b""], pa.binary())], names=["n", "t", "raw"]
    )
    judged = with_damage(batch)
    assert judged.to_pydict() == {"n": [1, None], "t": [None, "x"], "raw": [b"\xff", b""], DAMAGED: ["t byte 1", None]}


@pytest.mark.parametrize("values", [[b"x", None], []], ids=["sound", "empty"])
def test_the_shape_is_the_same_with_and_without_damage(values: list[bytes | None]) -> None:
    assert with_damage(carried({"a": values})).schema == with_damage(carried({"a": [b"\xff"]})).schema


def test_values_of_the_second_encoding_are_read_in_it_and_their_columns_named() -> None:
    columns = {"a": ["Å".encode(), "Å".encode("cp1252"), b"h\xe5l \x81"], "b": [b"x", "ä".encode("cp1252"), "ö".encode("cp1252")]}
    judged = with_damage(carried({name: list(values) for name, values in columns.items()}), "cp1252")
    assert judged["a"].to_pylist() == ["Å", "Å", None] and judged["b"].to_pylist() == ["x", "ä", "ö"]
    assert judged[RECODED].to_pylist() == [None, PARTED.join("ab"), "b"]
    assert judged[DAMAGED].to_pylist() == [None, None, "a byte 5"]
    assert with_damage(carried({"a": [b"x"], "b": [b"y"]}), "cp1252").schema == judged.schema


@pytest.mark.parametrize(("written", "byte"), [("cp1252", 2), ("utf-8", 3), ("utf-16", 3), ("utf-16-le", 3), ("utf-32", 5)])
def test_bytes_are_counted_in_the_encoding_that_the_text_was_written_in(written: str, byte: int) -> None:
    judged = with_damage(carried({"a": ["ö\udc81".encode("utf-8", "surrogatepass")]}), written=written)
    assert judged[DAMAGED].to_pylist() == [f"a byte {byte}"]
