"""What a summary must say of a matrix that can be built."""

from __future__ import annotations

import math

import numpy as np
import pytest

from runtime.maps.summary import summarise


def assert_figures(made, matrix):
    """All figures of the summary, against LAPACK on the matrix."""
    found = summarise(made)
    matrix = matrix.astype("float64")
    eps = np.finfo(made.dtype).eps
    assert found.how.endswith(".")
    if not matrix.size:
        assert (found.norm, found.sparsity, found.rank, found.condition) == (0, None, 0, None)
        assert found.determinant == ((1, 0) if matrix.shape == (0, 0) else None)
        return found
    values = np.linalg.svd(matrix, compute_uv=False)
    assert found.complete
    assert found.singular_values.shape == values.shape
    np.testing.assert_allclose(found.singular_values, values, rtol=1e-9, atol=1e-12 * values[0])
    assert found.norm == pytest.approx(np.linalg.norm(matrix), rel=1e-12)
    assert found.sparsity == pytest.approx(1 - np.count_nonzero(matrix) / matrix.size)
    assert found.rank == np.linalg.matrix_rank(matrix, rtol=max(matrix.shape) * eps)
    if values[-1] > 1e-12 * values[0]:
        assert found.condition == pytest.approx(values[0] / values[-1], rel=1e-7)
    else:
        assert found.condition == math.inf
    assert_determinant(found.determinant, matrix, values)
    return found


def assert_determinant(found, matrix, values):
    if matrix.shape[0] != matrix.shape[1]:
        assert found is None
    elif values[-1] <= 1e-12 * values[0]:
        assert found == (0, -math.inf)
    else:
        sign, logarithm = np.linalg.slogdet(matrix)
        assert found[0] == sign
        assert found[1] == pytest.approx(logarithm, abs=1e-8)
