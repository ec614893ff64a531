"""The figures and the picture of every Jacobian of every module in its examples."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.maps.overview import overview
from runtime.maps.summary import summarise
from tests.catalogue_cases import computing_cases
from tests.maps_figures import assert_figures


def jacobians(case):
    """(the map, its matrix) by every floating input of every floating output."""
    with np.errstate(all="ignore"):  # as an engine does
        ctx, _, kept = case.run()
        for port, wanted in zip(case.module.wired_ports, case.floats(), strict=True):
            for output in case.module.output_ports:
                if wanted and case.types[output.name].is_floating:
                    made = case.module.jacobian(ctx, port.name, output.name, kept)
                    yield made, made.dense()


@pytest.mark.parametrize("case", computing_cases(), ids=str)
def test_figures_and_picture(case):
    for made, matrix in jacobians(case):
        if np.isfinite(matrix).all():
            assert_figures(made, matrix)
        else:
            assert summarise(made).norm is None
        found = overview(made, made.rows or 1, made.columns or 1)
        assert found.exact
        np.testing.assert_allclose(found.picture, np.abs(matrix), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("case", computing_cases(), ids=str)
def test_norm_and_values_in_single_precision(case):
    for made, matrix in jacobians(case.as_("float32")):
        if matrix.size and np.isfinite(matrix).all():
            found = summarise(made)
            values = np.linalg.svd(matrix.astype("float64"), compute_uv=False)
            np.testing.assert_allclose(
                found.singular_values, values, rtol=1e-5, atol=1e-5 * max(values[0], 1)
            )
            assert found.norm == pytest.approx(np.linalg.norm(matrix), rel=1e-5, abs=1e-6)
