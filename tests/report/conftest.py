"""A small wave with books that close: two mappings, two units that speak, one that is silent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from vardskiftet.model.books import BookLine, Books, RejectLine, TableLine
from vardskiftet.model.plan import Plan, TableExpectation
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import Column, ColumnType, Record, Table
from vardskiftet.model.run import Run
from vardskiftet.model.system import InformationRoute, Route, SourceSpec, System
from vardskiftet.model.unit import Unit, UnitKind
from vardskiftet.model.wave import Membership, Precision, Scope, Wave
from vardskiftet.report.facts import Facts
from vardskiftet.report.gather import gather

HEAD = "9f2c41d0a7be55e3" * 4
FINGERPRINT = "ab12cd34ef56" + "0" * 52


def line(mapping: str, unit: str, loaded: int, merged: int = 0, rejected: int = 0, excluded: int = 0, **more: Any) -> BookLine:
    """A line that closes unless `more` says otherwise."""
    told = {"extracted": loaded + merged + rejected + excluded, "unchanged": 0, "in_target": loaded, **more}
    return BookLine(mapping=mapping, unit=unit, loaded=loaded, merged=merged, rejected=rejected, excluded=excluded, **told)


def unit(name: str, title: str, kind: UnitKind, **more: Any) -> Unit:
    return Unit(unit=name, title=title, kind=kind, area="södra", hsa_id=f"SE2321000131-{name}", systems=("elvis",), **more)


LINES = (
    line("elvis.person", "*", 4903, merged=61, rejected=44, excluded=0),
    line("elvis.booking", "sas", 5120, merged=12, rejected=71, excluded=203),
    line("elvis.booking", "narhalsan-kinna", 803, rejected=4, excluded=31),
    line("elvis.referral", "sas", 1204, rejected=19, excluded=12),
    line("elvis.referral", "narhalsan-kinna", 207, rejected=2),
)

TABLES = (
    TableLine(
        system="elvis",
        table="person",
        mapping="elvis.person",
        rows=6000,
        counted=6000,
        in_waves=5690,
        excluded_units=0,
        no_unit=0,
        no_care=310,
    ),
    TableLine(
        system="elvis",
        table="bokning",
        mapping="elvis.booking",
        rows=8123,
        counted=8123,
        in_waves=8011,
        excluded_units=100,
        no_unit=12,
        no_care=0,
    ),
    TableLine(
        system="elvis",
        table="remiss",
        mapping="elvis.referral",
        rows=1702,
        counted=1702,
        in_waves=1702,
        excluded_units=0,
        no_unit=0,
        no_care=0,
    ),
)

REJECTS = (
    RejectLine(reason="IDENTITY_CHECKSUM", items=40, budget=40),
    RejectLine(reason="PARENT_REJECTED", items=75, budget=80),
    RejectLine(reason="INVALID_DATE", items=25, budget=25),
)


@pytest.fixture
def books() -> Callable[..., Books]:
    """Makes the wave's books; every field may be given otherwise."""

    def make(**more: Any) -> Books:
        told: dict[str, Any] = {
            "wave": "south-1",
            "lines": LINES,
            "tables": TABLES,
            "rejects": REJECTS,
            "exclusions": (
                ("elvis.booking", "Struck out in Elvis; kept in the archive.", 234),
                ("elvis.referral", "Closed before 2015.", 12),
            ),
            "no_unit": RejectLine(reason="no_unit", items=12, budget=12),
            "batches_done": 9,
            "batches_planned": 9,
            "total": line("*", "*", 12237, merged=73, rejected=140, excluded=246),
        }
        return Books(**{**told, **more})

    return make


@pytest.fixture
def programme() -> Callable[..., Programme]:
    """Makes the programme of that wave; every field may be given otherwise, and the wave's title."""

    def make(wave_title: str = "Most of the southern area", wave: dict[str, Any] | None = None, **more: Any) -> Programme:
        members = tuple(
            Membership(unit=name, scope=scope)
            for name, scope in (("sas", Scope.HOSPITAL), ("narhalsan-kinna", Scope.PRIMARY_CARE), ("laboratory-south", Scope.LABORATORY))
        )
        declared: dict[str, Any] = {"go_live": datetime.fromisoformat("2024-11-12T04:00"), "precision": Precision.MOMENT, **(wave or {})}
        routes = (
            InformationRoute(information="bookings", route=Route.AUTO, owner="migration lead"),
            InformationRoute(
                information="old contacts",
                route=Route.ARCHIVE,
                owner="archive lead",
                because="Read where they are.",
                tables=("kontakt_hist",),
            ),
        )
        key = Column(column="patient_id", type=ColumnType.UUID, required=True)
        told: dict[str, Any] = {
            "programme": "vgr",
            "title": "Västra Götalandsregionen, Millennium",
            "timezone": "Europe/Stockholm",
            "synthetic": True,
            "clock": datetime.fromisoformat("2024-11-05T08:00"),
            "target": SourceSpec(kind="sqlite"),
            "systems_in_order": ("elvis",),
            "waves": (Wave(wave="south-1", title=wave_title, units=members, **declared),),
            "units": (
                unit("sas", "Södra Älvsborgs Sjukhus", UnitKind.HOSPITAL),
                unit("narhalsan-kinna", "Närhälsan Kinna vårdcentral", UnitKind.PRIMARY_CARE, illustrative=True),
                unit("laboratory-south", "Laboratoriemedicin södra", UnitKind.LABORATORY, illustrative=True),
                unit(
                    "folktandvarden",
                    "Folktandvården",
                    UnitKind.DENTAL,
                    excluded="Outside the programme; only hospital dentistry gets access.",
                ),
            ),
            "systems": (
                System(
                    system="elvis",
                    title="Elvis, patient administration",
                    source=SourceSpec(kind="sqlite"),
                    timezone="Europe/Stockholm",
                    routes=routes,
                ),
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

    return make


@pytest.fixture
def plan() -> Plan:
    """The plan that the wave was loaded by."""
    expected = TableExpectation(
        mapping="elvis.person", system="elvis", table="person", rows=6000, units={"*": 5008}, other_wave=682, excluded_units=0, no_unit=0,
        no_care=310,
    )  # fmt: skip
    return Plan(
        wave="south-1", fingerprint=FINGERPRINT, tool="0.1.0", made_at="2024-11-05T08:00:00+01:00", programme="vgr", declarations={},
        source_schemas={}, target_schema="", expectations=(expected,), batches=(),
    )  # fmt: skip


@pytest.fixture
def facts(programme: Callable[..., Programme], books: Callable[..., Books], plan: Plan) -> Callable[..., Facts]:
    """Gathers the facts of that wave; books, programme, plan and the other arguments may be given otherwise."""

    def make(**more: Any) -> Facts:
        start = datetime(2024, 11, 5, 7, tzinfo=UTC)
        runs = tuple(
            Run(
                run_id=run_id,
                verb="apply",
                wave="south-1",
                plan="",
                owner="anna",
                host="here",
                started_at=start,
                recorded_at=start,
                outcome=outcome,
                seconds=s,
                events=9,
            )
            for run_id, outcome, s in (("b2", "interrupted", 12.0), ("a1", "done", 72.0), ("c3", "odd", 1.0))
        )
        told: dict[str, Any] = {
            "programme": programme(),
            "wave": "south-1",
            "books": books(),
            "plan": plan,
            "runs": runs,
            "store_length": 41,
            "store_head": HEAD,
            "now": datetime(2024, 11, 5, 7, tzinfo=UTC),
            "tool": "0.1.0",
        }
        return gather(**{**told, **more})

    return make
