"""Composites run as the same graph drawn flat, and their ports show what the whole does."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from graph import Graph, check, dumps
from graph import edits as e
from graph.flattening import flatten
from graph.grouping import group_edit
from graph.port import PortRef
from runtime import Engine, check_gradients
from runtime.plan import compile_plan
from runtime.report import run_report
from tests.composite_graphs import BLOCK, drawn_flat, group_some, two_blocks
from tests.reference.random_graphs import random_graph


def same_parameters(graph: Graph, flat: Graph) -> None:
    """Give the flat graph what the addresses of the other initialise."""
    trace = Engine(graph).run()
    for ref in trace.ports:
        if ref.port in ("weight", "bias"):
            flat.set_tensor(PortRef(ref.node.replace("/", "_"), ref.port), trace.value(ref))


def test_the_plan_is_the_flat_plan_step_for_step():
    graph, flat = two_blocks(), drawn_flat()
    made, drawn = compile_plan(graph), compile_plan(flat)
    for one, other in ((made.forward, drawn.forward), (made.reverse, drawn.reverse)):
        assert [step.node.replace("/", "_") for step in one] == [step.node for step in other]
        assert [(s.inputs, s.outputs, s.need) for s in one] == [
            (s.inputs, s.outputs, s.need) for s in other
        ]
        assert [type(step.module) for step in one] == [type(step.module) for step in other]
    assert made.slots == drawn.slots


def test_numbers_are_those_of_the_flat_graph_to_the_bit():
    graph, flat = two_blocks(), drawn_flat()
    same_parameters(graph, flat)
    made, drawn = Engine(graph).run(), Engine(flat).run()
    for ref in drawn.ports:
        inner = PortRef(ref.node.replace("_", "/"), ref.port)
        assert np.array_equal(made.value(inner), drawn.value(ref))
        gradient = drawn.gradient(ref)
        if gradient is not None:
            assert np.array_equal(made.gradient(inner), gradient)


def test_the_ports_of_an_instance_show_the_whole():
    trace = Engine(two_blocks()).run()
    assert np.array_equal(trace.value("one.y"), trace.value("one/add.y"))
    assert np.array_equal(trace.gradient("one.y"), trace.gradient("one/add.y"))
    parts = trace.gradient("one/lin.x") + trace.gradient("one/add.a")
    assert np.array_equal(trace.gradient("one.x"), parts)
    assert np.array_equal(trace.edge("x.y", "one.x").gradient, parts)
    assert np.array_equal(trace.edge("one.y", "two.x").value, trace.value("one.y"))
    assert trace.types[PortRef("two", "y")].shape == (2, 3)
    assert trace.has_run("two")
    assert PortRef("one", "y") in trace.ports


def test_the_jacobian_of_an_instance_is_that_of_all_inside():
    graph = two_blocks()
    x = np.linspace(-1, 1, 6).reshape(2, 3)
    jacobian = Engine(graph).run().jacobian("one.x", "y").dense()
    step = 1e-6
    for column in range(6):
        nudge = np.zeros(6)
        nudge[column] = step
        high, low = (Engine(graph).run({"x": x + s * nudge.reshape(2, 3)}) for s in (1, -1))
        difference = (high.value("one.y") - low.value("one.y")).ravel() / (2 * step)
        assert np.abs(jacobian[:, column] - difference).max() < 1e-9
    trace = Engine(graph).run()
    through = trace.jacobian("one.x", "loss.y").dense()
    assert np.allclose(through.ravel(), trace.gradient("one.x").ravel(), atol=1e-14)
    assert np.array_equal(trace.edge("x.y", "one.x").jacobian.dense(), jacobian)


def test_every_edge_of_a_composite_graph_agrees_with_differences():
    report = check_gradients(Engine(two_blocks()))
    words = {str(ref): verdict.word for ref, verdict in {**report.edges, **report.leaves}.items()}
    assert words["one/lin.x"] == words["two/add.a"] == words["one/lin.weight"] == "agrees"
    assert report.ok


def test_the_report_has_inner_nodes_under_their_address_and_edges_as_drawn():
    report = json.loads(json.dumps(run_report(Engine(two_blocks()).run(), dense=True)))
    edges = {edge["to"]: edge for edge in report["edges"]}
    assert edges["two.x"]["from"] == "one.y"
    assert edges["two/lin.x"]["from"] == "two.x"
    assert edges["loss.x"]["from"] == "two.y"
    assert edges["one/lin.weight"]["from"] is None
    assert np.shape(edges["two.x"]["jacobians"]["y"]["dense"]) == (2, 3, 2, 3)
    assert report["ports"]["one.y"] == report["ports"]["one/add.y"]
    assert {"phase": "forward", "node": "two/act"} in report["steps"]


def test_tied_instances_share_parameters_and_the_parts_of_the_gradient_are_seen():
    graph = two_blocks()
    first = dumps(graph)
    inverse = graph.apply(e.SetShares("two", "one"))
    trace = Engine(graph).run()
    assert np.array_equal(trace.value("two/lin.weight"), trace.value("one/lin.weight"))
    own, other = trace.edge(None, "one/lin.weight"), trace.edge("one/lin.weight", "two/lin.weight")
    assert not np.array_equal(own.gradient, other.gradient)
    assert np.allclose(trace.gradient("one/lin.weight"), own.gradient + other.gradient, atol=1e-14)
    assert PortRef("two/lin", "weight") not in trace.ports
    assert check_gradients(Engine(graph)).ok
    graph.apply(inverse)
    assert dumps(graph) == first


def test_a_parameter_node_inside_a_tied_instance_is_the_owners():
    graph = Graph(target="loss")
    graph.add("Parameter", "w", shape=(3,))
    graph.add("Input", "x", shape=(3,))
    graph.add("Multiply", "m")
    graph.connect("w.y", "m.a")
    graph.connect("x.y", "m.b")
    graph.add("Sum", "loss")
    graph.connect("m.y", "loss.x")
    graph.set_tensor("w.y", np.array([1.0, 2.0, 3.0]))
    graph.set_tensor("x.y", np.array([0.5, -1.0, 2.0]))
    grouped = group_edit(graph, {"w", "m"}, "Scale")
    graph.apply(grouped.edit)
    graph.add("Scale", "again")
    graph.apply(e.SetShares("again", grouped.id))
    graph.disconnect("loss.x")
    graph.connect(f"{grouped.id}.y", "again.b")
    graph.connect("again.y", "loss.x")
    trace = Engine(graph).run()
    assert np.allclose(trace.value("again.y"), [0.5, -4.0, 18.0])
    assert np.allclose(trace.gradient(f"{grouped.id}/w.y"), [1.0, -4.0, 12.0])
    assert np.array_equal(trace.value("again/w.y"), trace.value(f"{grouped.id}/w.y"))


@pytest.mark.parametrize("owner", ["x", "two", "nothing"])
def test_a_tie_to_what_is_no_other_instance_is_a_problem(owner):
    graph = two_blocks()
    graph.apply(e.SetShares("two", owner))
    problem = check(graph).errors[0]
    assert problem.message.startswith("two: found parameters tied to what is no other instance")
    graph.apply(problem.mends[0].edit)
    assert check(graph).ok


def test_a_tie_between_other_sizes_is_a_problem():
    graph = two_blocks()
    graph.set("two", width=1)
    graph.apply(e.SetShares("two", "one"))
    messages = [problem.message for problem in check(graph).errors]
    assert any(
        "two/lin.weight: found float64 [1, 3], expected float64 [3, 3]" in m for m in messages
    )


def test_a_bypassed_instance_hands_its_first_input_on():
    graph = two_blocks()
    graph.apply(e.SetNode("two", {"bypassed": True}))
    trace = Engine(graph).run()
    assert np.array_equal(trace.value("two.y"), trace.value("one.y"))
    assert np.array_equal(trace.gradient("one.y"), np.ones((2, 3)))


def test_an_unwired_input_is_told_once_and_at_the_instance():
    graph = two_blocks()
    graph.disconnect("two.x")
    checked = check(graph)
    assert [(p.node, p.port, p.code) for p in checked.errors] == [("two", "x", "unwired")]
    assert "one" in checked.runnable
    assert "two" not in checked.runnable


def test_a_problem_inside_names_the_address():
    graph = two_blocks()
    graph.definitions["Block"].body.add("Sigmoid", "loose")
    assert {p.node for p in check(graph).errors} == {"one/loose", "two/loose"}


def test_the_target_may_be_a_port_of_an_instance_or_inside():
    graph = two_blocks()
    graph.remove("loss")
    for target in ("two.y", "two", "two/act.y"):
        graph.configure(target=target)
        trace = Engine(graph).run()
        assert trace.target is not None
        assert str(trace.target) == ("two/act.y" if "/" in target else "two.y")
        assert trace.gradient("one/lin.weight") is not None


def test_feeds_reach_inner_inputs_by_their_address():
    graph = two_blocks()
    body = graph.definitions["Block"].body
    body.add("Input", "shift", shape=())
    body.disconnect("add.b")
    body.add("Add", "more")
    body.connect("act.y", "more.a")
    body.connect("shift.y", "more.b")
    body.connect("more.y", "add.b")
    graph.set_tensor("one/shift.y", np.array(0.0))
    trace = Engine(graph).run({"two/shift": np.array(3.0)})
    assert trace.value("two/shift.y") == 3.0


def test_a_graph_without_instances_is_handed_on_as_it_is():
    graph = drawn_flat()
    assert flatten(graph).graph is graph
    graph.apply(e.Define(replace(BLOCK, name="Unused")))
    assert flatten(graph).graph is graph


@pytest.mark.parametrize("seed", range(40))
def test_random_groups_change_no_number(seed):
    graph = random_graph(seed)
    random = np.random.RandomState(seed)
    plain = Engine(graph).run()
    addresses = {id_: id_ for id_ in graph.nodes}
    for count in range(4):
        before = set(graph.nodes)
        made = group_some(graph, random, f"Group{count}")
        if made is not None:
            gone = before - set(graph.nodes)
            for id_, address in addresses.items():
                if address.partition("/")[0] in gone:
                    addresses[id_] = f"{made}/{address}"
    trace = Engine(graph).run()
    for ref in plain.ports:
        inner = PortRef(addresses[ref.node], ref.port)
        assert np.abs(trace.value(inner) - plain.value(ref)).max(initial=0) < 1e-12
        gradient = plain.gradient(ref)
        assert (gradient is None) == (trace.gradient(inner) is None)
        if gradient is not None:
            scale = max(1, np.abs(gradient).max(initial=0))
            assert np.abs(trace.gradient(inner) - gradient).max(initial=0) / scale < 1e-12
