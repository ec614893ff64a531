"""Edits that would make a graph no file could hold, or that name what does not exist."""

from __future__ import annotations

import math

import pytest

from graph import (
    BadAttribute,
    BadTensor,
    Graph,
    GraphError,
    PortOccupied,
    PortRef,
    Tensor,
    UnknownNode,
    dumps,
)
from graph import edits as e
from graph.records import Edge, Node

ONE = Tensor.scalar(1.0)


@pytest.fixture
def graph(toys):
    made = Graph(toys)
    made.add("Source", id="x")
    made.add("Join", id="j", inputs=2)
    made.apply(e.Connect(Edge(PortRef("j", "y"), PortRef("j", "x1"), {"delay": 1})))
    return made


@pytest.mark.parametrize(
    ("edit", "error", "words"),
    [
        (e.AddNode(Node("n", "Source", bypassed=True)), GraphError, "n: found a source"),
        (e.SetNode("x", {"bypassed": True}), GraphError, "x: found a source"),
        (e.SetNode("x", {"id": "z"}), BadAttribute, "x.id: found an unknown field"),
        (e.SetNode("x", {"label": 3}), BadAttribute, "x.label: found 3"),
        (e.Move({"x": (math.nan, 0.0)}), BadAttribute, r"x.at: found \(nan, 0.0\)"),
        (e.Move({"j": (8.0, 0.0), "x": (0.0, 2e9)}), BadAttribute, "at most 1 000 000 000"),
        (e.AddNode(Node("n", "Twice", at=(math.inf, 0.0))), BadAttribute, "n.at"),
        (e.AddNode(Node("n", "Twice"), ((PortRef("n", "y"), ONE),)), BadTensor, "keeps no tensor"),
        (e.AddNode(Node("n", "Source"), ((PortRef("x", "y"), ONE),)), BadTensor, "keeps no tensor"),
        (e.SetTensor(PortRef("j/a", "y"), ONE), BadTensor, "keeps no tensor"),
        (e.SetGraph({"target": "a\u202e"}), BadAttribute, "graph.target"),
        (e.SetGraph({"title": "a" * 257}), BadAttribute, "graph.title: found .*at most 256"),
        (e.SetAttributes("j", {"inputs": 257}), BadAttribute, "j.inputs: found 257 ports"),
        (e.SetAttributes("nobody", {}), UnknownNode, "nobody: found no such node"),
        (e.SetAttributes("j", {"inputs": 1}), PortOccupied, "j.x1: found an edge"),
    ],
)
def test_a_bad_edit_is_refused_and_changes_nothing(graph, edit, error, words):
    before = dumps(graph)
    with pytest.raises(error, match=words):
        graph.apply(edit)
    assert dumps(graph) == before
    assert graph.revision == 3


def test_a_loop_in_time_can_be_cut_removed_and_brought_back(graph):
    before = dumps(graph)
    for edit in (
        graph.attribute_edit("j", {"inputs": 1}),
        e.RemoveNode("j"),
        e.Rename("j", "k"),
        e.Disconnect(PortRef("j", "x1")),
    ):
        inverse = graph.apply(edit)
        assert dumps(graph) != before
        graph.apply(inverse)
        assert dumps(graph) == before


def test_the_door_refuses_what_is_not_there(graph):
    for act in (
        lambda: graph.set("nobody", inputs=2),
        lambda: graph.rename("nobody", "b"),
        lambda: graph.remove("nobody"),
        lambda: graph.move("nobody", (0, 0)),
        lambda: graph.set_tensor("nobody.y", None),
        lambda: graph.connect("nobody.y", "j.x0"),
    ):
        with pytest.raises(UnknownNode, match="nobody: found no such node"):
            act()


def test_a_batch_that_breaks_in_any_way_changes_nothing(graph):
    before = dumps(graph)
    with pytest.raises(TypeError):  # a caller's own fault, which no sentence explains
        graph.apply(e.Batch((e.RemoveNode("j"), e.Move({"x": ("left", 0)}))))
    assert dumps(graph) == before


def test_names_of_what_is_inside_a_node_follow_it(toys):
    graph = Graph(toys, target="one/lin.y")
    for id_ in ("one", "two"):
        graph.apply(e.AddNode(Node(id_, "Block")))
    inner = {"delay": 1, "initial": "one/lin.y"}
    graph.apply(e.Connect(Edge(PortRef("two", "y"), PortRef("two", "x"), inner)))
    before = dumps(graph)
    back = graph.apply(e.Rename("one", "uno"))
    assert graph.target == "uno/lin.y"
    assert graph.edges[0].extra["initial"] == "uno/lin.y"
    graph.apply(back)
    assert dumps(graph) == before
    back = graph.apply(e.RemoveNode("one"))
    assert graph.target is None
    graph.apply(back)
    assert dumps(graph) == before
