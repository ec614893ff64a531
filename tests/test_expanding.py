"""Layers drawn from their primitives: the same numbers, and undo is exact."""

from __future__ import annotations

import numpy as np
import pytest

from graph import check, default_catalogue, dumps, loads
from graph.errors import BadDefinition
from graph.expanding import can_expand, expand_edit
from graph.model import Graph
from graph.port import PortRef
from runtime import Engine
from tests.catalogue_cases import Case, all_cases

NAMED = {"Linear", "CrossEntropyLoss", "LSTMCell", "Attention", "LayerNorm"}
ALSO = {"RMSNorm", "RNNCell", "GRUCell", "Softmax", "MSELoss", "L1Loss"}
EXPANDABLE = [
    case
    for case in all_cases()
    if can_expand(case.module) and case.mode == "eval" and not case.module.settings.get("mask")
]


def fed(case: Case) -> Graph:
    """The case's node `it`, its inputs fed by leaves, the sum of all its outputs the target."""
    graph = Graph(target="loss")
    graph.add(case.module.name, "it", **case.example.attributes)
    for port, value in zip(case.module.wired_ports, case.ins, strict=True):
        if port.role == "parameter":
            graph.set_tensor(PortRef("it", port.name), value)
            continue
        kind = "Input" if value.dtype.kind == "f" else "Constant"
        graph.add(kind, f"of_{port.name}", shape=value.shape, dtype=value.dtype.name)
        graph.set_tensor(f"of_{port.name}.y", value)
        graph.connect(f"of_{port.name}.y", f"it.{port.name}")
    last = None
    for number, port in enumerate(case.module.output_ports):
        # Squared, so that what comes back differs from entry to entry.
        graph.add("Square", f"square{number}")
        graph.add("Sum", f"sum{number}")
        graph.connect(f"it.{port.name}", f"square{number}.x")
        graph.connect(f"square{number}.y", f"sum{number}.x")
        if last is None:
            last = f"sum{number}.y"
        else:
            graph.add("Add", f"both{number}")
            graph.connect(last, f"both{number}.a")
            graph.connect(f"sum{number}.y", f"both{number}.b")
            last = f"both{number}.y"
    graph.add("Identity", "loss")
    graph.connect(last, "loss.x")
    return graph


def test_every_layer_of_simpler_modules_can_be_expanded():
    found = {kind.name for kind in default_catalogue() if kind.primitives_are_known()}
    assert found >= NAMED | ALSO
    assert {case.module.name for case in EXPANDABLE} == found


@pytest.mark.parametrize("case", EXPANDABLE, ids=str)
def test_the_primitives_give_the_same_numbers(case):
    graph = fed(case)
    plain = Engine(graph).run()
    first = dumps(graph)
    inverse = graph.apply(expand_edit(graph, "it"))
    assert check(graph).ok
    assert graph.module("it").outline() == "composite"
    trace = Engine(graph).run()
    renamed = {f"it.{name}": f"it/{name}.y" for name in case.module.parameters}
    for ref in plain.ports:
        other = renamed.get(str(ref), str(ref))
        assert near(trace.value(other), plain.value(ref)), str(ref)
        gradient = plain.gradient(ref)
        if gradient is not None:
            assert near(trace.gradient(other), gradient), str(ref)
    for port in case.module.wired_ports:
        if port.role == "input" and plain.gradient(f"it.{port.name}") is not None:
            for output in plain.plan.floating_outputs("it"):
                whole = trace.jacobian(f"it.{port.name}", output).dense()
                assert near(whole, plain.jacobian(f"it.{port.name}", output).dense())
    assert dumps(loads(dumps(graph))) == dumps(graph)
    graph.apply(inverse)
    assert dumps(graph) == first


def near(found: np.ndarray, expected: np.ndarray) -> bool:
    """Within the 1e-12 of float64."""
    scale = max(1.0, np.abs(expected).max(initial=0))
    return found.shape == expected.shape and np.abs(found - expected).max(initial=0) < 1e-12 * scale


def test_parameters_by_rule_are_written_out_first():
    graph = Graph(target="it", seed=4)
    graph.add("Input", "x", shape=(2, 3))
    graph.add("Linear", "it", out_features=2)
    graph.connect("x.y", "it.x")
    graph.set_tensor("x.y", np.ones((2, 3)))
    value = Engine(graph).run().value("it.y")
    graph.apply(expand_edit(graph, "it"))
    assert np.array_equal(Engine(graph).run().value("it.y"), value)
    assert graph.target == "it"
    assert [str(port) for port in graph.tensors] == ["x.y", "it/weight.y", "it/bias.y"]


def test_a_wired_weight_stays_wired():
    graph = Graph(target="it")
    graph.add("Input", "x", shape=(2, 3))
    graph.add("Parameter", "w", shape=(2, 3))
    graph.add("Linear", "it", out_features=2, bias=False)
    graph.connect("x.y", "it.x")
    graph.connect("w.y", "it.weight")
    graph.set_tensor("x.y", np.ones((2, 3)))
    graph.apply(expand_edit(graph, "it"))
    assert graph.incoming(PortRef("it", "weight")).source == PortRef("w", "y")
    assert Engine(graph).run().gradient("w.y").shape == (2, 3)


def test_what_has_no_primitives_or_no_sizes_says_so():
    graph = Graph()
    graph.add("Input", "x", shape=("B", 3))
    graph.add("Tanh", "t")
    graph.add("Attention", "a", mask=True)
    graph.add("Attention", "b", causal=True)
    for port in ("query", "key", "value"):
        graph.connect("x.y", f"b.{port}")
    with pytest.raises(BadDefinition, match="t: found no primitives"):
        expand_edit(graph, "t")
    with pytest.raises(BadDefinition, match="a: found settings without primitives"):
        expand_edit(graph, "a")
    with pytest.raises(BadDefinition, match=r"b\.query: found the shape .*B, 3.* numbers instead"):
        expand_edit(graph, "b")
