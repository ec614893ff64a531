"""The engine: values, gradients, feeds, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from graph import BadAttribute, PortRef
from runtime import (
    CheckFailed,
    Engine,
    FeedError,
    MemoryRefused,
    NoTarget,
    RunError,
    check_gradients,
)
from runtime.errors import Cancelled
from tests.runtime_toys import by_hand, draw


def test_backpropagation_by_hand():
    trace = Engine(by_hand()).run()
    assert [(s.phase, s.node) for s in trace.steps] == [
        ("forward", "x1"), ("forward", "x2"), ("forward", "difference"), ("forward", "loss"),
        ("reverse", "loss"), ("reverse", "difference"), ("reverse", "x2"), ("reverse", "x1"),
    ]  # fmt: skip
    assert {name: float(trace.value(f"{name}.y")) for name in ("x1", "x2", "loss")} == {
        "x1": 6, "x2": 7, "loss": 3,
    }  # fmt: skip
    wanted = {"x2": 1, "x1": 1, "w": 2, "b": 1, "x": 3, "y_true": -1, "loss": 1}
    assert {name: float(trace.gradient(f"{name}.y")) for name in wanted} == wanted


def test_steps_are_the_run_one_at_a_time():
    engine = Engine(by_hand())
    trace = engine.run()
    results = list(engine.steps())
    assert tuple(result.step for result in results) == trace.steps
    for result in results:
        for ref, array in result.arrays.items():
            read = trace.value if result.step.phase == "forward" else trace.gradient
            np.testing.assert_array_equal(array, read(ref))
    assert [str(ref) for ref in results[-1].arrays] == ["x1.a", "x1.b"]


def test_the_forward_pass_alone():
    trace = Engine(by_hand()).run(phase="forward")
    assert {step.phase for step in trace.steps} == {"forward"}
    assert trace.gradient("w.y") is None
    assert trace.why_no_gradient("w.y") is None
    assert not trace.has_reverse


def test_an_edited_graph_is_run_as_it_is_now():
    graph = by_hand()
    engine = Engine(graph)
    assert engine.run().value("loss.y") == 3
    graph.set_tensor("x.y", np.array(5.0))
    assert engine.run().value("loss.y") == 12
    graph.add("Square", "sq")
    graph.connect("loss.y", "sq.x")
    trace = engine.run()
    assert str(trace.target) == "sq.y"
    assert trace.revision == graph.revision
    assert trace.gradient("b.y") == 24


# --- structure ---------------------------------------------------------------------------------


def test_a_fan_out_adds_up():
    graph = draw(
        "x:Input s:Sin m:Multiply p:Add", "x.y s.x", "x.y m.a", "s.y m.b", "m.y p.a", "x.y p.b",
        tensors={"x": 2.0},
    )  # fmt: skip
    trace = Engine(graph).run()
    assert trace.gradient("x.y") == pytest.approx(np.sin(2) + 2 * np.cos(2) + 1)
    parts = [trace.gradient(port) for port in ("s.x", "m.a", "p.b")]
    assert float(sum(parts)) == pytest.approx(float(trace.gradient("x.y")))


def test_two_edges_from_one_port_to_one_node():
    trace = Engine(draw("x:Input m:Multiply", "x.y m.a", "x.y m.b", tensors={"x": 3.0})).run()
    assert trace.gradient("x.y") == 6
    assert trace.gradient("m.a") == trace.gradient("m.b") == 3


def test_constants_get_a_gradient_but_no_step():
    graph = draw("x:Input c:Constant m:Multiply", "x.y m.a", "c.y m.b",
                 tensors={"x": 3.0, "c": 4.0})  # fmt: skip
    trace = Engine(graph).run()
    assert {step.node for step in trace.steps} == {"m"}
    assert trace.gradient("c.y") == 3


def test_identity_and_unused_branches():
    graph = draw(
        "x:Input one:Negate two:Negate unused:Exp t:Total",
        "x.y one.x", "one.y two.x", "two.y t.x", "x.y unused.x",
        tensors={"x": [1.0, 2.0]},
    )  # fmt: skip
    trace = Engine(graph).run()
    np.testing.assert_array_equal(trace.gradient("x.y"), [1, 1])
    np.testing.assert_allclose(trace.value("unused.y"), np.exp([1, 2]))
    assert trace.gradient("unused.x") is None
    assert trace.why_no_gradient("unused.x") == trace.why_no_gradient("unused.y") == "no path"


def test_a_bypassed_node_lets_its_first_input_through():
    graph = by_hand()
    from graph.edits import SetNode

    graph.apply(SetNode("x2", {"bypassed": True}))
    trace = Engine(graph).run()
    assert trace.value("x2.y") == trace.value("x1.y") == 6
    assert trace.gradient("x1.y") == 1
    assert trace.gradient("b.y") is None
    assert trace.why_no_gradient("x2.b") == trace.why_no_gradient("b.y") == "no path"
    assert trace.jacobian("x2.a").structure == "identity"
    unread = trace.jacobian("x2.b")
    assert (unread.structure, unread.out_shape, unread.in_shape) == ("zero", (), ())
    assert unread.dense() == 0
    assert check_gradients(graph).edges[PortRef("x2", "b")].word == "no path"


@pytest.mark.parametrize("batch", [1, 2, 5])
@pytest.mark.parametrize("bias", [(), (1,), (3,), (1, 3), "column"])
def test_broadcasting_is_undone_once(batch, bias):
    shape = (batch, 1) if bias == "column" else bias
    rng = np.random.default_rng(7)
    x, b = rng.normal(size=(batch, 3)), rng.normal(size=shape)
    graph = draw("x:Input b:Parameter m:Multiply sq:Square t:Total", "x.y m.a", "b.y m.b",
                 "m.y sq.x", "sq.y t.x", tensors={"x": x, "b": b})  # fmt: skip
    trace = Engine(graph).run()
    wide = 2 * x * x * b
    axes = tuple(i for i in range(2) if i >= 2 - len(shape) and shape[i - 2] == 1 != wide.shape[i])
    wanted = wide.sum(axis=axes, keepdims=True)
    if len(shape) < 2:
        wanted = wanted.sum(axis=tuple(range(2 - len(shape))))
    assert trace.gradient("b.y").shape == shape
    np.testing.assert_allclose(trace.gradient("b.y"), wanted)
    np.testing.assert_allclose(trace.gradient("x.y"), 2 * x * b * b)


# --- feeds, dtypes -----------------------------------------------------------------------------


def fed_graph():
    graph = draw("x:Input i:Input p:Pick t:Total", tensors={})
    graph.set("x", shape=("B",))
    graph.set("i", shape=("K",), dtype="int64")
    for edge in ("x.y p.x", "i.y p.index", "p.y t.x"):
        graph.connect(*edge.split())
    return graph


def test_feeds_bind_names_and_are_cast():
    engine = Engine(fed_graph(), dtype="float32")
    trace = engine.run({"x": [1, 2, 3], "i": np.array([0, 2, 2])})
    assert trace.value("x.y").dtype == np.float32
    assert trace.value("i.y").dtype == np.int64
    np.testing.assert_array_equal(trace.gradient("x.y"), [1, 0, 2])
    assert trace.gradient("x.y").dtype == np.float32
    assert trace.gradient("i.y") is None
    assert trace.why_no_gradient("p.index") == "not differentiable"
    assert trace.jacobian("p.index") is None
    longer = engine.run({"x": np.arange(9.0), "i": np.array([8])})
    assert longer.types[next(r for r in longer.ports if r.node == "x")].shape == (9,)


def test_a_feed_is_copied_and_results_are_read_only():
    x = np.array([1.0, 2.0])
    trace = Engine(fed_graph()).run({"x": x, "i": [0]})
    x[:] = 9
    np.testing.assert_array_equal(trace.value("x.y"), [1, 2])
    for array in (*map(trace.value, trace.ports), trace.gradient("x.y"), trace.gradient("p.x")):
        assert not array.flags.writeable
    assert x.flags.writeable


@pytest.mark.parametrize(
    ("feeds", "kind", "words"),
    [
        ({"z": 1.0}, FeedError, ["z"]),
        ({"p": 1.0}, FeedError, ["p", "Input"]),
        ({"x": [[1], [1, 2]]}, FeedError, ["x", "unequal"]),
        ({"x": ["a"]}, FeedError, ["x", "str"]),
        ({"x": [1 + 2j]}, FeedError, ["x", "complex128"]),
        ({"x": [2**70]}, FeedError, ["x"]),
        ({"x": [1.0], "i": [0.5]}, CheckFailed, ["i", "float64", "int64"]),
        ({"x": [[1.0]], "i": [0]}, CheckFailed, ["x", "[1, 1]", "[B]"]),
        ({"x": [1.0]}, CheckFailed, ["i", "no value"]),
    ],
)
def test_feeds_that_do_not_fit_are_refused(feeds, kind, words):
    with pytest.raises(kind) as caught:
        Engine(fed_graph()).run(feeds)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_equal_names_are_equal_sizes():
    graph = draw("a:Input b:Input", tensors={})
    for id_ in "ab":
        graph.set(id_, shape=("B",))
    with pytest.raises(CheckFailed, match="B = 3"):
        Engine(graph).run({"a": [1.0, 2.0], "b": [1.0, 2.0, 3.0]}, phase="forward")


def test_integers_are_cast_to_what_is_declared_where_they_fit():
    graph = fed_graph()
    graph.set("i", dtype="int8")
    assert Engine(graph).run({"x": [1.0], "i": [0]}).value("i.y").dtype == np.int8
    with pytest.raises(FeedError, match=r"i\.y"):
        Engine(graph).run({"x": [1.0], "i": [300]})


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_runs_dtype_is_that_of_every_floating_array(dtype):
    trace = Engine(by_hand(), dtype=dtype).run()
    assert trace.dtype == dtype
    assert {trace.value(ref).dtype.name for ref in trace.ports} == {dtype}
    assert {trace.gradient(ref).dtype.name for ref in trace.ports} == {dtype}


# --- targets -----------------------------------------------------------------------------------


def vector_graph():
    return draw("x:Input sq:Square", "x.y sq.x", tensors={"x": [1.0, 2.0, 3.0]})


def test_without_one_target_the_reverse_pass_is_refused():
    with pytest.raises(NoTarget, match="no scalar output"):
        Engine(vector_graph()).run()
    two = draw("x:Input a:Sin b:Cos", "x.y a.x", "x.y b.x", tensors={"x": 1.0})
    with pytest.raises(NoTarget, match=r"a\.y, b\.y"):
        Engine(two).run()
    assert Engine(two, target="b").run().gradient("x.y") == -np.sin(1)
    with pytest.raises(NoTarget, match="nope"):
        Engine(two, target="nope").run()
    part = Engine(two, partial=True).run()
    assert len(part.steps) == 2
    assert "several" in part.why_forward_only


def test_a_target_that_is_no_scalar_is_summed_with_a_warning():
    trace = Engine(vector_graph(), target="sq.y").run()
    np.testing.assert_array_equal(trace.gradient("x.y"), [2, 4, 6])
    assert "[3]" in trace.warnings[0]


@pytest.mark.parametrize(
    ("seed", "wanted"),
    [
        ([1.0, 0.0, -1.0], [2, 0, -6]),
        (1, [0, 4, 0]),
        (np.int64(1), [0, 4, 0]),
        ((-1,), [0, 0, 6]),
    ],
)
def test_a_seed_gradient_says_what_is_differentiated(seed, wanted):
    seed = np.array(seed) if isinstance(seed, list) else seed
    trace = Engine(vector_graph(), target="sq", seed_gradient=seed).run()
    np.testing.assert_array_equal(trace.gradient("x.y"), wanted)
    assert not trace.warnings


@pytest.mark.parametrize("seed", [3, (0, 0), np.ones(2)])
def test_a_seed_gradient_of_another_shape_is_refused(seed):
    with pytest.raises(NoTarget, match=r"\[3\]"):
        Engine(vector_graph(), target="sq", seed_gradient=seed).run()


# --- failures ----------------------------------------------------------------------------------


def failing(where):
    graph = draw("x:Input before:Sin bad:Broken after:Sin t:Total",
                 "x.y before.x", "before.y bad.x", "bad.y after.x", "after.y t.x",
                 tensors={"x": [1.0, 2.0]})  # fmt: skip
    graph.set("bad", where=where)
    return graph


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("forward", ["bad", "ValueError", "no luck at all"]),
        ("shape", ["bad.y: found", "[7]", "[2]", "Broken"]),
        ("memory", ["bad", "memory"]),
        ("reverse", ["bad", "ZeroDivisionError"]),
        ("keeps", ["bad.x: found Broken reading it in reverse", "`keeps`"]),
    ],
)
def test_a_failed_step_names_its_node(where, words):
    with pytest.raises(RunError) as caught:
        Engine(failing(where)).run()
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert caught.value.node == "bad"
    with pytest.raises(RunError):
        list(Engine(failing(where)).steps())


def test_a_partial_run_ends_at_the_failed_step_and_stays_readable():
    trace = Engine(failing("forward"), partial=True).run()
    assert [step.node for step in trace.steps] == ["before", "bad"]
    assert trace.failure.node == "bad"
    assert trace.failure.step == 1
    np.testing.assert_allclose(trace.value("before.y"), np.sin([1, 2]))
    with pytest.raises(LookupError, match=r"after\.y"):
        trace.value("after.y")
    with pytest.raises(LookupError):
        trace.jacobian("after.x")
    assert trace.gradient("x.y") is None


def test_a_reverse_pass_that_fails_shows_no_half_sums():
    graph = failing("reverse")
    graph.add("Add", "side")
    graph.disconnect("after.x")
    for edge in ("bad.y side.a", "x.y side.b", "side.y after.x"):
        graph.connect(*edge.split())
    trace = Engine(graph, partial=True).run()
    assert [step.phase for step in trace.steps].count("reverse") == 4
    assert trace.gradient("side.b") is not None
    assert trace.gradient("x.y") is None
    assert trace.why_no_gradient("x.y") is None  # it would have come
    assert trace.why_no_gradient("before.x") is None


def test_errors_refuse_a_run_unless_it_is_partial():
    graph = by_hand()
    graph.add("Add", "loose")
    with pytest.raises(CheckFailed, match=r"loose\.a"):
        Engine(graph).run()
    trace = Engine(graph, partial=True).run()
    assert trace.value("loss.y") == 3
    assert trace.gradient("w.y") == 2
    with pytest.raises(LookupError):
        trace.value("loose.y")


def test_memory_is_asked_for_before_it_is_taken():
    graph = draw("x:Input w:Parameter m:Layer t:Total", tensors={"x": np.ones((2, 1))})
    graph.set("w", shape=(10_000_000, 10_000_000))
    graph.set("m", n=3)
    for edge in ("x.y m.x", "m.y t.x"):
        graph.connect(*edge.split())
    with pytest.raises(MemoryRefused, match=r"w\.y.*TiB"):
        Engine(graph).run()


def test_a_scalar_is_no_sequence():
    graph = by_hand()
    with pytest.raises(BadAttribute, match=r"x\.sequence: .*time"):
        graph.set("x", sequence=True)


@pytest.mark.parametrize("asked", [{"dtype": "int8"}, {"mode": "training"}, {"target": 5}])
def test_an_engine_for_no_dtype_mode_or_target_is_refused(asked):
    with pytest.raises(BadAttribute, match=f"graph.{next(iter(asked))}: found"):
        Engine(by_hand(), **asked)


def test_watch_is_told_every_step_and_can_cancel():
    seen = []
    engine = Engine(by_hand())
    trace = engine.run(watch=seen.append)
    assert tuple(seen) == trace.steps

    def stop(step):
        if step.phase == "reverse":
            raise Cancelled

    with pytest.raises(Cancelled):
        engine.run(watch=stop)
    assert engine.run().value("loss.y") == 3


def test_numbers_out_of_range_become_infinite_without_a_warning():
    graph = draw("x:Input e:Exp t:Total", "x.y e.x", "e.y t.x", tensors={"x": [1.0, 1000.0]})
    trace = Engine(graph).run()
    assert np.isinf(trace.value("e.y")[1])
    assert str(trace.origin.port) == "e.y"
    assert Engine(by_hand()).run().origin is None
    assert str(Engine(graph).run({"x": [np.nan, 0]}).origin.port) == "x.y"
    root = draw("x:Input r:Sqrt", "x.y r.x", tensors={"x": 0.0})
    assert str(Engine(root).run().origin.port) == "r.x"
