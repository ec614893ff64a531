"""Layers inside a composite, drawn from their primitives in all of its instances."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from graph import Graph, PortRef, check, dumps, loads
from graph import edits as e
from graph.definition import Setting
from graph.errors import BadDefinition
from graph.grouping import group_edit
from graph.inside_expanding import expand_inside
from graph.places import inside, lift, project
from runtime import Engine

CASES = {
    "Linear": ({"out_features": 3}, ("weight", "bias")),
    "LayerNorm": ({}, ("weight", "bias")),
    "RMSNorm": ({}, ("weight",)),
    "Softmax": ({}, ()),
}


def two_instances(module="Linear", first=3, second=3, **attributes):
    """`one` and `two`, each a composite of the layer and a Tanh; `one` has numbers of its own."""
    graph = Graph(target="loss", seed=3)
    graph.add("Input", "x", shape=(2, first))
    graph.add(module, "lin", **attributes)
    graph.add("Tanh", "tanh")
    graph.connect("x.y", "lin.x")
    graph.connect("lin.y", "tanh.x")
    graph.apply(group_edit(graph, ["lin", "tanh"], "Block").edit)
    (one,) = (id_ for id_, node in graph.nodes.items() if node.module == "Block")
    graph.add("Input", "z", shape=(2, second))
    graph.add("Block", "two")
    graph.connect("z.y", "two.x")
    graph.add("Add", "both")
    graph.connect(f"{one}.y", "both.a")
    graph.connect("two.y", "both.b")
    graph.add("Sum", "loss")
    graph.connect("both.y", "loss.x")
    random = np.random.RandomState(1)
    graph.set_tensor("x.y", random.standard_normal((2, first)))
    graph.set_tensor("z.y", random.standard_normal((2, second)))
    return graph, one


@pytest.mark.parametrize("module", CASES)
def test_no_number_of_any_instance_changes(module):
    attributes, parameters = CASES[module]
    graph, one = two_instances(module, **attributes)
    plain, first = Engine(graph).run(), dumps(graph)
    inverse = graph.apply(expand_inside(graph, one, "lin"))
    assert check(graph).ok
    trace = Engine(graph).run()
    for node in (one, "two"):
        for port in parameters:
            before, after = f"{node}/lin.{port}", f"{node}/lin/{port}.y"
            np.testing.assert_array_equal(trace.value(after), plain.value(before))
            np.testing.assert_allclose(trace.gradient(after), plain.gradient(before), atol=1e-12)
    for ref in ("both.y", "x.y", "z.y", f"{one}/lin.y"):
        np.testing.assert_allclose(trace.value(ref), plain.value(ref), atol=1e-12)
        np.testing.assert_allclose(trace.gradient(ref), plain.gradient(ref), atol=1e-12)
    assert dumps(loads(dumps(graph))) == dumps(graph)
    graph.apply(inverse)
    assert dumps(graph) == first


def test_the_mirror_that_is_shown_follows():
    graph, one = two_instances("Linear", out_features=3)
    edit = expand_inside(graph, one, "lin")
    before = inside(graph, one)
    graph.apply(edit)
    told = project(graph, one, edit)
    shown = inside(graph, one) if told is None else before
    if told is not None:
        shown.apply(told)
    assert shown.module("lin").outline() == "composite"
    assert dumps(shown) == dumps(inside(graph, one))


def test_instances_of_other_shapes_are_refused_and_named():
    graph, one = two_instances("Linear", 3, 5, out_features=3)
    before = dumps(graph)
    with pytest.raises(BadDefinition, match=r"lin: found other shapes in two.*unique first"):
        expand_inside(graph, one, "lin")
    assert dumps(graph) == before


def test_what_is_set_from_outside_is_refused():
    graph, one = two_instances("Linear", out_features=3)
    blueprint = graph.definitions["Block"].interface
    shown = replace(blueprint, attributes=(Setting("width", (PortRef("lin", "out_features"),)),))
    graph.apply(e.SetInterface("Block", shown))
    with pytest.raises(BadDefinition, match='"width" of the composite, which sets it'):
        expand_inside(graph, one, "lin")


def test_a_target_inside_the_layer_stays():
    graph, one = two_instances("Linear", out_features=3)
    graph.apply(lift(graph, one, e.SetGraph({"target": "lin"})))
    graph.apply(expand_inside(graph, one, "lin"))
    assert graph.target == f"{one}/lin"
    assert Engine(graph).run().target == PortRef(f"{one}/lin", "y")
