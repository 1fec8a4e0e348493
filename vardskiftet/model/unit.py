"""Which organisations are there? A unit is in exactly one wave at a time, or excluded with a reason."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from vardskiftet.model.frozen import Frozen


class UnitKind(StrEnum):
    """Kinds of organisation in the rollout (domain facts §7.1)."""

    HOSPITAL = "hospital_administration"
    PRIMARY_CARE = "narhalsan_unit"
    REGIONAL_CARE = "regionhalsan_unit"
    LABORATORY = "laboratory"
    PRIVATE = "private_provider"
    MUNICIPALITY = "municipality"
    REGION_WIDE = "region_wide_service"
    DENTAL = "dental_service"


class Unit(Frozen):
    """An organisation. `unit` is its slug; `hsa_id` an attribute that source rows may carry."""

    unit: str
    title: str
    kind: UnitKind
    area: str
    hsa_id: str
    illustrative: bool = False
    systems: tuple[str, ...] = ()
    excluded: str = ""
    """Why it takes part in no wave; empty when it does."""
    principal: str = ""
    """Who answers for it (huvudman), where that is not the region."""
    opens: date | None = None
    """Its first day, where that lies in the programme's time."""
    closes: date | None = None
    """Its last day, where it is to be closed, merged or split."""
    replaces: tuple[str, ...] = ()
    """Units that it takes over from: one where it is renamed, several after a merger."""
