"""One path written out: its product, and what it adds to the gradient."""

from __future__ import annotations

import numpy as np
import pytest

from graph import PortRef
from runtime import Engine
from runtime.chains import find_paths
from runtime.errors import NoValue
from runtime.explaining import as_text, explain_path
from runtime.moments import moment
from tests.catalogue_cases import error
from tests.chain_listing import EXACT, example


def ways_of(path):
    """A found path, as it is asked for."""
    return [(moment(hop.port, hop.read_t), moment(hop.output, hop.t)) for hop in path.hops]


def test_a_path_of_numbers():
    trace = Engine(example("fan_out")).run()
    found = find_paths(trace, "x.y")
    assert as_text([explain_path(trace, found.source, ways_of(found.paths[2]))]) == (
        "One path from x.y to y.y: along it the Jacobians multiply.\n"
        "  p = ∂y/∂product · ∂product/∂sin · ∂sin/∂x = 1 · 2 · (−0.4161) = −0.8323"
        "   (the product, sin → product → y)\n"
    )


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("rnn", "heard.weight"),
        ("lstm", "cell.weight_hh"),
        ("transformer_block", "transformer_block/attend/query.weight"),
        ("attention_head", "query.weight"),
        ("vanishing", "layer1.weight"),
    ],
)
def test_what_a_path_of_tensors_adds(name, source):
    """Over time, through composites: the contribution that the search found."""
    trace = Engine(example(name)).run()
    if PortRef.parse(source) not in trace.types:
        source = next(x for x in trace.ports if x in trace.plan.edges)
    found = find_paths(trace, source, top=6)
    for path in found.paths:
        explained = explain_path(trace, found.source, ways_of(path))
        assert error(explained.lines[-1].result, path.contribution) < EXACT
    total = sum(
        explain_path(trace, found.source, ways_of(path)).lines[-1].result for path in found.paths
    )
    if not found.rest:
        assert error(np.asarray(total), trace.gradient(source)) < EXACT


def test_to_another_port_than_the_target_ones_come_back():
    trace = Engine(example("xor")).run()
    found = find_paths(trace, "hidden.weight", "hidden.y")
    (path,) = found.paths
    last = explain_path(trace, found.source, ways_of(path)).lines[-1]
    assert error(last.result, path.contribution) < EXACT


def test_what_is_no_path_is_refused():
    trace = Engine(example("fan_out")).run()
    x = PortRef("x", "y")
    with pytest.raises(NoValue, match="without steps"):
        explain_path(trace, x, [])
    with pytest.raises(NoValue, match="gone"):
        explain_path(trace, x, [(PortRef("gone", "x"), PortRef("gone", "y"))])
