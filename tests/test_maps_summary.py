"""A map's figures against numpy.linalg on its matrix, over every class."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime import maps
from runtime.maps.signs import axes_sign, permutation_sign
from runtime.maps.summary import summarise
from runtime.maps.windows import Windows
from tests.maps_figures import assert_figures
from tests.maps_strategy import EVERY_CLASS

random = np.random.RandomState(3)


@pytest.mark.parametrize("kind", EVERY_CLASS, ids=lambda kind: kind.__name__)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_figures_are_those_of_the_matrix(kind, data):
    made, _ = data.draw(EVERY_CLASS[kind])
    assert_figures(made, made.dense())


def linear(batch, out, into):
    """A Linear on a batch by its input, by its weight, by its bias."""
    x, weight = random.randn(batch, into), random.randn(out, into)
    return [
        maps.contraction((batch, out), (batch, into), [weight], "oi,...i->...o"),
        maps.contraction((batch, out), (out, into), [x], "...i,oi->...o"),
        maps.contraction((batch, out), (out,), [], "o->...o"),
    ]


def softmax(shape, axis=-1):
    powers = np.exp(random.randn(*shape))
    y = powers / powers.sum(axis, keepdims=True)
    return maps.LowRank(shape, diagonal=y, pairs=[(y, y)], scale=-1, axes=(axis,))


def log_softmax(shape):
    powers, one = np.exp(random.randn(*shape)), np.ones(())
    y = powers / powers.sum(-1, keepdims=True)
    return maps.LowRank(shape, diagonal=one, pairs=[(one, y)], scale=-1, axes=(-1,))


def normalised(shape):
    """LayerNorm without a weight."""
    x = random.randn(*shape)
    x = (x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True)
    ones, each = np.ones(()), 1 / random.rand(shape[0], 1)
    pairs = [(each * ones, ones), (each * x, x)]
    return maps.LowRank(shape, diagonal=each, pairs=pairs, scale=-1 / shape[-1], axes=(-1,))


def convolution(count=1, out=4, into=4, size=6, groups=1, turned=False):
    weight = random.randn(out, into // groups, 3, 3)
    slide = Windows((size,) * 2, (size,) * 2, (3, 3), (1, 1), (1, 1), (1, 1))
    return maps.Toeplitz(count, weight, slide, groups=groups, transposed=turned)


SPECIAL = {
    "linear by x": lambda: linear(5, 4, 4)[0],
    "linear by x, wide": lambda: linear(5, 3, 7)[0],
    "linear by weight": lambda: linear(6, 4, 6)[1],
    "linear by bias": lambda: linear(6, 4, 6)[2],
    "matmul": lambda: maps.contraction(
        (3, 4, 5), (3, 4, 6), [random.randn(3, 6, 5)], "...kj,...ik->...ij"
    ),
    "matmul, square": lambda: maps.contraction(
        (3, 6, 5), (3, 6, 5), [random.randn(3, 6, 6)], "bik,bkj->bij"
    ),
    "two factors": lambda: maps.Kronecker(
        (3, 5), (5, 3), [random.randn(3, 3), random.randn(5, 5)], "ik,jl,lk->ij"
    ),
    "factors that overlap": lambda: maps.Kronecker(
        (3, 2), (3, 4), [random.randn(3, 2), random.randn(2, 4), random.randn(3)], "bi,ij,b,bj->bi"
    ),
    "softmax": lambda: softmax((4, 6)),
    "softmax along the first axis": lambda: softmax((6, 4), 0),
    "log softmax": lambda: log_softmax((3, 7)),
    "layer norm": lambda: normalised((3, 8)),
    "rank one": lambda: maps.LowRank(
        (5,), diagonal=random.randn(5), pairs=[(random.randn(5), random.randn(5))]
    ),
    "blocks with their axes apart": lambda: maps.BlockDiagonal(
        (3, 2, 3), (3, 3, 2), random.randn(2, 9, 9), out_axes=(0, 2), in_axes=(1, 0)
    ),
    "convolution": convolution,
    "convolution of a batch": lambda: convolution(count=3, out=2, into=2, size=4),
    "convolution in groups": lambda: convolution(count=2, groups=2, size=4),
    "transposed convolution": lambda: convolution(size=4, turned=True),
    "product of orders": lambda: maps.compose(
        maps.Transposed((2, 3, 4), (2, 0, 1)),
        maps.compose(
            maps.Reshaped((2, 3, 4), (24,)), maps.Dense((24,), (24,), random.randn(24, 24))
        ),
    ),
    "permutation with weights": lambda: maps.Selection(
        (7,), (7,), random.permutation(7), weights=random.randn(7)
    ),
    "tall": lambda: maps.Dense((70,), (3,), random.randn(70, 3)),
    "rank deficient": lambda: maps.Dense((9,), (9,), random.randn(9, 4) @ random.randn(4, 9)),
}


@pytest.mark.parametrize("name", SPECIAL)
def test_figures_of_what_modules_have(name):
    made = SPECIAL[name]()
    assert_figures(made, made.dense())


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_signs_of_orders_of_axes(data):
    shape = tuple(data.draw(st.lists(st.integers(1, 4), max_size=4)))
    order = data.draw(st.permutations(range(len(shape))))
    index = np.arange(math.prod(shape)).reshape(shape).transpose(order).reshape(-1)
    expected = round(np.linalg.det(np.eye(len(index))[index]))
    assert axes_sign(shape, order) == expected
    assert permutation_sign(index) == expected


def test_a_kernel_alone_is_taken_apart():
    slide = Windows((4, 5), (3, 4), (2, 2), (1, 1), (0, 0), (1, 1))
    for groups, turned in itertools.product((1, 2), (False, True)):
        spots = slide.out if turned else slide.size
        x = random.randn(3, 4, *spots)
        made = maps.KernelToeplitz(x, 6, slide, groups=groups, transposed=turned)
        assert_figures(made, made.dense())


def test_a_square_kernel_map_has_its_sign():
    """12 kernel entries and 12 outputs, whose orders differ by sample, group and channel."""
    slide = Windows((3,), (2,), (2,), (1,), (0,), (1,))
    for turned, shape in ((False, (3, 6, 3)), (True, (2, 6, 2))):
        found = [
            maps.KernelToeplitz(random.randn(*shape), 6, slide, groups=groups, transposed=turned)
            for groups in (1, 2, 3)
        ]
        for made in (one for one in found if one.rows == one.columns):
            assert_figures(made, made.dense())


def test_singular_blocks_beside_small_ones():
    """A block of small numbers is not singular because another has large ones."""
    blocks = np.stack([np.eye(2) * 1e-20, np.eye(2)])
    found = summarise(maps.BlockDiagonal((2, 2), (2, 2), blocks))
    assert found.determinant == (1, pytest.approx(-40 * math.log(10)))
    assert found.condition == pytest.approx(1e20)
    assert found.rank == 2


def test_float32_has_its_own_precision():
    matrix = np.diag([1, 1e-9]).astype("float32") @ np.ones((2, 2), "float32")
    made = maps.Dense((2,), (2,), matrix + np.diag([0, 1e-8]).astype("float32"))
    assert summarise(made).rank == 1
    assert summarise(made).condition == math.inf
    assert summarise(maps.Dense((2,), (2,), made.matrix.astype("float64"))).rank == 2


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nothing_is_said_of_what_is_not_finite(bad):
    numbers = np.array([1.0, bad, 2.0])
    square = np.diag(numbers)
    for made in (
        maps.Diagonal((3,), numbers),
        maps.Dense((3,), (3,), square),
        maps.Broadcast((2, 3), (3,), weights=numbers),
        maps.Reduce((), (3,), (0,), weights=numbers),
        maps.LowRank((3,), diagonal=numbers, pairs=[(numbers, numbers)]),
        maps.Kronecker((2, 3), (2, 3), [square], "ij,bj->bi"),
        maps.BlockDiagonal((1, 3), (1, 3), square),
        maps.Product(maps.Dense((3,), (3,), square), maps.Dense((3,), (3,), np.eye(3))),
    ):
        found = summarise(made)
        assert (found.norm, found.rank, found.singular_values, found.condition) == (None,) * 4
        assert found.how == "Some entries are not finite numbers, so that nothing can be said."
