"""Where do the lines of the flow picture lie? Geometry only; the template draws it and writes the words."""

from __future__ import annotations

from vardskiftet.model.fate import Fate, Tally
from vardskiftet.model.frozen import Frozen
from vardskiftet.report.facts import Flow

MOST_MAPPINGS = 10
UNACCOUNTED = "unaccounted"
"""Items without a fate: drawn as a band of its own, since it must not hide."""

OTHERS = "*"
"""The name of the node that gathers the smaller mappings beyond the cap."""

_HAIR = 1.5
_SLOT = 46.0
_GAP = 14.0
_TALL = 250.0
_LEFT, _RIGHT, _BAR = 232.0, 742.0, 9.0


class Node(Frozen):
    """A bar of the picture: a mapping on the left, a fate on the right. Lengths are SVG user units."""

    name: str
    title: str
    items: int
    x: float
    y: float
    height: float

    @property
    def middle(self) -> float:
        """Where its label stands."""
        return round(self.y + self.height / 2, 1)


class Band(Frozen):
    """Items of one mapping with one fate, as a filled path."""

    mapping: str
    fate: str
    items: int
    path: str


class FlowPicture(Frozen):
    """The flow picture: nodes and bands in a box of the given size."""

    width: float
    height: float
    bar: float
    sources: tuple[Node, ...]
    fates: tuple[Node, ...]
    bands: tuple[Band, ...]
    shown: int
    """Mappings drawn by name; the rest stand together in the node `*`."""
    mappings: int


def portions(flow: Flow) -> tuple[tuple[str, int], ...]:
    """The fates of a flow that took items, in the order of the books, and what has no fate."""
    told = [(fate.value, flow.of(fate.value)) for fate in Fate]
    return tuple((fate, items) for fate, items in (*told, (UNACCOUNTED, flow.tally.unaccounted)) if items > 0)


def fewer(flows: tuple[Flow, ...], most: int = MOST_MAPPINGS) -> tuple[Flow, ...]:
    """The largest mappings by name, and the rest as one flow `*`."""
    if len(flows) <= most:
        return flows
    rest = flows[most - 1 :]
    tally = Tally(**{name: sum(getattr(flow.tally, name) for flow in rest) for name in Tally.model_fields})
    return (*flows[: most - 1], Flow(name=OTHERS, title="", tally=tally, in_target=None, closes=all(flow.closes for flow in rest)))


def flow_picture(flows: tuple[Flow, ...]) -> FlowPicture:
    """The bands from each mapping to its fates; the thinnest are drawn as a hair so that no reject is invisible."""
    drawn = tuple(flow for flow in fewer(flows) if portions(flow))
    whole = sum(items for flow in drawn for _, items in portions(flow))
    scale = _TALL / whole if whole else 0.0
    thick = {(flow.name, fate): max(items * scale, _HAIR) for flow in drawn for fate, items in portions(flow)}
    fates = tuple(fate for fate in (*(f.value for f in Fate), UNACCOUNTED) if any(key[1] == fate for key in thick))
    left = {flow.name: sum(t for key, t in thick.items() if key[0] == flow.name) for flow in drawn}
    right = {fate: sum(t for key, t in thick.items() if key[1] == fate) for fate in fates}
    height = max(_needed(left), _needed(right))
    sources, ends = _stack(left, height), _stack(right, height)
    total = {fate: sum(items for flow in drawn for name, items in portions(flow) if name == fate) for fate in fates}
    return FlowPicture(
        width=960,
        height=round(height, 1),
        bar=_BAR,
        sources=tuple(_node(f.name, f.title, f.tally.extracted, _LEFT, sources[f.name], left[f.name]) for f in drawn),
        fates=tuple(_node(fate, "", total[fate], _RIGHT, ends[fate], right[fate]) for fate in fates),
        bands=_bands(drawn, thick, sources, ends),
        shown=sum(flow.name != OTHERS for flow in fewer(flows)),
        mappings=len(flows),
    )


def _node(name: str, title: str, items: int, x: float, y: float, height: float) -> Node:
    return Node(name=name, title=title, items=items, x=x, y=round(y, 1), height=round(height, 1))


def _needed(heights: dict[str, float]) -> float:
    """The room for a column in which every label keeps a line of its own."""
    return sum(max(height, _SLOT) for height in heights.values()) + _GAP * (len(heights) - 1) if heights else 0.0


def _stack(heights: dict[str, float], room: float) -> dict[str, float]:
    """The upper edge of each node; what is left of the room goes evenly between them."""
    spare = (room - _needed(heights)) / (len(heights) + 1) if heights else 0.0
    edges: dict[str, float] = {}
    y = spare
    for name, height in heights.items():
        slot = max(height, _SLOT)
        edges[name] = y + (slot - height) / 2
        y += slot + _GAP + spare
    return edges


def _bands(
    flows: tuple[Flow, ...], thick: dict[tuple[str, str], float], sources: dict[str, float], ends: dict[str, float]
) -> tuple[Band, ...]:
    """Bands leave and arrive in the order of the nodes, so that they cross as little as they can."""
    leave, arrive = dict(sources), dict(ends)
    bands: list[Band] = []
    for flow in flows:
        for fate, items in portions(flow):
            t = thick[flow.name, fate]
            path = _ribbon(_LEFT + _BAR, leave[flow.name], _RIGHT, arrive[fate], t)
            bands.append(Band(mapping=flow.name, fate=fate, items=items, path=path))
            leave[flow.name] += t
            arrive[fate] += t
    return tuple(bands)


def _ribbon(x0: float, y0: float, x1: float, y1: float, t: float) -> str:
    """A band of even thickness between two heights, as an SVG path."""
    mid = (x0 + x1) / 2
    there = f"M{x0:.1f},{y0:.1f} C{mid:.1f},{y0:.1f} {mid:.1f},{y1:.1f} {x1:.1f},{y1:.1f}"
    back = f"L{x1:.1f},{y1 + t:.1f} C{mid:.1f},{y1 + t:.1f} {mid:.1f},{y0 + t:.1f} {x0:.1f},{y0 + t:.1f} Z"
    return f"{there} {back}"
