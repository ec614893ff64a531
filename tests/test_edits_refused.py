"""Edits that would make a graph no file could hold, or that name what does not exist."""

from __future__ import annotations

import math

import pytest

from graph import BadAttribute, BadTensor, Graph, GraphError, PortOccupied, PortRef, Tensor, dumps
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
