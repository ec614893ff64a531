"""Grouping and ungrouping inside a composite: no instance changes a number, undo is exact."""

import numpy as np
import pytest

from graph import Graph, History, PortRef, check, dumps, loads
from graph import edits as e
from graph.errors import GraphError
from graph.inside_grouping import group_inside, ungroup_inside
from runtime import Engine
from tests.block_graphs import two_blocks


def numbers(graph: Graph) -> list[np.ndarray]:
    trace = Engine(graph).run()
    ports = [PortRef(*name.split(".")) for name in ("one.y", "two.y", "loss.y")]
    return [np.asarray(trace.value(x)) for x in ports] + [
        np.asarray(trace.gradient(x)) for x in ports[:2]
    ]


def with_its_own(graph: Graph) -> Graph:
    """The same with another width of `two`, so that instances differ in their settings."""
    graph.set("one", out_features=4)
    graph.set_tensor("one/lin.weight", None)
    graph.set_tensor("one/lin.bias", None)
    graph.set_tensor("two/lin.weight", None)
    return graph


def unkept(graph: Graph) -> Graph:
    for port in [port for port in graph.tensors if "/" in port.node]:
        graph.set_tensor(port, None)
    return graph


MAKERS = {
    "kept": two_blocks,
    "by rule": lambda: unkept(two_blocks()),
    "tied": lambda: two_blocks(tied=True),
    "settings": lambda: with_its_own(two_blocks()),
}


@pytest.mark.parametrize("ids", [["lin"], ["act"], ["lin", "act"]], ids=" ".join)
@pytest.mark.parametrize("kind", MAKERS)
def test_no_number_changes_and_undo_is_exact(kind, ids):
    graph = MAKERS[kind]()
    history, before, wanted = History(graph), dumps(graph), numbers(graph)
    grouped = group_inside(graph, "one", ids, "Inner")
    history.do(grouped.edit, "Group")
    body = graph.definitions["Block"].body
    assert set(ids).isdisjoint(body.nodes)
    assert grouped.id in body
    assert not check(graph).errors
    assert all(map(np.array_equal, numbers(graph), wanted))
    assert dumps(loads(dumps(graph))) == dumps(graph)
    history.do(ungroup_inside(graph, "two", grouped.id), "Ungroup")
    assert set(ids) <= set(body.nodes)
    assert all(map(np.array_equal, numbers(graph), wanted))
    interface = graph.definitions["Block"].interface
    assert [x.to for x in interface.inputs] == [(PortRef("lin", "x"),)]
    assert [x.to for x in interface.attributes] == [(PortRef("lin", "out_features"),)]
    history.undo()
    history.undo()
    assert dumps(graph) == before


def test_an_exposed_attribute_reaches_into_the_group():
    graph = unkept(two_blocks())
    graph.apply(group_inside(graph, "one", ["lin"], "Inner").edit)
    graph.set("one", out_features=7)
    types = check(graph).types
    assert types[PortRef("one", "y")].shape == (3, 7)
    assert types[PortRef("two", "y")].shape == (3, 2)


def test_a_refusal_changes_nothing():
    graph = two_blocks()
    graph.apply(e.Within("Block", e.AddNode(_node())))
    graph.apply(e.Within("Block", e.Disconnect(PortRef("act", "x"))))
    for source, target in (("lin.y", "mid.x"), ("mid.y", "act.x")):
        graph.definitions["Block"].body.connect(source, target)
    before = dumps(graph)
    with pytest.raises(GraphError, match="comes back"):
        group_inside(graph, "one", ["lin", "act"], "Inner")
    assert dumps(graph) == before


def _node():
    from graph import Node

    return Node("mid", "Tanh", at=(120.0, 0.0))
