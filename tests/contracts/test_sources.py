"""The exam of every kind of source: does it tell, count, cut, read and hold still what is there, and write nothing?"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from file_wards import FILE_SOURCES
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from server_wards import ANYWHERE, FIXTURES, SERVER_SOURCES, VARIABLE
from wards import SOURCES as DATABASES
from wards import SourceWard, Table, Value

from vardskiftet.engine.encoding import DAMAGED, WHERE
from vardskiftet.engine.move import fetch
from vardskiftet.engine.sources import KINDS, open_held
from vardskiftet.engine.sources.protocol import Extract, Source, Stillness
from vardskiftet.engine.watermark import ReadsKeys
from vardskiftet.errors import IntegrityBroken, Unreachable
from vardskiftet.model.batch import Batch, KeyRange
from vardskiftet.model.plan import Plan

SOURCES: dict[str, type[SourceWard]] = {**DATABASES, **FILE_SOURCES, **SERVER_SOURCES, **ANYWHERE}
UNEXAMINED = {"oracle": "no server is at hand", "sqlserver": "no server is at hand"}
"""Kinds without a ward, each with its reason."""


def kinds(*names: str) -> list[Any]:
    """Parameters of a test: those on servers are marked."""
    return [pytest.param(name, marks=pytest.mark.server) if name in SERVER_SOURCES else name for name in names]


VISITS = Table(
    "besok",
    (("besok_id", "integer primary key"), ("starttid", "text"), ("enhet", "text")),
    [(n, f"2024-01-{n:02}", None) for n in range(1, 26)],
)
BESOK = Extract("besok", ("besok_id", "starttid", "enhet"), ("besok_id",))


@pytest.fixture
def placed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], type[SourceWard]]:
    """The ward of a kind, with a database on its server where it has one."""

    def place(kind: str) -> type[SourceWard]:
        if kind in FIXTURES:
            monkeypatch.setenv(VARIABLE, request.getfixturevalue(FIXTURES[kind]))
        return SOURCES[kind]

    return place


@pytest.fixture(params=kinds(*sorted(SOURCES)))
def ward(request: pytest.FixtureRequest, tmp_path: Path, placed: Callable[[str], type[SourceWard]]) -> Iterator[SourceWard]:
    with closing(placed(request.param)(tmp_path)) as opened:
        yield opened


def fetched(source: Source, extract: Extract, within: KeyRange | None = None) -> pa.Table:
    """The rows of a range, put together by their place."""
    return pa.Table.from_batches(list(source.read(extract, within))).sort_by("vs_row")


def texts(table: pa.Table, *columns: str) -> list[tuple[str | None, ...]]:
    return list(zip(*(table[name].to_pylist() for name in columns), strict=True))


def test_every_kind_sits_the_exam() -> None:
    assert set(SOURCES) | set(UNEXAMINED) == set(KINDS)


@pytest.mark.parametrize("kind", sorted(UNEXAMINED))
def test_a_kind_without_a_server_is_named_as_not_examined(kind: str) -> None:
    """Its SQL is signed (engine/sources/test_statements.py), and what is said without its driver or its server is tried."""
    pytest.skip(f"not examined: {kind}")


# --- what is there -------------------------------------------------------------------------------------------------------


def test_the_schema_tells_tables_and_columns_in_their_own_order(ward: SourceWard) -> None:
    ward.fill(Table("b", (("z", "text"), ("a", "integer"))), Table("a", (("x", "real"),)))
    schema = ward.live().schema()
    assert list(schema) == ["a", "b"]
    assert [column.name for column in schema["b"]] == ["z", "a"]
    assert all(column.type for columns in schema.values() for column in columns)


NAMES = (
    "en tabell",
    'a"b',
    "åäö ÅÄÖ",
    "select",
    "order",
    "x; drop table y",
    "it's",
    "a.b",
    "1",
    "vs",
    "place",
    "row",
    "%s",
    "?",
    ":x",
    "[b]",
    "-- c",
)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_names_whatever_stands_in_them(ward: SourceWard, name: str) -> None:
    nothing = None if ward.holds(None) else ""
    ward.fill(
        Table(name, ((name, "text"), ("other", "text")), [("b", "2"), ("a", "1"), ("c", nothing)]),
        Table("y", (("z", "text"),), [("kept",)]),
    )
    source = ward.live()
    assert [column.name for column in source.schema()[name]] == [name, "other"]
    extract = Extract(name, (name, "other"), (name,))
    assert source.count(name) == 3
    ranges = source.cuts(extract, 2)
    assert [source.count_range(extract, one) for one in ranges] == [2, 1]
    assert [row for one in ranges for row in texts(fetched(source, extract, one), name, "other")] == [
        ("a", "1"),
        ("b", "2"),
        ("c", nothing),
    ]
    assert source.count("y") == 1


def test_an_empty_table_has_one_empty_range(ward: SourceWard) -> None:
    ward.fill(Table("besok", VISITS.columns))
    source = ward.live()
    assert source.count("besok") == 0
    ranges = source.cuts(BESOK, 10)
    assert ranges == (KeyRange(),)
    assert source.count_range(BESOK, ranges[0]) == 0
    empty = fetched(source, BESOK, ranges[0])
    assert empty.num_rows == 0
    assert empty.schema == fetched(source, BESOK).schema


def test_a_table_of_one_column_and_one_of_two_hundred(ward: SourceWard) -> None:
    wide = tuple((f"c{number}", "text") for number in range(200))
    ward.fill(
        Table("one", (("a", "text"),), [("x",), ("y",)]), Table("wide", wide, [tuple(f"{row}-{n}" for n in range(200)) for row in "ab"])
    )
    source = ward.live()
    assert texts(fetched(source, Extract("one", ("a",), ("a",))), "a") == [("x",), ("y",)]
    names = tuple(name for name, _ in wide)
    rows = fetched(source, Extract("wide", names, ("c0",)))
    assert [name for name in rows.column_names if name != WHERE] == ["vs_row", *names, DAMAGED]
    assert texts(rows, *names) == [tuple(f"{row}-{n}" for n in range(200)) for row in "ab"]


# --- values ---------------------------------------------------------------------------------------------------------------


def must_hold(ward: SourceWard, *values: Value) -> None:
    """Skip where the kind has no place for one of the values."""
    for value in values:
        if not ward.holds(value):
            pytest.skip(f"{ward.system.source.kind} has no place for {value!r:.40}")


def carried(ward: SourceWard, kind: str, values: list[Value]) -> list[str | None]:
    """What values become that were put into a column of this declared type."""
    must_hold(ward, *values)
    # Numbers of one length: text sorts them as numbers do.
    ward.fill(Table("t", (("n", "integer primary key"), ("v", kind)), list(enumerate(values, 1_000_000))))
    rows = fetched(ward.live(), Extract("t", ("n", "v"), ("n",)))
    assert rows["v"].type == pa.string()
    assert rows["vs_row"].to_pylist() == list(range(1, len(values) + 1))
    return list(rows["v"].to_pylist())


def test_every_column_is_text_and_a_place_comes_first(ward: SourceWard) -> None:
    ward.fill(VISITS)
    rows = fetched(ward.live(), BESOK)
    told = [WHERE] if ward.system.source.kind in FILE_SOURCES else []
    assert rows.schema.names == ["vs_row", "besok_id", "starttid", "enhet", *told, DAMAGED]
    assert [str(kind) for kind in rows.schema.types] == ["int64", *["string"] * (len(rows.schema) - 1)]


def test_null_and_the_empty_text_are_two_things(ward: SourceWard) -> None:
    assert carried(ward, "text", ["", None, " ", "NULL"]) == ["", None, " ", "NULL"]


def test_texts_come_as_they_are(ward: SourceWard) -> None:
    strange = ["åäö", "a\0b", "\0", "\r\n\t", "\ufeff", "e\u0301", "\U0001f600", "'\"\\", "x" * 100_000, "0042", "1e3", "0x10"]
    held = [text for text in strange if ward.holds(text)]
    assert len(held) >= 8
    assert carried(ward, "text", list(held)) == held


def test_whole_numbers_come_exactly(ward: SourceWard) -> None:
    numbers = [0, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63)]
    assert carried(ward, "integer", list(numbers)) == [str(number) for number in numbers]


def test_reals_come_with_all_their_digits(ward: SourceWard) -> None:
    reals = [0.1 + 0.2, 1 / 3, 1e-300, 1.7976931348623157e308, -0.0, 5e-324, 123456789.123456789, 1e15 + 0.3]
    assert [float(text or "") for text in carried(ward, "real", list(reals))] == reals


@pytest.mark.parametrize("late", ["text", 7, 7.5], ids=["text", "whole number", "real"])
def test_a_column_that_is_null_for_long_is_read_to_its_end(ward: SourceWard, late: Value) -> None:
    # Drivers that take a column's type from its first rows break here, or make a zero of a text.
    values: list[Value] = [None] * ward.many + [late]
    assert carried(ward, "text", values)[-2:] == [None, str(late)]


def test_a_value_of_another_kind_in_a_column_of_numbers_stays_what_it_is(ward: SourceWard) -> None:
    assert carried(ward, "integer", [1, "abc", "", None, 2.5, "007x"]) == ["1", "abc", "", None, "2.5", "007x"]


def test_bytes_that_are_text_come_as_text_and_others_are_named(ward: SourceWard) -> None:
    must_hold(ward, b"\xff\xfe")
    ward.fill(Table("t", (("n", "integer primary key"), ("v", "blob")), [(1, "åäö".encode()), (2, b"\xff\xfe"), (3, b""), (4, None)]))
    rows = fetched(ward.live(), Extract("t", ("n", "v"), ("n",)))
    assert texts(rows, "v", DAMAGED) == [("åäö", None), (None, "v byte 1"), ("", None), (None, None)]


# --- ranges ---------------------------------------------------------------------------------------------------------------

FINITE = st.floats(allow_nan=False)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
NUMBERS = st.integers(-(2**63), 2**63 - 1)
MIXED = st.none() | NUMBERS | FINITE | WORDS | st.binary(max_size=4) | st.sampled_from(["1", "1.0", 1, 1.0, b"1", "", b"", 0, float("inf")])
KEYS: dict[str, tuple[str, st.SearchStrategy[Value]]] = {
    "whole numbers": ("integer", NUMBERS),
    "few numbers": ("integer", st.none() | st.integers(0, 3)),
    "texts": ("text", WORDS),
    "texts that look like numbers": ("text", st.sampled_from(["1", "01", "1.0", "10", "9", " 9", "-1", "", "a", "A", "å", None])),
    "reals": ("real", FINITE),
    "anything": ("", MIXED),
    "anything among texts": ("text", MIXED),
    "anything among numbers": ("numeric", MIXED),
    "texts without case": ("text collate nocase", st.sampled_from(["a", "A", "b", "B", "å", "Å", "", None])),
}


def put_together(kind: type[SourceWard], tables: Table, extract: Extract, size: int) -> None:
    """Counts of all ranges add up to the rows, each row is read once, in order, and copies of a key meet."""
    with tempfile.TemporaryDirectory() as folder, closing(kind(Path(folder))) as ward:
        ward.fill(tables)
        source = ward.live()
        ranges = plan_and_back(source.cuts(extract, size))
        counts = [source.count_range(extract, one) for one in ranges]
        parts = [fetched(source, extract, one) for one in ranges]
    assert sum(counts) == len(tables.rows)
    assert [part.num_rows for part in parts] == counts
    assert all(part["vs_row"].to_pylist() == list(range(1, part.num_rows + 1)) for part in parts)
    read = [number for part in parts for number in part["n"].to_pylist()]
    assert sorted(map(int, read)) == list(range(len(tables.rows)))
    width = len(extract.key)
    keyed = {str(row[0]): row[1 : 1 + width] for row in tables.rows}
    homes = Counter((one, repr(keyed[number])) for one, part in enumerate(parts) for number in set(part["n"].to_pylist()))
    assert len({key for _, key in homes}) == len(homes), "copies of one key lie in two ranges"
    assert [one.nulls for one in ranges] == [False] * (len(ranges) - 1) + [any(None in key for key in keyed.values())] or len(ranges) == 1
    for one, part in zip(ranges, parts, strict=True):
        assert all((None in keyed[number]) is one.nulls for number in part["n"].to_pylist())


def plan_and_back(ranges: tuple[KeyRange, ...]) -> tuple[KeyRange, ...]:
    """Ranges as a plan's file gives them back."""
    return tuple(KeyRange.model_validate_json(one.model_dump_json()) for one in ranges)


CUT = kinds(*sorted(DATABASES), "csv", *sorted({**SERVER_SOURCES, **ANYWHERE}))
"""Kinds whose ranges are tried with keys of all sorts; files of every kind are cut from one and the same sort of copy."""


@pytest.mark.parametrize("kind", CUT)
@pytest.mark.parametrize("sort", KEYS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), size=st.integers(1, 7))
def test_ranges_hold_every_row_once(
    kind: str, sort: str, placed: Callable[[str], type[SourceWard]], data: st.DataObject, size: int
) -> None:
    declared, values = KEYS[sort]
    keys = data.draw(st.lists(values.filter(SOURCES[kind].holds), max_size=25))
    table = Table("t", (("n", "integer"), ("k", declared)), list(enumerate(keys)))
    put_together(placed(kind), table, Extract("t", ("n", "k"), ("k",)), size)


@pytest.mark.parametrize("kind", [one for one in DATABASES if SOURCES[one].holds(float("inf"))] + ["sqlalchemy"])
def test_a_number_without_end_is_no_border(kind: str, placed: Callable[[str], type[SourceWard]]) -> None:
    keys = [0.0, 0.0, 1.0, float("inf"), float("-inf")]
    put_together(placed(kind), Table("t", (("n", "integer"), ("k", "real")), list(enumerate(keys))), Extract("t", ("n", "k"), ("k",)), 1)


@pytest.mark.parametrize("kind", CUT)
def test_the_longest_texts_of_reals_are_whole_borders(kind: str, placed: Callable[[str], type[SourceWard]]) -> None:
    keys = [-4055460075948558.0, -6.55653744825608e16, -1.3115766857350436e147, -2.3098238271433639e117, -5.7869231641164285e-146]
    put_together(placed(kind), Table("t", (("n", "integer"), ("k", "real")), list(enumerate(keys))), Extract("t", ("n", "k"), ("k",)), 1)


@pytest.mark.parametrize("kind", CUT)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.lists(st.tuples(MIXED, st.none() | st.integers(0, 2) | st.sampled_from(["a", "b"])), max_size=25), size=st.integers(1, 7))
@example(keys=[("m", 1), (b"a", 1), ("b", 1), (b"\xff", 1)], size=2)
def test_ranges_over_keys_of_two_columns(
    kind: str, placed: Callable[[str], type[SourceWard]], keys: list[tuple[Value, Value]], size: int
) -> None:
    held = [key for key in keys if all(SOURCES[kind].holds(part) for part in key)]
    table = Table("t", (("n", "integer"), ("k", ""), ("l", "text")), [(number, *key) for number, key in enumerate(held)])
    put_together(placed(kind), table, Extract("t", ("n", "k", "l"), ("k", "l")), size)


def test_ranges_are_about_as_large_as_asked(ward: SourceWard) -> None:
    ward.fill(VISITS)
    source = ward.live()
    assert [source.count_range(BESOK, one) for one in source.cuts(BESOK, 10)] == [10, 10, 5]
    assert [source.count_range(BESOK, one) for one in source.cuts(BESOK, 25)] == [25]
    assert [source.count_range(BESOK, one) for one in source.cuts(BESOK, 1_000_000)] == [25]


@pytest.mark.parametrize("key", [("n",), ("t",), ("n", "t")], ids="+".join)
def test_rows_are_found_by_their_keys_within_a_range(ward: SourceWard, tmp_path: Path, key: tuple[str, ...]) -> None:
    rows: list[Sequence[Value]] = [(n, f"o'k%s {n}å", f"words {n}") for n in range(1, 1601)]
    ward.fill(Table("t", (("n", "integer"), ("t", "text"), ("w", "text")), rows))
    extract = Extract("t", ("n", "t", "w"), key)
    with closing(ward.live()) as live, closing(live.hold(tmp_path / "held")) as source:
        assert isinstance(source, ReadsKeys), "every kind can be asked for a few of its rows"
        low, *rest = source.cuts(extract, 1400)
        told = texts(fetched(source, extract, low), "n", "t", "w")
        wanted = [one for one in told if int(one[0] or 0) % 2]  # more than one statement of a server takes
        keys = [tuple(str(value) for value, name in zip(one, extract.columns, strict=True) if name in key) for one in wanted]
        found = pa.Table.from_batches(list(source.read_keys(extract, low, key, keys)))
        assert texts(found.sort_by("vs_row"), "n", "t", "w") == wanted
        for within, some in ((rest[0], keys), (low, [])):
            assert sum(part.num_rows for part in source.read_keys(extract, within, key, some)) == 0


def test_rows_come_in_the_order_of_their_key(ward: SourceWard) -> None:
    keys: list[Value] = [key for key in ("b", "a", "B", "å", "10", "9", "", "ab", "Z") if ward.holds(key)]
    ward.fill(Table("t", (("k", "text"),), [(key,) for key in keys]))
    source = ward.live()
    assert [key for (key,) in texts(fetched(source, Extract("t", ("k",), ("k",))), "k")] == sorted(keys, key=ward.order)


def test_keys_whose_bytes_are_no_text_fall_into_a_range_too(ward: SourceWard) -> None:
    ward.fill(Table("t", (("n", "integer"), ("k", "text")), [(n, f"k{n}") for n in range(9)]))
    ward.broken_text("t", "k", b"k\xff\xfe", "n >= 4")
    source = ward.live()
    extract = Extract("t", ("n", "k"), ("k",))
    parts = [fetched(source, extract, one) for one in plan_and_back(source.cuts(extract, 2))]
    assert sorted(int(number) for part in parts for number in part["n"].to_pylist()) == list(range(9))
    assert sorted(name or "" for part in parts for name in part[DAMAGED].to_pylist()) == [""] * 4 + ["k byte 2"] * 5


def test_a_range_survives_the_plan_file() -> None:
    borders = [KeyRange(low=(1, "a", 2.5), high=(2**63 - 1, "å\0", 1e300)), KeyRange(nulls=True), KeyRange(low=("1",), high=(1.0,))]
    back = plan_and_back(tuple(borders))
    assert back == tuple(borders)
    assert [[type(part) for part in one.low or ()] for one in back] == [[int, str, float], [], [str]]
    assert "batches" in Plan.model_fields


def must_copy(ward: SourceWard) -> None:
    """Skip where nothing is copied."""
    if not ward.copies:
        pytest.skip(f"{ward.system.source.kind} is held still without a copy")


# --- stillness ------------------------------------------------------------------------------------------------------------


def test_a_row_that_comes_after_the_hold_is_not_seen(ward: SourceWard, tmp_path: Path) -> None:
    ward.fill(VISITS)
    live = ward.live()
    if live.stillness is not Stillness.RUN:
        pytest.skip("this kind holds nothing still for a whole run")
    held = ward.keep(live.hold(tmp_path / "held"))
    ward.add("besok", (99, "2024-02-01", None))
    assert ward.live().count("besok") == 26
    assert held.count("besok") == 25
    assert fetched(held, BESOK).num_rows == 25
    assert held.count_range(BESOK, KeyRange()) == 25
    assert held.schema() == live.schema()


def test_a_resumed_run_gets_the_copy_that_the_first_one_held(ward: SourceWard, tmp_path: Path) -> None:
    must_copy(ward)
    ward.fill(VISITS)
    first = ward.held(tmp_path / "held")
    ward.add("besok", (99, "2024-02-01", None))
    assert ward.held(tmp_path / "held").count("besok") == first.count("besok") == 25
    ward.lose()
    assert ward.held(tmp_path / "held").count("besok") == 25


def test_nothing_is_held_where_nothing_was(ward: SourceWard, tmp_path: Path) -> None:
    assert open_held(ward.system, tmp_path / "held") is None


def test_a_held_copy_that_was_changed_is_not_used(ward: SourceWard, tmp_path: Path) -> None:
    must_copy(ward)
    ward.fill(VISITS)
    ward.held(tmp_path / "held")
    ward.tamper(tmp_path / "held")
    with pytest.raises(IntegrityBroken) as broken:
        ward.held(tmp_path / "held")
    assert broken.value.exit_code == 8


def test_a_hold_that_was_killed_in_the_middle_is_made_again(ward: SourceWard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    must_copy(ward)

    class Killed(BaseException):
        pass

    def kill(name: str) -> None:
        if name == point:
            raise Killed

    ward.fill(VISITS)
    for point in ("hold.copy.before", "hold.rename.before", "hold.rename.after"):
        monkeypatch.setattr(ward.holder, "reach", kill)
        with pytest.raises(Killed):
            ward.held(tmp_path / point)
        monkeypatch.undo()
        ward.add("besok", (100 + len(point), None, None))
        whole = ward.live().count("besok")
        assert ward.held(tmp_path / point).count("besok") == whole


def test_what_is_held_is_closed_to_others(ward: SourceWard, tmp_path: Path) -> None:
    must_copy(ward)
    ward.fill(VISITS)
    ward.held(tmp_path / "held")
    assert (tmp_path / "held").stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "held").iterdir())


# --- what is not there ----------------------------------------------------------------------------------------------------


def asked_everything(source: Source) -> None:
    source.schema()
    source.count("besok")
    for one in source.cuts(BESOK, 10):
        source.count_range(BESOK, one)
        fetched(source, BESOK, one)


def test_a_system_that_is_missing_is_unreachable(ward: SourceWard) -> None:
    ward.never_was()
    with pytest.raises(Unreachable) as missing:
        ward.live().schema()
    assert missing.value.exit_code == 6
    assert missing.value.hint


def test_something_else_in_its_place_is_unreachable(ward: SourceWard, tmp_path: Path) -> None:
    ward.ruin()
    for question in (
        lambda source: source.schema(),
        lambda source: source.count("besok"),
        lambda source: source.cuts(BESOK, 10),
        lambda source: list(source.read(BESOK, None)),
        lambda source: source.hold(tmp_path / "held"),
    ):
        with pytest.raises(Unreachable) as refused:
            question(ward.live())
        assert str(ward.root) not in refused.value.message + refused.value.where


def test_a_table_or_a_column_that_is_not_there_is_no_empty_one(ward: SourceWard) -> None:
    ward.fill(VISITS)
    source = ward.live()
    with pytest.raises(Unreachable):
        source.count("besok2")
    with pytest.raises(Unreachable):
        list(source.read(Extract("besok2", ("a",), ("a",)), None))
    with pytest.raises(Unreachable):
        list(source.read(Extract("besok", ("besok_id", "nothing"), ("besok_id",)), None))


def test_damage_in_the_middle_is_never_the_end_of_the_data(ward: SourceWard) -> None:
    ward.fill(Table("besok", VISITS.columns, [(n, "x" * 200, None) for n in range(1, 3000)]))
    ward.damage()
    with pytest.raises(Unreachable):
        asked_everything(ward.live())


class Short:
    """A source whose cursor ends before the last row of whatever is read, without a word."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def read(self, extract: Extract, within: KeyRange | None) -> Iterator[pa.RecordBatch]:
        for batch in self._source.read(extract, within):
            yield batch.slice(0, batch.num_rows - 1)


def test_a_cursor_that_ends_early_is_found_by_the_count(ward: SourceWard) -> None:
    ward.fill(VISITS)
    source = ward.live()
    batch = Batch(mapping="elvis.visit", number=1, range=KeyRange(), by=("besok_id",))
    assert fetch(source, BESOK, batch).num_rows == 25
    with pytest.raises(IntegrityBroken, match="read 24 rows where the source counts 25"):
        fetch(Short(source), BESOK, batch)


# --- nothing is written ---------------------------------------------------------------------------------------------------


def test_nothing_is_written_to_the_source(ward: SourceWard, tmp_path_factory: pytest.TempPathFactory) -> None:
    ward.fill(VISITS)
    before = ward.state()
    source = ward.live()
    asked_everything(source)
    asked_everything(ward.keep(source.hold(tmp_path_factory.mktemp("held"))))
    source.prove()
    source.close()
    assert ward.state() == before


def test_closing_twice_and_asking_again_does_no_harm(ward: SourceWard) -> None:
    ward.fill(VISITS)
    source = ward.live()
    asked_everything(source)
    source.close()
    source.close()
    assert fetched(source, BESOK).num_rows == 25
    source.close()
