"""Loops in time: what a run of one computes, held against the same graph unrolled by hand."""

from __future__ import annotations

import re
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from graph import Graph, check, dumps, loads
from graph.grouping import group_edit, ungroup_edit
from graph.records import Time
from runtime import Engine, NoValue, check_gradients
from runtime.memory import forecast
from runtime.report import run_report
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


def test_the_unrolled_plan_is_acyclic():
    for seed in range(10):
        pair = Pair(steps=4, seed=seed)
        plan = Engine(pair.loop).plan()
        unrolled = nx.DiGraph()
        writer = {slot: step.key for step in plan.forward for slot in step.outputs}
        for step in plan.forward:
            unrolled.add_node(step.key)
            unrolled.add_edges_from(
                (writer[slot], step.key) for slot in step.inputs if slot in writer
            )
        assert nx.is_directed_acyclic_graph(unrolled)
        assert len(unrolled) == len(plan.forward)
        place = {step.key: index for index, step in enumerate(plan.forward)}
        assert all(place[a] < place[b] for a, b in unrolled.edges)


def test_an_encoder_hands_its_last_state_to_a_decoder():
    """Out of time and in again: the second loop begins with what the first one ends with."""
    graph = Graph(time=Time(steps=3))
    graph.add("Constant", "one", shape=())
    graph.set_tensor("one.y", np.array(1.0))
    for module, id_ in (("Add", "count"), ("LastStep", "end"), ("Add", "double")):
        graph.add(module, id_)
    graph.connect("one.y", "count.a")
    graph.connect("count.y", "count.b", delay=1)
    graph.connect("count.y", "end.x")
    graph.connect("double.y", "double.a", delay=1, initial="end.y")
    graph.connect("double.y", "double.b", delay=1, initial="end.y")
    graph.configure(target="double")
    trace = Engine(graph).run()
    assert trace.value("count.y").tolist() == [1, 2, 3]
    assert trace.value("double.y").tolist() == [6, 12, 24]
    assert trace.gradient("one.y") == 24  # 8 times the last state, which counts 3 times one
    assert trace.gradient("end.y") == 8
    assert check_gradients(graph).ok


@pytest.mark.parametrize("step", [0, 3, -1, -6])
def test_at_step_reads_that_step(step):
    graph = plain_rnn()
    graph.add("AtStep", "at", step=step)
    graph.connect("h.y", "at.x")
    trace = Engine(graph, target="loss").run()
    np.testing.assert_array_equal(trace.value("at.y"), trace.value("h.y")[step])


def test_a_step_that_is_none_is_refused():
    graph = plain_rnn()
    graph.add("AtStep", "at", step=6)
    graph.connect("h.y", "at.x")
    assert [p.node for p in check(graph).errors] == ["at"]


def test_values_at_a_step_that_is_none():
    trace = Engine(plain_rnn()).run()
    for t in (6, -7):
        with pytest.raises(NoValue, match="0 to 5"):
            trace.value("h.y", t=t)
    with pytest.raises(NoValue, match="inside time"):
        Engine(Pair(2, 0).loop).run().value("mix.y", t=0)


def test_local_jacobians_stand_at_each_step():
    trace = Engine(plain_rnn()).run()
    for t in range(6):
        slope = 1 - trace.value("h.y", t=t).reshape(-1) ** 2
        np.testing.assert_allclose(trace.jacobian("h.x", t=t).dense(), np.diag(slope))
    np.testing.assert_array_equal(trace.jacobian("h.x").dense(), trace.jacobian("h.x", t=5).dense())
    whole = trace.jacobian("back.weight", "loss.y").dense()
    np.testing.assert_allclose(whole.reshape(4, 4), trace.gradient("back.weight"))
    part = trace.jacobian("back.weight", "loss.y", t=3).dense()
    np.testing.assert_allclose(part.reshape(4, 4), trace.gradient("back.weight", t=3))


def test_dropout_draws_a_mask_per_step():
    graph = Graph(mode="train", time=Time(steps=4))
    graph.add("Constant", "one", shape=(64,))
    graph.set_tensor("one.y", np.ones(64))
    graph.add("Add", "sum")
    graph.add("Dropout", "drop", p=0.5)
    graph.connect("one.y", "sum.a")
    graph.connect("one.y", "sum.b", delay=1)
    graph.connect("sum.y", "drop.x")
    graph.configure(target="drop")
    trace = Engine(graph).run(phase="forward")
    masks = {tuple(row.tolist()) for row in trace.value("drop.y")[1:] != 0}
    assert len(masks) == 3


def test_a_loop_inside_a_composite():
    graph = plain_rnn()
    flat = Engine(graph).run()
    grouped = group_edit(graph, ["into", "back", "sum", "h"], "Block")
    graph.apply(grouped.edit)
    assert grouped.id == "block"
    trace = Engine(graph).run()
    assert np.array_equal(trace.value("loss.y"), flat.value("loss.y"))
    assert np.array_equal(trace.gradient("block/back.weight"), flat.gradient("back.weight"))
    assert np.array_equal(trace.value("block.y"), flat.value("h.y"))
    np.testing.assert_array_equal(trace.gradient("block.y"), flat.gradient("square.x"))
    np.testing.assert_array_equal(trace.gradient("block.x"), flat.gradient("into.x"))
    whole = trace.jacobian("block.x", "y", t=3).dense()
    np.testing.assert_allclose(whole, flat.jacobian("x.y", "h.y", t=(3, 3)).dense())


@pytest.mark.parametrize("ids", [["back"], ["sum", "h"], ["h", "square"], ["back", "sum", "h"]])
def test_a_loop_through_a_composite(ids):
    graph = plain_rnn()
    graph.set_tensor("back.x", np.full((1, 2, 4), 0.5))
    flat = Engine(graph).run()
    before = dumps(graph)
    grouped = group_edit(graph, ids, "Block")
    back = graph.apply(grouped.edit)
    for _ in range(2):
        trace = Engine(loads(dumps(graph))).run()
        assert np.array_equal(trace.value("loss.y"), flat.value("loss.y"))
        assert np.array_equal(trace.gradient("x.y"), flat.gradient("x.y"))
        if grouped.id in graph:
            apart = graph.apply(ungroup_edit(graph, grouped.id))
    graph.apply(apart)
    graph.apply(back)
    assert dumps(graph) == before


def test_a_renamed_layer_in_a_loop_keeps_its_numbers():
    graph = plain_rnn()
    before = Engine(graph).run()
    graph.rename("back", "again")
    after = Engine(graph).run()
    assert np.array_equal(before.value("back.weight"), after.value("again.weight"))


def test_the_command_line_says_when(tmp_path):
    from graph import save
    from gui.main import main

    path = tmp_path / "rnn.gradwire"
    save(plain_rnn(steps=3), path)
    assert main(["check", str(path)]) == 0


def test_json_has_time_as_first_axis():
    found = run_report(Engine(plain_rnn(steps=3)).run(), dense=True)
    assert found["steps"][0] == {"phase": "forward", "node": "into", "t": 0}
    assert found["ports"]["h.y"]["shape"] == [3, 2, 4]
    assert found["ports"]["back.weight"]["shape"] == [4, 4]
    edge = next(edge for edge in found["edges"] if edge["to"] == "h.x")
    assert np.shape(edge["gradient"]) == (3, 2, 4)
    assert edge["jacobians"]["y"]["shape"] == [[2, 4], [2, 4]]
    assert np.shape(edge["jacobians"]["y"]["dense"]) == (3, 2, 4, 2, 4)


def test_a_run_takes_from_the_last_what_an_edit_left_alone():
    graph = plain_rnn()
    engine = Engine(graph)
    first = engine.run()
    graph.set_tensor("back.x", np.full((1, 2, 4), 0.1))
    again, fresh = engine.run(previous=first), Engine(graph).run()
    assert again.records["into@3"].outs[0] is first.records["into@3"].outs[0]
    assert again.records["h@3"].outs[0] is not first.records["h@3"].outs[0]
    for ref in fresh.ports:
        assert np.array_equal(again.value(ref), fresh.value(ref))
        assert np.array_equal(again.gradient(ref), fresh.gradient(ref))


def test_a_half_drawn_loop_runs_as_far_as_it_can():
    graph = plain_rnn()
    graph.disconnect("back.x")
    trace = Engine(graph, partial=True).run()
    assert trace.value("into.y").shape == (6, 2, 4)
    assert not trace.plan.step_of.keys() & {"back", "sum", "h"}
    graph.connect("h.y", "back.x", delay=1)
    graph.set_tensor("x.y", None)
    assert Engine(graph, partial=True).run().steps == ()


def test_a_node_that_fails_in_time_ends_the_run():
    graph = plain_rnn()
    graph.add("Gather", "pick")
    graph.add("Input", "which", shape=(6, 1), dtype="int64", sequence=True)
    graph.set_tensor("which.y", np.array([[0], [1], [0], [5], [0], [1]]))
    graph.connect("h.y", "pick.x")
    graph.connect("which.y", "pick.indices")
    trace = Engine(graph, partial=True).run(phase="forward")
    assert trace.failure is not None
    assert trace.failure.node == "pick"
    assert trace.failure.message.endswith("This is at time step 3.")
    assert trace.steps[-1].t == 3
    assert trace.value("pick.y", t=2).shape == (1, 4)
    with pytest.raises(NoValue, match="ended before"):
        trace.value("pick.y")


def test_memory_is_asked_for_all_steps():
    few, many = (forecast(Engine(plain_rnn(steps=n)).plan(), reverse=True) for n in (10, 40))
    assert 3.5 < many / few < 4


def test_the_page_on_time_says_what_is_so():
    text = Path("docs/time.md").read_text(encoding="utf-8")
    names: dict = {}
    exec(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], names)
    trace = names["trace"]
    assert trace.value("cell.y").shape == (7, 2, 4)
    assert trace.gradient_over_time("cell.weight_hh").shape == (7, 4, 4)
    total = trace.jacobian("cell.y", "cell.y", t=(0, 6))
    assert total.paths == 1
    assert total.dense().shape == (8, 8)
