"""Loops in time: what a run of one computes, held against the same graph unrolled by hand."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph, check
from graph.records import Time
from runtime import Engine, check_gradients
from tests.recurrent_graphs import Pair


@pytest.mark.parametrize("seed", range(25))
def test_a_loop_is_its_unrolled_graph_to_the_bit(seed):
    pair = Pair(steps=2 + seed % 4, seed=seed)
    loop, flat = Engine(pair.loop).run(), Engine(pair.flat).run()
    assert np.array_equal(loop.value("loss.y"), flat.value("loss.y"))
    for id_ in pair.params:
        here, there = loop.gradient(f"{id_}.y"), flat.gradient(f"{id_}.y")
        assert (here is None) == (there is None)
        assert here is None or np.array_equal(here, there)
    for id_ in pair.ids:
        port = f"{id_}.y"
        for t in range(pair.steps):
            assert np.array_equal(loop.value(port, t), flat.value(f"{id_}_{t}.y"))
            here, there = loop.gradient(port, t), flat.gradient(f"{id_}_{t}.y")
            assert (here is None) == (there is None)
            assert here is None or np.array_equal(here, there)


@pytest.mark.parametrize("seed", range(5))
def test_the_total_jacobian_over_time_is_that_of_the_unrolled_graph(seed):
    pair = Pair(steps=4, seed=seed)
    loop, flat = Engine(pair.loop).run(), Engine(pair.flat).run()
    last = pair.ids[-1]
    for a, b in ((0, 3), (1, 2), (2, 2)):
        here = loop.jacobian(f"{last}.y", f"{last}.y", t=(a, b)).dense()
        there = flat.jacobian(f"{last}_{a}.y", f"{last}_{b}.y").dense()
        np.testing.assert_allclose(here, there, atol=1e-14)


def plain_rnn(steps=6, width=4, **fields) -> Graph:
    """tanh(W x_t + U h_{t-1}), and the mean of the squares of the last step."""
    graph = Graph(**fields)
    graph.add("Input", "x", shape=("T", "B", 3), sequence=True)
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal((steps, 2, 3)))
    graph.add("Linear", "into", out_features=width)
    graph.add("Linear", "back", out_features=width, bias=False)
    for module, id_ in (("Add", "sum"), ("Tanh", "h"), ("Square", "square"), ("Mean", "loss")):
        graph.add(module, id_)
    graph.connect("x.y", "into.x")
    graph.connect("into.y", "sum.a")
    graph.connect("back.y", "sum.b")
    graph.connect("sum.y", "h.x")
    graph.connect("h.y", "back.x", delay=1)
    graph.connect("h.y", "square.x")
    graph.connect("square.y", "loss.x")
    return graph


def test_ports_inside_time_have_time_as_first_axis():
    trace = Engine(plain_rnn()).run()
    assert trace.time_steps == 6
    assert trace.value("h.y").shape == trace.gradient("h.y").shape == (6, 2, 4)
    assert trace.value("back.weight").shape == (4, 4)
    np.testing.assert_array_equal(trace.value("back.x")[1:], trace.value("h.y")[:-1])
    np.testing.assert_array_equal(trace.value("h.y", t=-1), trace.value("h.y")[5])
    assert trace.gradient("h.y", t=2) is not None
    assert trace.target == ("loss", "y")
    assert trace.gradient("loss.y").tolist() == [0, 0, 0, 0, 0, 1]


def test_a_shared_parameter_shows_the_part_of_each_step():
    trace = Engine(plain_rnn()).run()
    parts = trace.gradient_over_time("back.weight")
    assert parts.shape == (6, 4, 4)
    assert not parts[0].any()  # the state before the first step is zero
    np.testing.assert_allclose(parts.sum(0), trace.gradient("back.weight"), atol=1e-15)
    np.testing.assert_array_equal(parts[3], trace.gradient("back.weight", t=3))


def test_the_steps_say_when():
    engine = Engine(plain_rnn(steps=2))
    done = [(r.step.phase, r.step.node, r.step.t) for r in engine.steps()]
    assert done[:3] == [("forward", "into", 0), ("forward", "back", 0), ("forward", "sum", 0)]
    forward = [step for step in done if step[0] == "forward"]
    assert len(forward) == 12
    assert {t for _, _, t in forward} == {0, 1}
    assert done[len(forward)] == ("reverse", "loss", 1)


def test_a_number_of_steps_does_without_sequences():
    graph = Graph(time=Time(steps=5))
    graph.add("Parameter", "rate", shape=())
    graph.add("Parameter", "start", shape=())
    graph.add("Multiply", "x")
    graph.connect("rate.y", "x.a")
    graph.connect("x.y", "x.b", delay=1, initial="start.y")
    graph.set_tensor("rate.y", np.array(3.0))
    graph.set_tensor("start.y", np.array(2.0))
    graph.configure(target="x")
    trace = Engine(graph).run()
    assert trace.value("x.y").tolist() == [6, 18, 54, 162, 486]
    assert trace.gradient("start.y") == 3**5
    assert trace.gradient("rate.y") == 5 * 3**4 * 2


def test_a_longer_delay_reads_its_kept_values_in_order_of_time():
    graph = Graph(time=Time(steps=5))
    graph.add("Identity", "x")
    graph.connect("x.y", "x.x", delay=2)
    graph.set_tensor("x.x", np.array([1.0, 10.0]))
    graph.configure(target="x")
    trace = Engine(graph).run()
    assert trace.value("x.y").tolist() == [1, 10, 1, 10, 1]
    assert trace.gradient("x.x").tolist() == [1, 0, 1, 0, 1]


def test_the_gradient_check_agrees_in_time():
    report = check_gradients(plain_rnn())
    assert report.ok
    assert {verdict.word for verdict in report.edges.values()} == {"agrees"}
    assert {str(ref) for ref in report.leaves} >= {"x.y", "back.weight", "back.x"}
    assert {verdict.word for verdict in report.leaves.values()} == {"agrees"}


@pytest.mark.parametrize("seed", range(4))
def test_the_gradient_check_agrees_on_random_loops(seed):
    report = check_gradients(Pair(steps=3, seed=seed).loop)
    assert report.ok


def test_problems_name_the_node():
    graph = plain_rnn()
    graph.set_tensor("x.y", None)
    assert any(p.node == "x" and p.code == "no-value" for p in check(graph).errors)
