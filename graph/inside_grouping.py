"""Grouping and ungrouping inside a composite: in its definition, for all of its instances.

What stood at the composite's border stands there still: its ports and exposed attributes then
name those of the group, or the nodes that came out of it. No number of any instance changes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from graph import edits as e
from graph.composite import Composite
from graph.definition import Interface, Setting
from graph.free_ids import free_names
from graph.grouping import Grouped, group_edit, ungroup_edit
from graph.initialise import written_out
from graph.moving_marks import renaming, with_marks
from graph.places import addresses_of, definition_at, inside, lift
from graph.port import PortRef
from graph.records import Edge, Node
from graph.tensor import Tensor

if TYPE_CHECKING:
    from graph.model import Graph


def group_inside(root: Graph, address: str, ids: Collection[str], name: str) -> Grouped:
    """The edit of the document that groups nodes inside an instance, in its definition.

    Raises as `group_edit`.
    """
    outer = definition_at(root, address)
    border = _Border.around(_plain(root, address), outer.interface, frozenset(ids))
    made = group_edit(border.graph, ids, name)
    parts = made.edit.edits if isinstance(made.edit, e.Batch) else (made.edit,)
    defining = next(part for part in parts if isinstance(part, e.Define))
    edges = [part.edge for part in parts if isinstance(part, e.Connect)]
    links = {x.source: x.target for x in edges if x.source.node in border.ids}
    links |= {x.target: x.source for x in edges if x.target.node in border.ids}
    exposed = tuple(
        Setting(setting.name, tuple(ref for ref in setting.to if ref.node in ids))
        for setting in outer.interface.attributes
        if any(ref.node in ids for ref in setting.to)
    )
    shown = replace(defining.blueprint.interface, attributes=exposed)
    structure = [
        replace(part, tensors=()) if isinstance(part, e.AddNode) else part
        for part in parts
        if not isinstance(part, e.Define | e.SetGraph) and not border.is_of(part)
    ]
    adding = [part for part in structure if isinstance(part, e.AddNode)]
    others = [part for part in structure if not isinstance(part, e.AddNode)]
    moved = {id_: f"{made.id}/{id_}" for id_ in ids}
    edits = [
        e.Define(replace(defining.blueprint, interface=shown)),
        *(e.Within(outer.name, part) for part in adding),
        e.SetInterface(outer.name, _grouped(outer.interface, made.id, ids, border, links)),
        *(e.Within(outer.name, part) for part in others),
        *_moved(root, outer.name, moved),
        *(lift(root, address, part) for part in parts if isinstance(part, e.SetGraph)),
    ]
    return Grouped(e.Batch(with_marks(root, edits, _named(root, outer.name, moved))), made.id)


def ungroup_inside(root: Graph, address: str, id_: str) -> e.Edit:
    """The edit of the document that puts a composite's inside in its place, inside another.

    Raises as `ungroup_edit`.
    """
    outer, graph = definition_at(root, address), _plain(root, address)
    edit = ungroup_edit(graph, id_)
    parts = edit.edits if isinstance(edit, e.Batch) else (edit,)
    module = graph.module(id_)
    assert isinstance(module, Composite)
    names = free_names(graph, module.body.nodes)
    own = module.definition.interface
    inlets = {x.name: x.to for x in own.inputs}
    outlets = {x.name: x.source for x in own.outputs}
    settings = {x.name: x.to for x in own.attributes}

    def out(ref: PortRef, table: Mapping[str, tuple[PortRef, ...]]) -> Iterator[PortRef]:
        if ref.node != id_:
            yield ref
        for inner in table.get(ref.port, ()) if ref.node == id_ else ():
            yield PortRef(names[inner.node], inner.port)

    def source(ref: PortRef) -> PortRef:
        inner = outlets[ref.port] if ref.node == id_ else ref
        return PortRef(names[inner.node], inner.port) if ref.node == id_ else ref

    shown = replace(
        outer.interface,
        inputs=tuple(
            replace(x, to=tuple(y for ref in x.to for y in out(ref, inlets)))
            for x in outer.interface.inputs
        ),
        outputs=tuple(replace(x, source=source(x.source)) for x in outer.interface.outputs),
        attributes=tuple(
            replace(x, to=tuple(y for ref in x.to for y in out(ref, settings)))
            for x in outer.interface.attributes
        ),
    )
    adding = [replace(part, tensors=()) for part in parts if isinstance(part, e.AddNode)]
    others = [part for part in parts if isinstance(part, e.RemoveNode | e.Connect)]
    moved = {f"{id_}/{inner}": new for inner, new in names.items()}
    edits = [
        *(e.Within(outer.name, part) for part in adding),
        e.SetInterface(outer.name, shown),
        *(e.Within(outer.name, part) for part in others),
        *_moved(root, outer.name, moved),
        *(lift(root, address, part) for part in parts if isinstance(part, e.SetGraph)),
    ]
    return e.Batch(with_marks(root, edits, _named(root, outer.name, moved)))


def _named(root: Graph, name: str, heads: Mapping[str, str]) -> Callable[[str], str]:
    """What addresses in all instances are called once the inner nodes `heads` have moved."""
    places = addresses_of(root, name)
    return renaming({f"{at}/{old}": f"{at}/{new}" for at in places for old, new in heads.items()})


def _plain(root: Graph, address: str) -> Graph:
    """The inside as the definition has it, without the settings of one instance."""
    mirror = inside(root, address)
    graph = definition_at(root, address).body.copy()
    graph.store.fields.update(mirror.store.fields)
    return graph


@dataclass
class _Border:
    """An inside with a node before each input of its composite, and one behind each output.

    So the border is crossed by edges, as any other node's: grouping makes ports of them.
    """

    graph: Graph
    inputs: dict[str, str] = field(default_factory=dict)  # the composite's port by node
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def ids(self) -> frozenset[str]:
        """The nodes that are not really there."""
        return frozenset((*self.inputs, *self.outputs))

    @classmethod
    def around(cls, graph: Graph, interface: Interface, ids: frozenset[str]) -> _Border:
        """Put the nodes that touch `ids` into a graph of one's own."""
        border = cls(graph)
        for inlet in interface.inputs:
            refs = [ref for ref in inlet.to if ref.node in ids]
            if refs:
                id_ = border.add(Node(graph.free_id("Input"), "Input", {"shape": ()}))
                border.inputs[id_] = inlet.name
                for ref in refs:
                    graph.draw(Edge(PortRef(id_, "y"), ref))
        for outlet in interface.outputs:
            if outlet.source.node in ids:
                id_ = border.add(Node(graph.free_id("Identity"), "Identity"))
                border.outputs[id_] = outlet.name
                graph.draw(Edge(outlet.source, PortRef(id_, "x")))
        return border

    def add(self, node: Node) -> str:
        """Add one of them; its id."""
        self.graph.change(e.AddNode(node))
        return node.id

    def is_of(self, part: e.Edit) -> bool:
        """Whether an edit is about an edge of the border alone."""
        if not isinstance(part, e.Connect):
            return False
        return not self.ids.isdisjoint((part.edge.source.node, part.edge.target.node))


def _grouped(
    interface: Interface,
    id_: str,
    ids: Collection[str],
    border: _Border,
    links: Mapping[PortRef, PortRef],
) -> Interface:
    """The interface of the composite around a group: what lay inside is the group's now."""
    begun = {port: links[PortRef(node, "y")] for node, port in border.inputs.items()}
    ended = {port: links[PortRef(node, "x")] for node, port in border.outputs.items()}

    def others(refs: Iterable[PortRef]) -> tuple[PortRef, ...]:
        return tuple(ref for ref in refs if ref.node not in ids)

    return replace(
        interface,
        inputs=tuple(
            replace(x, to=(*others(x.to), begun[x.name])) if x.name in begun else x
            for x in interface.inputs
        ),
        outputs=tuple(replace(x, source=ended.get(x.name, x.source)) for x in interface.outputs),
        attributes=tuple(
            replace(x, to=(*others(x.to), PortRef(id_, x.name))) if others(x.to) != x.to else x
            for x in interface.attributes
        ),
    )


def _moved(root: Graph, name: str, heads: Mapping[str, str]) -> Iterator[e.Edit]:
    """Parameters of every instance, kept where the nodes `heads` have gone."""
    for address in addresses_of(root, name):
        old = [f"{address}/{head}" for head in heads]
        tensors: dict[PortRef, Tensor] = {
            ref: tensor
            for ref, tensor in root.tensors.items()
            if any(ref.node == x or ref.node.startswith(f"{x}/") for x in old)
        }
        tensors |= written_out(root, old)
        for ref, tensor in tensors.items():
            inner = ref.node.removeprefix(f"{address}/")
            head = next(x for x in heads if inner == x or inner.startswith(f"{x}/"))
            node = f"{address}/{heads[head]}{inner.removeprefix(head)}"
            yield e.SetTensor(PortRef(node, ref.port), tensor)
