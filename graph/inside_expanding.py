"""Expanding inside a composite: in its definition, for all of its instances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph import edits as e
from graph.errors import BadDefinition
from graph.expanding import drawn, primitives_name, within
from graph.initialise import written_out
from graph.places import addresses_of, definition_at, inside
from graph.port import PortRef

if TYPE_CHECKING:
    from graph.definition import Definition
    from graph.model import Graph
    from graph.recipe import Recipe


def expand_inside(root: Graph, address: str, id_: str) -> e.Edit:
    """The edit of the document that draws a layer inside an instance from its primitives.

    No number of any instance changes. Raises `BadDefinition` where the layer has no primitives,
    where one of its attributes is set from outside, or where other instances are drawn otherwise.
    """
    outer = definition_at(root, address)
    _refuse_exposed(outer, id_)
    graph = inside(root, address)
    name = primitives_name(root, graph, id_)
    _, blueprint = drawn(graph, id_, name)
    edits: list[e.Edit] = [e.Define(blueprint)]
    after: list[e.Edit] = []
    for instance in addresses_of(root, outer.name):
        recipe, own = drawn(inside(root, instance), id_, name)
        if own != blueprint:
            raise BadDefinition(
                node=id_,
                found=f"other shapes in {instance}",
                expected="the same shapes in all instances",
                mend="Make this composite unique first.",
            )
        edits += (e.SetTensor(ref, None) for ref in root.tensors if _is_of(ref, instance, id_))
        after += _kept(root, f"{instance}/{id_}", recipe)
    edits.append(e.Within(outer.name, e.SetModule(id_, name, {})))
    return e.Batch((*edits, *after))


def _kept(root: Graph, node: str, recipe: Recipe) -> Iterator[e.Edit]:
    """The tensors of one instance's layer, where its primitives have them."""
    own = {ref: tensor for ref, tensor in root.tensors.items() if ref.node == node}
    for ref, tensor in (own | written_out(root, [node])).items():
        if ref.port in recipe.moved:
            yield e.SetTensor(within(node, recipe.moved[ref.port]), tensor)
    for ref, tensor in recipe.tensors.items():
        yield e.SetTensor(within(node, ref), tensor)


def _is_of(ref: PortRef, instance: str, id_: str) -> bool:
    return ref.node == f"{instance}/{id_}"


def _refuse_exposed(outer: Definition, id_: str) -> None:
    for setting in outer.interface.attributes:
        if any(ref.node == id_ for ref in setting.to):
            raise BadDefinition(
                node=id_,
                found=f'the attribute "{setting.name}" of the composite, which sets it',
                expected="a layer with attributes of its own",
                mend="Take the attribute out of the composite first.",
            )
