"""The health of a run: norms of gradients, ratios to the last layer, units that rest."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graph import Graph, PortRef, load
from runtime import Engine
from runtime.health import Health, Thresholds, judge, measure
from tests.composite_graphs import two_blocks

EXAMPLES = Path(__file__).parents[1] / "assets" / "examples"


def measured(name: str) -> tuple[Health, object]:
    trace = Engine(load(EXAMPLES / f"{name}.gradwire")).run()
    return measure(trace), trace


def chain(activation: str, weights: list[np.ndarray], x: np.ndarray) -> Graph:
    """x -> Linear -> activation -> ... -> Sum, without biases."""
    graph = Graph()
    graph.add("Input", "x", shape=x.shape)
    graph.set_tensor("x.y", x)
    before = "x.y"
    for place, weight in enumerate(weights):
        graph.add("Linear", f"l{place}", out_features=len(weight), bias=False)
        graph.set_tensor(f"l{place}.weight", weight)
        graph.connect(before, f"l{place}.x")
        graph.add(activation, f"a{place}")
        graph.connect(f"l{place}.y", f"a{place}.x")
        before = f"a{place}.y"
    graph.add("Sum", "loss")
    graph.connect(before, "loss.x")
    return graph


@pytest.mark.parametrize("name", ["xor", "transformer_block", "digits"])
def test_every_edge_has_the_norm_of_its_gradient(name):
    health, trace = measured(name)
    for _, target in trace.edges:
        gradient = trace.part(target)
        if gradient is None:
            assert health.edge(target) is None
        else:
            expected = math.sqrt(math.fsum(float(g) ** 2 for g in gradient.ravel()))
            assert health.edge(target) == pytest.approx(expected)


def test_inside_time_an_edge_has_a_norm_at_each_step():
    health, trace = measured("rnn")
    target = PortRef("state", "x")
    norms = [float(np.linalg.norm(trace.gradient(target, t))) for t in range(trace.time_steps)]
    assert health.edges[target] == pytest.approx(norms)
    assert health.edge(target, 2) == pytest.approx(norms[2])


def test_a_composite_and_its_inside_have_norms_by_address():
    graph = two_blocks()
    trace = Engine(graph).run()
    health = measure(trace)
    for name in ("one.x", "one/lin.x", "two/add.b", "one/lin.weight"):
        port = PortRef.parse(name)
        assert health.edge(port) == pytest.approx(np.linalg.norm(trace.part(port)))
    assert [layer.node for layer in health.layers] == ["one/lin", "two/lin"]


def test_a_layer_is_compared_with_the_last_one_on_its_own_way():
    health, trace = measured("vanishing")
    layer = health.layer("sigmoid0")
    assert layer.last == "sigmoid_out"
    assert health.layer("relu3").last == "relu_out"
    norm = np.linalg.norm(trace.gradient("sigmoid0.weight"))
    assert layer.ratio == pytest.approx(norm / np.linalg.norm(trace.gradient("sigmoid_out.weight")))
    vanishing = [f.node for f in judge(health, Thresholds()) if f.trouble == "vanishing"]
    assert vanishing == ["sigmoid0", "sigmoid1", "sigmoid2", "sigmoid3"]


def last_by_search(trace, node: str) -> str:
    """The layer read last among all that the steps behind a layer read, found by walking them."""
    plan = trace.plan
    owners = {
        plan.slot_of[port]: layer.node for layer in measure(trace).layers for port in layer.ports
    }
    on_path = {step.key for step in plan.reverse}
    reached, found = {slot for slot, owner in owners.items() if owner == node}, []
    for index, step in enumerate(plan.forward):
        if step.key in on_path and reached.intersection(step.inputs):
            reached.update(step.outputs)
            found += [(index, owners[slot]) for slot in step.inputs if slot in owners]
    return max(found)[1]


@pytest.mark.parametrize(
    "name", ["transformer_block", "digits", "rnn", "two_inputs", "two_linears"]
)
def test_the_last_layer_is_the_one_that_a_walk_from_the_layer_reads_last(name):
    health, trace = measured(name)
    for layer in health.layers:
        assert layer.last == last_by_search(trace, layer.node)


def test_thresholds_decide():
    health, _ = measured("vanishing")
    strict = replace(Thresholds(), vanishing=0.05, dead=0.25, saturated=0.4)
    found = judge(health, strict)
    assert sum(f.trouble == "vanishing" and f.node.startswith("sigmoid") for f in found) == 7
    assert [f.node for f in found if f.trouble == "saturated"] == ["residual7_act"]
    with pytest.raises(ValueError, match="vanishing"):
        Thresholds(vanishing=0.0)


def test_an_exploding_gradient():
    weights = [np.full((2, 2), size) for size in (1e-5, 40.0, 40.0)]
    health = measure(Engine(chain("Identity", weights, np.ones((1, 2)))).run())
    found = judge(health, Thresholds())
    assert [(f.trouble, f.node) for f in found] == [("exploding", "l0")]
    assert found[0].figure == health.layers[0].norm / health.layers[-1].norm


def test_a_unit_is_dead_where_it_gives_0_for_all_samples():
    x = np.array([[1.0, 2.0], [0.5, 1.0], [2.0, 0.1]])
    weight = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 0.0]])
    trace = Engine(chain("ReLU", [weight], x)).run()
    health = measure(trace)
    alive = (trace.value("a0.y") > 0).any(axis=0)
    found = health.activations["a0"]
    assert (found.kind, found.resting, found.count) == ("dead", int((~alive).sum()), 4)
    assert found.resting == 2
    assert [f.trouble for f in judge(health, Thresholds())] == ["dead"]


def test_the_units_of_a_convolution_are_its_channels():
    graph = Graph()
    graph.add("Input", "x", shape=(2, 1, 4, 4))
    graph.set_tensor("x.y", np.linspace(0.1, 1, 32).reshape(2, 1, 4, 4))
    graph.add("Conv2d", "c", out_channels=3, kernel_size=(2,), bias=False)
    kernel = np.ones((3, 1, 2, 2))
    kernel[1] = -1
    graph.set_tensor("c.weight", kernel)
    graph.add("ReLU", "r")
    graph.add("Sum", "s")
    for source, target in (("x.y", "c.x"), ("c.y", "r.x"), ("r.y", "s.x")):
        graph.connect(source, target)
    found = measure(Engine(graph).run()).activations["r"]
    assert (found.resting, found.count) == (1, 3)


def test_entries_of_a_sigmoid_are_saturated_where_its_derivative_is_small():
    x = np.array([[0.0, 10.0, -10.0, 2.0]])
    trace = Engine(chain("Sigmoid", [np.eye(4)], x)).run()
    found = measure(trace).activations["a0"]
    y = trace.value("a0.y")
    assert (found.resting, found.count) == (int((y * (1 - y) < 0.05 * 0.25).sum()), 4)
    assert found.resting == 2


def test_a_unit_that_lives_at_one_time_step_is_not_dead():
    graph = load(EXAMPLES / "rnn.gradwire")
    health = measure(Engine(graph).run())
    found = health.activations["state"]
    slopes = 1 - np.asarray(Engine(graph).run().value("state.y")) ** 2
    assert (found.resting, found.count) == (int((slopes < 0.05).sum()), slopes.size)


def test_a_recurrent_cell_saturates_as_its_tanh_does():
    graph = Graph(target="s")
    graph.add("Input", "x", shape=(2, 3))
    graph.add("Input", "h", shape=(2, 4))
    graph.set_tensor("x.y", np.linspace(-40, 40, 6).reshape(2, 3))
    graph.set_tensor("h.y", np.zeros((2, 4)))
    graph.add("RNNCell", "cell", hidden_size=4)
    graph.add("Sum", "s")
    for source, target in (("x.y", "cell.x"), ("h.y", "cell.h"), ("cell.y", "s.x")):
        graph.connect(source, target)
    trace = Engine(graph).run()
    found = measure(trace).activations["cell"]
    flat = 1 - trace.value("cell.y") ** 2 < 0.05
    assert (found.kind, found.resting, found.count) == ("saturated", int(flat.sum()), 8)
    assert found.resting > 0


def test_what_each_time_step_adds_shows_vanishing_through_time():
    """A linear recurrence h = h / 1e4 + w: the part of step t is 1e-4 to the steps behind it."""
    graph = Graph(target="last")
    graph.add("Input", "x", shape=(4, 1), sequence=True)
    graph.set_tensor("x.y", np.ones((4, 1)))
    graph.add("Linear", "w", out_features=1, bias=False)
    graph.set_tensor("w.weight", np.ones((1, 1)))
    graph.add("Linear", "u", out_features=1, bias=False)
    graph.set_tensor("u.weight", np.full((1, 1), 1e-4))
    for module, id_ in (("Add", "h"), ("LastStep", "end"), ("Sum", "last")):
        graph.add(module, id_)
    for source, target in (("x.y", "w.x"), ("w.y", "h.a"), ("u.y", "h.b"), ("h.y", "end.x")):
        graph.connect(source, target)
    graph.connect("end.y", "last.x")
    graph.connect("h.y", "u.x", delay=1)
    health = measure(Engine(graph).run())
    layer = health.layer("w")
    assert layer.over_time == pytest.approx([1e-12, 1e-8, 1e-4, 1.0])
    found = [(f.trouble, f.node) for f in judge(health, Thresholds())]
    assert ("vanishing over time", "w") in found


def test_what_no_path_leads_from_or_is_not_finite_is_said():
    graph = chain("Identity", [np.ones((1, 2))], np.ones((1, 2)))
    graph.add("Linear", "aside", out_features=1)
    graph.connect("x.y", "aside.x")
    graph.configure(target="loss")
    found = judge(measure(Engine(graph).run()), Thresholds())
    assert [(f.trouble, f.node) for f in found] == [("no path", "aside")]
    graph.set_tensor("x.y", np.array([[math.inf, 1.0]]))
    found = judge(measure(Engine(graph).run()), Thresholds())
    assert ("not finite", "l0") in [(f.trouble, f.node) for f in found]


def test_a_forward_run_has_no_gradients_and_no_findings_about_them():
    graph = load(EXAMPLES / "xor.gradwire")
    health = measure(Engine(graph).run(phase="forward"))
    assert not health.edges
    assert not judge(health, Thresholds())


def test_progress_can_end_it():
    class Enough(Exception):
        pass

    def stop(share: float) -> None:
        raise Enough

    with pytest.raises(Enough):
        measure(Engine(load(EXAMPLES / "xor.gradwire")).run(), stop)
