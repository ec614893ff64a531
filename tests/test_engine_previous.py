"""A run that takes from the last one what an edit cannot have changed."""

from __future__ import annotations

import operator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import Graph
from graph.edits import Move, SetNode
from graph.port import PortRef
from runtime import Engine
from tests.runtime_toys import CALLS, draw


def tower():
    return draw(
        "x:Input w:Parameter v:Parameter a:Counted b:Counted side:Counted t:Total",
        "x.y a.a", "w.y a.b", "a.y b.a", "v.y b.b", "x.y side.a", "w.y side.b", "b.y t.x",
        tensors={"x": [1.0, 2.0], "w": [3.0, 4.0], "v": [5.0, 6.0]},
    )  # fmt: skip


def bits(trace):
    """Everything a trace says, as bytes."""
    found = {}
    for ref in (*trace.ports, *(target for _, target in trace.edges)):
        gradient = trace.gradient(ref)
        found[ref] = (
            trace.value(ref).tobytes(),
            None if gradient is None else (gradient.shape, gradient.tobytes()),
            trace.why_no_gradient(ref),
        )
    return found, trace.steps, trace.target


def again(graph, trace, **asked):
    """Run with what was there; the calls of toys; and it is what a full run gives."""
    CALLS.clear()
    found = Engine(graph.copy(), **asked).run(previous=trace)
    calls = dict(CALLS)
    assert bits(found) == bits(Engine(graph, **asked).run())
    return found, calls


def test_an_untouched_graph_computes_nothing():
    graph = tower()
    trace = Engine(graph).run()
    graph.apply(Move({"a": (8.0, 8.0)}))
    graph.apply(SetNode("a", {"label": "first"}))
    found, calls = again(graph, trace)
    assert not calls
    assert found.revision == graph.revision != trace.revision
    assert found.value("b.y") is trace.value("b.y")
    assert found.gradient("x.y") is trace.gradient("x.y")


def test_an_edit_recomputes_only_what_it_can_have_changed():
    graph = tower()
    trace = Engine(graph).run()
    graph.set_tensor("v.y", np.array([5.0, 7.0]))
    trace, calls = again(graph, trace)
    assert calls == {"forward b": 1, "reverse b": 1, "reverse a": 1}
    graph.set("side", factor=2.0)
    trace, calls = again(graph, trace)
    assert calls == {"forward side": 1}
    graph.set("b", factor=2.0)
    trace, calls = again(graph, trace)
    assert calls == {"forward b": 1, "reverse b": 1, "reverse a": 1}


def test_the_same_numbers_in_another_tensor_are_no_change():
    graph = tower()
    trace = Engine(graph).run()
    graph.set_tensor("x.y", np.array([1.0, 2.0]))
    assert not again(graph, trace)[1]
    graph.set_tensor("x.y", np.array([1.0, -0.0]))
    trace, _ = again(graph, trace)
    graph.set_tensor("x.y", np.array([1.0, 0.0]))
    assert "forward a" in again(graph, trace)[1]


def test_equal_feeds_are_no_change():
    graph = tower()
    engine = Engine(graph)
    trace = engine.run({"x": [9.0, 8.0]})
    CALLS.clear()
    assert engine.run({"x": [9, 8]}, previous=trace).value("t.y") == trace.value("t.y")
    assert not CALLS
    engine.run({"x": [9.0, 9.0]}, previous=trace)
    assert CALLS["forward a"] == 1


def test_a_feed_that_ends_leaves_the_kept_tensor():
    graph = tower()
    engine = Engine(graph)
    fed = engine.run({"x": [9.0, 8.0]})
    for trace in (engine.run(), engine.run(previous=fed), Engine(graph).run(previous=fed)):
        np.testing.assert_array_equal(trace.value("x.y"), [1, 2])


def test_initialised_parameters_are_drawn_once():
    graph = draw("x:Input h:Layer t:Total", "x.y h.x", "h.y t.x", tensors={"x": np.ones((2, 3))})
    engine = Engine(graph)
    first, second = engine.run(), engine.run()
    assert second.value("h.weight") is first.value("h.weight")
    assert Engine(graph.copy()).run(previous=first).value("h.y") is first.value("h.y")
    graph.configure(seed=3)
    other, _ = again(graph, first)
    assert not np.array_equal(other.value("h.weight"), first.value("h.weight"))


@pytest.mark.parametrize("asked", [{"dtype": "float32"}, {"mode": "train"}, {"target": "side"}])
def test_another_dtype_mode_or_target_is_respected(asked):
    graph = tower()
    trace = Engine(graph).run()
    again(graph, trace, **asked)


def test_a_gradient_of_the_former_target_is_no_seed_of_the_new_one():
    graph = Graph()
    for id_, module in (("x", "Input"), ("inner", "Square"), ("outer", "Square")):
        graph.add(module, id_)
    graph.connect("x.y", "inner.x")
    graph.connect("inner.y", "outer.x")
    graph.set_tensor("x.y", np.array(3.0))
    trace = Engine(graph).run()
    graph.configure(target="inner")
    found, _ = again(graph, trace)
    assert found.gradient("x.y") == 6.0


def test_a_seed_gradient_of_minus_zero_is_not_zero():
    graph = tower()
    trace = Engine(graph, target="b", seed_gradient=np.array([0.0, 1.0])).run()
    again(graph, trace, target="b", seed_gradient=np.array([-0.0, 1.0]))


def test_masks_follow_the_seed():
    graph = draw("x:Input m:Mask t:Total", "x.y m.x", "m.y t.x",
                 tensors={"x": np.arange(1.0, 20)}, mode="train")  # fmt: skip
    trace = Engine(graph).run()
    assert not again(graph, trace)[1]
    graph.configure(seed=5)
    trace, calls = again(graph, trace)
    assert calls == {"forward m": 1}
    graph.configure(mode="eval")
    assert again(graph, trace)[1] == {"forward m": 1}


def test_a_failure_mended_goes_on_from_what_was_there():
    graph = tower()
    graph.add("Broken", "bad")
    graph.connect("b.y", "bad.x")
    graph.connect("bad.y", "t.x", replace=True)
    trace = Engine(graph, partial=True).run()
    assert trace.failure.node == "bad"
    graph.connect("b.y", "t.x", replace=True)
    graph.remove("bad")
    _, calls = again(graph, trace)
    assert calls == {"reverse b": 1, "reverse a": 1}


EDITS = st.sampled_from(
    [
        ("tensor", "x"), ("tensor", "w"), ("tensor", "v"), ("factor", "a"), ("factor", "b"),
        ("factor", "side"), ("wire", "side"), ("wire", "b"), ("target", ""), ("bypass", "a"),
        ("bypass", "b"), ("seed", ""),
    ]
)  # fmt: skip


def edit(graph, kind, id_, number):
    if kind == "tensor":
        graph.set_tensor(f"{id_}.y", np.array([number, 1.5]))
    elif kind == "factor":
        graph.set(id_, factor=number)
    elif kind == "wire":
        source = ("x.y", "w.y", "v.y", "a.y")[int(abs(number)) % (4 if id_ != "a" else 3)]
        graph.connect(source, f"{id_}.b", replace=True)
    elif kind == "target":
        graph.configure(target=("t", "side", "a", "b")[int(abs(number)) % 4])
    elif kind == "bypass":
        graph.apply(SetNode(id_, {"bypassed": not graph.nodes[id_].bypassed}))
    else:
        graph.configure(seed=int(abs(number)))


@given(st.lists(st.tuples(EDITS, st.sampled_from([0.0, -0.0, 1.0, 2.5, -3.0])), max_size=12))
def test_any_row_of_edits_gives_bit_for_bit_what_a_full_run_gives(edits):
    graph = tower()
    trace = Engine(graph).run()
    for (kind, id_), number in edits:
        edit(graph, kind, id_, number)
        trace, _ = again(graph, trace)


def test_a_run_that_is_played_to_its_end_names_its_steps_as_its_plan_does():
    graph = tower()
    first = Engine(graph).run()
    graph.set_tensor("v.y", np.array([5.0, 7.0]))
    trace, _ = again(graph, first)
    assert all(map(operator.is_, trace.steps, trace.plan.script))
    assert len(trace.steps) == len(trace.plan.script)


def test_one_array_that_comes_back_twice_counts_twice():
    graph = Graph()
    for id_, module in (("x", "Input"), ("s", "Add"), ("t", "Sum")):
        graph.add(module, id_)
    for wire in ("x.y s.a", "x.y s.b", "s.y t.x"):
        graph.connect(*wire.split())
    graph.set_tensor("x.y", np.array(3.0))
    trace, _ = again(graph, Engine(graph).run())
    part = trace.came_back(PortRef("s", "a"))
    assert part is trace.came_back(PortRef("s", "b"))
    assert trace.gradient("x.y") == 2.0


def test_a_sum_is_taken_over_while_its_parts_are():
    graph = tower()
    graph.connect("side.y", "b.b", replace=True)  # x is read twice on the way to the target
    first = Engine(graph).run()
    graph.set_tensor("v.y", np.array([0.0, 1.0]))
    trace, calls = again(graph, first)
    assert not calls
    assert trace.gradient("x.y") is not None
    assert trace.summed(PortRef("x", "y")) is first.summed(PortRef("x", "y"))
