"""Renaming a definition's port: everything that names it follows, and undo brings it back."""

import numpy as np
import pytest

from graph import Graph, History, PortRef, check, dumps, loads
from graph import edits as e
from graph.definition import Blueprint, Inlet, Interface, Outlet
from graph.errors import GraphError
from graph.records import Edge, Node
from runtime import Engine
from tests.block_graphs import block, two_blocks


def nested() -> Graph:
    """Two instances of a definition with two blocks inside; the target lies inside."""
    inner = PortRef("a", "x"), PortRef("b", "y")
    whole = Blueprint(
        "Pile",
        Interface(inputs=(Inlet("into", (inner[0],)),), outputs=(Outlet("out", inner[1]),)),
        (Node("a", "Block", at=(0, 0)), Node("b", "Block", at=(200, 0))),
        (Edge(PortRef("a", "y"), PortRef("b", "x")),),
    )
    graph = Graph(target="two/b.y")
    graph.apply(e.Define(block()))
    graph.apply(e.Define(whole))
    graph.add("Input", "x", shape=(3, 2))
    graph.set_tensor("x.y", np.linspace(-1, 1, 6).reshape(3, 2))
    for id_ in ("one", "two"):
        graph.add("Pile", id_)
    graph.connect("x.y", "one.into")
    graph.connect("one.out", "two.into")
    return graph


@pytest.mark.parametrize(("old", "new"), [("x", "features"), ("y", "hidden")])
@pytest.mark.parametrize("make", [two_blocks, nested])
def test_edges_links_and_target_follow(make, old, new):
    graph = make()
    history, before = History(graph), dumps(graph)
    numbers = list(Engine(graph, partial=True).run().values.values())
    history.do(e.RenamePort("Block", old, new), "Rename")
    assert new in graph.definitions["Block"].interface.ports
    again = list(Engine(graph, partial=True).run().values.values())
    assert all(np.array_equal(a, b) for a, b in zip(numbers, again, strict=True))
    assert not check(graph).errors
    assert dumps(loads(dumps(graph))) == dumps(graph)
    history.undo()
    assert dumps(graph) == before
    history.redo()
    assert old not in graph.definitions["Block"].interface.ports


def test_the_target_of_an_instance_follows():
    graph = two_blocks()
    graph.configure(target="two.y")
    graph.apply(e.RenamePort("Block", "y", "hidden"))
    assert graph.target == "two.hidden"
    assert check(graph).target == PortRef("two", "hidden")


@pytest.mark.parametrize(("old", "new"), [("x", "y"), ("z", "q"), ("x", "a b"), ("x", "")])
def test_what_cannot_be_renamed_is_refused_and_changes_nothing(old, new):
    graph = two_blocks()
    before = dumps(graph)
    with pytest.raises(GraphError):
        graph.apply(e.RenamePort("Block", old, new))
    assert dumps(graph) == before
