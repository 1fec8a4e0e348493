"""Do two parsers that share nothing read the same rows out of any bytes, however these come in pieces?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vardskiftet.engine.sources import csv_records
from vardskiftet.engine.sources.csv_count import _count
from vardskiftet.engine.sources.csv_dialect import Dialect
from vardskiftet.engine.sources.csv_records import Records

DIALECTS = {
    "plain": Dialect(),
    "short fields": Dialect(longest=3),
    "escaped": Dialect(escape="\\"),
    "no quotes": Dialect(quote=""),
    "no quotes, escaped": Dialect(quote="", escape="\\", null=frozenset(["\\N"])),
    "with nulls": Dialect(null=frozenset(["", "N"])),
    "foreign delimiter": Dialect(delimiter="§"),
    "foreign throughout": Dialect(delimiter="§", quote="¤", escape="å"),
}


def pieces_of(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def rows(data: bytes, dialect: Dialect, width: int, size: int) -> list[tuple[str | None, ...]]:
    names = tuple(f"c{number}" for number in range(width))
    return [tuple(row.values()) for batch in Records(pieces_of(data, size), dialect).batches(names) for row in batch.to_pylist()]


def texts_of(dialect: Dialect) -> st.SearchStrategy[str]:
    """Texts that are mostly signs of the dialect."""
    signs = [dialect.delimiter, dialect.delimiter, dialect.quote, dialect.quote * 2, dialect.escape, '"', "\\", "a", "N", "å", "\0"]
    return st.lists(st.sampled_from([*signs, "\n", "\n", "\r", "\r\n"]), max_size=16).map("".join)


def judged_by_python(text: str, dialect: Dialect, width: int) -> list[tuple[str, ...]] | None:
    """What the standard library reads; None where it sees anything wrong, or another number of fields."""
    before = csv.field_size_limit(dialect.longest)
    try:
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=dialect.delimiter,
            quotechar=dialect.quote or None,
            escapechar=dialect.escape or None,
            quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
            strict=True,
        )
        found = [tuple(row) or ("",) for row in reader if row or width == 1]
    except csv.Error:
        return None
    finally:
        csv.field_size_limit(before)
    return found if all(len(row) == width for row in found) else None


@pytest.mark.parametrize("name", DIALECTS)
@settings(max_examples=150)
@given(data=st.data(), width=st.integers(1, 3))
def test_both_parsers_agree_on_any_text(name: str, data: st.DataObject, width: int) -> None:
    dialect = DIALECTS[name]
    text = data.draw(texts_of(dialect))
    found = rows(text.encode(), dialect, width, 1 << 20)
    for size in (1, 3):
        assert rows(text.encode(), dialect, width, size) == found
    before = csv.field_size_limit(dialect.longest)
    try:
        counted = _count(io.StringIO(text, newline=""), dialect, header=False, one_column=width == 1)
    finally:
        csv.field_size_limit(before)
    assert counted == len(found)
    expected = judged_by_python(text, dialect, width)
    if expected is not None and not dialect.null:
        assert [row[:-1] for row in found] == expected
        assert {row[-1] for row in found} <= {None}


@settings(max_examples=100)
@given(
    written=st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), min_size=3, max_size=3)),
    size=st.integers(1, 9),
)
@example(written=[["", "", ""]], size=1)
def test_what_python_writes_is_read_as_it_was(written: list[list[str]], size: int) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(written)
    assert rows(text.getvalue().encode(), Dialect(), 3, size) == [(*row, None) for row in written]


def test_the_quick_way_and_the_careful_one_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f'{n},"a ""b"", {n}\n",x' if n % 3 else f'{n},5" å,' for n in range(3000)]
    data = ("\n\n".join(lines) + "\r\n").encode()
    mixed = rows(data, Dialect(), 3, 1 << 16)
    monkeypatch.setattr(csv_records, "may_run", lambda dialect: False)
    assert rows(data, Dialect(), 3, 1 << 16) == mixed
    assert len(mixed) == 3000
    assert mixed[0] == ("0", '5" å', "", None)
    assert mixed[1] == ("1", 'a "b", 1\n', "x", None)


@pytest.mark.parametrize("size", [1, 2, 7, 1 << 20])
def test_bytes_that_are_no_text_are_named_and_hurt_no_neighbour(size: int) -> None:
    data = b'1,a\xff,b\n2,"\xe5\n",\xc3\xa5\n3,x\n4,\xed\xb2\x80,y\n'
    assert rows(data, Dialect(), 3, size) == [
        ("1", None, "b", "c1 byte 2"),
        ("2", None, "å", "c1 byte 1"),
        ("3", "x", None, "row: fields: 2 of 3"),
        ("4", None, "y", "c1 byte 1"),
    ]


def test_rows_come_in_batches_of_a_useful_size() -> None:
    lines = "".join(f"{number},x\n" for number in range(100_000)).encode()
    sizes = [batch.num_rows for batch in Records(pieces_of(lines, 1 << 16), Dialect()).batches(("a", "b"))]
    assert sum(sizes) == 100_000
    assert all(size >= csv_records.ROWS for size in sizes[:-1])
