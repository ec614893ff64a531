"""Expanding: a layer gives way to a composite of its primitives, with the same numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graph import edits as e
from graph.errors import BadDefinition, GraphError
from graph.free_ids import free_definition_name
from graph.initialise import owned_ports, owned_tensors
from graph.module import Module
from graph.port import PortRef
from graph.recipe import Recipe

if TYPE_CHECKING:
    from graph.definition import Blueprint
    from graph.model import Graph


def can_expand(module: Module | None) -> bool:
    """Whether a module says how it is drawn from simpler ones."""
    return module is not None and module.primitives_are_known()


def expand_edit(graph: Graph, id_: str) -> e.Edit:
    """Make a node an instance of a new definition that holds its primitives.

    The id, the edges and the place stay; tensors of the node's own move inside, and what its rule
    would initialise is written out. Raises `BadDefinition` where the module has no primitives.
    """
    name = primitives_name(graph, graph, id_)
    recipe, blueprint = drawn(graph, id_, name)
    node = graph.nodes[id_]
    kept = dict(graph.store.tensors_of(id_)) | owned_tensors(graph, id_)
    tensors = [
        (within(id_, recipe.moved[ref.port]), tensor)
        for ref, tensor in kept.items()
        if ref.port in recipe.moved
    ]
    tensors += [(within(id_, ref), tensor) for ref, tensor in recipe.tensors.items()]
    edges = graph.store.edges_at(id_)
    rank = graph.store.edge_rank
    target = graph.target
    edits = [
        e.Define(blueprint),
        e.RemoveNode(id_),
        e.AddNode(
            replace(node, module=name, attributes={}), tuple(tensors), graph.store.node_rank[id_]
        ),
        *(e.Connect(edge, rank[edge.target]) for edge in edges),
    ]
    if target is not None and target.partition(".")[0] == id_:
        edits.append(e.SetGraph({"target": target}))
    return e.Batch(tuple(edits))


def primitives_name(root: Graph, graph: Graph, id_: str) -> str:
    """A free name for the definition that holds a node's primitives."""
    module = graph.nodes[id_].module if id_ in graph else ""
    return free_definition_name(root, f"{module}Primitives")


def drawn(graph: Graph, id_: str, name: str) -> tuple[Recipe, Blueprint]:
    """How a node is drawn from simpler modules, and that as a definition of this name.

    Raises `BadDefinition` where it is not, or is bypassed.
    """
    module = graph.module(id_) if id_ in graph else None
    if module is None or not can_expand(module):
        found, expected = "no primitives", "a node made of simpler modules"
        raise BadDefinition(node=id_, found=found, expected=expected)
    node = graph.nodes[id_]
    if node.bypassed:
        raise BadDefinition(node=id_, found="a bypassed node", expected="one that is not bypassed")
    recipe = _recipe(graph, id_, module)
    return recipe, recipe.blueprint(name, f"{node.module}, drawn from simpler modules.")


def _recipe(graph: Graph, id_: str, module: Module) -> Recipe:
    arriving = graph.types.arriving(id_)
    types = arriving | module.infer(arriving, graph.dtype)
    listed = {port: types[port] for port in module.ports if port in types}
    owned = frozenset(ref.port for ref in owned_ports(graph, id_))
    recipe = Recipe(listed, owned)
    try:
        is_drawn = module.primitives(recipe)
    except GraphError as error:
        raise BadDefinition(
            node=id_, port=error.port, found=error.found, expected=error.expected, mend=error.mend
        ) from None
    if not is_drawn:
        found, expected = "settings without primitives", "a node made of simpler modules"
        raise BadDefinition(node=id_, found=found, expected=expected)
    return recipe


def within(id_: str, ref: PortRef) -> PortRef:
    """The address of an inner port of the composite that a node becomes."""
    return PortRef(f"{id_}/{ref.node}", ref.port)
