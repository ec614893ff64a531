"""Operations are counted by running a module's own code on arrays that count."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph
from runtime import Engine
from runtime.tangents import counting
from runtime.tangents.counting import Counted, Counting, Tally, count_forward, count_jvp, count_vjp
from tests.canvas_desk import by_hand
from tests.catalogue_cases import all_cases

COMPUTING = {
    case.module.name: case
    for case in reversed(all_cases())
    if case.computes and not case.module.leads_out
}


def ran(case):
    trace = Engine(case.graph(), partial=True).run()
    (record,) = (r for r in trace.records.values() if r.step.module.name == case.module.name)
    return record


@pytest.mark.parametrize("name", sorted(COMPUTING))
def test_counting_changes_no_number(name):
    record, tally = ran(COMPUTING[name]), Tally()
    ctx = counting._context(record, tally)
    with np.errstate(all="ignore"):
        outs = record.step.module.forward(ctx, counting._arrays(record.ins, tally))
    for out, expected in zip(outs, record.outs, strict=True):
        np.testing.assert_array_equal(np.asarray(out), np.asarray(expected))
    assert count_forward(record) == tally.operations


def linear(batch: int, features: int, out: int, bias: bool = True):
    graph = Graph()
    graph.add("Input", "x", shape=(batch, features))
    graph.set_tensor("x.y", np.ones((batch, features)))
    graph.add("Linear", "h", out_features=out, bias=bias)
    graph.connect("x.y", "h.x")
    return Engine(graph).run(phase="forward").records["h"]


def test_a_linear_takes_a_multiply_add_per_weight_and_sample():
    record = linear(5, 3, 4)
    assert count_forward(record) == 5 * 3 * 4 + 5 * 4
    x, weight = np.ones((5, 3)), np.ones((4, 3))
    assert count_jvp(record, (x, None, None)) == 5 * 3 * 4
    assert count_jvp(record, (x, weight, None)) == 2 * 5 * 3 * 4 + 5 * 4
    assert count_vjp(record, (np.ones((5, 4)),)) == 2 * 5 * 3 * 4 + 5 * 4


def test_the_example_by_hand_takes_an_operation_per_node():
    trace = Engine(by_hand()).run()
    assert [count_forward(record) for record in trace.records.values()] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (lambda xp, a, b: xp.einsum("ij,jk->ik", a, b.T), 4 * 3 * 4),
        (lambda xp, a, b: xp.einsum("...j,...j->...", a, b), 4 * 3),
        (lambda xp, a, b: xp.tensordot(a, b, axes=([1], [1])), 4 * 3 * 4),
        (lambda xp, a, b: xp.dot(a, b.T), 4 * 3 * 4),
        (lambda xp, a, b: a @ b.T, 4 * 3 * 4),
        (lambda xp, a, b: (a * b).sum(), 12 + 12),
        (lambda xp, a, b: xp.sum(a, axis=0) + b[0], 12 + 3),
        (lambda xp, a, b: xp.concatenate((a, b)).T[::2].copy(), 0),
        (lambda xp, a, b: xp.where(a > 0, a, b), 12),
        (lambda xp, a, b: xp.asarray(a) * xp.broadcast_to(b[0], (4, 3)), 12),
        (lambda xp, a, b: np.add.at(a, ([0, 1],), 1.0), 6),
        (lambda xp, a, b: xp.multiply(a, b, out=xp.empty((4, 3))) + 1, 24),
    ],
)
def test_each_kind_of_work_is_counted(work, expected):
    tally = Tally()
    xp = Counting(tally)
    a, b = xp.asarray(np.ones((4, 3))), xp.asarray(np.ones((4, 3)))
    assert isinstance(a, Counted)
    work(xp, a, b)
    assert tally.operations == expected
