"""Bends move along with the two nodes that their edge joins."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from graph import Graph, PortRef
from graph import edits as e
from graph.records import Place

Routes = Mapping[PortRef, tuple[Place, ...]]


def routes_between(graph: Graph, ids: Collection[str]) -> Routes:
    """The bends of the edges whose both ends are among these nodes."""
    return {
        edge.target: edge.route
        for id_ in ids
        for edge in graph.arriving(id_).values()
        if edge.route and edge.source.node in ids
    }


def shifted(routes: Routes, dx: float, dy: float) -> Routes:
    """The same bends elsewhere."""
    return {target: tuple((x + dx, y + dy) for x, y in route) for target, route in routes.items()}


def _carried(graph: Graph, places: Mapping[str, Place]) -> tuple[e.Edit, ...]:
    """The edits that take the bends of edges along whose both ends move by the same way."""
    found: list[e.Edit] = []
    for id_ in places:
        for edge in graph.arriving(id_).values():
            if not edge.route:
                continue
            way, other = (_way(graph, places, node) for node in (id_, edge.source.node))
            if way == other:
                route = tuple((x + way[0], y + way[1]) for x, y in edge.route)
                found.append(e.SetRoute(edge.target, route))
    return tuple(found)


def _way(graph: Graph, places: Mapping[str, Place], id_: str) -> Place:
    if id_ not in places:
        return (0.0, 0.0)
    (x, y), (to_x, to_y) = graph.nodes[id_].at or (0.0, 0.0), places[id_]
    return (to_x - x, to_y - y)


def move_edit(graph: Graph, places: Mapping[str, Place]) -> e.Edit:
    """The edit that moves nodes, and with them the bends between them."""
    bends = _carried(graph, places)
    return e.Batch((e.Move(places), *bends)) if bends else e.Move(places)
