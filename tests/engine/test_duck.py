"""Do the engine's macros compute what the specifications say, and is its connection locked?"""

from __future__ import annotations

import uuid
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vardskiftet.engine.compile.identity import NAMESPACE, part_of
from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.zones import WEEKS
from vardskiftet.model.codebook import Codebook

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def answers(duck: duckdb.DuckDBPyConnection, expression: str, **columns: list[str | None]) -> list[object]:
    """An expression over every row of these text columns, in order."""
    length = len(next(iter(columns.values())))
    rows = pa.table({"place": range(length)} | {name: pa.array(column, pa.string()) for name, column in columns.items()})
    duck.register("rows_given", rows)
    try:
        return [value for (value,) in duck.execute(f"select {expression} from rows_given order by place").fetchall()]
    finally:
        duck.unregister("rows_given")


def parts(encoded: bytes) -> list[bytes | None]:
    """The values that were put one after another as `tagged('t', …)`: being readable back, no two lists can look alike."""
    found: list[bytes | None] = []
    while encoded:
        assert encoded[:1] == b"t"
        if encoded[1:2] == b"-":
            found.append(None)
            encoded = encoded[2:]
            continue
        length, _, rest = encoded[1:].partition(b":")
        found.append(rest[: int(length)])
        encoded = rest[int(length) :]
    return found


@settings(max_examples=25)
@given(names=st.lists(TEXTS, min_size=1, max_size=50))
@example(names=["", "\0", "å" * 1000, "a'b"])
def test_uuid5_is_the_standards(duck: duckdb.DuckDBPyConnection, names: list[str]) -> None:
    ((space,),) = duck.execute(f"select {NAMESPACE}").fetchall()
    made = answers(duck, f"uuid5({NAMESPACE}, t)", t=list(names))
    assert made == [str(uuid.uuid5(uuid.UUID(bytes=space), name)) for name in names]
    assert all(uuid.UUID(str(one)).version == 5 and uuid.UUID(str(one)).variant == uuid.RFC_4122 for one in made)


@settings(max_examples=25)
@given(rows=st.lists(st.tuples(*[st.none() | TEXTS | st.sampled_from(["", "-", "t-", "1:", "t1:x"])] * 3), min_size=1, max_size=30))
def test_tagged_values_can_be_told_apart(duck: duckdb.DuckDBPyConnection, rows: list[tuple[str | None, ...]]) -> None:
    a, b, c = (list(column) for column in zip(*rows, strict=True))
    encoded = answers(duck, "encode(tagged('t', a) || tagged('t', b) || tagged('t', c))", a=a, b=b, c=c)
    expected = [[None if value is None else value.encode() for value in row] for row in rows]
    assert [parts(one) for one in encoded if isinstance(one, bytes)] == expected


@settings(max_examples=25)
@given(rows=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=30))
@example(rows=[("a", "1:b"), ("a1:b", ""), ("1", ":1:"), ("å", "a\u030a")])
def test_parts_read_as_python_writes_them_and_never_alike(duck: duckdb.DuckDBPyConnection, rows: list[tuple[str, str]]) -> None:
    made = answers(duck, "part(a) || part(b)", a=[a for a, _ in rows], b=[b for _, b in rows])
    assert made == [part_of(a) + part_of(b) for a, b in rows]
    assert len(set(made)) == len(set(rows))


def test_a_part_that_is_null_makes_the_whole_null(duck: duckdb.DuckDBPyConnection) -> None:
    assert answers(duck, "part(a) || part(b)", a=["x"], b=[None]) == [None]


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2024-11-12 03:00:00", "2024-11-12T03:00:00Z"),
        ("2024-11-12 03:00:00.5", "2024-11-12T03:00:00.500000Z"),
        ("1899-12-31 23:59:59.999999", "1899-12-31T23:59:59.999999Z"),
        ("0009-12-04 00:00:00", "0009-12-04T00:00:00Z"),
    ],
)
def test_an_instant_has_one_spelling(duck: duckdb.DuckDBPyConnection, moment: str, text: str) -> None:
    assert duck.execute("select instant_text(?::timestamp)", [moment]).fetchall() == [(text,)]


OUTWARD = {
    "reads a text file": "select * from read_text('{file}')",
    "reads a file by its name": "from '{file}'",
    "reads csv": "from read_csv('{file}')",
    "reads parquet": "from read_parquet('{file}')",
    "lists a folder": "select * from glob('{folder}/*')",
    "attaches a database": "attach '{folder}/other.duckdb'",
    "attaches a SQLite file": "attach '{file}' (type sqlite)",
    "copies out": "copy (select 1) to '{folder}/out.csv'",
    "copies in": "copy codebook from '{file}'",
    "exports": "export database '{folder}/all'",
    "imports": "import database '{folder}/all'",
    "installs an extension": "install httpfs",
    "loads an extension": "load '{folder}/x.duckdb_extension'",
    "reads the network": "from 'https://example.invalid/x.csv'",
    "opens the door": "set enable_external_access = true",
    "allows a folder": "set allowed_directories = ['{folder}']",
    "changes the limit": "set memory_limit = '8GB'",
    "unlocks": "set lock_configuration = false",
    "resets": "reset memory_limit",
    "changes the zone": "set timezone = 'Europe/Stockholm'",
    "reads the environment": "select getenv('VARDSKIFTET_EXAMPLE')",
}


@pytest.mark.parametrize("attempt", OUTWARD)
def test_the_connection_has_nowhere_to_go(
    duck: duckdb.DuckDBPyConnection, tmp_path: Path, attempt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret.csv"
    file.write_text("name\nhemlig\n")
    monkeypatch.setenv("VARDSKIFTET_EXAMPLE", "hemlig")
    with pytest.raises(duckdb.Error) as refused:
        duck.execute(OUTWARD[attempt].format(file=file, folder=tmp_path)).fetchall()
    assert "hemlig" not in str(refused.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.csv"]


def test_what_stands_outside_is_out_of_reach_of_arrow_too(duck: duckdb.DuckDBPyConnection) -> None:
    unregistered = pa.table({"x": [1]})
    with pytest.raises(duckdb.Error):
        duck.execute("select * from unregistered").fetchall()
    assert unregistered.num_rows == 1


def test_the_limits_hold(duck: duckdb.DuckDBPyConnection) -> None:
    settings_ = dict(duck.execute("select name, value from duckdb_settings()").fetchall())
    assert settings_["memory_limit"] == "512.0 MiB"
    assert settings_["TimeZone"] == "UTC"
    assert settings_["lock_configuration"] == "true"


def test_a_spill_folder_is_emptied_and_closed_to_others(tmp_path: Path) -> None:
    spill = tmp_path / "work" / "spill"
    spill.mkdir(parents=True)
    (spill / "rows-of-a-killed-run").write_text("hemlig")
    open_duck(spill).close()
    assert list(spill.iterdir()) == []
    assert spill.stat().st_mode & 0o777 == 0o700


def test_codebooks_are_there_by_name_and_an_empty_one_is_no_error() -> None:
    books = (
        Codebook(codebook="a", code_system="s", entries=(("N", "new"), ("'", "quote"))),
        Codebook(codebook="b", code_system="s", entries=()),
    )
    with open_duck(codebooks=books) as duck:
        assert duck.execute("select * from codebook order by all").fetchall() == [("a", "'", "quote"), ("a", "N", "new")]


def test_each_zone_is_there_once() -> None:
    with open_duck(zones=("Europe/Stockholm", "Europe/Stockholm")) as duck:
        assert duck.execute("select count(*), count(distinct week) from zone_week").fetchall() == [(WEEKS, WEEKS)]
