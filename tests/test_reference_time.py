"""Recurrent networks against PyTorch's, given the same weights, in both dtypes.

assets/reference/time.npz is made by tests/reference/make_time.py, where PyTorch is at hand.
"""

from __future__ import annotations

import functools
from importlib.resources import files

import numpy as np
import pytest

from graph.records import Time
from runtime import Engine, check_gradients
from tests.catalogue_cases import error
from tests.recurrent_cases import CASES, STEPS, graph_of, numbers_of, truncation_of

VALUE = {"float64": 1e-10, "float32": 1e-5}
GRADIENT = {"float64": 1e-8, "float32": 1e-4}


@functools.cache
def reference() -> dict[str, np.ndarray]:
    path = files("assets") / "reference" / "time.npz"
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files if name != "made_by"}


@pytest.mark.parametrize("dtype", VALUE)
@pytest.mark.parametrize("case", CASES)
def test_agrees_with_pytorch(case, dtype):
    found = numbers_of(case, dtype)
    expected = {
        name.split("/")[2]: array
        for name, array in reference().items()
        if name.startswith(f"{case}/{dtype}/")
    }
    assert found.keys() == expected.keys()
    assert expected["outputs"].shape[0] == STEPS
    for name, array in expected.items():
        limit = GRADIENT if name.startswith("d_") else VALUE
        assert found[name].dtype == dtype
        assert error(found[name], array) < limit[dtype], name


@pytest.mark.parametrize("case", [case for case in CASES if truncation_of(case)])
def test_truncation_changes_the_gradient(case):
    """Else the truncated cases would show nothing."""
    graph = graph_of(case, "float64")
    graph.configure(time=Time())
    whole = Engine(graph).run().gradient("cell.weight_hh")
    assert error(numbers_of(case, "float64")["d_weight_hh"], whole) > 1e-3


@pytest.mark.parametrize("case", CASES)
def test_agrees_with_differences(case):
    """Truncation is left aside there: a cut gradient is no derivative."""
    report = check_gradients(graph_of(case, "float64"))
    assert report.ok
    assert {verdict.word for verdict in report.leaves.values()} == {"agrees"}
