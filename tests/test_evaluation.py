"""Eager or lazy: what is computed when, and what is kept; never how long it took."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from graph import Graph, load
from graph.module import Module
from runtime import Cancelled, Engine, NoTarget
from runtime.evaluation import run_eagerly, run_lazily
from runtime.feeds import same_bits
from tests.composite_graphs import two_blocks
from tests.recurrent_graphs import Pair

EXAMPLES = ("backprop_by_hand", "fan_out", "logistic_regression", "lstm", "transformer_block")


def graph_of(name: str) -> Graph:
    """An example, a graph with time, or one of composites."""
    if name == "loop":
        return Pair(3, 1).loop
    return two_blocks() if name == "blocks" else load(f"assets/examples/{name}.gradwire")


@pytest.mark.parametrize("name", [*EXAMPLES, "loop", "blocks"])
def test_both_give_what_a_trace_gives_bit_for_bit(name):
    graph = graph_of(name)
    trace = Engine(graph).run()
    for found in (run_eagerly(trace.plan, trace.loaded), run_lazily(graph, trace.loaded)):
        assert same_bits(found.target, trace.value(trace.target))
        assert found.gradients
        for ref, gradient in found.gradients.items():
            assert same_bits(gradient, np.asarray(trace.summed(ref))), str(ref)


def test_eager_works_out_a_nodes_shapes_right_before_its_numbers():
    trace = Engine(graph_of("transformer_block")).run()
    found = run_eagerly(trace.plan, trace.loaded)
    forward = [step.node for step in trace.plan.forward]
    works = [(span.work, span.node) for span in found.spans]
    assert works[: 2 * len(forward)] == list(
        itertools.chain.from_iterable((("shapes", x), ("forward", x)) for x in forward)
    )
    assert found.skipped == ()
    assert found.before_first_value == found.spans[1].end


def test_eager_asks_each_module_for_its_shapes(monkeypatch):
    asked = []
    infer = Module.infer

    def spied(self, types, dtype):
        asked.append((self, types))
        return infer(self, types, dtype)

    trace = Engine(graph_of("fan_out")).run()
    monkeypatch.setattr(Module, "infer", spied)
    run_eagerly(trace.plan, trace.loaded)
    assert [module for module, _ in asked] == [step.module for step in trace.plan.forward]
    assert all(type_.is_known for _, types in asked for type_ in types.values())


def test_eager_keeps_everything_and_lazy_what_is_still_read():
    graph = graph_of("vanishing")
    trace = Engine(graph).run()
    eager, lazy = run_eagerly(trace.plan, trace.loaded), run_lazily(graph, trace.loaded)
    arrays = [array for record in trace.records.values() for array in record.outs]
    besides = [x for r in trace.records.values() for x in r.context.kept.values()]
    assert eager.kept == sum(array.nbytes for array in (*arrays, *besides))
    held = [span.nbytes for span in eager.spans]
    assert held == sorted(held)
    assert lazy.kept < eager.kept
    assert lazy.spans[-1].nbytes < lazy.peak < eager.peak


def test_lazy_plans_first_and_leaves_out_what_the_target_does_not_read():
    graph = graph_of("logistic_regression")
    trace = Engine(graph).run()
    found = run_lazily(graph, trace.loaded)
    assert found.skipped == ("probability",)
    assert [span.work for span in found.spans].count("plan") == 1
    assert found.spans[0].work == "plan"
    assert found.before_first_value > found.spans[0].end
    computed = {span.node for span in found.spans if span.work == "forward"}
    assert computed == {step.node for step in trace.plan.forward} - {"probability"}


def test_lazy_works_out_the_types_of_the_whole_graph_anew(monkeypatch):
    graph = graph_of("backprop_by_hand")
    trace = Engine(graph).run()
    graph.types.learn()
    asked = []
    infer = Module.infer
    monkeypatch.setattr(Module, "infer", lambda *args: asked.append(args[0]) or infer(*args))
    run_lazily(graph, trace.loaded)
    computing = [graph.module(id_) for id_ in ("x1", "x2", "difference", "loss")]
    assert all(module in asked for module in computing)


def test_lazy_with_checkpoints_computes_again():
    graph = graph_of("vanishing")
    trace = Engine(graph).run()
    nodes = [step.node for step in trace.plan.forward]
    found = run_lazily(graph, trace.loaded, nodes[8::8])
    assert found.count("recompute") > 0
    assert found.count("reverse") == len(trace.plan.reverse)


def test_without_a_target_there_is_nothing_to_go_back_from():
    graph = Graph()
    graph.add("Input", "x", shape=(2,))
    graph.set_tensor("x.y", np.ones(2))
    graph.add("Sin", "s")
    graph.add("Cos", "c")
    graph.connect("x.y", "s.x")
    graph.connect("x.y", "c.x")
    with pytest.raises(NoTarget):
        run_lazily(graph, Engine(graph, partial=True).run().loaded)


def test_both_can_be_cancelled():
    graph = graph_of("fan_out")
    trace = Engine(graph).run()

    def watch(step):
        raise Cancelled

    with pytest.raises(Cancelled):
        run_eagerly(trace.plan, trace.loaded, watch)
    with pytest.raises(Cancelled):
        run_lazily(graph, trace.loaded, watch=watch)
