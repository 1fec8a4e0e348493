"""Do the declarations of this repository say what is known of VGR's plan, and mark the rest as illustrative?"""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from vardskiftet.declare import read
from vardskiftet.engine.vocabulary import vocabulary
from vardskiftet.model.programme import Programme
from vardskiftet.model.unit import UnitKind
from vardskiftet.model.wave import Offset, Precision, Scope

ROOT = Path(__file__).resolve().parents[2]
KEY = re.compile(r"\[((?:[VPGLSUDNFC])[0-9]+)\]")


@pytest.fixture(scope="module")
def vgr() -> Programme:
    return read(ROOT, vocabulary())


def test_four_waves_stand_in_order_with_their_days(vgr: Programme) -> None:
    assert [(wave.wave, wave.after) for wave in vgr.waves] == [
        ("south-1", ()),
        ("south-2", ("south-1",)),
        ("north-east", ("south-2",)),
        ("west", ("north-east",)),
    ]
    first = vgr.wave("south-1").go_live
    assert first is not None and first.isoformat() == "2024-11-12T04:00:00+01:00" and vgr.timezone == "Europe/Stockholm"
    assert [wave.season for wave in vgr.waves] == ["", "2025-autumn", "2026-spring", "2026-autumn"]
    assert [wave.precision for wave in vgr.waves] == [Precision.MOMENT, *[Precision.SEASON] * 3]


def test_all_49_municipalities_are_in_one_wave_each_with_area_and_scope(vgr: Programme) -> None:
    municipalities = [unit for unit in vgr.units if unit.kind is UnitKind.MUNICIPALITY]
    assert len(municipalities) == 49 == len({unit.title for unit in municipalities})
    assert Counter(unit.area for unit in municipalities) == {"södra": 8, "västra": 12, "norra": 14, "östra": 15}
    homes = Counter(member.unit for wave in vgr.waves for member in wave.units)
    assert all(homes[unit.unit] == 1 for unit in municipalities)
    scopes = {member.unit: member.scope for wave in vgr.waves for member in wave.units}
    assert {scopes[unit.unit] for unit in municipalities} == {Scope.BASE}


def test_six_municipalities_are_named_for_the_first_wave_and_the_rest_follow_their_area(vgr: Programme) -> None:
    home, kinds = vgr.wave_of_unit, {unit.unit: unit for unit in vgr.units if unit.kind is UnitKind.MUNICIPALITY}
    assert {unit for unit in kinds if home[unit] == "south-1"} == {"bollebygd", "boras", "herrljunga", "mark", "svenljunga", "tranemo"}
    assert {home[unit] for unit, value in kinds.items() if value.area in ("norra", "östra")} == {"north-east"}
    assert {home[unit] for unit, value in kinds.items() if value.area == "västra"} == {"west"}


def test_organisations_of_every_kind_are_there(vgr: Programme) -> None:
    assert {unit.kind for unit in vgr.units} == set(UnitKind)
    by_wave = {wave.wave: {vgr.unit(member.unit).kind for member in wave.units} for wave in vgr.waves}
    assert all({UnitKind.PRIMARY_CARE, UnitKind.REGIONAL_CARE, UnitKind.MUNICIPALITY} <= kinds for kinds in by_wave.values())
    assert {vgr.wave_of_unit[unit] for unit in ("sas", "skas", "nu-sjukvarden", "sahlgrenska")} == {"south-1", "north-east", "west"}


def test_private_providers_of_the_south_were_moved_with_decision_day_and_reason(vgr: Programme) -> None:
    southern = [unit.unit for unit in vgr.units if unit.kind is UnitKind.PRIVATE and unit.area == "södra"]
    moves = {member.unit: member.moved for member in vgr.wave("south-2").units if member.moved}
    assert sorted(moves) == sorted(southern)
    assert all(move.origin == "south-1" and "(illustrative)" in move.decision and move.because for (move,) in moves.values())


def test_dental_care_is_outside_and_services_for_the_region_switch_once(vgr: Programme) -> None:
    assert [unit.unit for unit in vgr.units if unit.excluded] == ["folktandvarden"]
    wide = [unit.unit for unit in vgr.units if unit.kind is UnitKind.REGION_WIDE]
    assert len(wide) == 2 and all(unit in vgr.wave_of_unit for unit in wide)


def test_invented_hsa_ids_are_recognisable(vgr: Programme) -> None:
    for unit in vgr.units:
        prefix, _, rest = unit.hsa_id.partition("-")
        assert prefix == ("SE0000000000" if unit.kind is UnitKind.MUNICIPALITY else "SE2321000131")
        assert re.fullmatch("X[0-9]{4}", rest)


def test_what_is_invented_is_marked(vgr: Programme) -> None:
    assert all(unit.illustrative for unit in vgr.units if "(invented)" in unit.title)
    assert all(unit.illustrative for unit in vgr.units if unit.kind in (UnitKind.PRIVATE, UnitKind.REGIONAL_CARE, UnitKind.REGION_WIDE))


def test_every_wave_has_milestones_from_sixteen_months_before_to_four_weeks_after(vgr: Programme) -> None:
    for wave in vgr.waves:
        offsets = {one.milestone: one.offset for one in wave.milestones}
        assert wave.milestones[0].offset == Offset(months=-16) and wave.milestones[-1].offset == Offset(days=28)
        assert offsets["infrastructure"] == Offset(months=-6) and offsets["command-centre"] == Offset(days=-28)
        gates = [name for name in offsets if name.startswith("G")]
        assert gates == ["G120", "G90", "G60", "G30", "G14", "G7", "G2"]
        assert all(offsets[gate] == Offset(days=-int(gate[1:])) for gate in gates)


def test_somebody_works_for_more_than_one_wave(vgr: Programme) -> None:
    assert max(Counter(person for wave in vgr.waves for person in {duty.person for duty in wave.duties}).values()) > 1


def test_elvis_does_not_retire_for_dental_care_goes_on_using_it(vgr: Programme) -> None:
    assert "elvis" in vgr.unit("folktandvarden").systems and vgr.system("elvis").retires is None
    retiring = {system.system: system.retires for system in vgr.systems if system.retires}
    assert set(retiring) == {"melior", "asynjavisph", "obstetrix", "orbit"}
    assert all(one.wave == "west" and one.days >= 365 for one in retiring.values())


def test_critical_flows_are_declared_and_not_all_of_them_are_approved(vgr: Programme) -> None:
    critical = [flow for flow in vgr.flows if flow.critical]
    assert all(flow.routine for flow in critical) and {bool(flow.approved) for flow in critical} == {True, False}


def test_every_source_key_in_the_declarations_is_listed() -> None:
    listed = (ROOT / "waves" / "SOURCES.md").read_text(encoding="utf-8")
    known = {key for row in re.findall(r"^\| ([A-Z0-9, ]+) \|", listed, re.MULTILINE) for key in row.split(", ")}
    files = [*(ROOT / "waves").rglob("*.yaml"), *(ROOT / "mappings").glob("*/system.yaml")]
    used = {key for file in files for key in KEY.findall(file.read_text(encoding="utf-8"))}
    assert used and used <= known, sorted(used - known)
    assert known <= used, f"listed, but nowhere used: {sorted(known - used)}"


def test_the_first_waves_cutover_fits_its_hours(vgr: Programme) -> None:
    runbook, wave = vgr.runbook_of("south-1"), vgr.wave("south-1")
    assert runbook is not None and len(runbook.steps) > len(runbook.critical_path) > 1
    assert timedelta(hours=1) < runbook.takes <= timedelta(hours=wave.cutover_hours)
