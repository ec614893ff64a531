"""Each structure against the operation whose derivative it is, written with NumPy alone."""

from __future__ import annotations

import numpy as np
import pytest

from runtime import maps

random = np.random.RandomState(7)
W = random.randn(8, 2)
X = random.randn(5, 2)


def derivative(function, shape):
    """The matrix of a linear function of a tensor of this shape."""
    size = int(np.prod(shape))
    columns = [np.asarray(function(unit.reshape(shape))).reshape(-1) for unit in np.eye(size)]
    return np.array(columns).T.reshape(-1, size)


def assert_is(made, function):
    expected = derivative(function, made.in_shape)
    np.testing.assert_allclose(made.dense(), expected, rtol=1e-14, atol=1e-14)


def test_linear_on_a_batch():
    of_x = maps.contraction((5, 8), (5, 2), [W], "oi,...i->...o")
    of_weight = maps.contraction((5, 8), (8, 2), [X], "...i,oi->...o")
    of_bias = maps.contraction((5, 8), (8,), [], "o->...o")
    np.testing.assert_array_equal(of_x.dense(), np.kron(np.eye(5), W))
    stack = np.vstack([np.kron(np.eye(8), sample[None, :]) for sample in X])
    np.testing.assert_array_equal(of_weight.dense(), stack)
    np.testing.assert_array_equal(of_bias.dense(), np.kron(np.ones((5, 1)), np.eye(8)))
    assert {made.structure for made in (of_x, of_weight, of_bias)} == {"kronecker"}
    assert [made.stored for made in (of_x, of_weight, of_bias)] == [16, 10, 0]
    assert of_x.describe() == "I₅ ⊗ 8×2"
    assert of_weight.describe() == "5 × (I₈ ⊗ 1×2)"
    assert of_bias.describe() == "1₅ ⊗ I₈"


def test_linear_without_a_batch():
    of_x = maps.contraction((8,), (2,), [W], "oi,...i->...o")
    assert of_x.structure == "dense"
    assert np.shares_memory(of_x.matrix, W)
    of_weight = maps.contraction((8,), (8, 2), [X[0]], "...i,oi->...o")
    np.testing.assert_array_equal(of_weight.dense(), np.kron(np.eye(8), X[:1]))
    assert maps.contraction((8,), (8,), [], "o->...o").structure == "identity"


@pytest.mark.parametrize("lead", [(3, 5), (1,), (2, 1, 2)])
def test_linear_on_more_axes(lead):
    x, weight = random.randn(*lead, 2), random.randn(4, 2)
    out_shape = (*lead, 4)
    assert_is(
        maps.contraction(out_shape, x.shape, [weight], "oi,...i->...o"), lambda t: t @ weight.T
    )
    assert_is(maps.contraction(out_shape, (4, 2), [x], "...i,oi->...o"), lambda t: x @ t.T)
    assert_is(maps.contraction(out_shape, (4,), [], "o->...o"), lambda t: np.zeros(out_shape) + t)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((3, 4), (4, 2)),
        ((2, 3, 4), (2, 4, 2)),
        ((2, 3, 4), (4, 2)),
        ((3, 4), (2, 4, 2)),
        ((2, 1, 3, 4), (3, 4, 2)),
        ((1, 3, 4), (2, 4, 1)),
    ],
)
def test_matmul_with_batch_axes(left, right):
    a, b = random.randn(*left), random.randn(*right)
    shape = (a @ b).shape
    of_a = maps.contraction(shape, left, [b], "...kj,...ik->...ij")
    of_b = maps.contraction(shape, right, [a], "...ik,...kj->...ij")
    assert_is(of_a, lambda t: t @ b)
    assert_is(of_b, lambda t: a @ t)
    assert (of_a.structure, of_a.stored) == ("kronecker", b.size)
    assert (of_b.structure, of_b.stored) == ("kronecker", a.size)


def test_matmul_of_vectors():
    a, b, matrix = random.randn(4), random.randn(4), random.randn(4, 3)
    assert_is(maps.contraction((), (4,), [a], "k,k->"), lambda t: a @ t)
    assert_is(maps.contraction((3,), (4,), [matrix], "...kj,k->...j"), lambda t: t @ matrix)
    assert_is(maps.contraction((3,), (4, 3), [a], "k,...kj->...j"), lambda t: a @ t)
    assert maps.contraction((), (4,), [b], "k,k->").structure == "dense"


def test_two_factors_are_both_kept_small():
    a, b = random.randn(3, 4), random.randn(5, 2)
    made = maps.Kronecker((3, 5), (4, 2), [a, b], "ik,jl,kl->ij")
    np.testing.assert_allclose(made.dense(), np.kron(a, b), rtol=1e-14)
    assert_is(made, lambda t: a @ t @ b.T)
    assert made.stored == 22
    assert made.nonzeros == 120


def softmax(x, axis):
    shifted = np.exp(x - x.max(axis, keepdims=True))
    return shifted / shifted.sum(axis, keepdims=True)


@pytest.mark.parametrize(("shape", "axis"), [((5,), 0), ((3, 5), -1), ((3, 5), 0), ((2, 3, 4), 1)])
def test_softmax_is_block_diagonal_over_rows(shape, axis):
    y = softmax(random.randn(*shape), axis)
    made = maps.LowRank(shape, diagonal=y, pairs=[(y, y)], scale=-1, axes=(axis,))
    assert_is(made, lambda t: y * (t - (y * t).sum(axis, keepdims=True)))
    row = np.moveaxis(y, axis, -1).reshape(-1, shape[axis])[-1]
    np.testing.assert_allclose(made.block(made.count - 1), np.diag(row) - np.outer(row, row))
    assert (made.structure, made.stored, made.nonzeros) == (
        "block-diagonal",
        y.size,
        y.size * shape[axis],
    )
    count = y.size // shape[axis]
    noun = "block" if count == 1 else "blocks"
    assert made.describe() == f"{count} {noun} of {shape[axis]}×{shape[axis]}"


def test_log_softmax_is_the_identity_less_a_row():
    y, one = softmax(random.randn(3, 5), 1), np.ones(())
    made = maps.LowRank((3, 5), diagonal=one, pairs=[(one, y)], scale=-1, axes=(1,))
    assert_is(made, lambda t: t - (y * t).sum(1, keepdims=True))
    assert made.stored == y.size + 1


def test_boxes_and_reorderings():
    x = np.zeros((3, 4))
    assert_is(maps.Transposed((2, 3, 4), (2, 0, -2)), lambda t: t.transpose(2, 0, 1))
    assert_is(maps.Sliced((3, 4), [slice(None, None, -2)]), lambda t: t[::-2])
    assert_is(
        maps.Placed((3, 6), [slice(None), slice(1, 5)]), lambda t: np.pad(t, [(0, 0), (1, 1)])
    )
    stacked = maps.Placed((2, 3, 4), [slice(1, 2)], in_shape=(3, 4))
    assert_is(stacked, lambda t: np.stack([x, t]))
    assert_is(maps.Sliced((3, 4), [slice(1, 2)], out_shape=(4,)), lambda t: t[1])
    gathered = maps.Selection((2, 2), (3,), np.array([[2, 0], [2, -1]]))
    assert_is(gathered, lambda t: np.array([[t[2], t[0]], [t[2], 0]]))


def test_spreading_and_summing():
    w = random.randn(3, 1)
    assert_is(maps.Broadcast((2, 3, 4), (3, 1)), lambda t: np.broadcast_to(t, (2, 3, 4)))
    assert_is(maps.Broadcast((3, 4), (4,), weights=w), lambda t: w * t)
    assert_is(maps.Reduce((3,), (2, 3, 4), (0, -1), scale=1 / 8), lambda t: t.mean((0, 2)))
    assert_is(maps.Reduce((), (3, 4), (0, 1), weights=w, scale=2), lambda t: 2 * (w * t).sum())


def test_words_on_a_plate():
    said = {
        maps.Reshaped((6,), (2, 3)): "reshape",
        maps.Scaled((3,), -0.5): "scaled by −0.5",
        maps.BlockDiagonal((2, 3), (2, 4), np.ones((2, 3, 4))): "2 blocks of 3×4",
        maps.LowRank((3,), diagonal=W[:3, 0], pairs=[(W[:3, 0], W[:3, 1])]): "rank 1 + diagonal",
        maps.contraction((2, 3, 6), (2, 4, 6), [np.ones((2, 3, 4))], "bik,bkj->bij"): (
            "2 blocks of 3×4 ⊗ I₆"
        ),
        maps.contraction((3,), (3, 4), [], "ij->i"): "I₃ ⊗ 1ᵀ₄",
    }
    assert [made.describe() for made in said] == list(said.values())
    assert repr(maps.Identity((2,))) == "<Identity [2] by [2]: identity>"
