"""Is a YAML file read word for word, and is every trap of the format a fault with its line?"""

from __future__ import annotations

import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.declare import sheet
from vardskiftet.declare.faults import Faults
from vardskiftet.declare.node import Text, plain
from vardskiftet.declare.sheet import DEEPEST, MOST_BYTES, UNWANTED, read_sheet
from vardskiftet.errors import Fault


def reading(content: str | bytes) -> tuple[object, tuple[Fault, ...]]:
    faults = Faults()
    root = read_sheet("a.yaml", "a", content.encode() if isinstance(content, str) else content, faults)
    return (None if root is None else plain(root)), faults.told()


@pytest.mark.parametrize(
    "scalar",
    [
        "18:00",
        "NO",
        "yes",
        "on",
        "0123",
        "0o17",
        "1e3",
        "1_000",
        "~",
        "null",
        "Null",
        ".inf",
        "2024-11-12",
        "0x1F",
        "=",
        "+1",
        "1.0",
        "ÅÄÖ",
    ],
)
def test_scalars_stay_text(scalar: str) -> None:
    assert reading(f"a: {scalar}\n") == ({"a": scalar}, ())


@given(st.text().filter(lambda text: not UNWANTED.search(text)))
def test_a_quoted_text_comes_back_unchanged(text: str) -> None:
    written = yaml.safe_dump({"a": text}, allow_unicode=False, default_style='"')
    assert reading(written) == ({"a": text}, ())


@given(st.text("abcåäöXYZ0123456789.:+-_~% ", min_size=1).filter(lambda text: text.strip() == text))
def test_a_bare_text_comes_back_unchanged_or_is_no_yaml(text: str) -> None:
    value, faults = reading(f"a: {text}\n")
    if faults:
        with pytest.raises(yaml.YAMLError):
            yaml.safe_load(f"a: {text}\n")
            raise yaml.YAMLError("only a text that is a list or keys to YAML may differ")
    elif isinstance(value, dict) and isinstance(value["a"], str):
        assert value == {"a": text}
    else:
        assert text.startswith("- ") or text == "-" or ": " in text or text.endswith(":")


def test_blocks_keep_their_lines() -> None:
    assert reading("a: |\n  one\n   two\n")[0] == {"a": "one\n two\n"}


def test_a_byte_order_mark_and_windows_line_ends_are_taken() -> None:
    assert reading(b"\xef\xbb\xbfa: x\r\nb: y\r\n") == ({"a": "x", "b": "y"}, ())


TRAPS = {
    "duplicate key": ("a: 1\nb: 2\na: 3\n", 3, "stands twice; first on line 1"),
    "duplicate key deep": ("a:\n  - {b: 1, c: 2,\n     b: 3}\n", 3, "stands twice"),
    "anchor": ("a: 1\nb: &x 2\n", 2, "anchor (&x)"),
    "alias": ("a: 1\nb: *x\n", 2, "alias (*x)"),
    "merge": ("a: 1\nb:\n  <<: *x\n", 3, "alias"),
    "tag": ("a: 1\nb: !!int 2\n", 2, "tag"),
    "own tag": ("a: 1\nb: !python/object:os.system x\n", 2, "tag"),
    "unspecific tag": ("a: ! 1\n", 1, "tag"),
    "tagged list": ("a: 1\nb: !!set [x]\n", 2, "tag"),
    "anchored keys": ("a: &x {b: 1}\n", 1, "anchor"),
    "tagged key": ("a: 1\n!!str b: 1\n", 2, "tag"),
    "two documents": ("a: 1\n---\nb: 2\n", 2, "more than one document"),
    "document after the end": ("a: 1\n...\n---\nb: 2\n", 3, "more than one document"),
    "text after the end": ("a: 1\n...\nb: 2\n", 3, "not readable as YAML"),
    "directive": ("%YAML 1.1\n---\na: 1\n", 1, "directive"),
    "tab before a key": ("a: 1\nb:\n\tc: 1\n", 3, "holds a tab"),
    "tab in a text": ('a: 1\nb: "x\ty"\n', 2, "holds a tab"),
    "empty value": ("a: 1\nb:\nc: 3\n", 2, "is empty"),
    "empty entry": ("a:\n  - x\n  -\n", 3, "is empty"),
    "list as key": ("a: 1\n? [x]\n: 2\n", 2, "key that is not a word"),
    "open bracket": ("a: 1\nb: [x\n", 3, "not readable as YAML"),
    "bad indent": ("a: 1\n  b: 2\n", 2, "not readable as YAML"),
    "top list": ("- a\n- b\n", 1, "must begin with keys"),
    "top text": ("only words\n", 1, "must begin with keys"),
}


@pytest.mark.parametrize("loader", [yaml.SafeLoader, sheet.LOADER], ids=["python", "c"])
@pytest.mark.parametrize("trap", TRAPS)
def test_each_trap_is_a_fault_on_its_line_with_either_parser(trap: str, loader: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "LOADER", loader)
    text, line, message = TRAPS[trap]
    faults = reading(text)[1]
    assert [(fault.path, fault.line) for fault in faults] == [("a.yaml", line)] and message in faults[0].message


BYTES = {
    "not UTF-8": (b"a: 1\nb: \xe5\n", 2, "is not UTF-8: byte 0xe5"),
    "not UTF-8 after a mark": (b"\xef\xbb\xbfa: 1\nb: \xe5\n", 2, "byte 0xe5"),
    "UTF-16": ("a: 1\n".encode("utf-16"), 1, "is not UTF-8"),
    "NUL": (b"a: 1\nb: x\x00y\n", 2, "U+0000"),
    "escape": (b"a: 1\nb: \x1b[31m\n", 2, "U+001B"),
    "line separator": ("a: 1\nb: x\u2028y\n".encode(), 2, "U+2028"),
    "too large": (b"a: 1\n" + b"#" * MOST_BYTES, 1, "at most 5,000,000"),
}


@pytest.mark.parametrize("case", BYTES)
def test_bytes_that_are_no_text_are_a_fault_on_their_line(case: str) -> None:
    content, line, message = BYTES[case]
    value, faults = reading(content)
    assert value is None and [fault.line for fault in faults] == [line] and message in faults[0].message


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"---\n"])
def test_a_file_that_says_nothing_is_a_fault(content: bytes) -> None:
    value, faults = reading(content)
    assert value is None and len(faults) == 1


def test_a_bomb_is_refused_without_growing() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20)]
    start = time.monotonic()
    faults = reading("\n".join(lines) + "\n")[1]
    assert time.monotonic() - start < 5
    assert len(faults) >= 20 and all("alias" in fault.message or "anchor" in fault.message for fault in faults)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_is_refused_whatever_its_depth(opening: str) -> None:
    faults = reading("a:\n " + opening * 100_000 + "\n")[1]
    assert len(faults) == 1 and f"deeper than {DEEPEST}" in faults[0].message


def test_nesting_within_the_limit_is_read() -> None:
    assert reading("a: " + "[" * (DEEPEST - 1) + "x" + "]" * (DEEPEST - 1) + "\n")[1] == ()


def test_a_hostile_key_is_shown_harmless() -> None:
    faults = reading('"\\e[31mred": 1\n"\\e[31mred": 2\n')[1]
    assert "\x1b" not in faults[0].trail and "\\x1b[31mred" in faults[0].trail


def test_places_in_lists_are_counted_from_one() -> None:
    faults = Faults()
    root = read_sheet("a.yaml", "a", b"units:\n  - {unit: x}\n  - {unit: y}\n", faults)
    assert root is not None
    items = root.keys["units"].items  # type: ignore[attr-defined]  # a list, by the text above
    node = items[1].keys["unit"]
    assert isinstance(node, Text) and (node.line, node.trail) == (3, ("a", "units", "2", "unit"))
