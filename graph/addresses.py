"""Addresses: `one/lin` is the node `lin` inside the instance `one`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from graph.edits import Batch, Edit, Rename
from graph.port import PortRef
from graph.time import keeps_initial

if TYPE_CHECKING:
    from graph.model import Graph
    from graph.records import Node


def steps(graph: Graph, address: str) -> Iterator[tuple[str, Graph, Node]]:
    """(definition or "", graph, node) at each part of an address, as far as it leads."""
    inside, name = graph, ""
    for part in address.split("/"):
        if part not in inside:
            return
        node = inside.nodes[part]
        yield name, inside, node
        definition = graph.definitions.get(node.module)
        if definition is None:
            return
        inside, name = definition.body, definition.name


def node_at(graph: Graph, address: str) -> tuple[Graph, Node] | None:
    """The graph and the node that an address leads to; None where it leads nowhere."""
    found = list(steps(graph, address))
    return found[-1][1:] if len(found) == address.count("/") + 1 else None


def leads(graph: Graph, address: str) -> bool:
    """Whether an address leads to a node, or may do so inside a module that nobody knows."""
    head, slash, _ = address.partition("/")
    if head not in graph:
        return False
    unknown = bool(slash) and graph.catalogue.get(graph.nodes[head].module) is None
    return unknown or node_at(graph, address) is not None


def is_at(address: str, heads: Collection[str]) -> bool:
    """Whether an address is one of these, or stands inside one of them."""
    at = address.find("/")
    while at >= 0:
        if address[:at] in heads:
            return True
        at = address.find("/", at + 1)
    return address in heads


def around(addresses: Iterable[str]) -> frozenset[str]:
    """The addresses of all composites that the nodes at these addresses lie in."""
    parts = (address.split("/") for address in addresses)
    return frozenset("/".join(path[:depth]) for path in parts for depth in range(1, len(path)))


def keeps(graph: Graph, port: PortRef) -> bool:
    """Whether a tensor can be kept at a port; inside an unknown module at any."""
    if not leads(graph, port.node):
        return False
    found = node_at(graph, port.node)
    if found is None:
        return True
    body, node = found
    keepers = body.keepers(node)
    return (
        keepers is None or port.port in keepers or keeps_initial(body, PortRef(node.id, port.port))
    )


def renamed(
    graph: Graph, definition: str, edit: Edit, ports: Iterable[PortRef]
) -> dict[PortRef, PortRef]:
    """How ports inside instances of a definition are called after an edit of its inside."""
    pairs = list(_renamings(edit))
    found = {}
    for port in ports:
        if not pairs or "/" not in port.node:
            continue
        parts = port.node.split("/")
        for place, (name, _, _) in enumerate(steps(graph, port.node)):
            if name == definition:
                parts[place] = _after(parts[place], pairs)
        address = "/".join(parts)
        if address != port.node:
            found[port] = PortRef(address, port.port)
    return found


def renamed_inside(edit: Edit, ref: PortRef) -> PortRef:
    """How an inner port of a definition is called after an edit of its inside."""
    return PortRef(_after(ref.node, list(_renamings(edit))), ref.port)


def _after(id_: str, pairs: list[tuple[str, str]]) -> str:
    for old, new in pairs:
        id_ = new if id_ == old else id_
    return id_


def _renamings(edit: Edit) -> Iterator[tuple[str, str]]:
    if isinstance(edit, Rename):
        yield edit.old, edit.new
    elif isinstance(edit, Batch):
        for part in edit.edits:
            yield from _renamings(part)
