"""Grouping: nodes become the inside of one composite node, and come out of it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from graph import edits as e
from graph.composite import Composite
from graph.definition import Blueprint, Inlet, Interface, Outlet
from graph.errors import BadDefinition
from graph.free_ids import free_names
from graph.initialise import written_out
from graph.moving_marks import renaming, with_marks
from graph.port import PortRef
from graph.records import Edge, Node, Place
from graph.time import keeps_initial
from graph.topology import reach_path

if TYPE_CHECKING:
    from graph.model import Graph
    from graph.tensor import Tensor


@dataclass(frozen=True, slots=True)
class Grouped:
    """The edit that groups nodes, and the id of the composite node that it makes."""

    edit: e.Edit
    id: str


def group_edit(graph: Graph, ids: Collection[str], name: str) -> Grouped:
    """Make these nodes the inside of a new definition, with one instance in their place.

    Edges that cross become its ports, named after the inner ones; so does what nothing reads.
    Parameters are written out first, so that no number changes. Raises `BadDefinition` where a
    path leaves the nodes and comes back, or a tie or an initial value would lead across.
    """
    chosen = [node for id_, node in graph.nodes.items() if id_ in ids]
    if not chosen:
        found, expected = "no nodes", "nodes of the graph to group"
        raise BadDefinition(node=name, found=found, expected=expected)
    inside = frozenset(node.id for node in chosen)
    _refuse_across(graph, inside, name)
    inputs = _inlets(graph, inside)
    outputs = _outlets(graph, inside, {name_ for name_, *_ in inputs})
    corner = _corner(chosen)
    blueprint = Blueprint(
        name,
        Interface(
            icon=name[:1].upper(),
            inputs=tuple(Inlet(inlet, targets) for inlet, _, _, targets in inputs),
            outputs=tuple(Outlet(outlet, source) for source, outlet in outputs.items()),
        ),
        tuple(replace(node, at=_less(node.at, corner)) for node in chosen),
        tuple(x for x in graph.edges if x.source.node in inside and x.target.node in inside),
    )
    id_ = graph.free_id(name)
    if id_ in inside:
        id_ = next(iter(free_names(graph, [id_]).values()))
    starts = _starts(graph, inside)
    kept = {ref: t for node in chosen for ref, t in graph.store.tensors_of(node.id)}
    kept = {ref: t for ref, t in kept.items() if ref not in starts}
    kept |= written_out(graph, inside)
    tensors = tuple((PortRef(f"{id_}/{ref.node}", ref.port), t) for ref, t in kept.items())
    edits: list[e.Edit] = [e.Define(blueprint)]
    edits += [e.RemoveNode(node.id) for node in chosen]
    edits.append(e.AddNode(Node(id_, name, at=_middle(chosen)), tensors))
    edges = [Edge(source, PortRef(id_, inlet), extra) for inlet, source, extra, _ in inputs]
    for edge in graph.edges:
        if edge.source.node in inside and edge.target.node not in inside:
            edges.append(replace(edge, source=PortRef(id_, outputs[edge.source])))
    edits += _connects(graph, edges)
    inlet_of = {ref: PortRef(id_, inlet) for inlet, _, _, targets in inputs for ref in targets}
    edits += [e.SetTensor(inlet_of.get(ref, ref), t) for ref, t in starts.items()]
    target = _target_port(graph)
    if target is not None and target.node in inside:
        edits.append(e.SetGraph({"target": f"{id_}.{outputs[target]}"}))
    name_of = renaming({node.id: f"{id_}/{node.id}" for node in chosen})
    return Grouped(e.Batch(with_marks(graph, edits, name_of)), id_)


def ungroup_edit(graph: Graph, id_: str) -> e.Edit:
    """Put the inside of an instance in its place; the definition stays for others.

    Raises `BadDefinition` where the node is no instance, is bypassed, or shares parameters.
    """
    module = _ask_apart(graph, id_)
    node = graph.nodes[id_]
    body, interface = module.body, module.definition.interface
    names = free_names(graph, body.nodes)
    shift = _less(node.at or (0.0, 0.0), _middle(list(body.nodes.values())))
    starts = _starts(graph, frozenset({id_}))
    kept = dict(graph.store.tensors_of(id_)) | written_out(graph, [id_])
    loops = [edge.target for edge in body.edges if keeps_initial(body, edge.target)]
    inner_starts = {PortRef(f"{id_}/{ref.node}", ref.port): _named(ref, names) for ref in loops}
    edits: list[e.Edit] = [e.RemoveNode(id_)]
    for inner in body.nodes.values():
        under = f"{id_}/{inner.id}"
        tensors = tuple(
            (PortRef(names[inner.id] + ref.node.removeprefix(under), ref.port), tensor)
            for ref, tensor in kept.items()
            if (ref.node == under or ref.node.startswith(f"{under}/")) and ref not in inner_starts
        )
        edits.append(e.AddNode(_out(inner, names, shift), tensors))
    edges = [_renamed(edge, names) for edge in body.edges]
    for inlet in interface.inputs:
        edge = graph.incoming(PortRef(id_, inlet.name))
        if edge is not None:
            edges += [replace(edge, target=_named(ref, names)) for ref in inlet.to]
    for outlet in interface.outputs:
        for edge in graph.outgoing(PortRef(id_, outlet.name)):
            edges.append(replace(edge, source=_named(outlet.source, names)))
    edits += _connects(graph, edges)
    read = {PortRef(id_, x.name): [_named(ref, names) for ref in x.to] for x in interface.inputs}
    read |= {ref: [outside] for ref, outside in inner_starts.items()}
    starts |= {ref: kept[ref] for ref in inner_starts if ref in kept}
    edits += [e.SetTensor(to, t) for ref, t in starts.items() for to in read.get(ref, [ref])]
    target = _target_port(graph)
    if target is not None and target.node == id_:
        inner_port = next(x.source for x in interface.outputs if x.name == target.port)
        edits.append(e.SetGraph({"target": str(_named(inner_port, names))}))
    name_of = renaming({f"{id_}/{inner}": new for inner, new in names.items()})
    return e.Batch(with_marks(graph, edits, name_of))


def _ask_apart(graph: Graph, id_: str) -> Composite:
    """The module of an instance that can be taken apart; raises `BadDefinition` for another."""
    module = graph.module(id_) if id_ in graph else None
    if not isinstance(module, Composite):
        raise BadDefinition(node=id_, found="no composite", expected="a composite to ungroup")
    node = graph.nodes[id_]
    sharers = [other.id for other in graph.nodes.values() if other.extra.get("shares") == id_]
    if "shares" in node.extra or sharers:
        others = node.extra.get("shares") or ", ".join(sharers)
        found, expected = f"parameters shared with {others}", "parameters of its own"
        raise BadDefinition(node=id_, found=found, expected=expected, mend="Untie them first.")
    if node.bypassed:
        raise BadDefinition(node=id_, found="a bypassed node", expected="one that is not bypassed")
    return module


def _starts(graph: Graph, inside: frozenset[str]) -> dict[PortRef, Tensor]:
    """The initial values kept for delay edges that cross the border of these nodes.

    They go with the edges, and have to be set again where these end then.
    """
    crossing = (
        x.target for x in graph.edges if (x.source.node in inside) != (x.target.node in inside)
    )
    return {
        ref: graph.tensors[ref]
        for ref in crossing
        if ref in graph.tensors and keeps_initial(graph, ref)
    }


def unique_edit(graph: Graph, id_: str, name: str) -> e.Edit:
    """Give an instance a definition of its own; its address stays, so no number changes.

    Raises `BadDefinition` where the node is no instance, or shares parameters.
    """
    definition = graph.definitions.get(graph.nodes[id_].module) if id_ in graph else None
    if definition is None:
        raise BadDefinition(node=id_, found="no composite", expected="a composite")
    if any(other.extra.get("shares") == id_ for other in graph.nodes.values()):
        found, expected = "parameters that other instances share", "parameters of its own"
        raise BadDefinition(node=id_, found=found, expected=expected, mend="Untie them first.")
    edits: list[e.Edit] = [e.Define(replace(definition.blueprint(), name=name))]
    owner = graph.nodes[id_].extra.get("shares")
    if owner is not None and owner in graph:
        shared = dict(graph.store.tensors_of(owner)) | written_out(graph, [owner])
        edits += [
            e.SetTensor(PortRef(id_ + ref.node.removeprefix(owner), ref.port), tensor)
            for ref, tensor in shared.items()
            if ref.node != owner
        ]
        edits.append(e.SetShares(id_, None))
    edits.append(e.SetModule(id_, name))
    return e.Batch(tuple(edits))


def _refuse_across(graph: Graph, inside: frozenset[str], name: str) -> None:
    outside = [
        edge.target.node
        for edge in graph.edges
        if edge.source.node in inside and edge.target.node not in inside and not edge.delay
    ]
    for start in dict.fromkeys(outside):
        reached = graph.downstream([start]) & inside
        if reached:
            path = reach_path(graph.successors, start, min(reached)) or (start,)
            between = [id_ for id_ in path if id_ not in inside]
            found = "a path that leaves the nodes and comes back, " + " → ".join(path)
            mend = f"Select {', '.join(between)} as well."
            expected = "nodes without others between them"
            raise BadDefinition(node=name, found=found, expected=expected, mend=mend)
    for node in graph.nodes.values():
        owner = node.extra.get("shares")
        if owner in graph and (owner in inside) != (node.id in inside):
            found, expected = f"{node.id}, which shares the parameters of {owner}", "both or none"
            raise BadDefinition(node=name, found=found, expected=expected, mend="Untie it first.")
    for edge in graph.edges:
        start = edge.extra.get("initial", "").partition(".")[0]
        if start in graph and (start in inside) != (edge.target.node in inside):
            found = f"the edge {edge}, which starts with {edge.extra['initial']}"
            mend = f"Select {start} and {edge.target.node}, or none of them."
            raise BadDefinition(node=name, found=found, expected="both or none", mend=mend)


def _inlets(
    graph: Graph, inside: frozenset[str]
) -> list[tuple[str, PortRef, Mapping[str, Any], tuple[PortRef, ...]]]:
    """(name, source, the edge's extra, inner inputs): one for all that one source feeds alike."""
    feeds: dict[tuple[PortRef, str], list[Edge]] = {}
    for edge in graph.edges:
        if edge.target.node in inside and edge.source.node not in inside:
            alike = repr(edge.extra) + (str(edge.target) if edge.delay else "")
            feeds.setdefault((edge.source, alike), []).append(edge)
    firsts = [edges[0].target for edges in feeds.values()]
    names = _names(firsts, set())
    return [
        (names[edges[0].target], edges[0].source, edges[0].extra, tuple(x.target for x in edges))
        for edges in feeds.values()
    ]


def _outlets(graph: Graph, inside: frozenset[str], taken: set[str]) -> dict[PortRef, str]:
    """Names by inner output: what is read outside, what nothing reads, the target."""
    found: dict[PortRef, None] = {}
    target = _target_port(graph)
    for id_ in (id_ for id_ in graph.nodes if id_ in inside):
        module = graph.module(id_)
        refs = [PortRef(id_, port.name) for port in module.output_ports] if module else []
        refs = refs or list(dict.fromkeys(x.source for x in graph.store.leaving[id_].values()))
        readers = {ref: graph.outgoing(ref) for ref in refs}
        is_sink = not any(readers.values())
        for ref in refs:
            is_read = any(edge.target.node not in inside for edge in readers[ref])
            if is_read or is_sink or ref == target:
                found[ref] = None
    return _names(found, taken)


def _names(refs: Iterable[PortRef], taken: set[str]) -> dict[PortRef, str]:
    """A name for each inner port: its own where only one has it, else with the node's before."""
    refs = tuple(refs)
    counts = Counter(ref.port for ref in refs)
    used, names = set(taken), {}
    for ref in refs:
        is_clear = counts[ref.port] == 1 and ref.port not in used
        stem = ref.port if is_clear else f"{ref.node}_{ref.port}"
        name, count = stem, 1
        while name in used:
            count += 1
            name = f"{stem}{count}"
        used.add(name)
        names[ref] = name
    return names


def _target_port(graph: Graph) -> PortRef | None:
    """The chosen target as a port; the first output where only the node is named."""
    node, dot, port = (graph.target or "").partition(".")
    module = graph.module(node) if node in graph else None
    if module is None:
        return PortRef(node, port) if dot else None
    return PortRef(node, port or next((p.name for p in module.output_ports), "y"))


def _connects(graph: Graph, edges: Iterable[Edge]) -> list[e.Edit]:
    """Edges that stood here before in another form: their types are not asked anew."""
    rank = graph.store.next_rank + len(graph.nodes) + len(graph.edges)
    return [e.Connect(edge, rank + count) for count, edge in enumerate(edges)]


def _corner(nodes: Iterable[Node]) -> Place:
    places = [node.at for node in nodes if node.at is not None] or [(0.0, 0.0)]
    return min(x for x, _ in places), min(y for _, y in places)


def _middle(nodes: Iterable[Node]) -> Place | None:
    places = [node.at for node in nodes if node.at is not None]
    if not places:
        return None
    xs, ys = [x for x, _ in places], [y for _, y in places]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def _less(at: Place | None, by: Place | None) -> Place | None:
    if at is None or by is None:
        return at
    return at[0] - by[0], at[1] - by[1]


def _out(node: Node, names: Mapping[str, str], shift: Place | None) -> Node:
    """An inner node as it stands outside."""
    at = (
        node.at
        if node.at is None or shift is None
        else (node.at[0] + shift[0], node.at[1] + shift[1])
    )
    extra = dict(node.extra)
    if extra.get("shares") in names:
        extra["shares"] = names[extra["shares"]]
    return replace(node, id=names[node.id], at=at, extra=extra)


def _named(ref: PortRef, names: Mapping[str, str]) -> PortRef:
    return PortRef(names[ref.node], ref.port)


def _renamed(edge: Edge, names: Mapping[str, str]) -> Edge:
    extra = dict(edge.extra)
    if "initial" in extra:
        extra["initial"] = str(_named(PortRef.parse(extra["initial"]), names))
    return Edge(_named(edge.source, names), _named(edge.target, names), extra)
