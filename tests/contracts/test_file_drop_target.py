"""What must a drop of files do beyond the exam: can a receiver check it, and is it noticed when a file is missing, changed or strange?"""

from __future__ import annotations

import csv
import errno
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import drops
import duckdb
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
import yaml
from drop_ward import unnamed
from test_targets import ANNA, BO, CIA, LOCK, PATIENT, PERSONS, V1, V2, VISIT, VISITS, Desk, image
from wards import RECORD, FileDropTargetWard

from vardskiftet.engine.duck import open_duck
from vardskiftet.engine.sources.protocol import SourceColumn
from vardskiftet.engine.targets import file_drop, open_target
from vardskiftet.engine.targets.drop_options import FileDropOptions
from vardskiftet.engine.targets.file_drop import FileDropTarget
from vardskiftet.engine.targets.tables import layout
from vardskiftet.errors import IntegrityBroken, Locked, NoRoom, Stale, Unreachable, Usage
from vardskiftet.run.two_ends import refuse_own_records


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_duck() as connection:
        yield connection


@pytest.fixture
def ward(tmp_path: Path) -> FileDropTargetWard:
    return FileDropTargetWard(tmp_path)


def opened(ward: FileDropTargetWard, **options: Any) -> FileDropTarget:
    spec = ward.programme.target
    programme = ward.programme.model_copy(update={"target": spec.model_copy(update={"options": {**spec.options, **options}})})
    found = open_target(programme)
    assert isinstance(found, FileDropTarget)
    return found


@pytest.fixture
def target(ward: FileDropTargetWard) -> Iterator[FileDropTarget]:
    made = opened(ward)
    made.prepare()
    yield made
    made.close()


@pytest.fixture
def desk(duck: duckdb.DuckDBPyConnection, target: FileDropTarget) -> Desk:
    return Desk(duck, target)


@pytest.fixture
def filled(target: FileDropTarget, desk: Desk) -> FileDropTarget:
    """A drop of two batches: two persons, and a visit."""
    target.write(desk.persons(1, ANNA, BO))
    target.write(desk.visits(2, (V1, ANNA)))
    return target


def manifest_of(drop: Path) -> dict[str, Any]:
    found = json.loads((drop / "manifest.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def every(target: FileDropTarget) -> int:
    ((number,),) = target.rows(sa.select(sa.func.count()).select_from(layout(RECORD).tables["visit"]))
    return int(number)


# --- what the receiver gets -----------------------------------------------------------------------------------------------


def test_a_receiver_checks_all_files_with_a_common_tool(ward: FileDropTargetWard, filled: FileDropTarget) -> None:
    manifest = manifest_of(ward.path)
    sums = "".join(f"{line['sha256']}  {line['file']}\n" for line in manifest["files"] + manifest["books"])
    checked = subprocess.run(["sha256sum", "--check", "--strict"], cwd=ward.path, input=sums, capture_output=True, text=True, check=False)
    assert checked.returncode == 0 and checked.stdout.count(": OK") == len(manifest["files"] + manifest["books"]) > 4
    lying = {path.relative_to(ward.path).as_posix() for path in (ward.path / "rows").rglob("*.*")}
    assert {line["file"] for line in manifest["files"]} == lying
    rows = {line["file"]: line["rows"] for line in manifest["files"]}
    assert rows["rows/patient/000001-new.parquet"] == rows["rows/patient/000001-new.csv"] == 2


def test_csv_tells_null_from_an_empty_text_and_every_sign_comes_back(
    ward: FileDropTargetWard, duck: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    target = opened(ward, csv={"delimiter": ";", "decimal": ","})
    target.prepare()
    desk = Desk(duck, target)
    target.write(desk.persons(1, ANNA))
    odd = 'rad 1\r\nrad "2"; \\N å\u0308\u2028'
    target.write(desk.visits(2, (V1, ANNA), note=odd, starts_at=datetime.fromisoformat("2024-11-12T03:00:00.250000")))
    target.write(desk.visits(3, (V2, ANNA), note="", rank=None, starts_at=None))
    texts = [(ward.path / "rows" / "visit" / f"{number:06}-new.csv").read_bytes().decode() for number in (2, 3)]
    assert texts[1].split("\n")[1] == f'"{V2}";"{ANNA}";;"30,50";;""'
    (names, row), _ = (list(csv.reader(text.splitlines(keepends=True), delimiter=";")) for text in texts)
    assert dict(zip(names, row, strict=True)) == {
        "visit_id": V1,
        "patient_id": ANNA,
        "starts_at": "2024-11-12T03:00:00.250000Z",
        "minutes": "30,50",
        "rank": "7",
        "note": odd,
    }
    persons = (ward.path / "rows" / "patient" / "000001-new.csv").read_text(encoding="utf-8").splitlines()
    assert persons == ['"patient_id","identifier","protected","born"'.replace(",", ";"), f'"{ANNA}";"id-{ANNA}";"true";"1981-12-28"']
    target.close()


def test_parquet_alone_is_written_unless_csv_is_asked_for(ward: FileDropTargetWard, duck: duckdb.DuckDBPyConnection) -> None:
    target = opened(ward, formats=["parquet"])
    target.prepare()
    target.write(Desk(duck, target).persons(1, ANNA))
    assert [path.name for path in (ward.path / "rows" / "patient").iterdir()] == ["000001-new.parquet"]
    schema = pq.read_schema(ward.path / "rows" / "patient" / "000001-new.parquet")
    assert {name: str(schema.field(name).type) for name in ("patient_id", "protected", "born")} == {
        "patient_id": "string",
        "protected": "bool",
        "born": "date32[day]",
    }
    assert manifest_of(ward.path)["csv"] is None
    target.close()


@pytest.mark.parametrize(
    "options",
    [
        {"path": "d", "formats": ["csv"]},
        {"path": "d", "formats": ["parquet", "parquet"]},
        {"path": "d", "csv": {"delimiter": "||"}},
        {"path": "d", "csv": {"delimiter": '"'}},
        {"path": "d", "path_from": "D"},
    ],
)
def test_options_that_lead_nowhere_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        FileDropOptions.model_validate(options)


def test_changed_rows_come_as_files_of_their_own(ward: FileDropTargetWard, filled: FileDropTarget, desk: Desk) -> None:
    before = {path: path.read_bytes() for path in ward.path.rglob("rows/*/*")}
    filled.write(desk.batch(3, VISITS, VISIT, [], [{"visit_id": V1, "patient_id": ANNA, "note": "ny"}]))
    assert {path: path.read_bytes() for path in before} == before, "what a receiver has taken was changed"
    added = {path.name for path in ward.path.rglob("rows/*/*")} - {path.name for path in before}
    assert added == {"000003-renewed.parquet", "000003-renewed.csv"}
    assert [row["note"] for row in drops.received(ward.path)["visit"]] == ["ny"]


def test_what_is_taken_back_is_withdrawn_and_told_by_key(ward: FileDropTargetWard, filled: FileDropTarget, desk: Desk) -> None:
    files = sorted(path.relative_to(ward.path).as_posix() for path in ward.path.glob("rows/visit/*"))
    assert desk.take_back(2, VISITS, VISIT) == (1, 0)
    manifest = manifest_of(ward.path)
    assert not any((ward.path / name).exists() for name in files) and set(files) <= set(manifest["withdrawn"])
    assert manifest["entries"][-1]["kind"] == "undo" and manifest["entries"][-1]["takes_back"] == 2
    (told,) = [line for line in manifest["files"] if line["holds"] == "removed" and line["file"].endswith(".csv")]
    assert (ward.path / told["file"]).read_text(encoding="utf-8").split() == ['"visit_id"', f'"{V1}"']
    assert unnamed(ward.path) == []


def test_no_row_of_a_patient_is_left_when_all_is_taken_back(ward: FileDropTargetWard, filled: FileDropTarget, desk: Desk) -> None:
    first = desk.visits(5, (V2, ANNA), note="inga blödningar")
    filled.write(first)
    texts = {
        "visit_id": V2,
        "patient_id": ANNA,
        "starts_at": "2024-11-12T03:00:00Z",
        "minutes": "30.50",
        "rank": 7,
        "note": "inga blödningar",
    }
    renewed = desk.visits(6, (V2, ANNA), note="ej")
    written = first.fresh.column("_digest")[0].as_py()
    before = image(6, 1, 5, VISIT, texts, written)
    filled.write(replace(renewed, fresh=renewed.fresh.slice(0, 0), renewed=renewed.fresh, images=before))
    desk.take_back(6, VISITS, VISIT)
    assert [row["note"] for row in drops.received(ward.path)["visit"] if row["visit_id"] == V2] == ["inga blödningar"]
    for batch in (5, 2):
        assert desk.take_back(batch, VISITS, VISIT) == (1, 0)
    desk.take_back(1, PERSONS, PATIENT)
    left = {path.name.split("-")[1].split(".")[0] for path in ward.path.glob("rows/*/*")}
    assert left == {"removed"}, "only keys are left, and they say nothing of anybody"


def test_a_batch_that_brought_no_file_is_taken_back_too(ward: FileDropTargetWard, filled: FileDropTarget, desk: Desk) -> None:
    empty = desk.visits(3)
    filled.write(replace(empty, fates=empty.fates.slice(0, 0)))
    assert drops.entries_of(ward.path)[-1]["files"] == []
    assert desk.take_back(3, VISITS, VISIT) == (0, 0)
    assert [line["batch"] for line in drops.received(ward.path)["vs_batch"]] == [1, 2]


def test_a_receiver_knows_that_a_run_is_at_work(ward: FileDropTargetWard, filled: FileDropTarget) -> None:
    assert manifest_of(ward.path)["under_way"] == []
    filled.lock(LOCK)
    assert manifest_of(ward.path)["under_way"] == ["south-1"]
    filled.unlock(LOCK)
    assert manifest_of(ward.path)["under_way"] == []


# --- what was tampered with -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rows/visit/000002-new.parquet", "rows/visit/000002-new.csv", "books/vs_fate/000001.parquet"])
@pytest.mark.parametrize("missing", [True, False])
def test_a_file_that_is_missing_or_changed_is_an_integrity_failure(
    ward: FileDropTargetWard, filled: FileDropTarget, name: str, missing: bool
) -> None:
    path = ward.path / name
    if missing:
        path.unlink()
    else:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    for question in (filled.inspect, filled.prepare, lambda: every(filled), lambda: every(opened(ward))):
        with pytest.raises(IntegrityBroken) as broken:
            question()
        assert broken.value.where.endswith(name) and broken.value.exit_code == 8


def test_an_entry_that_is_missing_changed_or_exchanged_is_an_integrity_failure(ward: FileDropTargetWard, filled: FileDropTarget) -> None:
    one, two = (ward.path / "entries" / f"{number:06}.json" for number in (1, 2))
    kept = {path: path.read_bytes() for path in (one, two)}

    def broken() -> None:
        with pytest.raises(IntegrityBroken, match=r"entry"):
            every(opened(ward))
        for path, content in kept.items():
            path.write_bytes(content)
        assert every(opened(ward)) == 1

    for path in (one, two):
        path.unlink()
        broken()
        path.write_bytes(kept[path].replace(b'"kinna"', b'"kinny"'))
        broken()
    two.write_bytes(kept[one])
    broken()
    two.write_bytes(b"not json")
    broken()


def test_a_description_that_went_is_not_taken_for_an_empty_place(ward: FileDropTargetWard, filled: FileDropTarget) -> None:
    (ward.path / "record.json").unlink()
    with pytest.raises(IntegrityBroken, match="description"):
        opened(ward).prepare()


def test_a_file_of_no_entry_is_refused_and_left_alone(ward: FileDropTargetWard, filled: FileDropTarget) -> None:
    strange = [ward.path / "rows" / "visit" / "000001-new.parquet", ward.path / "rows" / "visit" / "notes.txt"]
    for path in strange:
        path.write_text("somebody's", encoding="utf-8")
        with pytest.raises(Stale, match=path.name):
            opened(ward).prepare()
        assert path.read_text(encoding="utf-8") == "somebody's"
        path.unlink()


def test_other_csv_than_the_drop_holds_is_drift(ward: FileDropTargetWard, filled: FileDropTarget) -> None:
    with pytest.raises(Stale, match="CSV"):
        opened(ward, csv={"delimiter": ";"}).inspect()


# --- kills, rivals --------------------------------------------------------------------------------------------------------


def test_files_without_their_entry_are_nothing_and_are_swept(ward: FileDropTargetWard, filled: FileDropTarget, desk: Desk) -> None:
    orphans = [
        "rows/visit/000003-new.parquet",
        "rows/patient/000003-new.csv.partial",
        "books/vs_fate/000003.parquet",
        "entries/000003.json.partial",
    ]
    for name in orphans:
        (ward.path / name).write_bytes(b"half")
    fresh = opened(ward)
    assert every(fresh) == 1, "no question sees them"
    assert all((ward.path / name).exists() for name in orphans), "asking deleted something"
    fresh.prepare()
    assert not any((ward.path / name).exists() for name in orphans)
    (ward.path / orphans[0]).write_bytes(b"half")
    filled.write(desk.visits(3, (V2, BO)))
    assert every(filled) == 2 and unnamed(ward.path) == []


@pytest.mark.parametrize("point", ["drop.seed.before", "drop.seed.after", "drop.manifest.before"])
def test_a_seed_that_meets_a_full_disk_is_whole_or_nothing(
    ward: FileDropTargetWard, target: FileDropTarget, desk: Desk, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    reached = []

    def full(name: str) -> None:
        if name == point and not reached:
            reached.append(name)
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(file_drop, "reach", full)
    monkeypatch.setattr("vardskiftet.engine.targets.drop_manifest.reach", full)
    person = {"patient_id": ANNA, "identifier": "x", "protected": True, "born": date(1981, 12, 28)}
    with pytest.raises(NoRoom):
        target.copy_in(target.layout.tables["patient"], [person])
    seen = 1 if point == "drop.manifest.before" else 0
    assert reached == [point] and [row["born"] for row in drops.received(ward.path)["patient"]] == [person["born"]] * seen
    assert unnamed(ward.path) == []
    target.prepare()
    assert len(manifest_of(ward.path)["entries"]) == seen


def test_a_drop_is_no_source() -> None:
    file = tuple(SourceColumn(name, "text") for name in ("patient_id", "_batch", "_unit", "_key", "_digest", "_entry"))
    with pytest.raises(Usage, match="elvis"):
        refuse_own_records({"elvis": {"referral": file[:1], "000001-new": file}})
    refuse_own_records({"elvis": {"referral": file[:1]}})


def test_a_drop_is_written_by_one_at_a_time(
    ward: FileDropTargetWard, filled: FileDropTarget, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vardskiftet.engine.targets.drop_place.PATIENCE", 2)
    rival = opened(ward)
    refused = []

    def reach(name: str) -> None:
        if name == "target.rows.after" and not refused:
            with pytest.raises(Locked) as locked:
                rival.write(desk.visits(4, (V2, ANNA)))
            refused.append(locked.value.exit_code)

    monkeypatch.setattr(file_drop, "reach", reach)
    filled.write(desk.persons(3, CIA))
    assert refused == [7]
    rival.write(desk.visits(4, (V2, CIA)))
    assert every(filled) == 2


def test_a_hold_that_was_broken_writes_nothing_more(filled: FileDropTarget, ward: FileDropTargetWard, desk: Desk) -> None:
    filled.lock(LOCK)
    assert opened(ward).replace_lock(LOCK, replace(LOCK, run_id="run-2", host="host-b"))
    with pytest.raises(Locked, match="broken"):
        filled.write(desk.visits(3, (V2, BO)))
    with pytest.raises(Locked, match="broken"):
        desk.take_back(2, VISITS, VISIT)
    assert every(filled) == 1 and unnamed(ward.path) == []


def test_a_question_in_whose_midst_a_batch_is_taken_back_is_answered_from_afterwards(
    ward: FileDropTargetWard, filled: FileDropTarget, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = opened(ward)
    open_view, taken = asking.reading.view, []

    def view(duck: duckdb.DuckDBPyConnection, entries: Any, name: str) -> None:
        if not taken:
            taken.append(desk.take_back(2, VISITS, VISIT))
        open_view(duck, entries, name)

    monkeypatch.setattr(asking.reading, "view", view)
    assert every(asking) == 0
    assert taken == [(1, 0)]


def test_two_drops_of_the_same_batches_are_the_same_files(
    ward: FileDropTargetWard, filled: FileDropTarget, duck: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    other = FileDropTargetWard(tmp_path / "other")
    again = opened(other)
    again.prepare()
    desk = Desk(duck, again)
    again.write(desk.persons(1, ANNA, BO))
    again.write(desk.visits(2, (V1, ANNA)))
    assert manifest_of(ward.path) == manifest_of(other.path)
    again.close()


def test_a_copied_drop_is_the_same_drop(ward: FileDropTargetWard, filled: FileDropTarget, tmp_path: Path) -> None:
    shutil.copytree(ward.path, tmp_path / "copy" / "work" / "drop")
    copied = opened(FileDropTargetWard(tmp_path / "copy"))
    assert every(copied) == 1 and copied.inspect() == filled.inspect()


def test_a_variable_that_names_no_folder_is_told(ward: FileDropTargetWard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VENDORS_DROP", raising=False)
    with pytest.raises(Unreachable, match="VENDORS_DROP"):
        opened(ward, path="", path_from="VENDORS_DROP")


def test_the_guide_names_every_option_and_its_example_is_taken() -> None:
    guide = (Path(__file__).parents[2] / "mappings" / "README.md").read_text(encoding="utf-8")
    (line,) = [one for one in guide.splitlines() if one.startswith("target: {kind: file_drop")]
    spec = yaml.safe_load(line)["target"]
    options = FileDropOptions.model_validate({name: value for name, value in spec.items() if name != "kind"})
    assert (options.csv.delimiter, options.csv.decimal, options.formats) == (";", ",", ["parquet", "csv"])
    assert all(f"{name}:" in guide for name in ("path_from", *FileDropOptions.model_fields, *type(options.csv).model_fields))
