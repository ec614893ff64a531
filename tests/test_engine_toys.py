"""What the module door carries: several outputs, variable inputs, random, stateful, integer."""

from __future__ import annotations

import numpy as np
import pytest

from runtime import Engine, check_gradients
from tests.runtime_toys import draw


def test_several_outputs_of_which_some_are_used():
    graph = draw("x:Input h:Halves sq:Square t:Total", "x.y h.x", "h.high sq.x", "sq.y t.x",
                 tensors={"x": [1.0, 2.0, 3.0, 4.0]})  # fmt: skip
    trace = Engine(graph).run()
    np.testing.assert_array_equal(trace.value("h.low"), [1, 2])
    assert trace.value("h.rank") == 3
    np.testing.assert_array_equal(trace.gradient("x.y"), [0, 0, 6, 8])
    assert trace.gradient("h.low") is None
    assert trace.why_no_gradient("h.low") == "no path"
    assert trace.why_no_gradient("h.rank") == "not differentiable"
    maps = trace.edge("x.y", "h.x").jacobians
    assert list(maps) == ["low", "high"]
    np.testing.assert_array_equal(maps["high"].dense(), np.eye(4)[2:])
    assert trace.jacobian("h.x", "rank") is None
    assert check_gradients(graph).ok


def test_both_outputs_meet_again():
    graph = draw("x:Input h:Halves m:Multiply t:Total", "x.y h.x", "h.low m.a", "h.high m.b",
                 "m.y t.x", tensors={"x": [1.0, 2.0, 3.0, 4.0]})  # fmt: skip
    np.testing.assert_array_equal(Engine(graph).run().gradient("x.y"), [3, 4, 1, 2])


def test_any_number_of_inputs():
    graph = draw("x:Input z:Input j:Join sq:Square t:Total", tensors={"x": [1.0], "z": [2.0, 3.0]})
    graph.set("j", inputs=3)
    for edge in ("x.y j.x0", "z.y j.x1", "x.y j.x2", "j.y sq.x", "sq.y t.x"):
        graph.connect(*edge.split())
    trace = Engine(graph).run()
    np.testing.assert_array_equal(trace.value("j.y"), [1, 2, 3, 1])
    np.testing.assert_array_equal(trace.gradient("x.y"), [4])
    np.testing.assert_array_equal(trace.gradient("j.x2"), [2])
    assert trace.parts(trace.steps[-1]) == ("sum", "x0", "x1", "x2")
    assert check_gradients(graph).ok


def test_random_masks_are_the_same_wherever_they_are_drawn():
    graph = draw("x:Input m:Mask n:Mask p:Multiply t:Total", "x.y m.x", "x.y n.x", "m.y p.a",
                 "n.y p.b", "p.y t.x", tensors={"x": np.arange(1.0, 65)}, mode="train")  # fmt: skip
    first, second = Engine(graph).run(), Engine(graph).run()
    np.testing.assert_array_equal(first.value("m.y"), second.value("m.y"))
    assert not np.array_equal(first.value("m.y"), first.value("n.y"))
    passed = first.value("m.y") != 0
    assert 0 < passed.sum() < 64
    np.testing.assert_array_equal(first.jacobian("m.x").dense(), np.diag(passed))
    assert check_gradients(graph).ok
    graph.configure(seed=1)
    assert not np.array_equal(Engine(graph).run().value("m.y"), first.value("m.y"))
    np.testing.assert_array_equal(Engine(graph, mode="eval").run().value("m.y"), first.value("x.y"))


def test_a_state_is_read_and_has_no_gradient():
    graph = draw("x:Input c:Centre t:Total", "x.y c.x", "c.y t.x", tensors={"x": [1.0, 2.0]})
    trace = Engine(graph).run()
    np.testing.assert_array_equal(trace.value("c.y"), [0.75, 1.75])
    assert trace.value("c.centre") == 0.25
    assert trace.gradient("c.centre") is None
    assert trace.why_no_gradient("c.centre") == "not differentiable"
    np.testing.assert_array_equal(Engine(graph).run().value("c.y"), [0.75, 1.75])
    graph.set_tensor("c.centre", np.array(1.0))
    np.testing.assert_array_equal(Engine(graph).run(previous=trace).value("c.y"), [0, 1])
    assert check_gradients(graph).ok


def test_an_integer_input_carries_no_gradient():
    graph = draw("x:Input i:Input p:Pick t:Total", "x.y p.x", "i.y p.index", "p.y t.x",
                 tensors={"x": [1.0, 2.0, 3.0], "i": [2, 2]})  # fmt: skip
    trace = Engine(graph).run()
    np.testing.assert_array_equal(trace.gradient("x.y"), [0, 0, 2])
    assert trace.why_no_gradient("i.y") == "not differentiable"
    assert trace.parts(trace.steps[-1]) == ("sum", "x")
    report = check_gradients(graph)
    assert report.ok
    words = {str(ref): verdict.word for ref, verdict in report.edges.items()}
    assert words == {"p.x": "agrees", "p.index": "not differentiable", "t.x": "agrees"}


def test_a_parameter_belongs_to_its_node_until_it_is_wired():
    graph = draw("x:Input h:Layer sq:Square t:Total", "x.y h.x", "h.y sq.x", "sq.y t.x",
                 tensors={"x": [[1.0, 2.0, 3.0]]})  # fmt: skip
    trace = Engine(graph).run()
    weight = trace.value("h.weight")
    assert weight.shape == (2, 3)
    np.testing.assert_allclose(
        trace.gradient("h.weight"), 2 * trace.value("h.y").T @ trace.value("x.y")
    )
    view = trace.edge(None, "h.weight")
    np.testing.assert_array_equal(view.gradient, trace.gradient("h.weight"))
    assert view.jacobian.shape == ((1, 2), (2, 3))
    np.testing.assert_array_equal(Engine(graph).run().value("h.weight"), weight)

    graph.add("Parameter", "w", shape=(2, 3), init="ones")
    graph.connect("w.y", "h.weight")
    tied = Engine(graph).run()
    np.testing.assert_array_equal(tied.value("h.weight"), np.ones((2, 3)))
    np.testing.assert_array_equal(tied.gradient("w.y"), tied.gradient("h.weight"))
    with pytest.raises(LookupError):
        tied.edge(None, "h.weight")
    graph.disconnect("h.weight")
    np.testing.assert_array_equal(Engine(graph).run().value("h.weight"), weight)
