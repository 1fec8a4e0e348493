"""Does a folder become a demo project, once, and never over anything else?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from vardskiftet.demo.elvis import SYSTEM
from vardskiftet.demo.outcomes import FOLLOWS, PAST, STRUCK
from vardskiftet.demo.project import MARKER, Begun, ProjectMade, begin, budgets_block, finish, make_project
from vardskiftet.demo.served import served_by
from vardskiftet.errors import Usage
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import Record
from vardskiftet.model.system import SourceSpec
from vardskiftet.model.unit import Unit, UnitKind
from vardskiftet.model.wave import Budgets, Membership, Precision, Scope, Wave
from vardskiftet.shipped import shipped

SHIPPED = shipped()
UNITS = [("sas", UnitKind.HOSPITAL, "south-1"), ("lab", UnitKind.LABORATORY, "south-1"), ("skas", UnitKind.HOSPITAL, "north-east")]


def read(folder: Path) -> Programme:
    """A programme of three units and one outside, without the reader."""
    units = [
        Unit(unit=unit, title=unit, kind=kind, area="a", hsa_id=f"SE2321000131-X{number}", systems=() if unit == "lab" else (SYSTEM,))
        for number, (unit, kind, _) in enumerate(UNITS)
    ]
    outside = Unit(
        unit="dental", title="", kind=UnitKind.DENTAL, area="a", hsa_id="SE2321000131-X9", systems=(SYSTEM,), excluded="Outside."
    )
    waves = tuple(
        Wave(
            wave=wave,
            title=wave,
            precision=Precision.SEASON,
            after=after,
            units=tuple(Membership(unit=unit, scope=Scope.BASE) for unit, _, of in UNITS if of == wave),
        )
        for wave, after in (("south-1", ()), ("north-east", ("south-1",)))
    )
    return Programme(
        programme="p",
        title="",
        timezone="Europe/Stockholm",
        target=SourceSpec(kind="sqlite"),
        systems_in_order=(SYSTEM,),
        waves=waves,
        units=(*units, outside),
        systems=(),
        record=Record(record="r", title="", version="1", tables=()),
        mappings=(),
        root=folder,
    )


def declared(folder: Path, name: str) -> dict[str, object]:
    return yaml.load((folder / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> ProjectMade:
    return make_project(tmp_path_factory.mktemp("demo") / "project", SHIPPED, 200, 7, read)


def test_the_demo_is_synthetic_with_a_fixed_clock_and_the_shipped_programme_is_neither(made: ProjectMade) -> None:
    programme = declared(made.folder, "waves/programme.yaml")
    assert (programme["synthetic"], programme["clock"]) == ("true", "2024-11-05 08:00")
    real = declared(SHIPPED, "waves/programme.yaml")
    assert real["synthetic"] == "false"
    assert {key: value for key, value in programme.items() if key not in ("synthetic", "clock")} == {
        key: value for key, value in real.items() if key != "synthetic"
    }


def test_the_budgets_of_each_wave_are_the_planted_ones(made: ProjectMade) -> None:
    assert set(made.planted["elvis"].waves) == {"south-1", "north-east"}
    for name, wave in made.planted["elvis"].waves.items():
        found = declared(made.folder, f"waves/{name}.yaml")["budgets"]
        assert Budgets.model_validate(found) == wave.budgets
        assert wave.budgets.rejected
        assert "budgets" not in declared(SHIPPED, f"waves/{name}.yaml")


def test_a_wave_without_rejects_gets_an_empty_budget() -> None:
    assert yaml.safe_load(budgets_block(Budgets())) == {"budgets": {"no_unit": 0, "rejected": {}}}


def test_only_units_that_use_the_system_are_served_and_the_first_wave_most(made: ProjectMade) -> None:
    served = {unit.unit: unit for unit in served_by(read(made.folder), SYSTEM)}
    assert {unit: value.wave for unit, value in served.items()} == {"sas": "south-1", "skas": "north-east", "dental": ""}
    assert served["sas"].weight > served["skas"].weight > served["dental"].weight


def test_the_same_demo_again_is_used_as_it_is(made: ProjectMade) -> None:
    before = {path: path.stat().st_mtime_ns for path in made.folder.rglob("*")}
    again = make_project(made.folder, SHIPPED, "200", 7, read)
    assert again == ProjectMade(made.folder, made.planted, reused=True)
    assert list(again.keys()) == ["elvis"] and all(key.is_file() for key in again.keys().values())
    assert {path: path.stat().st_mtime_ns for path in made.folder.rglob("*")} == before


@pytest.mark.parametrize(("size", "seed"), [(201, 7), (200, 8), ("small", 7)])
def test_a_demo_of_another_size_or_seed_is_refused(made: ProjectMade, size: str | int, seed: int) -> None:
    with pytest.raises(Usage, match="holds a demo of 200 patients with seed 7"):
        begin(made.folder, SHIPPED, size, seed)


def test_a_folder_with_anything_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(Usage, match="not empty"):
        begin(tmp_path, SHIPPED, 10, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(Usage, match="not a folder"):
        begin(tmp_path / "thesis.txt", SHIPPED, 10, 1)


@pytest.mark.parametrize("marker", ["", "[]", "no json"])
def test_a_marker_that_cannot_be_read_is_refused(tmp_path: Path, marker: str) -> None:
    (tmp_path / MARKER).write_text(marker)
    with pytest.raises(Usage, match="cannot be read"):
        begin(tmp_path, SHIPPED, 10, 1)


def test_a_demo_that_was_broken_off_is_begun_again(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    begun = begin(folder, SHIPPED, 50, 1)
    assert begun == Begun(folder, 50, 1, complete=False)
    finish(begun, read(folder))
    # Broken off after the budgets were written, before the marker said so.
    (folder / MARKER).write_text(json.dumps({"patients": 50, "seed": 1, "complete": False}))
    again = make_project(folder, SHIPPED, 50, 1, read)
    assert not again.reused
    assert (folder / "waves" / "south-1.yaml").read_text(encoding="utf-8").count("budgets:") == 1
    assert begin(folder, SHIPPED, 50, 1).complete


def test_shipped_declarations_without_the_line_are_refused(tmp_path: Path) -> None:
    waves = tmp_path / "shipped" / "waves"
    waves.mkdir(parents=True)
    (waves / "programme.yaml").write_text("programme: x\nsynthetic: true\n")
    with pytest.raises(Usage, match="synthetic: false"):
        begin(tmp_path / "demo", tmp_path / "shipped", 10, 1)


def test_the_generator_says_its_exclusions_word_for_word_as_the_mappings_do() -> None:
    said = {
        condition["because"]
        for name in ("person", "referral", "booking", "waiting_list")
        for condition in declared(SHIPPED, f"mappings/elvis/{name}.yaml").get("exclude", [])
    }
    assert said == {STRUCK, PAST}
    follows = [
        name
        for name in ("person", "referral", "booking", "waiting_list")
        if "follow_parent" in declared(SHIPPED, f"mappings/elvis/{name}.yaml")
    ]
    assert follows == ["referral"]
    assert FOLLOWS == "Follows its excluded parent."
