"""Where NaN or infinity comes from: phase, port, index, and the numbers that led to it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graph import Graph, PortRef, load
from runtime import Engine
from runtime.feeds import tensor_array
from runtime.origin import Origin, problem_of
from tests.composite_graphs import two_blocks
from tests.runtime_toys import draw

EXAMPLES = Path(__file__).parents[1] / "assets" / "examples"


def origin_of(graph: Graph, feeds=None, **settings) -> Origin:
    found = Engine(graph, **settings).run(feeds).origin
    assert found is not None
    return found


def led(origin: Origin) -> list[tuple[str, str, tuple[int, ...], float]]:
    return [(n.role, str(n.port), n.index, n.number) for n in origin.led]


def test_a_finite_run_has_none():
    graph = draw("x:Input e:Exp t:Total", "x.y e.x", "e.y t.x", tensors={"x": [1.0, 2.0]})
    assert Engine(graph).run().origin is None


def test_a_finite_run_is_seen_at_a_glance_without_its_records():
    graph = draw("x:Input e:Exp t:Total", "x.y e.x", "e.y t.x", tensors={"x": [1.0, 2.0]})
    trace = replace(Engine(graph).run(), records=None)
    assert trace.origin is None


def test_finite_numbers_that_would_add_up_to_infinity_are_finite():
    graph = draw(
        "a:Input b:Input t:Subtract", "a.y t.a", "b.y t.b", tensors={"a": 1.5e308, "b": 1e308}
    )
    assert Engine(graph).run().origin is None


def test_an_overflow_in_the_forward_pass_names_the_entry_that_was_too_large():
    graph = draw("x:Input e:Exp t:Total", "x.y e.x", "e.y t.x", tensors={"x": [1.0, 1000.0]})
    found = origin_of(graph)
    assert (found.phase, found.node, found.step) == ("forward", "e", 0)
    assert (str(found.port), found.index, found.number) == ("e.y", (1,), math.inf)
    assert (found.count, found.size) == (1, 2)
    assert led(found) == [("value", "e.x", (1,), 1000.0)]


def test_a_broadcast_divisor_is_named_at_its_own_index():
    graph = draw(
        "x:Input z:Input d:Divide t:Total",
        *("x.y d.a", "z.y d.b", "d.y t.x"),
        tensors={"x": [[1.0, 2, 3], [4, 0, 6]], "z": [1.0, 0.0, 2.0]},
    )
    found = origin_of(graph)
    assert (found.index, math.isnan(found.number), found.count) == ((1, 1), True, 2)
    assert led(found) == [("value", "d.a", (1, 1), 0.0), ("value", "d.b", (1,), 0.0)]


def test_of_a_sum_of_products_the_product_that_overflows_is_named_first():
    graph = draw(
        "x:Input r:Layer t:Total",
        *("x.y r.x", "r.y t.x"),
        tensors={"x": [[2.0, 1e200, 0.5]], "r.weight": [[1.0, 1.0, 2.0], [3.0, 1e200, 5.0]]},
    )
    found = origin_of(graph)
    assert (found.index, found.left_out) == ((0, 1), 2)
    assert led(found)[0] == ("value", "r.x", (0, 1), 1e200)
    assert ("value", "r.weight", (1, 1), 1e200) in led(found)


def test_an_infinite_derivative_in_the_reverse_pass():
    graph = draw("x:Input r:Sqrt t:Total", "x.y r.x", "r.y t.x", tensors={"x": [1.0, 0.0]})
    found = origin_of(graph)
    assert (found.phase, str(found.port), found.index) == ("reverse", "r.x", (1,))
    steps = Engine(graph).run().steps
    assert (steps[found.step].phase, steps[found.step].node) == ("reverse", "r")
    assert led(found) == [
        ("value", "r.x", (1,), 0.0),
        ("gradient", "r.y", (1,), 1.0),
        ("derivative", "r.x", (1,), math.inf),
    ]


def test_finite_gradients_can_add_up_to_infinity():
    """Both parts are 1.5e308; what is read twice by nobody's step is a leaf's sum."""
    graph = draw(
        "x:Input big:Input p:Multiply q:Multiply a:Add",
        *("x.y p.a", "big.y p.b", "x.y q.a", "big.y q.b", "p.y a.a", "q.y a.b"),
        tensors={"x": 1e-300, "big": 1.5e308},
    )
    found = origin_of(graph)
    assert (found.phase, str(found.port), found.step) == ("sum", "x.y", None)
    assert [n.number for n in found.led] == [1.5e308, 1.5e308]
    assert "1.5e308 + 1.5e308" in problem_of(found).message


def test_nan_that_was_given_is_named_at_its_source():
    graph = draw("x:Input e:Exp t:Total", "x.y e.x", "e.y t.x", tensors={"x": [1.0, 0.0]})
    found = origin_of(graph, {"x": [np.nan, 0]})
    assert (found.phase, str(found.port), found.index, found.step) == ("given", "x.y", (0,), None)


def test_infinity_in_a_mask_is_no_trouble_until_it_makes_nan():
    nodes = "x:Input m:Input a:Add e:Exp t:Total"
    edges = ("x.y a.a", "m.y a.b", "a.y e.x", "e.y t.x")
    mask = draw(nodes, *edges, tensors={"x": [1.0, 2.0], "m": [0.0, -math.inf]})
    assert Engine(mask).run().origin is None
    wrong = draw(nodes, *edges, tensors={"x": [1.0, math.inf], "m": [0.0, -math.inf]})
    found = origin_of(wrong)
    assert (str(found.port), math.isnan(found.number)) == ("a.y", True)
    lost = draw(nodes, *edges, tensors={"x": [1.0, 2.0], "m": [0.0, math.inf]})
    assert origin_of(lost).phase == "given"


def test_inside_time_the_step_is_named():
    graph = load(EXAMPLES / "rnn.gradwire")
    values = tensor_array(graph.tensors[PortRef("x", "y")]).copy()
    values[2] = 1e300
    graph.set_tensor("x.y", values)
    graph.set_tensor("heard.weight", np.full((4, values.shape[-1]), 1e10))
    found = origin_of(graph)
    assert (str(found.port), found.t) == ("heard.y", 2)
    assert "in the forward pass at time step 2" in problem_of(found).message


def test_inside_a_composite_the_address_is_named():
    graph = two_blocks()
    graph.set_tensor("two/lin.bias", np.array([0.0, math.inf, 0.0]))
    graph.set_tensor("one/lin.bias", np.array([0.0, math.nan, 0.0]))
    found = origin_of(graph)
    assert (found.phase, str(found.port), found.index) == ("given", "one/lin.bias", (1,))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_told_is_where_found_and_how_to_mend_it(dtype):
    graph = draw(
        "x:Input l:Log t:Total", "x.y l.x", "l.y t.x", tensors={"x": [2.0, 0.0]}, dtype=dtype
    )
    told = problem_of(origin_of(graph))
    assert told.message == (
        "l.y: found −∞ at [1] in the forward pass, made by Log from l.x[1] = 0, expected finite"
        " numbers. Keep what arrives where Log gives finite numbers."
    )
    assert told.named == (PortRef("l", "x"),)
    renamed = told.told(lambda id_: {"l": "logarithm"}.get(id_, id_))
    assert renamed.startswith("logarithm.y: found −∞ at [1]")
    assert "from logarithm.x[1] = 0" in renamed
