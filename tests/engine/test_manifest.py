"""Is a manifest named by what it says, in whatever order and form, and does the sweep take orphans only?"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vardskiftet.engine.manifest import sweep, write_manifest

TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
LINES = st.tuples(TEXTS, st.just(""), st.sampled_from(["loaded", "rejected"]), TEXTS, TEXTS, st.none() | st.binary(max_size=4))
SCHEMA = pa.schema([(name, pa.string()) for name in ("source_key", "item", "fate", "reason", "target_id")] + [("row_digest", pa.binary())])

Line = tuple[str | None, str, str, str | None, str | None, bytes | None]
ONE: Line = ("1", "", "loaded", None, "id", b"\1")
TWO: Line = ("2", "", "rejected", "INVALID_DATE", None, None)


def table(*lines: Line) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, line, strict=True)) for line in lines], schema=SCHEMA)


def test_it_stands_under_its_digest_and_reads_back(duck: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    digest = write_manifest(duck, table(ONE, TWO), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"{digest}.parquet"]
    assert pq.read_table(tmp_path / f"{digest}.parquet").to_pylist() == table(ONE, TWO).to_pylist()
    assert (tmp_path / f"{digest}.parquet").stat().st_mode & 0o777 == 0o600


@settings(max_examples=25)
@given(data=st.data(), lines=st.lists(LINES, max_size=8))
def test_the_digest_does_not_know_the_order(
    duck: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, lines: list[Line]
) -> None:
    shuffled = data.draw(st.permutations(lines))
    folder = tmp_path_factory.mktemp("manifests")
    assert write_manifest(duck, table(*lines), folder) == write_manifest(duck, table(*shuffled), folder)
    assert len(list(folder.iterdir())) == 1


@settings(max_examples=25)
@given(first=st.lists(LINES, max_size=4), second=st.lists(LINES, max_size=4))
def test_other_lines_have_another_digest(
    duck: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory, first: list[Line], second: list[Line]
) -> None:
    folder = tmp_path_factory.mktemp("manifests")
    alike = sorted(map(repr, first)) == sorted(map(repr, second))
    assert (write_manifest(duck, table(*first), folder) == write_manifest(duck, table(*second), folder)) is alike


def test_a_line_twice_is_not_a_line_once(duck: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert write_manifest(duck, table(ONE), tmp_path) != write_manifest(duck, table(ONE, ONE), tmp_path)
    assert write_manifest(duck, table(), tmp_path) != write_manifest(duck, table(ONE), tmp_path)


def test_writing_again_leaves_the_file_as_it_is(duck: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / f"{write_manifest(duck, table(ONE), tmp_path)}.parquet"
    before = path.stat().st_mtime_ns, path.stat().st_ino
    write_manifest(duck, table(ONE), tmp_path)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_the_sweep_takes_orphans_and_halves_and_nothing_else(duck: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    kept = write_manifest(duck, table(ONE), tmp_path)
    orphan = write_manifest(duck, table(TWO), tmp_path)
    (tmp_path / f"{orphan}.parquet.partial").write_bytes(b"half")
    (tmp_path / "notes.txt").write_text("somebody's own")
    assert sweep(tmp_path, frozenset({kept})) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([f"{kept}.parquet", "notes.txt"])
    assert sweep(tmp_path, frozenset({kept})) == 0


def test_a_folder_that_is_not_there_needs_no_sweeping(tmp_path: Path) -> None:
    assert sweep(tmp_path / "none", frozenset()) == 0
