"""The inside of an instance as a graph of its own, kept in step with the document."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph, dumps
from graph import edits as e
from graph.errors import BadDefinition
from graph.grouping import group_edit
from graph.places import NOTHING, addresses_of, inside, lift, project
from graph.port import PortRef
from graph.records import Edge, Node
from graph.tensor import Tensor
from runtime import Engine
from tests.composite_graphs import two_blocks


def deep() -> Graph:
    """`two_blocks` with both blocks in one composite: addresses `pair/one`, `pair/two`."""
    graph = two_blocks()
    graph.apply(group_edit(graph, {"one", "two"}, "Pair").edit)
    return graph


def same(mirror: Graph, other: Graph) -> bool:
    """Whether two mirrors show the same."""
    return dumps(mirror) == dumps(other)


def test_a_mirror_shows_nodes_tensors_types_and_settings_of_one_instance():
    graph = deep()
    graph.set_tensor("pair/two/lin.bias", np.ones(3))
    mirror = inside(graph, "pair/two")
    assert list(mirror.nodes) == ["lin", "act", "add"]
    assert mirror.types.of(PortRef("lin", "y")).shape == (2, 3)
    assert mirror.tensors[PortRef("lin", "bias")].values() == [1.0, 1.0, 1.0]
    two = two_blocks()
    two.set("two", width=1)
    assert inside(two, "two").module("lin").settings["out_features"] == 1
    assert inside(two, "one").module("lin").settings["out_features"] == 3


def test_changing_a_mirror_changes_nothing_else():
    graph = two_blocks()
    first = dumps(graph)
    inside(graph, "one").remove("act")
    assert dumps(graph) == first


def test_what_is_no_instance_has_no_inside():
    for address in ("x", "nothing", "one/lin", "one/no"):
        with pytest.raises(BadDefinition, match="found no composite"):
            inside(two_blocks(), address)


EDITS = {
    "add": e.AddNode(Node("more", "Sigmoid")),
    "add with a tensor": e.AddNode(
        Node("c", "Constant", {"shape": (3,)}),
        ((PortRef("c", "y"), Tensor.of(np.array([1.0, 2.0, 3.0]))),),
    ),
    "remove": e.RemoveNode("act"),
    "rename": e.Rename("lin", "fc"),
    "become": e.SetModule("lin", "Tanh", {}),
    "move": e.Move({"lin": (7, 7)}),
    "set": e.SetAttributes("lin", {"bias": False}),
    "label": e.SetNode("lin", {"label": "Layer"}),
    "tensor": e.SetTensor(PortRef("lin", "weight"), Tensor.of(np.eye(3))),
    "cut": e.Disconnect(PortRef("act", "x")),
    "target": e.SetGraph({"target": "act.y"}),
    "several": e.Batch(
        (
            e.AddNode(Node("more", "Sigmoid")),
            e.Disconnect(PortRef("add", "b")),
            e.Connect(Edge(PortRef("act", "y"), PortRef("more", "x"))),
            e.Connect(Edge(PortRef("more", "y"), PortRef("add", "b"))),
        )
    ),
}


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize("address", ["pair/one", "pair/two"])
def test_an_edit_in_a_mirror_reaches_the_document_and_comes_back_to_the_mirror(name, address):
    graph = deep()
    graph.set_tensor("pair/one/lin.bias", np.ones(3))
    mirror, first = inside(graph, address), dumps(graph)
    lifted = lift(graph, address, EDITS[name])
    inverse = graph.apply(lifted)
    shown = project(graph, address, lifted)
    assert shown is not None
    mirror.change(shown)
    assert same(mirror, inside(graph, address))
    assert dumps(graph) != first
    graph.apply(inverse)
    back = project(graph, address, inverse)
    assert dumps(graph) == first
    if back is not None:
        mirror.change(back)
        assert same(mirror, inside(graph, address))


def test_a_new_nodes_tensor_is_given_to_every_instance():
    graph = deep()
    graph.apply(lift(graph, "pair/one", EDITS["add with a tensor"]))
    assert PortRef("pair/two/c", "y") in graph.tensors
    assert PortRef("pair/one/c", "y") in graph.tensors


def test_a_rename_inside_changes_no_number_of_any_instance():
    graph = deep()
    value = Engine(graph).run().value("loss.y")
    graph.apply(lift(graph, "pair/one", e.Rename("lin", "fc")))
    assert Engine(graph).run().value("loss.y") == value
    graph.apply(lift(graph, "pair", e.Rename("two", "zwei")))
    assert Engine(graph).run().value("loss.y") == value


def test_what_does_not_concern_the_mirror_is_nothing_to_it():
    graph = deep()
    for edit in (
        e.SetTensor(PortRef("x", "y"), Tensor.of(np.zeros((2, 3)))),
        e.Move({"x": (1, 1)}),
        e.SetGraph({"title": "Other"}),
    ):
        graph.apply(edit)
        assert project(graph, "pair/one", edit) == NOTHING


def test_what_changes_the_ground_asks_for_a_new_mirror():
    graph = deep()
    edit = e.SetAttributes("pair", {})
    assert project(graph, "pair", edit) is None
    graph.apply(e.RemoveNode("pair"))
    assert project(graph, "pair", e.RemoveNode("pair")) is None


def test_addresses_of_all_instances():
    assert addresses_of(deep(), "Block") == ("pair/one", "pair/two")
    assert addresses_of(deep(), "Pair") == ("pair",)
