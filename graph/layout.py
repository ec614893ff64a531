"""Layered layout: left to right is forward, columns 144 apart, rows 40 apart, snapped to 8.

Layers are longest paths from the sources. The order inside a column comes from fast-sugiyama
where it is quick, else from barycentre sweeps: Sugiyama, Tagawa, Toda, "Methods for visual
understanding of hierarchical system structures" (1981). This is the one file of the layer that
uses NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from graph.growing import next_input
from graph.model import Graph
from graph.records import Place

SNAP = 8
COLUMN_GAP = 144
ROW_GAP = 40
COMPACT = (96, 60)
LAYER_WIDTH = 144
PORT_ROW = 24
PIN_PITCH = 72
PINS = 60  # what pins and the texts under them take below a layer
LANE, LANE_GAP = 16, 24  # height of the way that a long edge takes through a column
MOST_LANES = 20_000
STRAIGHTNESS = 8.0  # how much more a long edge resists being moved than a node
SWEEPS = 8
# Above this many nodes and bends fast-sugiyama takes seconds, and soon minutes.
QUICK = 600

PULLS = 4

if TYPE_CHECKING:
    import numpy.typing as npt  # slow to load, and nothing at run time reads it

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]


def node_size(graph: Graph, id_: str) -> tuple[int, int]:
    """Width and height of a node in canvas units, with its pins and what is written under them.

    Compact nodes are 96x60 and grow with more than two ports on a side; a layer has 24 for
    every port row besides, and widens with its pins.
    """
    module = graph.module(id_)
    if module is None:
        return COMPACT
    inputs = sum(port.role == "input" for port in module.input_ports)
    inputs += bool(next_input(module))  # its place is drawn as a port's
    rows = max(inputs, len(module.output_ports), 1)
    pins = len(module.parameter_ports)
    if module.outline() == "layer":
        width, height = max(LAYER_WIDTH, PIN_PITCH * pins), COMPACT[1] + PORT_ROW * rows
    else:
        width = max(COMPACT[0], PIN_PITCH * pins)
        height = max(COMPACT[1], PORT_ROW * (rows - 1) + 36)
    return width, height + (PINS if pins else 0)


def port_line(graph: Graph, id_: str) -> float:
    """How far below a node's top its edges meet it: between level lines they are straight."""
    module = graph.module(id_)
    if module is None or module.outline() == "layer":
        return COMPACT[1] / 2
    pins = PINS if module.parameter_ports else 0
    return (node_size(graph, id_)[1] - pins) / 2


def arrange(graph: Graph, only: Iterable[str] | None = None) -> dict[str, Place]:
    """Places for the nodes in `only` (by default all), in canvas units.

    The nodes are laid out among themselves, those without edges in rows below; where others
    have places already, the new ones stand below them. The same graph gives the same places in
    every run. Takes about a second for 10,000 nodes.
    """
    wanted = set(graph.nodes if only is None else only)
    chosen = [id_ for id_ in graph.nodes if id_ in wanted]
    ends = {id_ for edge in graph.edges for id_ in (edge.source.node, edge.target.node)}
    wired = [id_ for id_ in chosen if id_ in ends]
    places = _layered(graph, wired)
    bottom = _bottom(graph, places)
    top = 0.0 if bottom is None else bottom + ROW_GAP
    places |= _in_rows(graph, [id_ for id_ in chosen if id_ not in ends], top)
    left, below = _beside(graph, wanted)
    return {id_: (places[id_][0] + left, places[id_][1] + below) for id_ in chosen}


def _layered(graph: Graph, chosen: list[str]) -> dict[str, Place]:
    if not chosen:
        return {}
    index = {id_: i for i, id_ in enumerate(chosen)}
    edges = _edges(graph, index)
    layers = _layers(graph, index, edges)
    order = _sugiyama_order(edges, layers) if len(edges) else None
    if order is None:
        order = _barycentre_order(edges, layers)
    boxes = [_Box(*node_size(graph, id_), port_line(graph, id_), ROW_GAP) for id_ in chosen]
    lanes = _add_lanes(edges, layers, order)
    boxes += [_Box(0, LANE, LANE / 2, LANE_GAP)] * (len(lanes[1]) - len(chosen))
    return dict(zip(chosen, _coordinates(boxes, *lanes), strict=False))


def _in_rows(graph: Graph, chosen: list[str], top: float) -> dict[str, Place]:
    """Nodes without edges side by side, in rows that together make about a square."""
    columns = math.ceil(math.sqrt(len(chosen)))
    places = {}
    for start in range(0, len(chosen), columns or 1):
        row, x, y = chosen[start : start + columns], 0.0, _snapped(top, up=True)
        for id_ in row:
            width, height = node_size(graph, id_)
            places[id_] = (x, y)
            x += width + COLUMN_GAP
            top = max(top, y + height + ROW_GAP)
    return places


def _edges(graph: Graph, index: dict[str, int]) -> Ints:
    pairs = dict.fromkeys(
        (index[edge.source.node], index[edge.target.node])
        for edge in graph.edges
        if not edge.delay and edge.source.node in index and edge.target.node in index
    )
    return np.array(list(pairs), dtype=np.int64).reshape(-1, 2)


def _layers(graph: Graph, index: dict[str, int], edges: Ints) -> Ints:
    """The longest path to each node; a source stands just before what it feeds first."""
    layers = np.zeros(len(index), dtype=np.int64)
    feeds: list[list[int]] = [[] for _ in index]
    is_fed = np.zeros(len(index), dtype=bool)
    for a, b in edges.tolist():
        feeds[a].append(b)
        is_fed[b] = True
    for id_ in graph.order():
        if id_ in index:
            for b in feeds[index[id_]]:
                layers[b] = max(layers[b], layers[index[id_]] + 1)
    for a, followers in enumerate(feeds):
        if followers and not is_fed[a]:
            layers[a] = min(layers[b] for b in followers) - 1
    return layers


def _sugiyama_order(edges: Ints, layers: Ints) -> Floats | None:
    """A height for each node with few crossings; None where the graph is too large for it."""
    bends = int((layers[edges[:, 1]] - layers[edges[:, 0]] - 1).sum())
    if len(layers) + bends > QUICK:
        return None
    from fast_sugiyama import from_edges

    heights = np.full(len(layers), -1.0)
    offset = 0.0
    parts: list[Any] = list(from_edges([(int(a), int(b)) for a, b in edges]))
    parts.sort(key=lambda part: min(int(node) for node, _ in part[0]))
    for positions, breadth, *_ in parts:
        for node, (across, _) in positions:
            if int(node) < len(heights):
                heights[int(node)] = offset + across
        offset += breadth + 1000.0
    lonely = heights < 0
    heights[lonely] = offset + np.arange(lonely.sum())
    return heights


def _barycentre_order(edges: Ints, layers: Ints) -> Floats:
    """A rank in its layer for each node, after sweeps that follow the mean of its neighbours."""
    ranks = _ranked(np.arange(len(layers), dtype=float), layers)
    for sweep in range(SWEEPS if len(edges) else 0):
        here, there = (edges[:, 1], edges[:, 0]) if sweep % 2 == 0 else (edges[:, 0], edges[:, 1])
        total = np.bincount(here, ranks[there], len(layers))
        count = np.bincount(here, minlength=len(layers))
        means = np.where(count > 0, total / np.maximum(count, 1), ranks)
        ranks = _ranked(means, layers)
    return ranks


def _ranked(keys: Floats, layers: Ints) -> Floats:
    """Positions in each layer by key, centred on 0 so that layers of all sizes compare."""
    by_layer = np.lexsort((keys, layers))
    sizes = np.bincount(layers)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    ranks = np.empty(len(layers))
    sorted_layers = layers[by_layer]
    ranks[by_layer] = np.arange(len(layers)) - starts[sorted_layers] - sizes[sorted_layers] / 2
    return ranks


def _add_lanes(edges: Ints, layers: Ints, order: Floats) -> tuple[Ints, Ints, Floats]:
    """Give an edge over several columns a narrow stand-in in each, so that no node covers it.

    Edges, layers and order come back with the stand-ins behind the nodes; unchanged where they
    would be too many.
    """
    if not len(edges) or (layers[edges[:, 1]] - layers[edges[:, 0]] - 1).sum() > MOST_LANES:
        return edges, layers, order
    pairs, columns, heights = [], layers.tolist(), order.tolist()
    for a, b in edges.tolist():
        last, span = a, int(layers[b] - layers[a])
        for passed in range(1, span):
            columns.append(int(layers[a]) + passed)
            heights.append(heights[a] + (heights[b] - heights[a]) * passed / span)
            pairs.append((last, len(columns) - 1))
            last = len(columns) - 1
        pairs.append((last, b))
    return np.array(pairs), np.array(columns), np.array(heights)


def _coordinates(boxes: list[_Box], edges: Ints, layers: Ints, order: Floats) -> list[Place]:
    """Places in the order of `boxes`."""
    by_layer = np.lexsort((order, layers))
    columns = np.split(by_layer, np.cumsum(np.bincount(layers))[:-1])
    heights = _Heights(boxes, [column.tolist() for column in columns])
    before: list[list[int]] = [[] for _ in boxes]
    behind: list[list[int]] = [[] for _ in boxes]
    for a, b in edges.tolist():
        behind[a].append(b)
        before[b].append(a)
    for _ in range(PULLS if len(edges) else 0):
        heights.pull(behind, heights.columns[::-1])
        heights.pull(before, heights.columns)
    lefts, x = [0.0] * len(boxes), 0.0
    for column in heights.columns:
        for node in column:
            lefts[node] = x
        x += max((boxes[node].width for node in column), default=0) + COLUMN_GAP
    highest = min(heights.tops)
    return [(left, _snapped(top - highest)) for left, top in zip(lefts, heights.tops, strict=True)]


class _Box(NamedTuple):
    """A node, or the stand-in of a long edge: its size, where edges meet it, the gap below."""

    width: float
    height: float
    line: float
    gap: float


class _Heights:
    """The top of each box, column by column from above, never closer than the boxes allow.

    Plain lists: columns are short, and there may be ten thousand of them.
    """

    def __init__(self, boxes: list[_Box], columns: list[list[int]]) -> None:
        self.columns = columns
        self.lines = [box.line for box in boxes]
        self.steps = [_snapped(box.height + box.gap, up=True) for box in boxes]
        self.weights = [1.0 if box.width else STRAIGHTNESS for box in boxes]
        self.tops = [0.0] * len(boxes)
        for column in columns:
            top = -sum(self.steps[node] for node in column) / 2
            for node in column:
                self.tops[node] = top
                top += self.steps[node]

    def pull(self, neighbours: list[list[int]], columns: list[list[int]]) -> None:
        """Column by column, level the lines of the boxes with the mean of their neighbours'."""
        for column in columns:
            wished, above = [], 0.0
            for node in column:
                # With the heights above taken off, "no overlap" reads "does not decrease".
                wished.append(self.wish(node, neighbours[node]) - above)
                above += self.steps[node]
            above = 0.0
            weights = [self.weights[node] for node in column]
            for node, top in zip(column, _not_decreasing(wished, weights), strict=True):
                self.tops[node] = top + above
                above += self.steps[node]

    def wish(self, node: int, neighbours: list[int]) -> float:
        """Where a box's top would be if only its neighbours counted."""
        if not neighbours:
            return self.tops[node]
        total = weight = 0.0
        for end in neighbours:
            total += (self.tops[end] + self.lines[end]) * self.weights[end]
            weight += self.weights[end]
        return total / weight - self.lines[node]


def _not_decreasing(wished: list[float], weights: list[float]) -> list[float]:
    """The nearest sequence (least squares) that never decreases: pool adjacent violators."""
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for value, weight in zip(wished, weights, strict=True):
        count = 1
        while pools and pools[-1][0] >= value:
            mean, other, size = pools.pop()
            value = (mean * other + value * weight) / (other + weight)
            weight, count = weight + other, count + size
        pools.append((value, weight, count))
    return [mean for mean, _, count in pools for _ in range(count)]


def _snapped(length: float, *, up: bool = False) -> float:
    """The nearest multiple of the grid, or the next; keeps distances that are multiples."""
    return SNAP * float(math.ceil(length / SNAP) if up else math.floor(length / SNAP + 0.5))


def _bottom(graph: Graph, places: Mapping[str, Place]) -> float | None:
    """The lowest line that placed nodes take."""
    return max((y + node_size(graph, id_)[1] for id_, (_, y) in places.items()), default=None)


def _beside(graph: Graph, wanted: set[str]) -> Place:
    """Where nothing stands yet: left and below of the nodes that keep their places."""
    kept = {
        id_: node.at
        for id_, node in graph.nodes.items()
        if id_ not in wanted and node.at is not None
    }
    bottom = _bottom(graph, kept)
    if bottom is None:
        return 0.0, 0.0
    return _snapped(min(x for x, _ in kept.values())), _snapped(bottom + ROW_GAP, up=True)
