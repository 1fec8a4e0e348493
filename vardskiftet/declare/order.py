"""In which order can things be done that wait for each other, and which never can?"""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import TopologicalSorter

Graph = Mapping[str, frozenset[str]]
"""Name to the names that it waits for."""


def in_order(graph: Graph, rank: Mapping[str, int]) -> list[str]:
    """All names, each after those that it waits for; among equals by rank, then by name. Raises CycleError in a circle."""
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    order: list[str] = []
    ready: set[str] = set()
    while sorter.is_active():
        ready |= set(sorter.get_ready())
        first = min(ready, key=lambda name: (rank.get(name, len(rank)), name))
        ready.discard(first)
        order.append(first)
        sorter.done(first)
    return order


def circles(graph: Graph) -> list[list[str]]:
    """Each group of names that wait for each other, once, as a way from its first name back to it."""
    ways: list[list[str]] = []
    seen: set[str] = set()
    for name in sorted(graph):
        if name not in seen and (way := _way_back(name, graph)):
            ways.append(way)
            seen |= set(way)
    return ways


def _way_back(start: str, graph: Graph) -> list[str]:
    """The shortest way from a name over those that it waits for back to itself; empty if there is none."""
    came_from: dict[str, str] = {}
    row = [start]
    for name in row:
        for other in sorted(graph.get(name, ())):
            if other == start:
                way = [name, start]
                while way[0] != start:
                    way.insert(0, came_from[way[0]])
                return way
            if other not in came_from:
                came_from[other] = name
                row.append(other)
    return []


def all_before(graph: Graph) -> dict[str, frozenset[str]]:
    """Name to all names that it waits for, directly or not; names that wait for each other stand among their own."""
    return {name: frozenset(_reached(name, graph)) for name in graph}


def _reached(start: str, graph: Graph) -> set[str]:
    seen: set[str] = set()
    row = [start]
    while row:
        new = graph.get(row.pop(), frozenset()) - seen
        seen |= new
        row += new
    return seen
