"""Are names put after those that they wait for, and are circles found?"""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.declare.order import circles, in_order

NAMES = "abcdefg"
GRAPHS = st.fixed_dictionaries({name: st.frozensets(st.sampled_from(NAMES)) for name in NAMES})


def test_equals_stand_by_rank_then_by_name() -> None:
    graph: dict[str, frozenset[str]] = {"a": frozenset(), "b": frozenset(), "c": frozenset("d"), "d": frozenset()}
    assert in_order(graph, {}) == ["a", "b", "d", "c"]
    assert in_order(graph, {"d": 0, "b": 1, "c": 2, "a": 3}) == ["d", "b", "c", "a"]


@given(GRAPHS)
def test_without_circles_each_name_comes_after_those_it_waits_for(graph: dict[str, frozenset[str]]) -> None:
    if circles(graph):
        return
    order = in_order(graph, {})
    assert sorted(order) == sorted(graph)
    assert all(order.index(before) < order.index(name) for name, befores in graph.items() for before in befores)


@given(GRAPHS)
def test_every_circle_is_a_way_along_the_graph_and_none_is_missed(graph: dict[str, frozenset[str]]) -> None:
    found = circles(graph)
    for way in found:
        assert way[0] == way[-1] and all(after in graph[before] for before, after in pairwise(way))
    on_a_way = {name for way in found for name in way}
    rest = {name: befores - on_a_way for name, befores in graph.items() if name not in on_a_way}
    assert len(in_order(rest, {})) == len(rest)
