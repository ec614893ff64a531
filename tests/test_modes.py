"""What forward mode, reverse mode and differences take for a graph, and one number nudged."""

from __future__ import annotations

import math

import numpy as np
import pytest

from graph import Graph, PortRef, load
from gui.examples import examples
from gui.forward_mode.words import verdict
from runtime import Cancelled, Engine, RunError
from runtime.tangents.comparing import Comparison, Takes, compare, leaves_of
from runtime.tangents.nudging import nudge
from tests.canvas_desk import by_hand

BY_PATH = {path.stem: path for path in examples()}


def run(graph: Graph, **settings):
    return Engine(graph, dtype="float64", **settings).run()


def chain(inputs: int, outputs: int) -> Graph:
    """x -> Linear -> Tanh: all outputs by all inputs."""
    graph = Graph(target="y")
    graph.add("Input", "x", shape=(inputs,))
    graph.set_tensor("x.y", np.linspace(-1, 1, inputs))
    graph.add("Linear", "h", out_features=outputs)
    graph.add("Tanh", "y")
    graph.connect("x.y", "h.x")
    graph.connect("h.y", "y.x")
    return graph


def test_passes_are_as_many_as_numbers_on_each_side():
    trace = run(chain(3, 5))
    found = compare(trace, [PortRef("x", "y")])
    assert (found.m, found.n) == (5, 3)
    assert (found.reverse.passes, found.forward.passes, found.differences.passes) == (5, 3, 6)


@pytest.mark.parametrize(("inputs", "outputs", "best"), [(2, 9, "forward"), (9, 2, "reverse")])
def test_the_shape_of_the_derivative_decides(inputs, outputs, best):
    found = compare(run(chain(inputs, outputs)), [PortRef("x", "y")])
    assert found.best == best


def test_operations_are_those_of_all_passes():
    inputs, outputs = 2, 9
    found = compare(run(chain(inputs, outputs)), [PortRef("x", "y")])
    linear, tanh = inputs * outputs, outputs
    assert found.run_operations == linear + outputs + tanh
    # tanh: 1 - y y takes two, times the tangent one more
    assert found.forward.operations == found.run_operations + inputs * (linear + 3 * tanh)
    assert found.differences.operations == 2 * inputs * found.run_operations


def test_bytes_are_what_has_to_be_there_at_a_time():
    graph = Graph(target="s")
    graph.add("Input", "x", shape=(100,))
    graph.set_tensor("x.y", np.ones(100))
    last = "x.y"
    for number in range(10):
        graph.add("Tanh", f"t{number}")
        graph.connect(last, f"t{number}.x")
        last = f"t{number}.y"
    graph.add("Sum", "s")
    graph.connect(last, "s.x")
    found = compare(run(graph), [PortRef("x", "y")])
    assert found.differences.nbytes == 2 * 800  # what a step reads and writes
    assert found.forward.nbytes >= 2 * found.differences.nbytes
    assert found.forward.nbytes <= 2 * found.differences.nbytes + 800  # and the seed
    assert found.reverse.nbytes >= 10 * 800  # each Tanh keeps its output


@pytest.mark.parametrize("name", ["xor", "rnn", "fan_out", "transformer_block", "digits"])
def test_a_scalar_loss_of_many_numbers_is_for_reverse_mode(name):
    trace = run(load(BY_PATH[name]))
    leaves = [ref for ref, kind in leaves_of(trace).items() if kind == "parameter"]
    leaves = leaves or list(leaves_of(trace))
    found = compare(trace, leaves)
    assert found.n == sum(trace.value(ref).size for ref in leaves)
    if found.n > 3:
        assert found.best == "reverse"
        assert found.forward.operations < found.differences.operations


def test_leaves_are_told_apart():
    assert leaves_of(run(load(BY_PATH["xor"]))) == {
        PortRef("x", "y"): "input",
        PortRef("target", "y"): "input",
        PortRef("hidden", "weight"): "parameter",
        PortRef("hidden", "bias"): "parameter",
        PortRef("output", "weight"): "parameter",
        PortRef("output", "bias"): "parameter",
    }
    assert leaves_of(run(by_hand()))[PortRef("w", "y")] == "parameter"


def test_comparing_can_be_ended():
    def progress(share):
        raise Cancelled

    with pytest.raises(Cancelled):
        compare(run(by_hand()), [PortRef("w", "y")], progress)


def test_one_weight_nudged_beside_what_the_gradient_foretells():
    trace = run(by_hand())
    found = nudge(trace, PortRef("w", "y"), (), (0.05, -0.05))
    assert (found.number, found.gradient, found.target) == (3.0, 2.0, 3.0)
    above, below = found.moved
    assert (above.number, above.target) == (3.05, pytest.approx(3.1))
    assert (below.number, below.target) == (2.95, pytest.approx(2.9))
    assert above.error == pytest.approx(0, abs=1e-12)  # a straight line, so far
    assert found.slope == pytest.approx(2.0)
    far = nudge(trace, PortRef("w", "y"), (), (-3.0,))  # beyond the kink of the absolute value
    assert far.moved[0].target == pytest.approx(3.0)
    assert far.moved[0].foretold == pytest.approx(-3.0)
    assert far.slope is None


@pytest.mark.parametrize("name", ["xor", "rnn"])
def test_a_nudge_is_a_whole_run_with_the_other_number(name):
    graph = load(BY_PATH[name])
    trace = run(graph)
    for ref in list(leaves_of(trace))[:4]:
        index = tuple(size - 1 for size in trace.value(ref).shape)
        found = nudge(trace, ref, index, (0.1, -0.1))
        for moved in found.moved:
            other = load(BY_PATH[name])
            array = trace.value(ref).copy()
            array[index] = moved.number
            other.set_tensor(ref, array)
            again = run(other)
            value = float(again.value(again.target).sum())
            assert moved.target == pytest.approx(value, rel=1e-12)
        assert math.isclose(found.slope, found.gradient, rel_tol=0.3, abs_tol=1e-2)


def test_what_cannot_be_nudged_is_refused():
    trace = run(load(BY_PATH["xor"]))
    with pytest.raises(RunError, match="expected one of an entry"):
        nudge(trace, PortRef("x", "y"), (9, 9), (0.1,))
    with pytest.raises(RunError, match="found no gradient"):
        nudge(trace, PortRef("nobody", "y"), (), (0.1,))


def taking(m: int, n: int, reverse: int, forward: int, differences: int) -> Comparison:
    def takes(mode, passes, operations):
        return Takes(mode, passes, operations, 8, 0.1, 0.2)

    all_ = (takes("reverse", m, reverse), takes("forward", n, forward))
    last = takes("differences", 2 * n, differences)
    return Comparison(PortRef("y", "y"), (), m, n, 1, 0.1, *all_, last)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (taking(1, 9, 10, 90, 99), "Reverse mode takes least: one pass back brings"),
        (taking(2, 9, 20, 90, 99), "Reverse mode takes least: it needs a pass for each of the 2"),
        (taking(9, 2, 90, 20, 99), "Forward mode takes least: it needs a pass for each of the 2"),
        (taking(1, 1, 5, 4, 9), "Both modes take one pass. That of forward mode"),
        (taking(3, 3, 5, 6, 9), "Both modes take 3 passes. Those of reverse mode"),
        (taking(3, 2, 5, 6, 9), "Less is taken by reverse mode here, though"),
        (taking(2, 3, 9, 6, 9), "Less is taken by forward mode here, though"),
        (taking(1, 1, 9, 9, 8), "Differences would take fewer still in so small a graph"),
    ],
)
def test_the_verdict_says_why(found, words):
    assert words in verdict(found)
