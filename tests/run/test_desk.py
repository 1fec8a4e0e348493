"""Is the right plan taken from the work folder, and only as it was made?"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vardskiftet.errors import IntegrityBroken, Usage
from vardskiftet.model.plan import Plan
from vardskiftet.model.programme import Programme
from vardskiftet.model.record import Record
from vardskiftet.model.system import SourceSpec
from vardskiftet.model.wave import Precision, Wave
from vardskiftet.plan.fingerprint import fingerprint
from vardskiftet.run.desk import Desk, load_plan, plans_of, save_plan

NOW = datetime(2024, 11, 5, 7, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    programme = Programme(
        programme="landstad",
        title="Landstad",
        timezone="Europe/Stockholm",
        target=SourceSpec(kind="sqlite"),
        systems_in_order=(),
        waves=tuple(
            Wave(wave=name, title=name, precision=Precision.SEASON, season="2024-autumn", units=()) for name in ("south", "south-1")
        ),
        units=(),
        systems=(),
        record=Record(record="r", title="R", version="1", tables=()),
        mappings=(),
        root=tmp_path,
    )
    return Desk(programme, lambda: NOW, "0.1.0", "", lambda _: None)


def plan(wave: str = "south-1", made_at: str = "2024-11-05T08:00:00+01:00", base: tuple[str, ...] = (), target: str = "t") -> Plan:
    made = Plan(
        wave=wave,
        fingerprint="",
        tool="0.1.0",
        made_at=made_at,
        programme="landstad",
        declarations={},
        source_schemas={},
        target_schema=target,
        base=base,
        expectations=(),
        batches=(),
    )
    return made.model_copy(update={"fingerprint": fingerprint(made)})


def saved(desk: Desk, *plans: Plan) -> None:
    """Plans written one after the other."""
    for number, one in enumerate(plans):
        os.utime(save_plan(desk, one), ns=(number, number))


def test_the_newest_plan_is_taken(desk: Desk) -> None:
    early, late = plan(), plan(made_at="2024-11-06T08:00:00+01:00", target="another")
    saved(desk, late, early)
    assert load_plan(desk, "south-1") == late


@pytest.mark.parametrize("turned", [False, True])
def test_under_a_fixed_clock_a_delta_is_newer_than_what_it_stands_on(desk: Desk, turned: bool) -> None:
    first = plan()
    second = plan(base=(first.fingerprint,))
    saved(desk, *((second, first) if turned else (first, second)))
    assert plans_of(desk, "south-1") == (first, second)
    assert load_plan(desk, "south-1") == second


@pytest.mark.parametrize("order", [("a", "b", "c"), ("c", "b", "a"), ("b", "c", "a")])
def test_under_a_fixed_clock_the_plan_written_last_is_the_newest(desk: Desk, order: tuple[str, ...]) -> None:
    plans = [plan(target=target) for target in order]
    saved(desk, *plans)
    assert plans_of(desk, "south-1") == tuple(plans)


def test_a_wave_whose_name_begins_like_anothers_keeps_its_own_plans(desk: Desk) -> None:
    saved(desk, plan("south"), plan("south-1"))
    assert [one.wave for one in plans_of(desk, "south")] == ["south"]
    assert load_plan(desk, "south").wave == "south"


def test_a_plan_may_be_named_by_its_wave_its_name_or_its_file(desk: Desk) -> None:
    one = plan()
    saved(desk, one, plan(target="newer"))
    for named in (one.name, f"{one.name}.json", str(desk.plan_path(one))):
        assert load_plan(desk, named) == one


def spoil(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace('"target_schema": "t"', '"target_schema": "T"'), encoding="utf-8")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40])


@pytest.mark.parametrize(("harm", "error"), [(spoil, IntegrityBroken), (cut, Usage)])
def test_a_plan_that_is_not_as_it_was_made_is_refused(desk: Desk, harm: Callable[[Path], None], error: type[Exception]) -> None:
    one = plan()
    saved(desk, one)
    harm(desk.plan_path(one))
    for named in ("south-1", one.name):
        with pytest.raises(error):
            load_plan(desk, named)


def test_no_plan_and_no_wave_are_told_apart(desk: Desk) -> None:
    with pytest.raises(Usage) as none:
        load_plan(desk, "south-1")
    assert none.value.hint == "Make one: vardskiftet plan south-1"
    with pytest.raises(Usage) as unknown:
        load_plan(desk, "west")
    assert "south, south-1" in unknown.value.hint
