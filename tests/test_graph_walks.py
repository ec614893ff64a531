"""Walks through a graph: types near a port, what is downstream, the order."""

import random

import networkx as nx

from graph import Graph
from graph import edits as e
from graph.module import Module
from graph.port import PortRef
from graph.records import Edge
from graph.topology import directed, find_cycle, topological_order
from graph.types import NEAR


def chain(toys, count):
    graph = Graph(toys)
    graph.add("Source", "n0", shape=(3,))
    for number in range(1, count):
        graph.add("Twice", f"n{number}")
        graph.connect(f"n{number - 1}.y", f"n{number}.x")
    return graph


def test_painting_asks_few_nodes_for_a_type_and_gets_there_in_the_end(toys, monkeypatch):
    graph = chain(toys, 200).copy()
    graph.types.forget_all()
    asked = []
    infer = Module.infer
    monkeypatch.setattr(Module, "infer", lambda *a: asked.append(1) or infer(*a))
    last = PortRef("n199", "y")
    assert graph.types.near(last) is None
    assert graph.types.near(PortRef("n3", "x")).shape == (3,)
    assert len(asked) <= NEAR
    assert graph.types.of(last).shape == (3,)
    assert graph.types.near(last).shape == (3,)


def test_what_a_copy_has_learnt_is_taken_over_and_forgotten_like_ones_own(toys, monkeypatch):
    graph = chain(toys, 200)
    graph.types.forget_all()
    twin = graph.copy()
    twin.types.learn()
    graph.types.take(twin.types)
    graph.apply(e.SetAttributes("n0", {"shape": (5,)}))
    assert graph.types.of(PortRef("n199", "y")).shape == (5,)
    assert twin.types.of(PortRef("n199", "y")).shape == (3,)
    asked = []
    infer = Module.infer
    monkeypatch.setattr(Module, "infer", lambda *a: asked.append(1) or infer(*a))
    graph.apply(e.Disconnect(PortRef("n150", "x")))
    graph.copy().types.learn()
    assert len(asked) <= 50  # those behind the cut, and no others


def test_downstream_is_what_nodes_reach(toys):
    graph = chain(toys, 6)
    assert graph.downstream(["n3", "gone"]) == {"n3", "n4", "n5"}
    assert graph.downstream([]) == frozenset()


def test_the_order_is_that_of_networkx():
    draw = random.Random(1)
    for _ in range(200):
        ids = [f"n{i}" for i in range(draw.randrange(1, 14))]
        draw.shuffle(ids)
        ends = [(draw.choice(ids), draw.choice(ids)) for _ in range(draw.randrange(18))]
        wires = [Edge(PortRef(a, "y"), PortRef(b, f"x{i}")) for i, (a, b) in enumerate(ends)]
        whole = directed(ids, wires)
        try:
            expected = tuple(nx.lexicographical_topological_sort(whole, ids.index))
        except nx.NetworkXUnfeasible:
            expected = None
        assert topological_order(ids, wires) == expected
        cycle = find_cycle(ids, wires)
        assert (cycle is None) == (expected is not None)
        if cycle is not None:
            assert all(
                whole.has_edge(a, b) for a, b in zip(cycle, cycle[1:] + cycle[:1], strict=True)
            )
