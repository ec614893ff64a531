"""A compiled step computes what the tape does: every module, and random graphs of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.catalogue_cases import computing_cases, error
from tests.compiled_desk import Desk, Passed, both
from tests.effort import tries
from tests.graph_strategy import graphs

EXACT = 1e-12
SINGLE = 1e-5
STEPS = 3  # the second and third find buffers that others have written


@pytest.mark.parametrize("case", [c for c in computing_cases() if c.has_gradients], ids=str)
def test_every_module_computes_as_by_the_tape(case):
    agree(*both(case.graph()))


def agree(compiled: Desk, taped: Desk, limit: float = EXACT) -> None:
    for number in range(STEPS):
        same(compiled.step(number), taped.step(number), limit)


def same(one: Passed, other: Passed, limit: float) -> None:
    assert error(one.target, other.target) <= limit
    for found, expected in ((one.gradients, other.gradients), (one.states, other.states)):
        assert found.keys() == expected.keys()
        for ref, array in expected.items():
            assert error(found[ref], array) <= limit, ref


@given(graphs())
@settings(max_examples=tries(25, 400), database=None, deadline=None)
def test_random_graphs_compute_as_by_the_tape(graph):
    agree(*both(graph))
