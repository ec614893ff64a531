"""The one door to networkx: order, cycles and reachability of a graph's nodes.

Delay edges carry an earlier time step and so take no part; the port that gives their initial value
does, for it comes before the first step. Every graph is ordered, few have a
cycle to be named: so networkx, which is slow to load, is asked for that alone.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush
from typing import Any

from graph.records import Edge


def arcs(ids: Container[str], edges: Iterable[Edge]) -> Iterator[tuple[str, str]]:
    """(earlier, later) node ids within one time step; an initial port that no node has is none."""
    for edge in edges:
        if not edge.delay:
            yield edge.source.node, edge.target.node
        elif (start := edge.initial) is not None:
            inside, owner = start.node, start.node.partition("/")[0]
            if inside in ids or owner in ids:
                yield inside if inside in ids else owner, edge.target.node


def directed(ids: Iterable[str], edges: Iterable[Edge]) -> Any:
    """A networkx DiGraph of node ids, without delay edges."""
    import networkx as nx

    found = nx.DiGraph()
    found.add_nodes_from(ids)
    found.add_edges_from(arcs(found, edges))
    return found


def topological_order(ids: Iterable[str], edges: Iterable[Edge]) -> tuple[str, ...] | None:
    """Node ids so that each comes after all that feed it; None where a cycle stands.

    Of the nodes that could come next, the one first in `ids` does, so the order is the same in
    every run. Linear in the graph's size but for a heap's logarithm: Kahn, "Topological sorting
    of large networks" (1962).
    """
    listed = tuple(ids)
    rank = {node: i for i, node in enumerate(listed)}
    followers: list[list[int]] = [[] for _ in listed]
    missing = [0] * len(listed)  # edges that still have to come to a node
    for earlier, later in arcs(rank, edges):
        target = rank[later]
        followers[rank[earlier]].append(target)
        missing[target] += 1
    ready = [i for i, count in enumerate(missing) if not count]
    heapify(ready)
    ordered = []
    while ready:
        node = heappop(ready)
        ordered.append(listed[node])
        for follower in followers[node]:
            missing[follower] -= 1
            if not missing[follower]:
                heappush(ready, follower)
    return tuple(ordered) if len(ordered) == len(listed) else None


def find_cycle(ids: Iterable[str], edges: Iterable[Edge]) -> tuple[str, ...] | None:
    """The node ids of one cycle in the direction of flow, or None. Linear in the graph's size."""
    listed, wires = tuple(ids), tuple(edges)
    if topological_order(listed, wires) is not None:
        return None
    import networkx as nx

    whole = directed(listed, wires)
    for component in nx.strongly_connected_components(whole):
        start = min(component)
        if len(component) > 1 or whole.has_edge(start, start):
            return _cycle_within(whole, component, start)
    return None


def _cycle_within(whole: Any, component: set[str], start: str) -> tuple[str, ...]:
    """A shortest cycle through `start`; breadth first, for `nx.find_cycle` is slow on chains."""
    import networkx as nx

    inside = whole.subgraph(component)
    back = nx.predecessor(inside, start)
    nearest = {node: i for i, node in enumerate(back)}
    last = min(inside.predecessors(start), key=nearest.__getitem__)
    path = [last]
    while path[-1] != start:
        path.append(back[path[-1]][0])
    return tuple(reversed(path))


def components(before: Mapping[str, Iterable[str]]) -> Iterator[set[str]]:
    """Sets of nodes that lead to each other, each set after all that leads to it.

    `before` gives what leads to each node. Linear: Tarjan, "Depth-first search and linear graph
    algorithms" (1972), which finds a set when all that its nodes point to is found.
    """
    import networkx as nx

    whole = nx.DiGraph()
    whole.add_nodes_from(before)
    whole.add_edges_from((node, other) for node, others in before.items() for other in others)
    yield from nx.strongly_connected_components(whole)


def reach_path(
    successors: Callable[[str], Iterable[str]], start: str, goal: str
) -> tuple[str, ...] | None:
    """Node ids of a path from `start` to `goal`, or None; visits only what `start` reaches.

    `successors` is called per node, so that no networkx graph is built for one edge.
    """
    came: dict[str, str | None] = {start: None}
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if node == goal:
            path: list[str] = []
            step: str | None = node
            while step is not None:
                path.append(step)
                step = came[step]
            return tuple(reversed(path))
        for follower in successors(node):
            if follower not in came:
                came[follower] = node
                waiting.append(follower)
    return None


def reached(neighbours: Callable[[str], Iterable[str]], starts: Iterable[str]) -> frozenset[str]:
    """The starts and all nodes that lead on from them; each node is asked once."""
    waiting = list(starts)
    found = set(waiting)
    while waiting:
        for node in neighbours(waiting.pop()):
            if node not in found:
                found.add(node)
                waiting.append(node)
    return frozenset(found)
