"""What is found for a graph holds for every graph of its form: it is neither checked nor planned
again, and a run gives what a plan of its own would give.
"""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph, Tensor, check, unify
from graph import edits as e
from graph.form import keeps_form
from graph.port import PortRef, PortType
from runtime import Engine, engine
from tests.composite_graphs import two_blocks
from tests.recurrent_graphs import Pair
from tests.test_engine_previous import bits


@pytest.fixture
def made(monkeypatch):
    """What engines had made from here on: "check" and "plan", in order."""
    calls = []
    for name, word in (("check", "check"), ("compile_plan", "plan")):
        usual = getattr(engine, name)

        def noted(*given, _usual=usual, _word=word, **named):
            calls.append(_word)
            return _usual(*given, **named)

        monkeypatch.setattr(engine, name, noted)
    return calls


def layer():
    graph = Graph(seed=3)
    graph.add("Parameter", "x", shape=(2, 3))
    graph.add("Linear", "h", out_features=2)
    graph.add("Sum", "loss")
    graph.connect("x.y", "h.x")
    graph.connect("h.y", "loss.x")
    graph.set_tensor("x.y", np.linspace(-1, 1, 6).reshape(2, 3))
    graph.set_tensor("h.weight", np.linspace(1, 2, 6).reshape(2, 3))
    return graph


def loop():
    graph = Graph(time=None)
    graph.add("Input", "x", shape=(4, 2), sequence=True)
    graph.add("Add", "s")
    graph.add("Tanh", "h")
    graph.add("Sum", "loss")
    for wire in ("x.y s.a", "s.y h.x", "h.y loss.x"):
        graph.connect(*wire.split())
    graph.connect("h.y", "s.b", delay=2)
    graph.set_tensor("x.y", np.linspace(-1, 1, 8).reshape(4, 2))
    graph.set_tensor("s.b", np.linspace(2, 3, 4).reshape(2, 2))
    return graph


GRAPHS = {"layer": layer, "instances": two_blocks, "loop": loop}


def changed(graph, draw):
    """Other numbers in every kept tensor, one after the other; yields after each."""
    for port, tensor in tuple(graph.tensors.items()):
        graph.set_tensor(port, draw.standard_normal(tensor.shape))
        yield port


@pytest.mark.parametrize("name", GRAPHS)
def test_other_numbers_are_neither_checked_nor_planned(name, made):
    graph, draw = GRAPHS[name](), np.random.RandomState(1)
    if name == "instances":
        graph.set_tensor("one/lin.weight", draw.standard_normal((3, 3)))
    trace = Engine(graph.copy(), partial=True).run()
    for _ in changed(graph, draw):
        del made[:]
        asked = Engine(graph.copy(), partial=True)
        found = asked.check(previous=trace)
        trace = asked.run(previous=trace)
        assert made == []
        assert found.revision == trace.revision == graph.revision
        assert found.problems == check(graph).problems
        assert found.types == check(graph).types
        assert bits(trace) == bits(Engine(graph.copy(), partial=True).run())


def test_an_engine_serves_its_own_graph_as_it_is_changed(made):
    graph, draw = layer(), np.random.RandomState(2)
    asked = Engine(graph)
    first = asked.plan()
    for _ in changed(graph, draw):
        found = asked.run()
        assert found.plan.forward is first.forward
        assert found.plan.flat.graph is graph
        assert bits(found) == bits(Engine(graph.copy()).run())
    assert made.count("plan") == 1 + len(graph.tensors)  # its own once, and the copies'


def test_twins_of_one_revision_keep_their_own_numbers():
    graph = layer()
    one, other = graph.copy(), graph.copy()
    one.set_tensor("x.y", np.ones((2, 3)))
    other.set_tensor("x.y", np.full((2, 3), 2.0))
    assert one.revision == other.revision
    assert one.form is other.form
    trace = Engine(other).run(previous=Engine(one).run())
    assert trace.value("x.y").tolist() == np.full((2, 3), 2.0).tolist()
    assert bits(trace) == bits(Engine(other.copy()).run())


@pytest.mark.parametrize(
    ("told", "later"),
    [({}, {"dtype": "float32"}), ({}, {"mode": "train"}), ({}, {"target": "h"}),
     ({}, {"seed_gradient": np.array(2.0)}), ({}, {"partial": True}), ({"partial": True}, {})],
)  # fmt: skip
def test_an_engine_that_was_told_otherwise_plans_for_itself(told, later, made):
    graph = layer()
    trace = Engine(graph, **told).run()
    graph.set_tensor("x.y", np.ones((2, 3)))
    del made[:]
    found = Engine(graph, **later).run(previous=trace)
    assert made == ["check", "plan"]
    assert bits(found) == bits(Engine(graph.copy(), **later).run())


def test_other_feeds_are_planned_for(made):
    graph = Graph()
    graph.add("Input", "x", shape=("B", 2))
    graph.add("Mean", "loss")
    graph.connect("x.y", "loss.x")
    asked = Engine(graph)
    for rows in (3, 4, 3):
        assert asked.run({"x": np.ones((rows, 2))}).value("x.y").shape == (rows, 2)
    assert made == ["check", "plan"] * 2


@pytest.mark.parametrize(
    "edit",
    [
        e.SetTensor(PortRef("x", "y"), None),
        e.SetTensor(PortRef("h", "bias"), Tensor.of(np.ones(2))),  # it had none
        e.SetTensor(PortRef("x", "y"), Tensor.of(np.ones((3, 3)))),
        e.SetTensor(PortRef("x", "y"), Tensor.of(np.ones((2, 3), "float32"))),
        e.SetTensor(PortRef("h", "weight"), Tensor.of(np.zeros((2, 3)))),  # on which is a hint
        e.SetAttributes("h", {"bias": False}),
        e.SetGraph({"dtype": "float32"}),
        e.SetGraph({"target": "h"}),
        e.SetNode("h", {"bypassed": True}),
        e.Disconnect(PortRef("loss", "x")),
        e.Rename("h", "hidden"),
    ],
    ids=repr,
)
def test_every_other_edit_makes_another_form(edit):
    graph = layer()
    before = graph.form
    assert not keeps_form(graph, edit)
    inverse = graph.apply(edit)
    assert graph.form is not before
    graph.apply(inverse)
    assert graph.form is not before


def test_a_refused_edit_leaves_the_form():
    graph = layer()
    before = graph.form
    with pytest.raises(Exception, match="loss"):
        graph.connect("h.y", "loss.x")
    assert graph.form is before


def test_unrolled_graphs_take_other_numbers():
    for seed in range(6):
        graph, draw = Pair(4, seed).loop, np.random.RandomState(seed)
        trace = Engine(graph.copy()).run()
        for _ in changed(graph, draw):
            trace = Engine(graph.copy()).run(previous=trace)
            assert bits(trace) == bits(Engine(graph.copy()).run())


def test_numbers_change_nothing_in_what_delays_carry(monkeypatch):
    graph, asked = loop(), []
    usual = unify.delayed_types
    monkeypatch.setattr(unify, "delayed_types", lambda *given: asked.append(1) or usual(*given))
    graph.types.learn()
    graph.set_tensor("x.y", np.ones((4, 2)))
    graph.copy().types.learn()
    assert asked == [1]
    graph.set_tensor("s.b", np.ones((2, 2)))  # what stands before the first step may tell a shape
    graph.types.learn()
    assert asked == [1, 1]
    assert graph.types.of(PortRef("h", "y")) == PortType("float64", (2,))
