"""Each rule for two maps in a row: right as a matrix, one structure, no more stored than before."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime import maps
from runtime.maps.linear_map import LinearMap
from tests.maps_strategy import EVERY_CLASS, arrays, narrower, seeds

some = st.integers(1, 4)
maybe = st.booleans()
shapes = st.lists(some, max_size=3).map(tuple)


@st.composite
def selection(draw, out_shape, in_shape, weighs=maybe):
    random = np.random.RandomState(draw(seeds))
    index = random.randint(-1, math.prod(in_shape), out_shape)
    weights = draw(arrays(draw(narrower(out_shape)))) if draw(weighs) else None
    return maps.Selection(out_shape, in_shape, index, weights=weights)


@st.composite
def diagonal(draw, shape):
    return maps.Diagonal(shape, draw(arrays(shape)))


@st.composite
def broadcast(draw, shape):
    return maps.Broadcast(shape, draw(narrower(shape)))


@st.composite
def diagonal_and_selection(draw):
    shape = draw(shapes)
    return draw(diagonal(shape)), draw(selection(shape, draw(shapes)))


@st.composite
def selection_and_diagonal(draw):
    shape = draw(shapes)
    return draw(selection(draw(shapes), shape)), draw(diagonal(shape))


@st.composite
def selections(draw):
    shape = draw(shapes)
    return draw(selection(draw(shapes), shape)), draw(selection(shape, draw(shapes)))


@st.composite
def selection_and_order(draw):
    shape = draw(shapes)
    before = draw(
        st.sampled_from(
            [
                maps.Transposed(shape[::-1], range(len(shape))[::-1]),
                maps.Reshaped(shape, (1, *shape)),
                maps.Placed(shape, []),
            ]
        )
    )
    return draw(selection(draw(shapes), shape)), before


@st.composite
def order_and_selection(draw):
    shape = draw(shapes)
    after = draw(
        st.sampled_from(
            [
                maps.Transposed(shape, range(len(shape))[::-1]),
                maps.Reshaped((*shape, 1), shape),
                maps.Sliced(shape, [slice(None, None, -1)] * len(shape)),
            ]
        )
    )
    return after, draw(selection(shape, draw(shapes), st.just(value=False)))


@st.composite
def transposed(draw):
    shape = draw(shapes)
    before = maps.Transposed(shape, draw(st.permutations(range(len(shape)))))
    return maps.Transposed(before.out_shape, draw(st.permutations(range(len(shape))))), before


@st.composite
def diagonal_and_broadcast(draw):
    shape = draw(shapes)
    return draw(diagonal(shape)), draw(broadcast(shape))


@st.composite
def broadcast_and_diagonal(draw):
    after = draw(broadcast(draw(shapes)))
    return after, draw(diagonal(after.in_shape))


@st.composite
def broadcasts(draw):
    after = draw(broadcast(draw(shapes)))
    return after, draw(broadcast(after.in_shape))


def summed(shape, axes, kept):
    return tuple(
        1 if axis in axes else size for axis, size in enumerate(shape) if kept or axis not in axes
    )


@st.composite
def reductions(draw):
    shape = draw(shapes)
    axes = draw(st.sets(st.sampled_from(range(len(shape))))) if shape else set()
    weights = draw(arrays(shape)) if draw(st.booleans()) else None
    middle = summed(shape, axes, draw(st.booleans()))
    before = maps.Reduce(middle, shape, sorted(axes), weights=weights)
    others = draw(st.sets(st.sampled_from(range(len(middle))))) if middle else set()
    after = maps.Reduce(summed(middle, others, kept=False), middle, sorted(others))
    return after, before


@st.composite
def copies_summed(draw):
    before = draw(broadcast(draw(shapes)))
    shape = before.out_shape
    if draw(st.booleans()):
        before = before.weighted(draw(arrays(shape)))
    weights = draw(arrays(draw(narrower(shape)))) if draw(st.booleans()) else None
    return maps.Reduce(before.in_shape, shape, before.copied, weights=weights), before


@st.composite
def shape_and_dense(draw):
    out, into = draw(shapes), draw(shapes)
    made = maps.Dense(out, into, draw(arrays((*out, *into))))
    if draw(st.booleans()):
        return maps.Reshaped((*out, 1), out), made
    return made, maps.Reshaped(into, (1, *into))


@st.composite
def blocks(draw, out_shape, in_shape, out_axes, in_axes):
    count = math.prod(size for axis, size in enumerate(out_shape) if axis not in out_axes)
    rows, columns = (
        math.prod(shape[axis] for axis in axes)
        for shape, axes in ((out_shape, out_axes), (in_shape, in_axes))
    )
    made = draw(arrays((count, rows, columns)))
    return maps.BlockDiagonal(out_shape, in_shape, made, out_axes=out_axes, in_axes=in_axes)


@st.composite
def diagonal_and_blocks(draw):
    n, p, q = (draw(some) for _ in range(3))
    made = draw(blocks((p, n), (n, q), (0,), (1,)))
    if draw(st.booleans()):
        return maps.Diagonal((p, n), draw(arrays(draw(narrower((p, n)))))), made
    return made, maps.Diagonal((n, q), draw(arrays(draw(narrower((n, q))))))


@st.composite
def blocks_of_blocks(draw):
    n, p, q = (draw(some) for _ in range(3))
    middle = draw(st.integers(max(p, q), 6))  # narrower would store less apart
    after = draw(blocks((p, n), (n, middle), (0,), (1,)))
    return after, draw(blocks((n, middle), (n, q), (1,), (1,)))


@st.composite
def diagonal_and_low_rank(draw):
    shape = draw(st.lists(some, min_size=1, max_size=2).map(tuple))
    y = draw(arrays(shape))
    made = maps.LowRank(shape, diagonal=y, pairs=[(y, y)], scale=-1, axes=(-1,))
    by = draw(diagonal(shape))
    return (by, made) if draw(st.booleans()) else (made, by)


@st.composite
def linear_on_linear(draw):
    """Two Linears on a batch; the layer between is at least as wide as one beside it."""
    batch, wide = draw(st.integers(2, 4)), draw(st.integers(2, 5))
    into, out = draw(st.integers(2, wide)), draw(st.integers(2, wide))
    second, first = draw(arrays((out, wide))), draw(arrays((wide, into)))
    after = maps.contraction((batch, out), (batch, wide), [second], "oi,...i->...o")
    return after, maps.contraction((batch, wide), (batch, into), [first], "oi,...i->...o")


@st.composite
def kronecker_on_kronecker(draw):
    """A B^T on both sides of a matrix, then on both sides again."""
    p, q = (draw(st.integers(2, 4)) for _ in range(2))
    left, right = draw(arrays((2, p, p))), draw(arrays((2, q, q)))
    text = "ik,jl,kl->ij"
    return tuple(maps.Kronecker((p, q), (p, q), [left[at], right[at]], text) for at in range(2))


RULES = {
    "diagonal, selection": (diagonal_and_selection(), "selection"),
    "selection, diagonal": (selection_and_diagonal(), "selection"),
    "selection, selection": (selections(), "selection"),
    "selection, order": (selection_and_order(), "selection"),
    "order, selection": (order_and_selection(), "selection"),
    "transpose, transpose": (transposed(), "selection identity"),
    "diagonal, broadcast": (diagonal_and_broadcast(), "broadcast"),
    "broadcast, diagonal": (broadcast_and_diagonal(), "broadcast"),
    "broadcast, broadcast": (broadcasts(), "broadcast"),
    "reduce, reduce": (reductions(), "reduce"),
    "reduce, broadcast": (copies_summed(), "scaled diagonal"),
    "reshape, dense": (shape_and_dense(), "dense"),
    "diagonal, block-diagonal": (diagonal_and_blocks(), "block-diagonal"),
    "block-diagonal, block-diagonal": (blocks_of_blocks(), "block-diagonal"),
    "diagonal, low-rank": (diagonal_and_low_rank(), "block-diagonal"),
    "linear, linear": (linear_on_linear(), "kronecker"),
    "kronecker, kronecker": (kronecker_on_kronecker(), "kronecker"),
}


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_a_rule(name, data):
    pair, words = RULES[name]
    after, before = data.draw(pair)
    made = maps.compose(after, before)
    assert made.structure in words.split()
    assert made.shape == (after.out_shape, before.in_shape)
    np.testing.assert_array_equal(made.dense(), after.dense() @ before.dense())
    a_weight_a_row = made.rows if isinstance(made, maps.Selection) else 0
    a_number = 1 if isinstance(made, maps.Scaled) else 0
    if name != "reduce, broadcast":  # weights of all copies become one number for each
        assert made.stored <= after.stored + before.stored + a_weight_a_row + a_number
    assert made.stored <= max(after.stored + before.stored, 2 * made.rows)


@pytest.mark.parametrize("kind", EVERY_CLASS, ids=lambda kind: kind.__name__)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_zero_identity_and_a_number_with_anything(kind, data):
    made, _ = data.draw(EVERY_CLASS[kind])
    out, into = made.out_shape, made.in_shape
    assert maps.compose(maps.Identity(out), made).structure in (made.structure, "zero")
    assert maps.compose(made, maps.Zero(into, (2, 3))).structure == "zero"
    for pair in ((maps.Scaled(out, -2), made), (made, maps.Scaled(into, 3))):
        found = maps.compose(*pair)
        np.testing.assert_array_equal(found.dense(), pair[0].dense() @ pair[1].dense())
        assert found.stored <= made.stored + 1


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_chain_stays_right_however_it_is_put_together(data):
    shape = data.draw(shapes)
    kinds = st.sampled_from(("diagonal", "selection", "dense", "transposed", "scaled", "reshaped"))

    def one(kind):
        size = math.prod(shape)
        return {
            "diagonal": lambda: data.draw(diagonal(shape)),
            "selection": lambda: data.draw(selection(shape, shape)),
            "dense": lambda: maps.Dense(shape, shape, data.draw(arrays((size, size)))),
            "transposed": lambda: maps.Selection(shape, shape, np.arange(size)[::-1]),
            "scaled": lambda: maps.Scaled(shape, 2),
            "reshaped": lambda: maps.Reshaped(shape, shape),
        }[kind]()

    links = [one(kind) for kind in data.draw(st.lists(kinds, min_size=2, max_size=5))]
    matrix = np.linalg.multi_dot([link.dense() for link in links])
    left, right = links[0], links[-1]
    for link in links[1:]:
        left = maps.compose(left, link)
    for link in links[-2::-1]:
        right = maps.compose(link, right)
    np.testing.assert_array_equal(left.dense(), matrix)
    np.testing.assert_array_equal(right.dense(), matrix)


def test_what_would_grow_stays_apart():
    tall, flat = np.ones((1000, 1)), np.ones((1, 1000))
    weighted = maps.Broadcast((1000, 1000), (1000,), weights=tall)
    made = maps.compose(maps.Diagonal((1000, 1000), flat), weighted)
    assert (made.structure, made.stored) == ("product", 2000)
    narrow = [np.ones((300, 2)), np.ones((2, 300))]
    linear = [
        maps.contraction((5, *ends[:1]), (5, *ends[1:]), [weight], "oi,...i->...o")
        for ends, weight in zip(((300, 2), (2, 300)), narrow, strict=True)
    ]
    assert maps.compose(*linear).stored == 1200
    columns = maps.BlockDiagonal((4, 90), (4, 1), np.ones((4, 90, 1)))
    rows = maps.BlockDiagonal((4, 1), (4, 90), np.ones((4, 1, 90)))
    assert maps.compose(columns, rows).structure == "product"
    assert maps.compose(rows, columns).structure == "block-diagonal"
    copies = maps.Broadcast((900, 9), (9,))
    assert maps.compose(copies, maps.Selection((9,), (9,), np.arange(9))).stored == 9


def test_a_product_is_simplified_next_to_its_neighbour():
    dense = maps.Dense((3,), (3,), np.arange(9.0))
    twice = maps.Diagonal((3,), np.array([1.0, 2, 3]))
    product = maps.compose(twice, dense)
    assert len(maps.compose(twice, product).parts) == 2
    assert len(maps.compose(maps.compose(dense, twice), twice).parts) == 2
    assert isinstance(product, LinearMap)
