"""Random graphs: gradients against finite differences, float32 against float64."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model import Graph
from runtime import Engine, check_gradients
from tests.effort import tries
from tests.runtime_toys import CATALOGUE

UNARY = ("Sin", "Cos", "Square", "Negate", "Mask")
BINARY = ("Add", "Subtract", "Multiply", "Counted")
SHAPES = ((), (1,), (3,), (2, 1), (2, 3), (1, 3))


@st.composite
def graphs(draw):
    """A DAG of up to 12 nodes over up to 3 sources that broadcast, ending in a sum."""
    graph = Graph(CATALOGUE, mode="train", seed=draw(st.integers(0, 9)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    values = []
    for number in range(draw(st.integers(1, 3))):
        shape = draw(st.sampled_from(SHAPES))
        kind = draw(st.sampled_from(["Input", "Parameter", "Constant"]))
        graph.add(kind, f"s{number}", shape=shape)
        graph.set_tensor(f"s{number}.y", rng.uniform(-1, 1, shape))
        values.append(f"s{number}.y")
    for number in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(UNARY + BINARY))
        graph.add(kind, f"n{number}")
        ports = ("x",) if kind in UNARY else ("a", "b")
        for port in ports:
            graph.connect(draw(st.sampled_from(values[-5:])), f"n{number}.{port}")
        values.append(f"n{number}.y")
    graph.add("Tanh" if "Tanh" in CATALOGUE else "Sin", "squash")
    graph.add("Total", "loss")
    graph.connect(values[-1], "squash.x")
    graph.connect("squash.y", "loss.x")
    return graph


@given(graphs())
@settings(max_examples=tries(30, 60))
def test_gradients_agree_with_differences(graph):
    engine = Engine(graph, target="loss")
    report = check_gradients(engine)
    for ref, verdict in {**report.edges, **report.leaves}.items():
        assert verdict.word in ("agrees", "no path"), (str(ref), verdict)
    trace = engine.run()
    for ref in trace.ports:
        gradient = trace.gradient(ref)
        if gradient is not None:
            assert gradient.shape == trace.value(ref).shape
        edges = [target for source, target in trace.edges if source == ref]
        parts = [p for p in map(trace.gradient, edges) if p is not None]
        if parts:
            np.testing.assert_allclose(sum(parts), gradient, atol=1e-12)


@given(graphs())
@settings(max_examples=tries(15, 30))
def test_float32_is_near_float64(graph):
    exact = Engine(graph, target="loss").run()
    single = Engine(graph, target="loss", dtype="float32").run()
    for ref in exact.ports:
        gradient = exact.gradient(ref)
        if gradient is not None:
            scale = max(1.0, np.abs(gradient).max(initial=0))
            assert np.abs(single.gradient(ref) - gradient).max(initial=0) / scale < 1e-3
