"""Giving a definition's port another name: whatever names the port follows, at every instance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from graph.addresses import node_at
from graph.definition import Interface
from graph.errors import BadDefinition
from graph.port import PortRef
from graph.records import Edge, check_id

if TYPE_CHECKING:
    from graph.definition import Definition
    from graph.model import Graph


def rename_port(graph: Graph, definition: Definition, old: str, new: str) -> None:
    """Rename a port of the interface, with the edges, links and the target that name it.

    Raises `BadDefinition` where there is no such port, or the new name is another's.
    """
    ports = definition.interface.ports
    if old not in ports:
        found, expected = f"no port {old}", f"one of {', '.join(ports)}"
        raise BadDefinition(node=definition.name, found=found, expected=expected)
    check_id(new)
    if new == old:
        return
    if new in ports:
        found, expected = f"the name {new} twice", "names that differ"
        raise BadDefinition(node=definition.name, port=old, found=found, expected=expected)
    target = _target_after(graph, definition.name, old, new)
    definition.interface = _named(definition.interface, old, new)
    for holder, id_ in tuple(graph.scope.users(graph, [definition.name])):
        ports_after = {PortRef(id_, old): PortRef(id_, new)}
        _rewire(holder, id_, ports_after)
        if holder.holder is not None:
            outer = graph.scope.definitions[holder.holder.name]
            outer.interface = _linked(outer.interface, ports_after)
    graph.store.fields["target"] = target


def _named(interface: Interface, old: str, new: str) -> Interface:
    return replace(
        interface,
        inputs=tuple(replace(x, name=new) if x.name == old else x for x in interface.inputs),
        outputs=tuple(replace(x, name=new) if x.name == old else x for x in interface.outputs),
    )


def _linked(interface: Interface, after: Mapping[PortRef, PortRef]) -> Interface:
    """The interface of a definition in which an instance's port has another name."""
    return replace(
        interface,
        inputs=tuple(
            replace(x, to=tuple(after.get(ref, ref) for ref in x.to)) for x in interface.inputs
        ),
        outputs=tuple(replace(x, source=after.get(x.source, x.source)) for x in interface.outputs),
    )


def _rewire(holder: Graph, id_: str, after: Mapping[PortRef, PortRef]) -> None:
    store = holder.store
    named = {edge.target: edge for edge in _naming(holder, id_, after)}
    taken = [store.pop_edge(target) for target in named]
    for edge, rank in taken:
        extra = edge.extra
        if edge.initial is not None and edge.initial in after:
            extra = {**extra, "initial": str(after[edge.initial])}
        ends = after.get(edge.source, edge.source), after.get(edge.target, edge.target)
        store.put_edge(replace(edge, source=ends[0], target=ends[1], extra=extra), rank)


def _naming(holder: Graph, id_: str, after: Mapping[PortRef, PortRef]) -> Iterator[Edge]:
    """The edges that name the port as an end, or as where they start."""
    for edge in (*holder.store.edges_at(id_), *holder.store.starting_at(id_)):
        if edge.source in after or edge.target in after or edge.initial in after:
            yield edge


def _target_after(graph: Graph, name: str, old: str, new: str) -> str | None:
    node, dot, port = (graph.target or "").partition(".")
    found = node_at(graph, node) if dot and port == old else None
    is_named = found is not None and found[1].module == name
    return f"{node}.{new}" if is_named else graph.target
