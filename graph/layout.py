"""Layered layout: left to right is forward, columns 144 apart, rows 40 apart, snapped to 8.

Layers are longest paths from the sources. The order inside a column comes from fast-sugiyama
where it is quick, else from barycentre sweeps: Sugiyama, Tagawa, Toda, "Methods for visual
understanding of hierarchical system structures" (1981). This is the one file of the layer that
uses NumPy.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from graph.model import Graph
from graph.records import Place

SNAP = 8
COLUMN_GAP = 144
ROW_GAP = 40
COMPACT = (96, 60)
LAYER_WIDTH = 144
PORT_ROW = 24
SWEEPS = 8
# Above this many nodes and bends fast-sugiyama takes seconds, and soon minutes.
QUICK = 600

Ints = npt.NDArray[np.int64]


def node_size(graph: Graph, id_: str) -> tuple[int, int]:
    """Width and height of a node in canvas units: compact, or a layer with its port rows."""
    module = graph.module(id_)
    if module is None:
        return COMPACT
    inputs = sum(port.role == "input" for port in module.input_ports)
    rows = max(inputs, len(module.output_ports), 1)
    width = LAYER_WIDTH if module.outline() == "layer" else COMPACT[0]
    return width, COMPACT[1] + PORT_ROW * max(rows - (1 if width == LAYER_WIDTH else 2), 0)


def arrange(graph: Graph, only: Iterable[str] | None = None) -> dict[str, Place]:
    """Places for the nodes in `only` (by default all), in canvas units.

    The nodes are laid out among themselves; where others have places already, the new ones stand
    below them. The same graph gives the same places in every run.
    """
    chosen = list(graph.nodes) if only is None else [id_ for id_ in graph.nodes if id_ in set(only)]
    if not chosen:
        return {}
    index = {id_: i for i, id_ in enumerate(chosen)}
    edges = _edges(graph, index)
    layers = _layers(graph, index, edges)
    order = _sugiyama_order(edges, layers) if len(edges) else None
    if order is None:
        order = _barycentre_order(edges, layers)
    places = _coordinates(graph, chosen, edges, layers, order)
    top = _below_the_rest(graph, set(chosen))
    return {id_: (x, y + top) for id_, (x, y) in places.items()}


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


def _sugiyama_order(edges: Ints, layers: Ints) -> npt.NDArray[np.float64] | None:
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


def _barycentre_order(edges: Ints, layers: Ints) -> npt.NDArray[np.float64]:
    """A rank in its layer for each node, after sweeps that follow the mean of its neighbours."""
    ranks = _ranked(np.arange(len(layers), dtype=float), layers)
    for sweep in range(SWEEPS if len(edges) else 0):
        here, there = (edges[:, 1], edges[:, 0]) if sweep % 2 == 0 else (edges[:, 0], edges[:, 1])
        total = np.bincount(here, ranks[there], len(layers))
        count = np.bincount(here, minlength=len(layers))
        means = np.where(count > 0, total / np.maximum(count, 1), ranks)
        ranks = _ranked(means, layers)
    return ranks


def _ranked(keys: npt.NDArray[np.float64], layers: Ints) -> npt.NDArray[np.float64]:
    """Positions in each layer by key, centred on 0 so that layers of all sizes compare."""
    by_layer = np.lexsort((keys, layers))
    sizes = np.bincount(layers)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    ranks = np.empty(len(layers))
    sorted_layers = layers[by_layer]
    ranks[by_layer] = np.arange(len(layers)) - starts[sorted_layers] - sizes[sorted_layers] / 2
    return ranks


def _coordinates(
    graph: Graph, chosen: list[str], edges: Ints, layers: Ints, order: npt.NDArray[np.float64]
) -> dict[str, Place]:
    sizes = np.array([node_size(graph, id_) for id_ in chosen], dtype=float)
    columns = [np.flatnonzero(layers == layer) for layer in range(int(layers.max()) + 1)]
    columns = [column[np.argsort(order[column], kind="stable")] for column in columns]
    lefts, x = np.zeros(len(chosen)), 0.0
    tops = np.zeros(len(chosen))
    for column in columns:
        lefts[column] = x
        x += (sizes[column, 0].max() if len(column) else 0) + COLUMN_GAP
        steps = sizes[column, 1] + ROW_GAP
        tops[column] = np.cumsum(steps) - steps - steps.sum() / 2
    for _ in range(2):
        _pull(edges, columns, sizes, tops)
    tops -= tops.min()
    snapped = SNAP * np.ceil(np.stack((lefts, tops), axis=1) / SNAP)
    return {id_: (float(at[0]), float(at[1])) for id_, at in zip(chosen, snapped, strict=True)}


def _pull(edges: Ints, columns: list[Any], sizes: npt.NDArray[Any], tops: npt.NDArray[Any]) -> None:
    """Move each node towards the mean height of what feeds it and what it feeds, in order."""
    if not len(edges):
        return
    middles = tops + sizes[:, 1] / 2
    total = np.bincount(edges[:, 1], middles[edges[:, 0]], len(tops))
    total += np.bincount(edges[:, 0], middles[edges[:, 1]], len(tops))
    count = np.bincount(edges.reshape(-1), minlength=len(tops))
    wished = np.where(count > 0, total / np.maximum(count, 1), middles) - sizes[:, 1] / 2
    for column in columns:
        steps = np.concatenate(([0], np.cumsum(sizes[column, 1] + ROW_GAP)[:-1]))
        # With the heights above taken off, "no overlap" reads "does not decrease".
        free = wished[column] - steps
        settled = (np.maximum.accumulate(free) + np.minimum.accumulate(free[::-1])[::-1]) / 2
        tops[column] = settled + steps


def _below_the_rest(graph: Graph, chosen: set[str]) -> float:
    bottoms = [
        node.at[1] + node_size(graph, id_)[1]
        for id_, node in graph.nodes.items()
        if id_ not in chosen and node.at is not None
    ]
    return float(SNAP * np.ceil((max(bottoms) + ROW_GAP) / SNAP)) if bottoms else 0.0
