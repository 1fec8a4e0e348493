"""The geometry of the flow picture."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.model.fate import Tally
from vardskiftet.report.charts import MOST_MAPPINGS, OTHERS, UNACCOUNTED, fewer, flow_picture, portions
from vardskiftet.report.facts import Facts, Flow


def flow(name: str, *, extracted: int | None = None, **fates: int) -> Flow:
    tally = Tally(extracted=sum(fates.values()) if extracted is None else extracted, **fates)
    return Flow(name=name, title="", tally=tally, in_target=None, closes=True)


def test_every_item_is_in_exactly_one_band(facts: Callable[..., Facts]) -> None:
    told = facts()
    picture = flow_picture(told.mappings)
    assert sum(band.items for band in picture.bands) == told.total.tally.extracted
    assert {node.name: node.items for node in picture.fates} == {"loaded": 12237, "merged": 73, "rejected": 140, "excluded": 246}
    assert [node.name for node in picture.sources] == ["elvis.booking", "elvis.person", "elvis.referral"]


def test_items_without_a_fate_have_a_band_of_their_own() -> None:
    assert portions(flow("a", extracted=5, loaded=3)) == (("loaded", 3), (UNACCOUNTED, 2))
    assert [node.name for node in flow_picture((flow("a", extracted=5, loaded=3),)).fates] == ["loaded", UNACCOUNTED]


def test_one_reject_among_a_million_is_still_seen() -> None:
    picture = flow_picture((flow("a", loaded=1_000_000, rejected=1),))
    rejected = next(node for node in picture.fates if node.name == "rejected")
    assert rejected.height >= 1


def test_what_is_beyond_the_cap_is_gathered_and_not_lost() -> None:
    flows = tuple(flow(f"m{n:02d}", loaded=100 - n) for n in range(25))
    drawn = fewer(flows)
    assert len(drawn) == MOST_MAPPINGS
    assert drawn[-1].name == OTHERS
    assert sum(one.tally.loaded for one in drawn) == sum(one.tally.loaded for one in flows)
    picture = flow_picture(flows)
    assert (picture.shown, picture.mappings) == (MOST_MAPPINGS - 1, 25)


def test_nothing_read_draws_nothing() -> None:
    assert flow_picture(()).bands == ()
    assert flow_picture((flow("a", loaded=0),)).bands == ()


@given(st.lists(st.tuples(*[st.integers(0, 10**6)] * 5), min_size=1, max_size=14))
def test_nodes_stay_in_the_box_and_leave_their_labels_room(counts: list[tuple[int, ...]]) -> None:
    names = ("loaded", "merged", "rejected", "excluded", "unchanged")
    picture = flow_picture(tuple(flow(f"m{n}", **dict(zip(names, told, strict=True))) for n, told in enumerate(counts)))
    for column in (picture.sources, picture.fates):
        assert all(node.y >= -0.1 and node.y + node.height <= picture.height + 0.2 for node in column)
        assert all(later.middle - earlier.middle >= 45 for earlier, later in pairwise(column))
