"""How much a map stretches at most: never less than its largest singular value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.maps import Dense, Diagonal, Kronecker, OneSample, Product
from runtime.maps import bounds as subject
from runtime.maps.bounds import stretch_bound
from tests.catalogue_cases import computing_cases
from tests.maps_strategy import EVERY_CLASS
from tests.test_maps_catalogue import jacobians


def largest(matrix: np.ndarray) -> float:
    return float(np.linalg.svd(matrix.astype("float64"), compute_uv=False).max(initial=0.0))


def rounding(made) -> float:
    return 64 * float(np.finfo(made.dtype).eps)


@pytest.mark.parametrize("kind", EVERY_CLASS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_small_maps_have_their_norm(kind, data):
    made, _ = data.draw(EVERY_CLASS[kind])
    exact = largest(made.dense())
    assert stretch_bound(made) == pytest.approx(exact, rel=rounding(made), abs=1e-12)


@pytest.mark.parametrize("kind", EVERY_CLASS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_large_maps_have_a_bound(kind, data):
    """As if nothing could be factored."""
    made, _ = data.draw(EVERY_CLASS[kind])
    exact = largest(made.dense())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subject, "FACTOR_WORK", -1)
        found = stretch_bound(made)
    assert exact <= found * (1 + rounding(made)) + 1e-12
    assert np.isfinite(found) or isinstance(made, OneSample)  # its block is read entry by entry


@pytest.mark.parametrize("case", computing_cases(), ids=str)
def test_every_jacobian_of_the_catalogue(case):
    for made, matrix in jacobians(case):
        if np.isfinite(matrix).all():
            exact = largest(matrix) if matrix.size else 0.0
            assert exact <= stretch_bound(made) * (1 + rounding(made)) + 1e-12
        else:
            assert stretch_bound(made) == np.inf


def test_a_layer_on_a_batch_has_the_norm_of_its_weight():
    weight = np.random.RandomState(0).standard_normal((40, 60))
    made = Kronecker((500, 40), (500, 60), [weight], "oi,...i->...o")
    assert stretch_bound(made) == pytest.approx(largest(weight))


def test_products_are_bounded_by_their_parts():
    random = np.random.RandomState(0)
    first, second = (Dense((400,), (400,), random.standard_normal((400, 400))) for _ in range(2))
    made = Product(first, Product(Diagonal((400,), random.standard_normal(400)), second))
    assert largest(made.dense(10**9)) <= stretch_bound(made)
    assert stretch_bound(made) == pytest.approx(
        stretch_bound(first) * stretch_bound(made.before.after) * stretch_bound(second)
    )
