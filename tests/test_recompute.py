"""Store or recompute: the same gradients bit for bit, from what a schedule keeps."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import Graph, load
from graph import edits as e
from graph.marks import Marks
from runtime import Cancelled, Engine, MemoryRefused, NoTarget, RunError
from runtime.feeds import same_bits
from runtime.modules.layers import Dropout
from runtime.recompute.choosing import choose_checkpoints
from runtime.recompute.footprint import footprint, foretell, measure
from runtime.recompute.playing import Playing
from runtime.recompute.running import checkpoints_for, run_with_checkpoints
from runtime.recompute.schedule import make_schedule
from tests.composite_graphs import two_blocks
from tests.graph_strategy import graphs
from tests.recurrent_graphs import Pair
from tests.runtime_toys import CALLS, CATALOGUE

WIDE = 8


def chain(length: int, module: str = "Sin", width: int = WIDE) -> Graph:
    """x -> n1 -> ... -> n<length> -> loss, a sum."""
    graph = Graph(target="loss")
    graph.add("Input", "x", shape=(width,))
    graph.set_tensor("x.y", np.linspace(-1, 1, width))
    last = "x"
    for number in range(1, length + 1):
        graph.add(module, f"n{number}")
        graph.connect(f"{last}.y", f"n{number}.x")
        last = f"n{number}"
    graph.add("Sum", "loss")
    graph.connect(f"{last}.y", "loss.x")
    return graph


def same_as_kept(graph: Graph, checkpoints, **engine) -> None:
    """What a run with checkpoints gives is what one gives that keeps everything."""
    engine = Engine(graph, **engine)
    trace = engine.run()
    run = run_with_checkpoints(engine, checkpoints)
    assert same_bits(run.target, trace.value(trace.target))
    sources = {source.ref for source in trace.plan.sources if trace.summed(source.ref) is not None}
    assert sources <= set(run.gradients)
    for ref, gradient in run.gradients.items():
        assert same_bits(gradient, np.asarray(trace.summed(ref))), str(ref)


@given(graphs(), st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_gradients_are_the_same_bit_for_bit_whatever_is_kept(graph, random):
    nodes = list(graph.nodes)
    for count in (0, 1, len(nodes) // 3, len(nodes)):
        same_as_kept(graph, random.sample(nodes, count))


@pytest.mark.parametrize("seed", range(4))
def test_through_time_too(seed):
    pair = Pair(4, seed)
    for count in (0, 1, 2, len(pair.ids)):
        same_as_kept(pair.loop, pair.ids[:count])


@pytest.mark.parametrize("name", ["lstm", "transformer_block", "digits"])
def test_in_examples_and_in_training_mode(name):
    graph = load(f"assets/examples/{name}.gradwire")
    nodes = list(graph.nodes)
    same_as_kept(graph, nodes[::3], mode="train")


def test_masks_are_drawn_again_from_their_stream_and_state_is_not_committed(monkeypatch):
    graph = Graph(target="loss", mode="train")
    graph.add("Input", "x", shape=(4, 2))
    graph.set_tensor("x.y", np.linspace(-1, 1, 8).reshape(4, 2))
    kinds = {"norm": "BatchNorm", "drop": "Dropout", "sin": "Sin", "loss": "Sum"}
    for source, id_ in itertools.pairwise(("x", *kinds)):
        graph.add(kinds[id_], id_)
        graph.connect(f"{source}.y", f"{id_}.x")
    drawn = []
    forward = Dropout.forward

    def spied(self, ctx, ins, out=None):
        outs = forward(self, ctx, ins, out)
        drawn.append(outs[0].copy())
        return outs

    engine = Engine(graph)
    mean = engine.run().value("norm.running_mean").copy()
    monkeypatch.setattr(Dropout, "forward", spied)
    run_with_checkpoints(engine, ["sin"])
    assert len(drawn) == 2  # its mask was let go and drawn once more
    assert same_bits(drawn[0], drawn[1])
    monkeypatch.undo()
    same_as_kept(graph, ["sin"])
    np.testing.assert_array_equal(engine.run().value("norm.running_mean"), mean)


def test_only_the_segments_before_a_checkpoint_are_computed_again():
    """Of six nodes with the third kept, the first two are: the third is there, the rest stayed."""
    graph = chain(6)
    engine = Engine(graph)
    schedule = make_schedule(engine.plan(), ["n3"])
    assert [step.node for step in schedule.recomputed] == ["n1", "n2"]
    kinds = [(action.kind, action.step.node) for action in schedule.actions]
    turn = kinds.index(("recompute", "n1"))
    assert kinds[turn - 1] == ("reverse", "n4")
    assert kinds[turn + 2] == ("reverse", "n3")
    assert make_schedule(engine.plan()).recomputed == ()


def test_what_is_no_checkpoint_is_let_go_in_the_forward_pass():
    engine = Engine(chain(6))
    plan = engine.plan()
    playing = Playing(plan, engine.backend, make_schedule(plan, ["n3"]), engine.load())
    own = {slot: step.node for step in plan.forward for slot in step.outputs}
    held = {}
    for moment in playing.play():
        if moment.kind == "forward":
            held[moment.node] = {own[slot] for slot in playing.values if slot in own}
    assert held["n2"] == {"n1", "n2"}  # n1 is read while n2 is computed, then it goes
    assert held["n3"] == {"n2", "n3"}
    assert held["loss"] == {"n3", "n4", "n5", "n6", "loss"}
    assert set(playing.values) == {plan.end} | {source.slot for source in plan.sources}


def test_the_checkpoints_of_the_file_are_kept_where_no_others_are_named():
    graph = chain(6)
    graph.apply(e.SetMarks(Marks(checkpoints=("n3",))))
    assert len(run_with_checkpoints(graph).schedule.recomputed) == 2
    assert run_with_checkpoints(graph, ()).schedule.recomputed == ()


def test_modules_are_called_again_and_only_those():
    graph = Graph(CATALOGUE, target="loss")
    graph.add("Parameter", "w", shape=(3,))
    last = "w"
    for number in range(1, 5):
        graph.add("Counted", f"n{number}")
        graph.connect(f"{last}.y", f"n{number}.a")
        graph.connect("w.y", f"n{number}.b")
        last = f"n{number}"
    graph.add("Total", "loss")
    graph.connect(f"{last}.y", "loss.x")
    CALLS.clear()
    run_with_checkpoints(graph, ["n3"])
    forward = Counter({f"forward n{i}": 1 for i in range(1, 5)}) + Counter(
        {"forward n1": 1, "forward n2": 1}
    )
    assert forward + Counter({f"reverse n{i}": 1 for i in range(1, 5)}) == CALLS


def test_a_composite_stands_for_its_outputs():
    graph = two_blocks()
    same_as_kept(graph, ["one"])
    plan = Engine(graph).plan()
    schedule = make_schedule(plan, ["one"])
    assert {step.node for step in schedule.recomputed} <= {"one/lin", "one/act"}
    assert make_schedule(plan, ["one"]).checkpoints == make_schedule(plan, ["one/add"]).checkpoints


def test_what_the_target_does_not_depend_on_is_not_computed():
    graph = chain(3)
    graph.add("Square", "aside")
    graph.connect("n1.y", "aside.x")
    schedule = make_schedule(Engine(graph).plan())
    assert [step.node for step in schedule.skipped] == ["aside"]
    assert "aside" not in {action.step.node for action in schedule.actions}


@given(graphs(), st.randoms(use_true_random=False))
@settings(max_examples=12)
def test_the_forecast_is_what_is_held_at_every_moment(graph, random):
    engine = Engine(graph)
    trace = engine.run()
    known = {key: footprint(record) for key, record in trace.records.items()}
    nodes = list(graph.nodes)
    for checkpoints in ([], random.sample(nodes, len(nodes) // 2)):
        schedule = make_schedule(trace.plan, checkpoints)
        run = Playing(trace.plan, engine.backend, schedule, trace.loaded).finish()
        told = [size for _, size in foretell(trace.plan, schedule, known)]
        assert told == [moment.nbytes for moment in run.moments]


def test_measuring_holds_no_more_than_two_steps_need():
    engine = Engine(chain(9))
    trace = engine.run()
    measured = measure(trace.plan, engine.backend, trace.loaded)
    for key, record in trace.records.items():
        assert measured[key].outputs == footprint(record).outputs
        assert measured[key].besides == footprint(record).besides


@pytest.mark.parametrize("share", [0.9, 0.7, 0.5, 0.2])
def test_in_a_small_graph_no_other_checkpoints_would_be_better(share):
    engine = Engine(load("assets/examples/autoencoder.gradwire"))
    trace = engine.run()
    known = {key: footprint(record) for key, record in trace.records.items()}
    budget = int(share * choose_checkpoints(trace.plan, known, 10**12).peak)
    nodes = list(dict.fromkeys(step.node for step in trace.plan.forward))
    all_sets = itertools.chain.from_iterable(
        itertools.combinations(nodes, count) for count in range(len(nodes) + 1)
    )
    peaks, works = {}, {}
    for checkpoints in all_sets:
        schedule = make_schedule(trace.plan, checkpoints)
        peaks[checkpoints] = max(size for _, size in foretell(trace.plan, schedule, known))
        works[checkpoints] = sum(
            int(np.prod(step.shapes[port]))
            for step in schedule.recomputed
            for port in step.output_names
        )
    chosen = choose_checkpoints(trace.plan, known, budget)
    fitting = [works[checkpoints] for checkpoints, peak in peaks.items() if peak <= budget]
    assert chosen.fits == bool(fitting)
    assert chosen.peak == peaks[chosen.checkpoints]
    if fitting:
        assert chosen.added == min(fitting)
    else:
        assert chosen.peak == min(peaks.values())


def test_a_long_chain_needs_the_square_root_of_its_length():
    graph = chain(100, width=1000)
    engine = Engine(graph)
    whole = run_with_checkpoints(engine).peak
    chosen = checkpoints_for(engine, whole // 4)
    assert chosen.fits
    assert chosen.added <= 100 * 1000  # every node at most once more
    run = run_with_checkpoints(engine, chosen.checkpoints)
    assert run.peak <= chosen.peak <= whole // 4  # a gradient that is only repeated takes less
    assert not checkpoints_for(engine, 1000).fits


def test_a_run_that_only_checkpoints_fit_into_memory_is_not_refused(monkeypatch):
    graph = chain(60, width=1000)
    engine = Engine(graph)
    whole = run_with_checkpoints(engine).peak
    monkeypatch.setattr(type(engine.backend), "memory", lambda self: whole // 2)
    with pytest.raises(MemoryRefused):
        engine.run()
    with pytest.raises(MemoryRefused):
        run_with_checkpoints(engine)
    chosen = checkpoints_for(engine, whole // 3)
    assert run_with_checkpoints(engine, chosen.checkpoints).peak <= whole // 3


def test_faults_are_told_as_in_any_run():
    graph = chain(3)
    graph.remove("loss")
    with pytest.raises(NoTarget):
        run_with_checkpoints(graph, ["n1"])
    graph = Graph(CATALOGUE, target="loss")
    graph.add("Parameter", "w", shape=(3,))
    graph.add("Broken", "bad")
    graph.add("Total", "loss")
    graph.connect("w.y", "bad.x")
    graph.connect("bad.y", "loss.x")
    with pytest.raises(RunError, match="bad"):
        run_with_checkpoints(graph)


def test_it_can_be_cancelled_before_any_action():
    seen = []

    def watch(action):
        seen.append(action)
        if len(seen) == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        run_with_checkpoints(chain(6), ["n3"], watch=watch)
    assert len(seen) == 5
