"""Places: the inside of an instance, seen and edited as a graph of its own.

The inside is shown as a mirror: a graph with the definition's nodes and edges, the instance's
settings and tensors. `lift` turns an edit made there into one of the document; `project` says
what an edit of the document means there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph import edits as e
from graph.addresses import node_at
from graph.composite import Composite
from graph.errors import BadDefinition, GraphError
from graph.flattening import flatten
from graph.initialise import written_out
from graph.nesting import containing
from graph.port import PortRef, PortType

if TYPE_CHECKING:
    from graph.definition import Definition
    from graph.model import Graph

NOTHING = e.Batch()
_FIELDS = ("dtype", "seed", "mode")  # of the document that hold in its insides too


def definition_at(graph: Graph, address: str) -> Definition:
    """The definition of the instance at an address; raises `BadDefinition` where none is."""
    found = node_at(graph, address)
    definition = graph.definitions.get(found[1].module) if found is not None else None
    if definition is None:
        raise BadDefinition(node=address, found="no composite", expected="the address of one")
    return definition


def inside(graph: Graph, address: str) -> Graph:
    """A mirror of what is inside an instance; raises `BadDefinition` where none is.

    What arrives at the definition's inputs is known to its types. Changing the mirror changes
    nothing else: apply `lift(...)` to the document, then `project(...)` to the mirror.
    """
    definition_at(graph, address)
    body, given = graph, dict[PortRef, PortType]()
    for id_ in address.split("/"):
        module = body.module(id_)
        assert isinstance(module, Composite)
        arriving = _arriving(body, id_, given)
        try:
            given = module.given(arriving)
        except GraphError:
            given = {}
        body = module.body
    mirror = body.copy()
    for name in containing(graph, definition_at(graph, address).name):
        del mirror.scope.definitions[name]  # none of them can stand inside
    mirror.types.give(given)
    for port, tensor in graph.tensors.items():
        inner = _stripped(port, address)
        if inner is not None:
            mirror.store.put_tensor(inner, tensor)
    mirror.store.fields.update({name: graph.store.fields[name] for name in _FIELDS})
    mirror.store.fields["target"] = _stripped_target(graph.target, address)
    mirror.revision = graph.revision
    return mirror


def lift(graph: Graph, address: str, edit: e.Edit) -> e.Edit:
    """The edit of the document for one made in the mirror of an instance.

    Nodes and edges change in the definition, so in all its instances; tensors in this one. A new
    node's tensors are given to all. A renamed node's parameters are written out first.
    """
    name = definition_at(graph, address).name
    parts = tuple(_lifted(graph, address, name, edit))
    return parts[0] if len(parts) == 1 else e.Batch(parts)


def project(graph: Graph, address: str, edit: e.Edit) -> e.Edit | None:
    """What an edit of the document means for the mirror; None where it must be made anew.

    `graph` is the document after the edit. `NOTHING` where the edit does not concern the mirror.
    """
    found = node_at(graph, address)
    definition = graph.definitions.get(found[1].module) if found is not None else None
    if definition is None:
        return None
    around = containing(graph, definition.name)
    match edit:
        case e.Batch(edits):
            parts = [project(graph, address, part) for part in edits]
            if None in parts:
                return None
            kept = tuple(part for part in parts if part is not None and part != NOTHING)
            return e.Batch(kept) if kept else NOTHING
        case e.Within(name, inner) if name == definition.name:
            return None if _sets_exposed(definition, inner) else inner
        case e.Within(name, e.Move() | e.SetNode()) if name in around:
            return NOTHING
        case e.Within(name) | e.SetInterface(name) | e.RenamePort(name):
            return None if name in around else edit
        case e.Define(blueprint):
            return NOTHING if blueprint.name in around else edit
        case e.SetTensor(port, tensor):
            own = _stripped(port, address)
            return NOTHING if own is None else e.SetTensor(own, tensor)
        case e.SetGraph(values):
            kept_values = {name: value for name, value in values.items() if name in _FIELDS}
            if "target" in values:
                kept_values["target"] = _stripped_target(values["target"], address)
            return e.SetGraph(kept_values) if kept_values else NOTHING
        case e.Move() | e.SetNode() | e.SetFrames() | e.SetRoute() | e.SetMarks():
            return NOTHING
        case e.AddNode(node) if node.id != address.partition("/")[0]:
            return NOTHING
        case _:  # what arrives at the instance may have another type, or it may be gone
            return None


def _sets_exposed(definition: Definition, edit: e.Edit) -> bool:
    """Whether an edit sets an attribute that the instance may have set otherwise."""
    if isinstance(edit, e.Batch):
        return any(_sets_exposed(definition, part) for part in edit.edits)
    exposed = {ref for setting in definition.interface.attributes for ref in setting.to}
    return isinstance(edit, e.SetAttributes) and any(
        PortRef(edit.id, name) in exposed for name in edit.values
    )


def _lifted(graph: Graph, address: str, name: str, edit: e.Edit) -> Iterator[e.Edit]:
    match edit:
        case e.Batch(edits):
            for part in edits:
                yield from _lifted(graph, address, name, part)
        case e.SetTensor(port, tensor):
            yield e.SetTensor(_under(address, port), tensor)
        case e.SetGraph(values):
            target = values.get("target")
            yield e.SetGraph({**values, "target": f"{address}/{target}"} if target else values)
        case e.AddNode(node, tensors, rank):
            yield e.Within(name, e.AddNode(node, (), rank))
            for instance in addresses_of(graph, name):
                for port, tensor in tensors:
                    yield e.SetTensor(_under(instance, port), tensor)
        case e.Rename(old):
            inner = [f"{instance}/{old}" for instance in addresses_of(graph, name)]
            for port, tensor in written_out(graph, inner).items():
                yield e.SetTensor(port, tensor)
            yield e.Within(name, edit)
        case e.Define() | e.Undefine() | e.RenameDefinition() | e.Within() | e.SetMarks():
            yield edit
        case e.RenamePort() | e.SetInterface():
            yield edit
        case _:
            yield e.Within(name, edit)


def addresses_of(graph: Graph, name: str) -> tuple[str, ...]:
    """The addresses of all instances of a definition, outer ones first."""
    return tuple(at for at, found in flatten(graph).instances.items() if found == name)


def _arriving(body: Graph, id_: str, given: dict[PortRef, PortType]) -> dict[str, PortType]:
    """What arrives at an inner node, when `given` arrives at the definition's inputs."""
    seen = body.copy()
    seen.types.give(given)
    return seen.types.arriving(id_)


def _under(address: str, port: PortRef) -> PortRef:
    return PortRef(f"{address}/{port.node}", port.port)


def _stripped(port: PortRef, address: str) -> PortRef | None:
    prefix = f"{address}/"
    if not port.node.startswith(prefix):
        return None
    return PortRef(port.node.removeprefix(prefix), port.port)


def _stripped_target(target: str | None, address: str) -> str | None:
    prefix = f"{address}/"
    return target.removeprefix(prefix) if target and target.startswith(prefix) else None
