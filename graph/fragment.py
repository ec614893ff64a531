"""Fragments: some nodes of a graph with what is between them, and putting them into a graph.

A fragment is itself a graph, so that its text is an ordinary file: it can be kept in a mail, and
is read back with the loader's limits and refusals.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from graph import edits as e
from graph.carrying import carried, needed
from graph.catalogue import Catalogue
from graph.delaying import tensors_apart
from graph.errors import FileError, GraphError, sentence
from graph.files import dumps, loads
from graph.files.document import shown
from graph.files.limits import MAX_NODES
from graph.free_ids import free_names
from graph.layout import arrange
from graph.model import Graph
from graph.port import PortRef
from graph.records import Edge, Node, Place
from graph.scope import Scope
from graph.time import keeps_initial


def cut_out(graph: Graph, ids: Collection[str]) -> Graph:
    """A graph of these nodes, the edges between them, their tensors and definitions.

    References to other nodes are left behind: what arrives from outside, an edge's `initial`.
    """
    fragment = Graph(graph.catalogue, dtype=graph.dtype, seed=graph.seed)
    for blueprint in needed(graph, (graph.nodes[id_].module for id_ in ids)):
        fragment.apply(e.Define(blueprint))
    for id_, node in graph.nodes.items():
        if id_ in ids:
            fragment.apply(e.AddNode(node, tensors_apart(graph, id_)[0]))
    rank = fragment.store.next_rank
    inner = (edge for edge in graph.edges if edge.source.node in ids and edge.target.node in ids)
    for count, edge in enumerate(inner):
        fragment.apply(e.Connect(_without_loose_initial(edge, ids), rank + count))
        if keeps_initial(graph, edge.target) and edge.target in graph.tensors:
            fragment.apply(e.SetTensor(edge.target, graph.tensors[edge.target]))
    return fragment


def write_text(graph: Graph, ids: Collection[str]) -> str:
    """The text of a file that holds these nodes and nothing else."""
    return dumps(cut_out(graph, ids)).decode("utf-8")


def read_text(text: str, name: str, catalogue: Catalogue | None = None) -> Graph:
    """The fragment that a text stands for; each node has a place. Raises `FileError`."""
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        found = shown(text) if text.strip() else "no text"
        expected = "nodes copied from a graph, or the text of a .gradwire file"
        raise FileError(name, "", sentence("", found, expected, ""))
    base = catalogue.base if isinstance(catalogue, Scope) else catalogue
    fragment = loads(text, name=name, catalogue=base)
    if not fragment.nodes:
        raise FileError(name, "", sentence("", "a graph without nodes", "nodes", ""))
    return _placed(fragment)


def _placed(fragment: Graph) -> Graph:
    homeless = [id_ for id_, node in fragment.nodes.items() if node.at is None]
    if homeless:
        fragment.apply(e.Move(arrange(fragment, homeless)))
    return fragment


def insertion(
    graph: Graph, fragment: Graph, shift: Place, document: Graph | None = None
) -> tuple[e.Batch, tuple[str, ...]]:
    """The edit that adds a fragment, moved by `shift`, and the ids of its nodes there.

    Definitions that the graph lacks come along; `document` has them where the graph is the
    inside of a composite.

    Ids that are taken are counted on, and edges and addresses of tensors follow. A parameter
    without a kept tensor is initialised by its new address, as any is.
    Raises `GraphError` where there is no room.
    """
    count = len(graph.nodes) + len(fragment.nodes)
    if count > MAX_NODES:
        raise GraphError(found=f"{count} nodes", expected=f"at most {MAX_NODES} in a graph")
    names = free_names(graph, fragment.nodes)
    defining, modules = carried(document or graph, fragment)
    adding = (
        e.AddNode(
            replace(
                _moved(node, names[id_], shift, _shared(graph, node, names)),
                module=modules.get(node.module, node.module),
            ),
            tuple((_follow(ref, names), tensor) for ref, tensor in tensors_apart(fragment, id_)[0]),
        )
        for id_, node in fragment.nodes.items()
    )
    # An edge with a rank is not typed anew: what a file may hold, a fragment may hold too.
    rank = graph.store.next_rank + len(names)
    wiring = (
        e.Connect(_renamed(edge, names), rank + count) for count, edge in enumerate(fragment.edges)
    )
    starts = (
        e.SetTensor(_follow(start.port, names), start.tensor)
        for id_ in fragment.nodes
        for start in tensors_apart(fragment, id_)[1]
    )
    return e.Batch((*defining, *adding, *wiring, *starts)), tuple(names.values())


def _moved(node: Node, id_: str, shift: Place, shared: str | None) -> Node:
    at = (node.at[0] + shift[0], node.at[1] + shift[1]) if node.at is not None else None
    extra = {key: value for key, value in node.extra.items() if key != "shares"}
    if shared is not None:
        extra = {"shares": shared, **extra}
    return replace(node, id=id_, at=at, extra=extra)


def _shared(graph: Graph, node: Node, names: Mapping[str, str]) -> str | None:
    """Whose parameters a node goes on sharing: a node's that came along, or one like it."""
    shared = node.extra.get("shares", "")
    if shared in names:
        return names[shared]
    is_alike = shared in graph and graph.nodes[shared].module == node.module
    return shared if is_alike else None


def _renamed(edge: Edge, names: Mapping[str, str]) -> Edge:
    extra = edge.extra
    if "initial" in extra:
        extra = {**extra, "initial": str(_follow(PortRef.parse(extra["initial"]), names))}
    return Edge(_follow(edge.source, names), _follow(edge.target, names), extra)


def _follow(ref: PortRef, names: Mapping[str, str]) -> PortRef:
    """A port's address, or that of a port inside a node, under the new ids."""
    head, slash, rest = ref.node.partition("/")
    return PortRef(names.get(head, head) + slash + rest, ref.port)


def _without_loose_initial(edge: Edge, ids: Collection[str]) -> Edge:
    initial = edge.extra.get("initial")
    if initial is None or PortRef.parse(initial).node.partition("/")[0] in ids:
        return edge
    return replace(edge, extra={k: v for k, v in edge.extra.items() if k != "initial"})
