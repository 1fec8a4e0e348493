"""Do parents go before children, however the declarations are ordered?"""

from __future__ import annotations

from graphlib import CycleError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.model.mapping import Field, Find, Mapping, Step, UnitRule
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import Record
from vardskiftet.model.system import SourceSpec
from vardskiftet.plan.order import ordered, parents_of


def mapping(name: str, into: str, *finds: Find) -> Mapping:
    fields = tuple(Field(column=f"{find.table}_id", find=find) for find in finds)
    system = name.partition(".")[0]
    return Mapping(
        mapping=name, system=system, information="x", reads="t", into=into, key=("id",), unit=UnitRule(unit="sas"), fields=fields
    )


OWN_PATIENT = Find(table="patient", by="person_id")
BY_NUMBER = Find(table="patient", by="pnr", step=Step(transform="personal_identity"))
REFERRAL = Find(table="referral", by="remiss_id")

MAPPINGS = (
    mapping("elvis.person", "patient"),
    mapping("elvis.referral", "referral", OWN_PATIENT),
    mapping("elvis.booking", "appointment", OWN_PATIENT, REFERRAL),
    mapping("melior.person", "patient"),
    mapping("melior.note", "note", BY_NUMBER),
    mapping("melior.visit", "visit", Find(table="patient", by="id", mapping="elvis.person")),
)


def programme(mappings: tuple[Mapping, ...], systems: tuple[str, ...] = ("elvis", "melior")) -> Programme:
    return Programme(
        programme="landstad",
        title="Landstad",
        timezone="Europe/Stockholm",
        target=SourceSpec(kind="sqlite"),
        systems_in_order=systems,
        waves=(),
        units=(),
        systems=(),
        record=Record(record="r", title="R", version="1", tables=()),
        mappings=mappings,
        root=Path("landstad"),
    )


def names(mappings: tuple[Mapping, ...]) -> list[str]:
    return [one.mapping for one in mappings]


def test_a_find_by_key_needs_its_own_system_and_one_by_number_every_system() -> None:
    whole = programme(MAPPINGS)
    parents = {one.mapping: parents_of(whole, one) for one in MAPPINGS}
    assert parents == {
        "elvis.person": (),
        "elvis.referral": ("elvis.person",),
        "elvis.booking": ("elvis.person", "elvis.referral"),
        "melior.person": (),
        "melior.note": ("elvis.person", "melior.person"),
        "melior.visit": ("elvis.person",),
    }


@given(st.permutations(MAPPINGS))
def test_the_order_of_the_files_changes_nothing(mappings: list[Mapping]) -> None:
    assert names(ordered(programme(tuple(mappings)))) == names(ordered(programme(MAPPINGS)))


@given(st.permutations(MAPPINGS), st.permutations(["elvis", "melior"]))
def test_parents_go_first_and_each_mapping_once(mappings: list[Mapping], systems: list[str]) -> None:
    whole = programme(tuple(mappings), tuple(systems))
    found = names(ordered(whole))
    assert sorted(found) == sorted(names(MAPPINGS))
    for one in MAPPINGS:
        assert all(found.index(parent) < found.index(one.mapping) for parent in parents_of(whole, one))


def test_systems_go_in_the_programmes_order_where_nothing_else_decides() -> None:
    first = names(ordered(programme(MAPPINGS)))
    assert first[:2] == ["elvis.person", "melior.person"]
    assert names(ordered(programme(MAPPINGS, ("melior", "elvis"))))[:2] == ["melior.person", "elvis.person"]


def test_a_mapping_that_finds_in_its_own_table_does_not_wait_for_itself() -> None:
    mother = mapping("elvis.person", "patient", Find(table="patient", by="mor_id"))
    assert names(ordered(programme((mother,)))) == ["elvis.person"]


def test_a_circle_has_no_order() -> None:
    circle = (mapping("elvis.a", "a", Find(table="b", by="x")), mapping("elvis.b", "b", Find(table="a", by="x")))
    with pytest.raises(CycleError):
        ordered(programme(circle))
