"""Does a plan's fingerprint stand for all that it says, and is all that moved told?"""

from __future__ import annotations

from typing import Any

import pytest

from vardskiftet.model.batch import Batch, KeyRange
from vardskiftet.model.plan import Plan, Since, TableExpectation
from vardskiftet.plan.fingerprint import fingerprint, minor, moved

EXPECTATION = TableExpectation(
    mapping="elvis.booking", system="elvis", table="bokning", rows=9, units={"sas": 7}, other_wave=1, excluded_units=0, no_unit=1, no_care=0
)
BATCH = Batch(mapping="elvis.booking", number=1, range=KeyRange(low=(1,), high=(5, "a")), by=("id", "part"))
PLAN = Plan(
    wave="south-1",
    fingerprint="",
    tool="0.1.4",
    made_at="2024-11-05T08:00:00+01:00",
    programme="vgr",
    declarations={"waves/programme.yaml": "aa", "mappings/record.yaml": "bb"},
    source_schemas={"elvis": "cc"},
    target_schema="dd",
    expectations=(EXPECTATION,),
    batches=(BATCH,),
)

OTHER: dict[str, Any] = {
    "wave": "west",
    "tool": "0.1.5",
    "programme": "skane",
    "declarations": {"waves/programme.yaml": "aa", "mappings/record.yaml": "b2"},
    "source_schemas": {"elvis": "c2"},
    "target_schema": "d2",
    "base": ("ee",),
    "final": True,
    "since": {"elvis.booking": Since(number="7", plan="ee")},
    "expectations": (EXPECTATION.model_copy(update={"rows": 10}),),
    "batches": (BATCH.model_copy(update={"range": KeyRange(low=(1,), high=(5, "b"))}),),
    "corrections": ("ff",),
    "decisions": ("aa",),
    "findings": ({"id": "X"},),
}


def test_every_part_of_a_plan_but_its_moment_is_in_the_fingerprint() -> None:
    assert set(OTHER) == set(Plan.model_fields) - {"fingerprint", "made_at"}, "a new part needs its line here"
    found = {fingerprint(PLAN.model_copy(update={name: other})) for name, other in OTHER.items()}
    assert len(found | {fingerprint(PLAN)}) == len(OTHER) + 1


@pytest.mark.parametrize("name", sorted(TableExpectation.model_fields))
def test_every_part_of_an_expectation_is_in_the_fingerprint(name: str) -> None:
    others = {"units": {"sas": 8}, "unknown_units": (("X", 1),), "mapping": "m", "system": "s", "table": "t"}
    changed = EXPECTATION.model_copy(update={name: others.get(name, 999)})
    assert fingerprint(PLAN.model_copy(update={"expectations": (changed,)})) != fingerprint(PLAN)


def test_the_moment_and_the_fingerprint_itself_are_not() -> None:
    assert fingerprint(PLAN.model_copy(update={"made_at": "later", "fingerprint": "x"})) == fingerprint(PLAN)


def test_the_order_in_which_files_were_read_is_not_in_it() -> None:
    turned = dict(reversed(PLAN.declarations.items()))
    assert fingerprint(PLAN.model_copy(update={"declarations": turned})) == fingerprint(PLAN)


def test_a_plan_that_was_kept_as_text_has_its_fingerprint_still() -> None:
    kept = Plan.model_validate_json(PLAN.model_dump_json())
    assert fingerprint(kept) == fingerprint(PLAN)


def now(**other: Any) -> tuple[str, ...]:
    """What moved between the plan and a world that differs in these."""
    world = {
        "tool": PLAN.tool,
        "declarations": PLAN.declarations,
        "source_schemas": PLAN.source_schemas,
        "target_schema": PLAN.target_schema,
    }
    return moved(PLAN, **world | other)


def test_where_nothing_moved_nothing_is_told() -> None:
    assert now() == ()


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"declarations": PLAN.declarations | {"mappings/record.yaml": "x"}}, ("mappings/record.yaml was changed",)),
        ({"declarations": {"waves/programme.yaml": "aa"}}, ("mappings/record.yaml is gone",)),
        ({"declarations": PLAN.declarations | {"waves/west.yaml": "x"}}, ("waves/west.yaml is new",)),
        ({"tool": "0.2.0"}, ("the tool is 0.2.0, the plan was made by 0.1.4",)),
        ({"source_schemas": {"elvis": "x"}}, ("the schema of system 'elvis' is another",)),
        ({"source_schemas": {}}, ("the schema of system 'elvis' is another",)),
        ({"target_schema": "x"}, ("the record's schema is another",)),
    ],
)
def test_what_moved_is_told(other: dict[str, Any], told: tuple[str, ...]) -> None:
    assert now(**other) == told


def test_all_that_moved_is_told_at_once() -> None:
    assert len(now(tool="1.0.0", declarations={}, source_schemas={}, target_schema="x")) == 5


def test_a_patch_of_the_tool_moves_nothing() -> None:
    assert now(tool="0.1.99") == ()
    assert (minor("0.1.7"), minor("10.2")) == ("0.1", "10.2")
