"""Every module times every example as a node: checked, saved, run, and checked by differences."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph, check, dumps, loads
from graph.initialise import owned_tensors
from graph.port import PortRef
from graph.unify import with_sizes
from runtime import Engine, check_gradients
from tests.catalogue_cases import AWAY, all_cases, computing_cases

every_case = pytest.mark.parametrize("case", all_cases(), ids=str)


@every_case
def test_checks_cleanly(case):
    found = check(case.graph())
    assert found.errors == ()
    for port, type_ in case.types.items():
        assert found.types[PortRef("it", port)] == with_sizes(type_, found.sizes)


@every_case
def test_survives_a_file(case):
    graph = case.graph()
    data = dumps(graph)
    again = loads(data)
    assert dumps(again) == data
    assert again.module("it").settings == graph.module("it").settings
    assert dict(again.tensors) == dict(graph.tensors)


@every_case
def test_initialises_what_it_owns(case):
    shapes = {port: case.types[port].shape for port in case.module.owned()}
    for port in case.module.owned():
        type_ = case.types[port]
        first, again, other = (
            case.module.initial(
                port, type_.shape, type_.dtype, seed=3, address=address, shapes=shapes
            )
            for address in ("it", "it", "other")
        )
        assert first == again
        assert (first.dtype, first.shape) == (type_.dtype, type_.shape)
        assert first != other or np.ptp(first.values()) == 0


@every_case
def test_can_be_renamed_before_it_is_wired(case):
    graph = Graph()
    graph.add(case.module.name, "it", **dict(case.graph().nodes["it"].attributes))
    graph.rename("it", "other")
    assert tuple(graph.nodes) == ("other",)


def test_a_bias_is_not_drawn_before_its_weight_has_a_size():
    graph = Graph()
    graph.add("Linear", "h", out_features=3)
    assert owned_tensors(graph, "h") == {}
    graph.add("Input", "x", shape=(2,))
    graph.connect("x.y", "h.x")
    assert set(owned_tensors(graph, "h")) == {PortRef("h", "weight"), PortRef("h", "bias")}


@pytest.mark.parametrize("case", [c for c in computing_cases() if c.has_gradients], ids=str)
def test_agrees_in_the_engine(case):
    """The whole way: plan, forward, reverse, Jacobians, differences on every edge and leaf."""
    graph = case.graph()
    trace = Engine(graph).run()
    with np.errstate(all="ignore"):
        expected = case.run()[1]
    for port, y in zip(case.module.output_ports, expected, strict=True):
        np.testing.assert_array_equal(trace.value(f"it.{port.name}"), y)
    report = check_gradients(graph)
    words = {verdict.word for verdict in (*report.edges.values(), *report.leaves.values())}
    allowed = {"agrees", "not differentiable"}
    if case.kink <= AWAY:
        allowed.add("kink")
    if trace.origin is not None:
        allowed.add("not finite")
    assert words <= allowed
