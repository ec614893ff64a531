"""Random graphs of the whole catalogue: gradients against differences, and all ways agree."""

from __future__ import annotations

import math
from collections import Counter
from operator import attrgetter

import numpy as np
import pytest
from hypothesis import Phase, given, settings

from graph import PortRef
from runtime import Engine, check_gradients
from runtime.modules.curves import Tanh
from tests.catalogue_cases import computing_cases, error
from tests.graph_strategy import NAMES, graphs

EXACT = 1e-10
SMALL = 64  # entries up to which a total is built row by row and column by column


def test_every_module_is_among_them():
    cases = (case for case in computing_cases() if not case.module.leads_out)
    assert set(NAMES) == {case.module.name for case in cases}


@pytest.mark.parametrize("module", NAMES)
def test_every_module_among_others(module):
    """A test of its own each, so that none is left out by chance."""

    @given(graphs(module, most=4))
    @settings(max_examples=3, database=None)
    def holds(graph):
        assert module in {node.module for node in graph.nodes.values()}
        gradients_agree_with_differences(graph)

    holds()


def test_a_wrong_derivative_is_found(monkeypatch):
    right = Tanh.derivative
    monkeypatch.setattr(
        Tanh, "derivative", lambda self, ctx, port, kept: 1.001 * right(self, ctx, port, kept)
    )

    @given(graphs("Tanh", most=4))
    @settings(max_examples=3, database=None, phases=[Phase.generate])
    def holds(graph):
        gradients_agree_with_differences(graph)

    with pytest.raises(AssertionError, match="disagrees"):
        holds()


def test_they_have_what_graphs_have():
    """Fan-out, several outputs, broadcasting, integers, nothing, and one number."""
    seen: Counter[str] = Counter()

    @given(graphs())
    @settings(max_examples=40, database=None, phases=[Phase.generate])
    def look(graph):
        types = {ref: graph.types.of(ref) for ref in map(attrgetter("source"), graph.edges)}
        seen["fan-out"] += len(types) < len(graph.edges)
        seen["several outputs"] += any(len(graph.module(n).output_ports) > 1 for n in graph.nodes)
        seen["broadcast"] += any(_is_broadcast(graph, n) for n in graph.nodes)
        seen["integer"] += any(not type_.is_floating for type_ in types.values())
        seen["empty"] += any(0 in type_.shape for type_ in types.values())
        seen["scalar"] += any(type_.shape == () for type_ in types.values())
        seen["batch of 1"] += any(type_.shape[:1] == (1,) for type_ in types.values())
        seen["wired parameter"] += any(
            graph.module(e.target.node).ports[e.target.port].role == "parameter"
            for e in graph.edges
        )

    look()
    assert len(seen) == 8
    assert min(seen.values()) >= 2, seen


def _is_broadcast(graph, id_: str) -> bool:
    module = graph.module(id_)
    types = {port: graph.types.of(PortRef(id_, port)) for port in module.ports}
    return any(module.spread(port, types) is not None for port in module.ports)


@given(graphs())
@settings(max_examples=40)
def test_gradients_agree_with_differences(graph):
    gradients_agree_with_differences(graph)


@given(graphs())
@settings(max_examples=40)
def test_all_ways_to_a_derivative_agree(graph):
    trace = Engine(graph).run()
    target = str(trace.plan.target)
    sources = [s.ref for s in trace.plan.sources if trace.gradient(s.ref) is not None]
    ports = [ref for ref in trace.ports if trace.types[ref].is_floating]
    for source in sources:
        total = trace.jacobian(source, target)
        assert error(total.dense().reshape(-1), trace.gradient(source).reshape(-1)) < EXACT
    for source in sources[:2]:
        for end in ports[-3:]:
            rows_columns_and_matrix_agree(trace.total(source, end))
    for _, end in trace.edges:
        if trace.gradient(end) is not None:
            gradient = trace.gradient(end).reshape(1, -1)
            assert error(trace.total(end, target).dense(), gradient) < EXACT, end


def rows_columns_and_matrix_agree(total) -> None:
    """Reverse accumulation of unit rows, forward accumulation of unit columns, and the matrix."""
    if max(total.rows, total.columns) > SMALL:
        return
    matrix = total.dense()
    rows = [total.vjp(unit.reshape(total.out_shape)).reshape(-1) for unit in np.eye(total.rows)]
    columns = [total.jvp(u.reshape(total.in_shape)).reshape(-1) for u in np.eye(total.columns)]
    assert error(np.array(rows).reshape(matrix.shape), matrix) < EXACT
    assert error(np.array(columns).T.reshape(matrix.shape), matrix) < EXACT


def gradients_agree_with_differences(graph) -> None:
    report = check_gradients(graph)
    for ref, verdict in {**report.edges, **report.leaves}.items():
        assert verdict.word != "disagrees", (str(ref), verdict, graph.nodes)
        assert verdict.word != "not finite", (str(ref), verdict)
        assert verdict.error is None or not math.isnan(verdict.error)
