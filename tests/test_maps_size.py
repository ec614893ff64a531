"""Large maps cost what they store, and what cannot be is refused with a sentence."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from graph.errors import GradwireError
from runtime import maps

MILLION = 1_000_000


@pytest.fixture
def peak():
    """A function that gives the most bytes allocated since it was last asked."""
    tracemalloc.start()

    def read():
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        return most

    yield read
    tracemalloc.stop()


def test_a_million_sized_diagonal_costs_a_vector(peak):
    made = maps.Diagonal((MILLION,), np.ones(MILLION))
    made.vjp(made.jvp(np.ones(MILLION)))
    window = made.window(slice(999_990, None), slice(999_980, MILLION))
    assert window.shape == (10, 20)
    assert window.sum() == 10
    assert made.nonzeros == made.stored == MILLION
    assert made.density == 1 / MILLION
    assert peak() < 50 * MILLION


def test_its_dense_form_is_refused_before_it_is_built(peak):
    made = maps.Diagonal((MILLION,), np.ones(MILLION))
    peak()
    with pytest.raises(maps.TooLarge) as caught:
        made.dense()
    assert peak() < 9 * MILLION
    assert isinstance(caught.value, GradwireError)
    assert str(caught.value).replace("\u2009", "") == (
        "dense 1000000 × 1000000 matrix: found 1000000000000 entries (7.28 TiB), "
        "expected at most 1000000 (7.63 MiB). Read a window of rows and columns instead."
    )
    assert (caught.value.entries, caught.value.bytes) == (10**12, 8 * 10**12)


def test_the_budget_is_the_callers():
    made = maps.Identity((1000,), dtype="float32")
    assert made.dense().nbytes == 4 * MILLION
    with pytest.raises(maps.TooLarge, match="expected at most 999\u2009999 "):
        made.dense(budget=MILLION - 1)
    assert maps.Identity((1001,)).dense(budget=2 * MILLION).shape == (1001, 1001)


LARGE = {
    "linear": lambda: maps.contraction(
        (4096, 4096), (4096, 4096), [np.ones((4096, 4096), "float32")], "...i,oi->...o"
    ),
    "softmax": lambda: maps.LowRank(
        (1000, 1000),
        diagonal=np.ones(()),
        pairs=[(np.ones(()), np.ones((1000, 1000)))],
        axes=(0,),
    ),
    "transpose": lambda: maps.Transposed((1000, 1000), (1, 0)),
    "reduce": lambda: maps.Reduce((), (10**9,), (0,), scale=1e-9),
    "broadcast": lambda: maps.Broadcast((10**6, 10**6), (10**6,)),
    "product": lambda: maps.Product(
        maps.Reduce((), (1001, 1000), (0, 1)), maps.Transposed((1000, 1001), (1, 0))
    ),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_window_does_not_build_the_rest(name, peak):
    made = LARGE[name]()
    tracemalloc.clear_traces()  # what the map holds does not count
    window = made.window(slice(0, 30), slice(5, 45))
    assert window.shape == (min(30, made.rows), 40)
    assert peak() < 30 * MILLION
    with pytest.raises(maps.TooLarge):
        made.dense()


def test_wrong_shapes_and_steps_are_refused():
    made = maps.Dense((2,), (3,), np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"found shape \(2,\), expected \(3,\)"):
        made.jvp(np.ones(2))
    with pytest.raises(ValueError, match=r"found shape \(3,\), expected \(2,\)"):
        made.vjp(np.ones(3))
    with pytest.raises(ValueError, match="expected step 1"):
        made.window(slice(None, None, 2), slice(None))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: maps.Diagonal((3,), np.ones(2)), "broadcast"),
        (lambda: maps.Broadcast((3,), (2,)), "broadcast: found"),
        (lambda: maps.Broadcast((3,), (1, 3)), "broadcast: found"),
        (lambda: maps.Reduce((2,), (2, 3), (0,)), "reduce: found"),
        (lambda: maps.Reduce((2,), (2, 3), (1, -1)), "axes: found"),
        (lambda: maps.Transposed((2, 3), (0,)), "expected all axes"),
        (lambda: maps.Reshaped((2,), (3,)), "reshape: found"),
        (lambda: maps.Placed((4,), [slice(1)], in_shape=(3,)), "slice: found"),
        (lambda: maps.Selection((1,), (3,), np.array([3])), "index: found"),
        (lambda: maps.BlockDiagonal((2, 3), (4, 3), np.ones(18)), "blocks: found"),
        (lambda: maps.Kronecker((3,), (3,), [], "i,i->i"), "found 3 terms"),
        (lambda: maps.Kronecker((3,), (3,), [], "ij->i"), "expected axes ij"),
        (lambda: maps.Kronecker((3,), (3, 3), [], "ii->i"), "a label twice"),
        (lambda: maps.Kronecker((3,), (2,), [], "i->i"), "found sizes"),
        (lambda: maps.Kronecker((1,), (2,), [], "i->i"), "found output"),
        (lambda: maps.Kronecker((3,), (3,), [np.ones((3, 2))], "ik,i->i"), "contract them first"),
    ],
)
def test_maps_that_cannot_be_are_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()
