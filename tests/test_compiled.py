"""A compiled step computes what the tape does: every module, and random graphs of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from graph import Graph
from runtime.compiled import Compiled
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


# fmt: off
TRACED = (
    "ReLU", "LeakyReLU", "Sigmoid", "Tanh", "GELU", "Softmax", "LayerNorm", "BatchNorm",
    "Add", "Multiply", "MatMul", "Sum", "Mean", "MSELoss", "HuberLoss", "BCEWithLogitsLoss",
    "Reshape", "Concat", "Maximum",
)
# fmt: on


@pytest.mark.parametrize("name", TRACED)
def test_what_entries_go_through_is_traced_and_not_called(name):
    """No Python of a module runs in a step: all its calls are NumPy's own."""
    case = next(c for c in computing_cases() if c.module.name == name)
    compiled = Desk(Compiled, case.graph()).passes
    calls = [call.func for call in compiled.program.calls]
    assert calls
    assert not [
        call for call in calls if str(getattr(call, "__module__", "")).startswith("runtime.")
    ]


def test_a_decision_by_values_is_taken_in_every_step():
    """What cannot be traced is called: a mask is drawn anew, a class is looked up anew."""
    case = next(c for c in computing_cases() if c.module.name == "Dropout" and c.mode == "train")
    desk = Desk(Compiled, case.graph())
    one, other = desk.step(0), desk.step(1)
    assert any((one.gradients[ref] != other.gradients[ref]).any() for ref in one.gradients)


def test_an_output_lies_on_an_input_that_nobody_needs():
    """A chain of entrywise modules whose reverse reads outputs alone takes one buffer each."""
    graph = Graph()
    graph.add("Parameter", "x", shape=(100, 10))
    at = "x.y"
    for number in range(4):
        graph.add("Negate", f"n{number}")
        graph.connect(at, f"n{number}.x")
        at = f"n{number}.y"
    graph.configure(target="n3")
    nbytes = Desk(Compiled, graph).passes.program.nbytes
    assert nbytes <= 2 * 8 * 1000
