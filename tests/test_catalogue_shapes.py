"""Every module at shapes that its examples lack, made from its signature: rank 0 to 6, a batch
of one, no entries on any axis, and broadcasting in every position."""

from __future__ import annotations

import numpy as np
import pytest

from graph.catalogue import default_catalogue
from graph.errors import GradwireError
from graph.module import Example
from graph.signature import Sizes
from tests import test_catalogue as promises
from tests.catalogue_cases import Case, computing_cases
from tests.effort import tries

MOST = tries(1, 2)  # settings of a module that are tried at each shape
RANKS = [(2, 1, 2, 1, 2, 1)[:rank] for rank in range(7)]
EMPTY = [(0,), (0, 2), (2, 0), (2, 0, 1)]
TOGETHER = [  # what two inputs may bring: each axis stretched, missing, or both at once
    ((2, 3), (3,)), ((2, 3), (1, 3)), ((2, 3), (2, 1)), ((2, 3), (1, 1)), ((2, 3), ()),
    ((2, 1), (1, 3)), ((2, 1, 3), (2, 1)), ((1,), (1, 1, 1)), ((0, 3), (1, 3)), ((2, 1), (2, 0)),
    ((2, 3, 1, 2), (3, 2, 1)),
]  # fmt: skip
NAMES = {case.module.name for case in computing_cases()}
KINDS = [kind for kind in default_catalogue() if kind.name in NAMES]
RUNS = {kind.name: {d for t in kind.sig.inputs for d in t.dims if d[0] in "*&"} for kind in KINDS}
# How many axes of the run no example takes: some modules need one to work along, the others have
# axes besides, or a shape in their settings.
REFUSED = {
    **dict.fromkeys(
        ["Softmax", "LogSoftmax", "Einsum", "Concat", "Split", "Slice", "Pad"], frozenset({0})
    ),
    **dict.fromkeys(
        ["ExpandDims", "Stack", "Linear", "LayerNorm", "RMSNorm", "Embedding"], frozenset({6})
    ),
    **dict.fromkeys(["MatMul", "Attention", "BatchNorm"], frozenset({5, 6})),
    **dict.fromkeys(["LastStep", "AtStep", "AllSteps"], frozenset({6})),
    "BroadcastTo": {3, 4, 5, 6},
    "Gather": {0, 4, 5, 6},
}

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
with_runs = pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if RUNS[kind.name]], ids=lambda kind: kind.name
)
that_broadcast = pytest.mark.parametrize(
    "kind",
    [kind for kind in KINDS if any(run[0] == "&" for run in RUNS[kind.name])],
    ids=lambda kind: kind.name,
)


@pytest.fixture(autouse=True)
def _quiet_numbers():
    with np.errstate(all="ignore"):
        yield


def cases_of(kind, *middles, least=None) -> list[Case]:
    """The examples with other sizes where the signature has a run, a middle for each input.

    `least` instead stands for the first axis that has a name. What the module refuses is left out.
    """
    found = []
    for number, example in enumerate(kind.examples):
        module = kind(**example.attributes)
        ports = [port for port in module.input_ports if port.name in example.shapes]
        known = {port.name: Case.of(kind, example, number).types[port.name] for port in ports}
        shapes = {}
        for place, port in enumerate(ports):
            sizes = Sizes()  # of each port alone: Concat's differ on an axis
            sizes.match(port.dims, known[port.name].shape)
            if least is None:
                sizes.runs = dict.fromkeys(sizes.runs, middles[min(place, len(middles) - 1)])
            elif ports[0].dims[0][0].isalpha():
                sizes.names[ports[0].dims[0].rstrip("?")] = least
            shapes[port.name] = sizes.fill(port.dims)
        try:
            found.append(Case.of(kind, _at(example, shapes, known), number))
        except GradwireError:
            continue
    return found


def _at(example: Example, shapes, known) -> Example:
    """With these shapes: class 0 and a mask that lets through where values are needed."""
    values = {
        port: example.values[port] if shapes[port] == type_.shape else np.ones(shapes[port]) * zero
        for port, type_ in known.items()
        if port in example.values and (zero := 0 if type_.kind == "integer" else 1) is not None
    }
    return Example(shapes, example.attributes, values)


def holds(case: Case) -> None:
    """What test_catalogue.py asks of every example."""
    promises.test_types_are_real(case)
    promises.test_jacobian_agrees_with_vjp_on_every_row(case)
    is_finite = all(np.isfinite(y).all() for y in case.run()[1])  # a mean of none is NaN
    if is_finite and case.kink >= 2 * promises.STEP:
        promises.test_vjp_agrees_with_differences(case)
        promises.test_jvp_agrees_with_differences(case)


@with_runs
def test_ranks(kind):
    refused = set()
    for middle in RANKS:
        cases = [case for case in cases_of(kind, middle) if max(map(len, shapes(case))) <= 6]
        for case in cases[:MOST]:
            holds(case)
        if not cases:
            refused.add(len(middle))
    assert refused == REFUSED.get(kind.name, set())


def shapes(case: Case) -> list[tuple[int, ...]]:
    return [type_.shape for type_ in case.types.values()]


@every_kind
def test_a_batch_of_one(kind):
    cases = cases_of(kind, (1, 2), (1, 2)) if RUNS[kind.name] else cases_of(kind, least=1)
    for case in cases[:MOST]:
        holds(case)
    assert cases, f"{kind.name} takes no batch of one"


@with_runs
def test_no_entries_on_any_axis(kind):
    ran = 0
    for middle in EMPTY:
        for case in cases_of(kind, middle)[:MOST]:
            holds(case)
            ran += 1
    assert ran, f"{kind.name} takes nothing empty"


@that_broadcast
@pytest.mark.parametrize("both", TOGETHER, ids=str)
def test_broadcasting_in_every_position(kind, both):
    for middles in (both, both[::-1]):
        cases = cases_of(kind, *middles)
        assert cases, f"{kind.name} refuses {middles}"
        for case in cases[:2]:
            holds(case)
