"""How each edit changes the store, and which edit takes it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graph import defining, wiring
from graph import edits as e
from graph.addresses import keeps, leads
from graph.composite import Composite
from graph.delaying import lose_initial, no_edge, refuse_circle, set_delay, take_initial
from graph.errors import BadAttribute, BadTensor, DuplicateId, GraphError, UnknownNode
from graph.fields import check_field
from graph.frames import check_frames, check_route
from graph.marks import check_marks
from graph.module import Module
from graph.nesting import check_size
from graph.port import PortRef
from graph.records import MAX_NAME, Edge, Node, Place, bad_character, check_id
from graph.suggest import did_you_mean
from graph.tensor import Tensor
from graph.time import keeps_initial
from graph.training import check_training

if TYPE_CHECKING:
    from graph.model import Graph

NODE_FIELDS = ("label", "note", "bypassed")
MAX_PLACE = 10**9  # canvas units; beyond it a window's arithmetic loses pixels


def apply(graph: Graph, edit: e.Edit) -> e.Edit:
    """Change the graph and return the inverse; raises a `GraphError` and changes nothing."""
    return _APPLY[type(edit)](graph, edit)


def _need(graph: Graph, id_: str) -> Node:
    if not graph.store.has(id_):
        raise UnknownNode(
            node=id_,
            found="no such node",
            expected="a node of the graph",
            mend=did_you_mean(id_, graph.nodes),
        )
    return graph.store.node(id_)


def add_node(graph: Graph, node: Node, rank: int | None = None) -> None:
    """Put a node in without tensors; raises a `GraphError` and changes nothing."""
    check_id(node.id)
    if graph.store.has(node.id):
        raise DuplicateId(
            node=node.id, found="a second node of that id", expected="ids that differ"
        )
    if node.label is not None or node.note is not None:
        _check_texts(node.id, {"label": node.label, "note": node.note})
    _check_place(node.id, node.at)
    module = graph.make_module(node)
    if node.bypassed:
        _check_bypass(node.id, module)
    if node.attributes:
        node = replace(node, attributes=_normal(module, node.attributes))
    graph.store.put_node(node, rank)
    graph.keep_module(node.id, module)
    if isinstance(module, Composite):
        _or_take_back(graph, node, lambda: check_size(graph))


def _add_node(graph: Graph, edit: e.AddNode) -> e.Edit:
    node = edit.node
    add_node(graph, node, edit.rank)
    _or_take_back(graph, node, lambda: _check_keepers(graph, node, edit.tensors))
    for port, tensor in edit.tensors:
        graph.store.put_tensor(port, tensor)
    return e.RemoveNode(node.id)


def _or_take_back(graph: Graph, node: Node, check: Callable[[], None]) -> None:
    """Remove a node that was just added where a check of what it brings refuses it."""
    try:
        check()
    except GraphError:
        graph.drop_module(node.id)
        graph.store.pop_node(node.id)
        raise


def _remove_node(graph: Graph, edit: e.RemoveNode) -> e.Edit:
    _need(graph, edit.id)
    undo: list[e.Edit] = []
    target = graph.target
    if target is not None and _head(target) == edit.id:
        undo.append(_set_graph(graph, e.SetGraph({"target": None})))
    edges = graph.store.edges_at(edit.id)
    for edge in graph.store.starting_at(edit.id):
        if edge not in edges:  # its initial value goes, the edge itself stays
            undo.append(lose_initial(graph, edge))
    undo.extend(_disconnect(graph, e.Disconnect(edge.target)) for edge in edges)
    tensors = graph.store.tensors_of(edit.id)
    for port, _ in tensors:
        graph.store.pop_tensor(port)
    graph.types.forget(edit.id)
    graph.drop_module(edit.id)
    node, rank = graph.store.pop_node(edit.id)
    undo.append(e.AddNode(node, tensors, rank))
    return e.Batch(tuple(reversed(undo))) if len(undo) > 1 else undo[0]


def _connect(graph: Graph, edit: e.Connect) -> e.Edit:
    edge = edit.edge
    if edit.rank is None:
        wiring.check_edge(graph, edge)
    else:  # an edge that comes back stood here before: only its ends can be gone
        wiring.check_ends(graph, edge.source, edge.target, delay=edge.delay)
        wiring.check_free(graph, edge.source, edge.target)
    graph.store.put_edge(edge, edit.rank)
    graph.types.forget(edge.target.node)
    return e.Disconnect(edge.target)


def _disconnect(graph: Graph, edit: e.Disconnect) -> e.Edit:
    edge = graph.incoming(edit.target)
    if edge is None:
        raise no_edge(edit.target)
    kept = take_initial(graph, edit.target) if edge.delay else None
    edge, rank = graph.store.pop_edge(edit.target)
    graph.types.forget(edit.target.node)
    back = e.Connect(edge, rank)
    return e.Batch((back, kept)) if kept else back


def _set_attributes(graph: Graph, edit: e.SetAttributes) -> e.Edit:
    node = _need(graph, edit.id)
    kept = dict(node.attributes)
    for name, value in edit.values.items():
        if value is e.RESET:
            kept.pop(name, None)
        else:
            kept[name] = value
    if edit.order:
        kept = {name: kept[name] for name in edit.order if name in kept} | kept
    changed = replace(node, attributes=kept)
    module = graph.make_module(changed)
    if module is not None:
        ports = {port.name for port in (*module.wired_ports, *module.output_ports)}
        wiring.check_ports_stay(graph, edit.id, ports)
    graph.store.replace_node(replace(node, attributes=_normal(module, kept)))
    graph.keep_module(edit.id, module)
    graph.types.forget(edit.id)
    before = {name: node.attributes.get(name, e.RESET) for name in edit.values}
    return e.SetAttributes(edit.id, before, tuple(node.attributes))


def _normal(module: Module | None, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes as the module reads them; what it does not know stays as it is."""
    settings = module.settings if module is not None else {}
    return {name: settings.get(name, value) for name, value in attributes.items()}


def _set_node(graph: Graph, edit: e.SetNode) -> e.Edit:
    node = _need(graph, edit.id)
    for name in edit.values:
        if name not in NODE_FIELDS:
            expected = f"one of {', '.join(NODE_FIELDS)}"
            raise BadAttribute(node=edit.id, port=name, found="an unknown field", expected=expected)
    _check_texts(edit.id, edit.values)
    if edit.values.get("bypassed"):
        _check_bypass(edit.id, graph.module(edit.id))
    before = {name: getattr(node, name) for name in edit.values}
    graph.store.replace_node(replace(node, **edit.values))
    graph.types.forget(edit.id)
    return e.SetNode(edit.id, before)


def _check_bypass(id_: str, module: Module | None) -> None:
    if module is not None and not module.input_ports:
        raise GraphError(
            node=id_, found="a source", expected="a node with an input to pass through"
        )


def _rename(graph: Graph, edit: e.Rename) -> e.Edit:
    node = _need(graph, edit.old)
    check_id(edit.new)
    if edit.new == edit.old:
        return e.Rename(edit.new, edit.old)
    if graph.store.has(edit.new):
        raise DuplicateId(node=edit.new, found="another node of that id", expected="a free id")
    store = graph.store
    refuse_circle(graph, edit.old, edit.new)
    graph.types.forget(edit.old)
    following = _references(graph, edit.old) - edit.stay
    loose = _references(graph, edit.new)  # they named nothing, and on the way back do so again
    touched = dict.fromkeys(edge.target for edge in store.edges_at(edit.old))
    touched |= dict.fromkeys(ref for ref in following if isinstance(ref, PortRef))
    edges = [store.pop_edge(target) for target in touched]
    tensors = store.tensors_of(edit.old)
    for port, _ in tensors:
        store.pop_tensor(port)
    graph.drop_module(edit.old)
    _, rank = store.pop_node(edit.old)
    store.put_node(replace(node, id=edit.new), rank)
    for edge, edge_rank in edges:
        store.put_edge(_renamed(edge, edit, edge.target in following), edge_rank)
    for port, tensor in tensors:
        store.put_tensor(_follow(port, edit), tensor)
    for ref in following:
        if isinstance(ref, str):
            _rename_shares(graph, edit.new if ref == edit.old else ref, edit.new)
    if None in following and graph.target is not None:
        store.fields["target"] = edit.new + graph.target.removeprefix(edit.old)
    store.name_after(lambda at: _follow(PortRef(at, ""), edit).node)
    return e.Rename(edit.new, edit.old, frozenset(_after(ref, edit) for ref in loose))


def _references(graph: Graph, id_: str) -> set[e.Reference]:
    """What names a node beside the ends of edges, whether the node exists or not."""
    found: set[e.Reference] = {
        edge.target
        for edge in graph.store.edges.values()
        if _head(edge.extra.get("initial", "")) == id_
    }
    found |= {name for name, node in graph.nodes.items() if node.extra.get("shares") == id_}
    if graph.target is not None and _head(graph.target) == id_:
        found.add(None)
    return found


def _head(port: str) -> str:
    """The node of `one.y`, and of the inner `one/lin.y`."""
    return port.partition(".")[0].partition("/")[0]


def _after(ref: e.Reference, edit: e.Rename) -> e.Reference:
    """A reference as it is called after a renaming."""
    if isinstance(ref, PortRef):
        return _follow(ref, edit)
    return edit.new if ref == edit.old else ref


def _follow(ref: PortRef, edit: e.Rename) -> PortRef:
    """A port's address, or that of a port inside the node, after a renaming."""
    head, slash, rest = ref.node.partition("/")
    return PortRef(edit.new + slash + rest, ref.port) if head == edit.old else ref


def _renamed(edge: Edge, edit: e.Rename, is_following: bool) -> Edge:
    extra = edge.extra
    if is_following:
        extra = {**extra, "initial": str(_follow(PortRef.parse(extra["initial"]), edit))}
    ends = _follow(edge.source, edit), _follow(edge.target, edit)
    return Edge(*ends, extra, edge.route)


def _rename_shares(graph: Graph, id_: str, shared: str) -> None:
    node = graph.store.node(id_)
    graph.store.replace_node(replace(node, extra={**node.extra, "shares": shared}))


def _move(graph: Graph, edit: e.Move) -> e.Edit:
    before = {id_: _need(graph, id_).at for id_ in edit.places}
    for id_, at in edit.places.items():
        _check_place(id_, at)
    for id_, at in edit.places.items():
        graph.store.replace_node(replace(graph.store.node(id_), at=at))
    return e.Move(before)


def _check_place(id_: str, at: Place | None) -> None:
    if at is not None and not (abs(at[0]) <= MAX_PLACE and abs(at[1]) <= MAX_PLACE):
        expected = f"two numbers of at most {MAX_PLACE:,}".replace(",", " ")
        raise BadAttribute(node=id_, port="at", found=str(at), expected=expected)


def _check_keepers(graph: Graph, node: Node, tensors: Iterable[tuple[PortRef, Tensor]]) -> None:
    for port, _ in tensors:
        _check_keeper(graph, node, port)


def _check_keeper(graph: Graph, node: Node, port: PortRef) -> None:
    """Raise unless the node, or one inside it, can keep a tensor there."""
    if port.node.partition("/")[0] == node.id and keeps(graph, port):
        return
    keepers = None if "/" in port.node else graph.keepers(node)
    raise BadTensor(
        node=port.node,
        port=port.port,
        found="a port that keeps no tensor",
        expected=f"one of {', '.join(keepers)}" if keepers else "a source or a parameter",
    )


def _set_tensor(graph: Graph, edit: e.SetTensor) -> e.Edit:
    port = edit.port
    owner = _need(graph, port.node.partition("/")[0])
    if keeps_initial(graph, port):
        graph.types.forget(port.node)
    else:
        _check_keeper(graph, owner, port)
    before = graph.store.pop_tensor(port)
    if edit.tensor is not None:
        graph.store.put_tensor(port, edit.tensor)
    return e.SetTensor(port, before)


def _set_graph(graph: Graph, edit: e.SetGraph) -> e.Edit:
    for name, value in edit.values.items():
        check_field(name, value)
    check_training(edit.values.get("training"), lambda at: leads(graph, at))
    before = {name: graph.store.fields[name] for name in edit.values}
    graph.store.fields.update(edit.values)
    if "dtype" in edit.values:
        for inside in (graph, *graph.scope.bodies()):
            inside.store.fields["dtype"] = graph.dtype
            inside.types.forget_all()
    return e.SetGraph(before)


def _set_route(graph: Graph, edit: e.SetRoute) -> e.Edit:
    edge = graph.incoming(edit.target)
    if edge is None:
        raise no_edge(edit.target)
    check_route(edit.target, edit.route)
    graph.store.replace_edge(replace(edge, route=edit.route))
    return e.SetRoute(edit.target, edge.route)


def _set_frames(graph: Graph, edit: e.SetFrames) -> e.Edit:
    check_frames(edit.frames)
    before, graph.store.frames = graph.store.frames, edit.frames
    return e.SetFrames(before)


def _set_marks(graph: Graph, edit: e.SetMarks) -> e.Edit:
    check_marks(edit.marks, lambda at: leads(graph, at))
    before, graph.store.marks = graph.store.marks, edit.marks
    return e.SetMarks(before)


def _check_texts(id_: str, values: Mapping[str, Any]) -> None:
    for name in ("label", "note"):
        text = values.get(name)
        if text is not None and not isinstance(text, str):
            raise BadAttribute(node=id_, port=name, found=repr(text), expected="a text")
        reason = bad_character(text, lines=name == "note") if text else None
        if name == "label" and text and len(text) > MAX_NAME:
            reason = f"{len(text)} characters"
        if reason:
            limit = f" of at most {MAX_NAME}" if name == "label" else ""
            raise BadAttribute(
                node=id_,
                port=name,
                found=reason,
                expected=f"a plain text{limit}",
            )


def _batch(graph: Graph, edit: e.Batch) -> e.Edit:
    undo: list[e.Edit] = []
    try:
        for part in edit.edits:
            undo.append(apply(graph, part))
    except BaseException:
        for part in reversed(undo):
            apply(graph, part)
        raise
    return e.Batch(tuple(reversed(undo)))


_APPLY: dict[type[e.Edit], Callable[[Graph, Any], e.Edit]] = {
    e.AddNode: _add_node,
    e.RemoveNode: _remove_node,
    e.Connect: _connect,
    e.Disconnect: _disconnect,
    e.SetDelay: set_delay,
    e.SetAttributes: _set_attributes,
    e.SetNode: _set_node,
    e.Rename: _rename,
    e.Move: _move,
    e.SetTensor: _set_tensor,
    e.SetGraph: _set_graph,
    e.SetFrames: _set_frames,
    e.SetMarks: _set_marks,
    e.SetRoute: _set_route,
    e.Batch: _batch,
    **defining.APPLY,
}
