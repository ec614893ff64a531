"""What can be read from a trace."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from graph import Graph, PortRef, UnknownPort
from runtime import Engine
from runtime.maps import TooLarge
from tests.runtime_toys import by_hand, draw


@pytest.fixture
def trace():
    return Engine(by_hand()).run()


def test_a_trace_is_frozen_and_names_its_run(trace):
    with pytest.raises(dataclasses.FrozenInstanceError):
        trace.device = "cuda:0"
    assert (trace.dtype, trace.device, trace.mode) == ("float64", "cpu", "eval")
    assert trace.target == PortRef("loss", "y")
    assert trace.types[PortRef("x1", "a")].shape == ()
    assert trace.failure is None
    assert len(repr(trace)) < 100
    assert len(repr(trace.plan)) < 100


def test_an_edge_has_value_gradient_and_jacobian(trace):
    edge = trace.edge("x.y", "x1.b")
    assert (edge.value, edge.gradient, edge.jacobian.dense()) == (2, 3, 3)
    assert list(edge.jacobians) == ["y"]
    assert trace.edge(PortRef("x1", "y"), PortRef("x2", "a")).jacobian.structure == "identity"
    assert trace.jacobian("x1.b") is trace.jacobian("x1.b", "y")
    # the product on the edge: the node's gradient times the local derivative
    for source, target in trace.edges:
        above = trace.gradient(f"{target.node}.y")
        np.testing.assert_allclose(trace.jacobian(target).vjp(above), trace.gradient(target))
        assert trace.edge(source, target).value == trace.value(source)


def test_what_does_not_exist_is_refused(trace):
    for name in ("nope.y", "x1.c"):
        for read in (trace.value, trace.gradient, trace.why_no_gradient, trace.jacobian):
            with pytest.raises(LookupError, match=name):
                read(name)
    with pytest.raises(LookupError, match=r"w\.y -> x1\.b"):
        trace.edge("w.y", "x1.b")
    with pytest.raises(LookupError):
        trace.edge(None, "x1.a")
    with pytest.raises(UnknownPort):
        trace.value("loss")


def test_a_port_can_be_named_by_its_alias():
    graph = Graph()
    graph.add("Input", "x", shape=(1, 2))
    graph.add("Input", "t", shape=(1,), dtype="int64")
    graph.add("CrossEntropyLoss", "loss")
    graph.connect("x.y", "loss.logits")
    graph.connect("t.y", "loss.target")
    trace = Engine(graph).run({"x": [[0.0, 0.0]], "t": [1]})
    np.testing.assert_array_equal(trace.gradient("loss.logits"), [[0.5, -0.5]])
    assert trace.edge("x.y", "loss.logits").target == PortRef("loss", "prediction")


def test_a_step_can_be_played_in_parts(trace):
    assert trace.parts(trace.steps[0]) == ()
    reverse = [step for step in trace.steps if step.phase == "reverse"]
    assert [trace.parts(step) for step in reverse] == [
        ("sum", "x"), ("sum", "a", "b"), ("sum", "a", "b"), ("sum", "a", "b"),
    ]  # fmt: skip


def test_ports_and_edges_are_listed_in_the_order_of_the_run(trace):
    assert [str(ref) for ref in trace.ports] == [
        "x.y", "w.y", "b.y", "y_true.y", "x1.y", "x2.y", "difference.y", "loss.y",
    ]  # fmt: skip
    assert str(trace.edges[0][1]) == "x1.a"
    assert len(trace.edges) == 7


def test_a_vector_through_an_elementwise_module_costs_a_vector():
    x = np.linspace(-1, 1, 1_000_000)
    graph = draw("x:Input a:Abs t:Total", "x.y a.x", "a.y t.x", tensors={"x": x})
    linear = Engine(graph).run().jacobian("a.x")
    assert (linear.structure, linear.stored) == ("diagonal", 1_000_000)
    with pytest.raises(TooLarge, match="entries"):
        linear.dense()


def test_the_default_jacobian_is_refused_when_it_is_too_large():
    x = np.ones((2, 1200))
    graph = draw("x:Input h:Layer t:Total", "x.y h.x", "h.y t.x", tensors={"x": x})
    graph.set("h", n=1200)
    with pytest.raises(TooLarge):
        Engine(graph).run().jacobian("h.weight")


def test_a_run_without_steps_is_a_trace_too():
    trace = Engine(draw("x:Input", tensors={"x": [1.0]}), partial=True).run()
    assert trace.steps == ()
    assert trace.target is None
    np.testing.assert_array_equal(trace.value("x.y"), [1.0])
    source = Engine(draw("x:Input", tensors={"x": 1.0}, target="x")).run()
    assert source.gradient("x.y") == 1
