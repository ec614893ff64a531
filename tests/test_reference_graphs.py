"""Two hundred random graphs against PyTorch's numbers, in both dtypes.

assets/reference/graphs.npz is made by tests/reference/make_graphs.py, where PyTorch is at hand.
"""

from __future__ import annotations

import functools

import pytest

from graph import loads
from runtime import Engine
from tests.catalogue_cases import error
from tests.reference import graph_store

VALUE = {"float64": 1e-10, "float32": 1e-5}
GRADIENT = {"float64": 1e-8, "float32": 1e-4}
COUNT = 200


@functools.cache
def cases():
    return graph_store.read()


def test_they_have_what_graphs_have():
    graphs = [loads(text.encode()) for text, _ in cases()]
    assert len(graphs) == COUNT
    assert all(5 <= len(graph.nodes) <= 60 for graph in graphs)
    fanned = [g for g in graphs if len({e.source for e in g.edges}) < len(g.edges)]
    several = [g for g in graphs if any(len(g.module(n).output_ports) > 1 for n in g.nodes)]
    shared = [g for g in graphs if any(n.startswith("shared_") for n in g.nodes)]
    assert min(map(len, (fanned, several, shared))) >= 20
    used = {node.module for graph in graphs for node in graph.nodes.values()}
    assert len(used) >= 40


@pytest.mark.parametrize("dtype", graph_store.DTYPES)
@pytest.mark.parametrize("number", range(COUNT))
def test_agrees_with_pytorch(number, dtype):
    text, arrays = cases()[number]
    graph = loads(text.encode())
    trace = Engine(graph, dtype=dtype).run()
    compared = 0
    for name, expected in arrays[dtype].items():
        what, port = name.split()
        if what == "value":
            assert error(trace.value(port), expected) < VALUE[dtype], name
        else:
            gradient = trace.gradient(port)
            assert gradient is not None, name
            assert error(gradient, expected) < GRADIENT[dtype], name
            compared += 1
    assert compared
