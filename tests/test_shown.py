"""What the playhead lets one see of a trace."""

import numpy as np
import pytest

from graph import Graph, PortRef, Tensor
from gui.shown import Shown
from runtime import Engine


def port(text: str) -> PortRef:
    return PortRef.parse(text)


@pytest.fixture
def fan_out():
    """y = x * sin(x) + x at x = 2."""
    graph = Graph()
    for module, id_ in (("Input", "x"), ("Sin", "sin"), ("Multiply", "product"), ("Add", "y")):
        graph.add(module, id_)
    for source, target in (
        ("x.y", "sin.x"),
        ("x.y", "product.a"),
        ("sin.y", "product.b"),
        ("product.y", "y.a"),
        ("x.y", "y.b"),
    ):
        graph.connect(source, target)
    graph.set_tensor("x.y", Tensor.scalar(2.0))
    return graph


def test_without_a_trace_all_is_blank():
    shown = Shown()
    assert shown.value(port("x.y")).state == "blank"
    assert shown.gradient(port("x.y")).state == "blank"
    assert shown.step is None


def test_sources_are_seen_at_once_and_the_rest_step_by_step(fan_out):
    trace = Engine(fan_out).run()
    assert [step.node for step in trace.steps[:3]] == ["sin", "product", "y"]
    at = [Shown(trace, position, 0, fan_out) for position in range(len(trace.steps) + 1)]
    assert at[0].value(port("x.y")).array == 2.0
    assert at[0].value(port("sin.y")).state == "blank"
    assert at[1].value(port("sin.y")).array == pytest.approx(np.sin(2))
    assert at[1].is_ahead("product")
    assert not at[2].is_ahead("product")
    assert at[3].gradient(port("y.a")).state == "blank"
    assert at[4].gradient(port("y.a")).array == 1.0
    assert at[4].factor(port("y.a")).map is not None
    assert at[4].gradient(port("product.a")).state == "blank"


def test_the_sum_at_a_source_waits_for_all_of_its_edges(fan_out):
    trace = Engine(fan_out).run()
    sums = [Shown(trace, n, 0, fan_out).port_gradient(port("x.y")) for n in range(7)]
    assert [reading.state for reading in sums] == ["blank"] * 6 + ["value"]
    assert sums[-1].array == pytest.approx(np.sin(2) + 2 * np.cos(2) + 1)


def test_parts_of_a_reverse_step_come_one_by_one(fan_out):
    trace = Engine(fan_out).run()
    assert trace.parts(trace.steps[4]) == ("sum", "a", "b")
    one, two = Shown(trace, 4, 1, fan_out), Shown(trace, 4, 2, fan_out)
    assert one.step.node == "product"
    assert one.port_gradient(port("product.y")).is_value
    assert one.gradient(port("product.a")).state == "blank"
    assert two.gradient(port("product.a")).is_value
    assert two.gradient(port("product.b")).state == "blank"


def test_what_has_no_gradient_says_why():
    graph = Graph()
    for id_ in ("x", "aside"):
        graph.add("Input", id_)
        graph.set_tensor(f"{id_}.y", Tensor.scalar(1.0))
    graph.add("Sin", "sin")
    graph.add("Cos", "cos")
    graph.connect("x.y", "sin.x")
    graph.connect("aside.y", "cos.x")
    graph.configure(target="sin")
    trace = Engine(graph).run()
    before = Shown(trace, 2, 0, graph)
    assert before.gradient(port("cos.x")).state == "blank"
    after = Shown(trace, len(trace.steps), 0, graph)
    assert after.gradient(port("cos.x")).state == "no path"
    assert after.factor(port("cos.x")).state == "no path"


def test_integers_are_not_differentiable():
    graph = Graph()
    graph.add("Input", "p", shape=(2, 3))
    graph.add("Input", "t", shape=(2,), dtype="int64")
    graph.add("NLLLoss", "loss")
    graph.connect("p.y", "loss.prediction")
    graph.connect("t.y", "loss.target")
    graph.set_tensor("p.y", Tensor.of_values("float64", (2, 3), [-1.0] * 6))
    graph.set_tensor("t.y", Tensor.of_values("int64", (2,), [0, 2]))
    trace = Engine(graph).run()
    shown = Shown(trace, len(trace.steps), 0, graph)
    assert shown.gradient(port("loss.target")).state == "not differentiable"
    assert shown.gradient(port("loss.prediction")).is_value


def test_a_port_that_is_newer_than_the_trace_is_blank(fan_out):
    trace = Engine(fan_out).run()
    fan_out.add("Sin", "later")
    shown = Shown(trace, len(trace.steps), 0, fan_out)
    assert shown.value(port("later.y")).state == "blank"
    assert shown.gradient(port("later.x")).state == "blank"
    assert shown.port_gradient(port("later.y")).state == "blank"
