"""Composing and adding maps: right as matrices, and as simple as they can be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from runtime import maps
from tests.maps_strategy import alike, meeting

A = np.arange(6.0).reshape(2, 3)


@settings(max_examples=200, deadline=None)
@given(pair=meeting())
def test_compose_is_the_matrix_product(pair):
    after, before = pair
    made = maps.compose(after, before)
    assert made.shape == (after.out_shape, before.in_shape)
    np.testing.assert_array_equal(made.dense(), after.dense() @ before.dense())


@settings(max_examples=200, deadline=None)
@given(pair=alike())
def test_add_is_the_matrix_sum(pair):
    first, second = pair
    made = maps.add(first, second)
    assert made.shape == first.shape
    np.testing.assert_array_equal(made.dense(), first.dense() + second.dense())


def test_zero_and_identity_disappear():
    dense = maps.Dense((2,), (3,), A)
    assert maps.compose(maps.Identity((2,)), dense) is dense
    assert maps.compose(dense, maps.Identity((3,))) is dense
    nothing = maps.compose(dense, maps.Zero((3,), (4, 5)))
    assert (nothing.structure, nothing.shape) == ("zero", ((2,), (4, 5)))
    assert maps.add(maps.Zero((2,), (3,)), dense) is dense
    assert maps.add(dense, maps.Zero((2,), (3,))) is dense


def test_pointwise_maps_become_one():
    scaled, diagonal = maps.Scaled((3,), 2), maps.Diagonal((3,), A[0])
    assert maps.compose(scaled, maps.Scaled((3,), -3)).scale == -6
    assert maps.compose(scaled, maps.Scaled((3,), -3)).describe() == "scaled by −6"
    np.testing.assert_array_equal(maps.compose(scaled, diagonal).factors, 2 * A[0])
    np.testing.assert_array_equal(maps.compose(diagonal, diagonal).factors, A[0] ** 2)
    assert maps.add(maps.Identity((3,)), maps.Identity((3,))).scale == 2
    np.testing.assert_array_equal(maps.add(maps.Identity((3,)), diagonal).factors, 1 + A[0])


def test_scalars_stay_diagonal():
    three, two = (maps.Diagonal((), np.array(value)) for value in (3.0, 2.0))
    made = maps.compose(three, two)
    assert (made.structure, made.stored, made.dense().tolist()) == ("diagonal", 1, [[6.0]])


@pytest.mark.parametrize(
    ("after", "before", "word"),
    [
        (maps.Diagonal((2, 3), A), maps.Broadcast((2, 3), (3,)), "broadcast"),
        (maps.Scaled((2, 3), 2), maps.Broadcast((2, 3), (1, 3), weights=A), "broadcast"),
        (maps.Diagonal((3,), A[0]), maps.Selection((3,), (5,), np.array([4, -1, 4])), "selection"),
        (maps.Reduce((2,), (2, 3), (1,)), maps.Diagonal((2, 3), A), "reduce"),
        (maps.Reduce((), (2, 3), (0, 1), scale=0.5), maps.Scaled((2, 3), 4), "reduce"),
        (maps.Reshaped((6,), (3, 2)), maps.Reshaped((3, 2), (2, 3)), "selection"),
    ],
)
def test_weights_are_taken_up(after, before, word):
    made = maps.compose(after, before)
    assert made.structure == word
    np.testing.assert_array_equal(made.dense(), after.dense() @ before.dense())


def test_what_stays_apart_names_its_parts():
    dense = maps.Dense((3,), (3,), np.eye(3))
    product = maps.compose(dense, maps.Diagonal((3,), A[0]))
    assert (product.structure, product.describe()) == ("product", "dense · diagonal")
    longer = maps.compose(product, dense)
    assert (len(longer.parts), longer.describe()) == (3, "product of 3")
    total = maps.add(dense, maps.Identity((3,)))
    assert (total.structure, total.describe()) == ("sum", "dense + identity")
    assert maps.add(total, total).describe() == "sum of 4"


def test_shapes_that_do_not_meet_are_refused():
    with pytest.raises(ValueError, match="shapes that meet"):
        maps.compose(maps.Identity((3,)), maps.Identity((1,)))
    with pytest.raises(ValueError, match="expected one shape"):
        maps.add(maps.Identity((3,)), maps.Identity((1,)))
