"""Do all journals together come to the sum of their keys, and can a demo have fewer of them?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from demo_books import Moved, assert_books_agree, assert_codes_agree, moved
from demo_ward import NOW, SEED, UNITS
from ward import make_ward

from vardskiftet.demo.generators import GENERATORS
from vardskiftet.demo.outcomes import CODE, LOADED, MERGED
from vardskiftet.demo.population import KINDS, Population
from vardskiftet.demo.project import MARKER, begin, budgets_of
from vardskiftet.errors import Usage
from vardskiftet.model.wave import Budgets
from vardskiftet.shipped import shipped


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    return moved(tmp_path_factory.mktemp("all"), *GENERATORS, patients=300)


def test_the_books_of_all_agree_with_the_sum_of_the_keys(loaded: Moved) -> None:
    assert_books_agree(loaded)
    assert {line["mapping"].partition(".")[0] for line in loaded.books["lines"]} == set(GENERATORS)


def test_coverage_names_the_planted_codes_of_all(loaded: Moved) -> None:
    assert_codes_agree(loaded)


def test_without_the_others_elvis_is_the_same_and_only_its_mappings_are_declared(loaded: Moved, tmp_path: Path) -> None:
    alone = make_ward(tmp_path / "alone", 300)
    assert alone.planted == loaded.keys["elvis"]
    assert {mapping.system for mapping in alone.programme().mappings} == {"elvis"}
    assert sorted(path.name for path in (alone.folder / "journals").iterdir()) == ["elvis.planted.json", "elvis.sqlite"]


def test_a_demo_of_other_journals_is_refused(tmp_path: Path) -> None:
    begin(tmp_path / "demo", shipped(), 10, 1, ("elvis",))
    assert "elvis" in (tmp_path / "demo" / MARKER).read_text(encoding="utf-8")
    with pytest.raises(Usage, match="holds a demo"):
        begin(tmp_path / "demo", shipped(), 10, 1)
    assert not begin(tmp_path / "demo", shipped(), 10, 1, ("elvis",)).complete


def test_budgets_are_summed_wave_by_wave(tmp_path: Path) -> None:
    hospitals = tuple(unit for unit in UNITS if unit.wave != "south-2")
    keys = [GENERATORS[name](tmp_path, 300, SEED, units, NOW) for name, units in (("elvis", UNITS), ("melior", hospitals))]
    south = budgets_of(keys)["south-1"]
    assert south.no_unit == sum(key.waves["south-1"].budgets.no_unit for key in keys)
    assert sum(south.rejected.values()) == sum(sum(key.waves["south-1"].budgets.rejected.values()) for key in keys)
    # Melior serves nobody in the second wave, and yet its rows without a unit stand in that wave's books.
    later = budgets_of(keys)["south-2"]
    assert (later.no_unit, later.rejected) == (south.no_unit, keys[0].waves["south-2"].budgets.rejected)
    assert budgets_of([]) == {}
    assert isinstance(south, Budgets)


def test_the_first_journal_that_brings_an_identifier_loads_it_and_the_rest_are_merged() -> None:
    people, waves = Population(3), ("a", "b")
    struck = CODE["IDENTITY_CHECKSUM"]
    everywhere = np.ones((3, 2), dtype=np.bool_)
    first = people.settle(waves, everywhere, KINDS * np.array([0, 0, 1]), np.array([struck, LOADED, LOADED]))
    assert first.tolist() == [[struck, struck], [LOADED, LOADED], [LOADED, LOADED]]
    only_b = np.array([[False, True]] * 3)
    later = people.settle(waves, only_b, KINDS * np.array([0, 2, 2]), np.array([LOADED, LOADED, MERGED]))
    assert later[:, 1].tolist() == [MERGED, LOADED, MERGED]
    reserve = people.settle(waves, everywhere[:1], KINDS * np.array([0]) + 1, np.array([LOADED]))
    assert reserve.tolist() == [[LOADED, LOADED]], "a reserve number is another identifier"
