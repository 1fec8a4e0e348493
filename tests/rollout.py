"""A small rollout with everything that a calendar can hold: three waves, a moment and two seasons, freezes, duties, flows, retirements."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from vardskiftet.model.coexistence import Flow
from vardskiftet.model.programme import Person, Programme
from vardskiftet.model.record import Column, ColumnType, Record, Table
from vardskiftet.model.system import Retirement, SourceSpec, System
from vardskiftet.model.unit import Unit, UnitKind
from vardskiftet.model.wave import Duty, Freeze, Membership, Milestone, Move, Offset, Precision, Scope, Wave

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2024, 10, 1, 8, tzinfo=STOCKHOLM)


def unit(name: str, title: str, kind: UnitKind, area: str, *systems: str, excluded: str = "") -> Unit:
    return Unit(unit=name, title=title, kind=kind, area=area, hsa_id=f"SE2321000131-{name}", systems=systems, excluded=excluded)


UNITS = (
    unit("sas", "Södra Älvsborgs Sjukhus", UnitKind.HOSPITAL, "södra", "elvis", "melior"),
    unit("narhalsan-kinna", "Närhälsan Kinna", UnitKind.PRIMARY_CARE, "södra", "asynja"),
    unit("boras", "Borås Stad", UnitKind.MUNICIPALITY, "södra"),
    unit("mark", "Marks kommun", UnitKind.MUNICIPALITY, "södra"),
    unit("ekliden", "Vårdcentralen Ekliden", UnitKind.PRIVATE, "södra", "asynja"),
    unit("skas", "Skaraborgs Sjukhus", UnitKind.HOSPITAL, "östra", "elvis", "melior"),
    unit("skovde", "Skövde kommun", UnitKind.MUNICIPALITY, "östra"),
    unit("tidaholm", "Tidaholms kommun", UnitKind.MUNICIPALITY, "östra"),
    unit("sahlgrenska", "Sahlgrenska Universitetssjukhuset", UnitKind.HOSPITAL, "västra", "elvis"),
    unit("goteborg", "Göteborgs Stad", UnitKind.MUNICIPALITY, "västra"),
    unit("folktandvarden", "Folktandvården", UnitKind.DENTAL, "region", "elvis", excluded="Outside the programme."),
)


def member(name: str, scope: Scope = Scope.BASE, *moved: Move) -> Membership:
    return Membership(unit=name, scope=scope, moved=moved)


MILESTONES = (
    Milestone(milestone="start", title="Local projects begin", offset=Offset(months=-16), owner="anna"),
    Milestone(milestone="training", title="Training begins", offset=Offset(days=-90)),
    Milestone(milestone="command-centre", title="Command centre opens", offset=Offset(days=-28), owner="Command centre lead"),
    Milestone(milestone="hypercare-exit", title="Hypercare ends", offset=Offset(days=28)),
)

DUTY = Duty(person="anna", role="command centre", begins=Offset(days=-28), ends=Offset(days=28))

WAVES = (
    Wave(
        wave="south-1",
        title="Most of the southern area",
        go_live=datetime(2024, 11, 12, 4, tzinfo=STOCKHOLM),
        precision=Precision.MOMENT,
        units=(member("sas", Scope.HOSPITAL), member("narhalsan-kinna", Scope.PRIMARY_CARE), member("boras"), member("mark")),
        milestones=(*MILESTONES, Milestone(milestone="decision", title="Go or no-go", on=date(2024, 11, 5), owner="cecilia")),
        freezes=(
            Freeze(
                freeze="config", title="Configuration freeze", because="No change so near.", begins=Offset(days=-28), ends=Offset(days=14)
            ),
        ),
        duties=(DUTY,),
    ),
    Wave(
        wave="south-2",
        title="The rest of the southern area",
        season="2025-autumn",
        precision=Precision.SEASON,
        after=("south-1",),
        distance_days=180,
        units=(
            member(
                "ekliden",
                Scope.PRIMARY_CARE,
                Move(origin="south-1", decision="RS 2024-00123", date=date(2024, 2, 13), because="Technical problems."),
            ),
        ),
        milestones=MILESTONES,
        duties=(DUTY,),
    ),
    Wave(
        wave="north-east",
        title="The northern and eastern areas",
        season="2026-spring",
        precision=Precision.SEASON,
        after=("south-2",),
        distance_days=90,
        units=(member("skas", Scope.HOSPITAL), member("skovde"), member("tidaholm")),
        milestones=MILESTONES,
    ),
    Wave(
        wave="west",
        title="The western area",
        season="2026-autumn",
        precision=Precision.SEASON,
        after=("north-east",),
        distance_days=90,
        units=(member("sahlgrenska", Scope.HOSPITAL), member("goteborg")),
    ),
)

FREEZES = (
    Freeze(
        freeze="christmas-2024",
        title="Christmas 2024",
        because="Half the staff are off.",
        begins=date(2024, 12, 16),
        ends=date(2025, 1, 7),
        no_go_live=True,
    ),
    Freeze(freeze="budget", title="Year-end closing", because="Finance closes.", begins=date(2025, 1, 8), ends=date(2025, 1, 20)),
)

FLOWS = (
    Flow(
        flow="referrals",
        title="Referrals between hospitals and primary care",
        sends=("*",),
        receives=("hospital_administration",),
        critical=True,
        routine="Paper by courier, twice a day.",
        approved="HSD 2024-11",
    ),
    Flow(flow="discharge", title="Discharge planning", sends=("hospital_administration",), receives=("municipality",), critical=True),
)


def system(name: str, title: str, retires: Retirement | None = None) -> System:
    return System(system=name, title=title, source=SourceSpec(kind="sqlite"), timezone="Europe/Stockholm", retires=retires)


def rollout(**more: Any) -> Programme:
    """The programme; every field may be given otherwise."""
    key = Column(column="patient_id", type=ColumnType.UUID, required=True)
    told: dict[str, Any] = {
        "programme": "vgr",
        "title": "Västra Götalandsregionen, Millennium",
        "timezone": "Europe/Stockholm",
        "synthetic": True,
        "clock": NOW,
        "target": SourceSpec(kind="sqlite"),
        "systems_in_order": ("elvis", "melior", "asynja"),
        "people": (
            Person(person="anna", name="Anna Ekdal", role="migration lead"),
            Person(person="cecilia", name="Cecilia Östmark", role="programme director"),
        ),
        "waves": WAVES,
        "units": UNITS,
        "freezes": FREEZES,
        "flows": FLOWS,
        "systems": (
            system("elvis", "Elvis", Retirement(wave="west", days=90)),
            system("melior", "Melior", Retirement(wave="north-east", days=60)),
            system("asynja", "AsynjaVisph", Retirement(wave="south-2", days=30)),
        ),
        "record": Record(
            record="millennium-illustrative",
            title="Millennium, illustrative record",
            version="2024.2",
            tables=(Table(table="patient", title="Patients", key="patient_id", identity=True, columns=(key,)),),
        ),
        "mappings": (),
        "root": Path(),
    }
    return Programme(**{**told, **more})
