"""Does the first hit win, and does a parent's fate reach its child?"""

from __future__ import annotations

import numpy as np

from vardskiftet.demo.outcomes import CODE, FOLLOWS, LOADED, MERGED, STRUCK, by_parent, first_of, of_copies


def test_the_first_hit_wins_and_no_hit_loads() -> None:
    struck, dated = np.array([True, True, False, False]), np.array([False, True, True, False])
    assert first_of(4, (struck, STRUCK), (dated, "INVALID_DATE")).tolist() == [CODE[STRUCK], CODE[STRUCK], CODE["INVALID_DATE"], LOADED]


def test_children_of_loaded_and_merged_parents_load_and_others_do_not() -> None:
    parents = np.array([LOADED, MERGED, CODE["IDENTITY_CHECKSUM"], CODE[STRUCK]])
    child_of = np.array([0, 1, 2, 3, -1])
    assert by_parent(parents, child_of).tolist() == [LOADED, LOADED, CODE["PARENT_REJECTED"], CODE["PARENT_EXCLUDED"], LOADED]
    assert by_parent(parents, child_of, follow=True).tolist()[3] == CODE[FOLLOWS]
    assert by_parent(np.array([], dtype=np.int64), np.array([-1])).tolist() == [LOADED]


def test_a_copy_merges_into_what_loaded_and_shares_every_other_fate() -> None:
    outcomes = np.array([LOADED, MERGED, CODE["UNMAPPED_CODE"], CODE[STRUCK]])
    assert of_copies(outcomes).tolist() == [MERGED, MERGED, CODE["UNMAPPED_CODE"], CODE[STRUCK]]
