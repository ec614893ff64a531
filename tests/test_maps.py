"""The laws that every structured linear map obeys, over random shapes, empty and rank 0 too."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime import maps
from tests.maps_strategy import BOUNDED, EVERY_CLASS

WORDS = {
    "zero", "identity", "scaled", "diagonal", "selection", "broadcast", "reduce", "block-diagonal",
    "kronecker", "low-rank", "toeplitz", "dense", "product", "sum",
}  # fmt: skip


def by_columns(made):
    """The matrix from J applied to every unit tensor."""
    units = np.eye(made.columns, dtype=made.dtype)
    columns = [made.jvp(unit.reshape(made.in_shape)).reshape(-1) for unit in units]
    return np.array(columns).reshape(made.columns, made.rows).T


def by_rows(made):
    """The matrix from J^T applied to every unit tensor."""
    units = np.eye(made.rows, dtype=made.dtype)
    rows = [made.vjp(unit.reshape(made.out_shape)).reshape(-1) for unit in units]
    return np.array(rows).reshape(made.rows, made.columns)


def whole_numbers(shape, seed, dtype):
    return np.random.RandomState(seed).randint(-3, 4, shape).astype(dtype)


def test_every_class_has_a_strategy():
    made = {
        kind
        for kind in vars(maps).values()
        if inspect.isclass(kind) and issubclass(kind, maps.LinearMap)
    }
    assert {kind for kind in made if not inspect.isabstract(kind)} == set(EVERY_CLASS)


@pytest.mark.parametrize("kind", EVERY_CLASS, ids=lambda kind: kind.__name__)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_laws(kind, data):
    made, stored = data.draw(EVERY_CLASS[kind])
    assert type(made) is kind
    assert made.structure in WORDS
    assert made.describe()
    assert made.shape == (made.out_shape, made.in_shape)

    matrix = made.dense()
    assert isinstance(matrix, np.ndarray)
    assert matrix.shape == (made.rows, made.columns)
    assert matrix.dtype == made.dtype
    np.testing.assert_array_equal(matrix, by_columns(made))
    np.testing.assert_array_equal(matrix, by_rows(made))

    assert made.stored == stored
    filled = np.count_nonzero(matrix)
    assert filled <= made.nonzeros <= matrix.size
    assert made.nonzeros == filled or kind in BOUNDED
    assert made.counted == (kind not in BOUNDED)
    assert made.density == (made.nonzeros / matrix.size if matrix.size else 0)


@pytest.mark.parametrize("kind", EVERY_CLASS, ids=lambda kind: kind.__name__)
@settings(max_examples=40, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_windows_and_adjoint(kind, data, seed):
    made, _ = data.draw(EVERY_CLASS[kind])
    matrix = made.dense()
    start, stop = (st.none() | st.integers(-20, 20) for _ in range(2))
    rows, columns = (slice(data.draw(start), data.draw(stop)) for _ in range(2))
    np.testing.assert_array_equal(made.window(rows, columns), matrix[rows, columns])
    assert made.window(rows, columns).dtype == made.dtype

    tangent = whole_numbers(made.in_shape, seed, made.dtype)
    gradient = whole_numbers(made.out_shape, seed + 1 & 0xFFFF, made.dtype)
    pushed, pulled = made.jvp(tangent), made.vjp(gradient)
    for result, shape in ((pushed, made.out_shape), (pulled, made.in_shape)):
        assert isinstance(result, np.ndarray)
        assert result.shape == shape
        assert result.dtype == made.dtype
    assert np.vdot(gradient, pushed) == np.vdot(pulled, tangent)
    for count in (0, 1, 3):
        tangents = whole_numbers((count, *made.in_shape), seed, made.dtype)
        gradients = whole_numbers((count, *made.out_shape), seed + 1 & 0xFFFF, made.dtype)
        for stack, one, result in (
            (tangents, made.jvp, made.jvps(tangents)),
            (gradients, made.vjp, made.vjps(gradients)),
        ):
            assert len(result) == count
            for single, found in zip(stack, result, strict=True):
                np.testing.assert_array_equal(found, one(single))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_block_is_a_window_of_its_own(data):
    made, _ = data.draw(EVERY_CLASS[maps.BlockDiagonal] | EVERY_CLASS[maps.LowRank])
    blocks = [made.block(number) for number in range(made.count)]
    assert all(block.shape == made.block_shape for block in blocks)
    total = sum(np.abs(block).sum() for block in blocks)
    assert total == np.abs(made.dense()).sum()
    with pytest.raises(IndexError, match="block: found"):
        made.block(made.count)
