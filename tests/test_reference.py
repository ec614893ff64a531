"""Every module and example against PyTorch's numbers, which lie in assets/reference/.

The files are made by tests/reference/make_reference.py, where PyTorch is at hand.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.catalogue_cases import computing_cases
from tests.reference import store
from tests.reference.agreement import GRADIENT, MAKE, NOT_COMPARED, VALUE, arrays, errors

dtypes = pytest.mark.parametrize("dtype", ["float64", "float32"])
every_case = pytest.mark.parametrize("case", computing_cases(), ids=str)


@pytest.fixture(autouse=True)
def _quiet_numbers():
    with np.errstate(all="ignore"):
        yield


@dtypes
def test_the_files_are_of_this_catalogue(dtype):
    """Every module, example and mode, with every output and the gradient of every input."""
    known = arrays(dtype)
    assert set(known) == {case.name for case in computing_cases()}, MAKE
    for case in computing_cases():
        outputs = {port.name for port in case.module.output_ports}
        gradients = {
            f"gradient {port.name}"
            for port, wanted in zip(case.module.wired_ports, case.floats(), strict=True)
            if wanted
        }
        missing = (outputs | gradients) - set(known[case.name])
        assert not missing, f"{case}: {missing}. {MAKE}"


def test_the_files_are_small():
    assert sum(path.stat().st_size for path in store.FOLDER.iterdir()) < 2_000_000


@dtypes
@every_case
def test_agrees_with_pytorch(case, dtype):
    found = errors(case.as_(dtype))
    compared = {f"{case.name} {what}" for what in found} | NOT_COMPARED
    assert all(
        f"{case.name} {what}" in compared
        for what in arrays(dtype)[case.name]
        if not what.startswith("value ")
    )
    for what, size in found.items():
        is_derivative = what.startswith(("gradient ", "jacobian "))
        assert size < (GRADIENT if is_derivative else VALUE)[dtype], what
