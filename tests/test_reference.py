"""Every module and example against PyTorch's numbers, which lie in assets/reference/.

The files are made by tests/reference/make_reference.py, where PyTorch is at hand.
"""

from __future__ import annotations

import functools

import numpy as np
import pytest

from runtime.modules.door import sum_to
from tests.catalogue_cases import computing_cases, error
from tests.reference import store

VALUE = {"float64": 1e-10, "float32": 1e-5}
GRADIENT = {"float64": 1e-8, "float32": 1e-4}
MAKE = "run python -m tests.reference.make_reference"

# Where the derivative by the target is not what PyTorch's own forward pass has:
NOT_COMPARED = {
    # at a target of 0 PyTorch gives NaN, as 0 times infinity; t ln t has minus infinity there
    "KLDivLoss-6 gradient target",
    "KLDivLoss-6 jacobian y target",
    # at a probability of 0 or 1 PyTorch forgets that it kept the logarithms above -100
    "BCELoss-6 gradient target",
    "BCELoss-6 jacobian y target",
}

dtypes = pytest.mark.parametrize("dtype", ["float64", "float32"])
every_case = pytest.mark.parametrize("case", computing_cases(), ids=str)


@functools.cache
def arrays(dtype: str) -> dict[str, np.ndarray]:
    return store.read(dtype)


@pytest.fixture(autouse=True)
def _quiet_numbers():
    with np.errstate(all="ignore"):
        yield


@dtypes
def test_the_files_are_of_this_catalogue(dtype):
    known = {name.partition(" ")[0] for name in arrays(dtype)}
    assert known == {case.name for case in computing_cases()}, MAKE


def test_the_files_are_small():
    assert sum(path.stat().st_size for path in store.FOLDER.iterdir()) < 2_000_000


@dtypes
@every_case
def test_agrees_with_pytorch(case, dtype):
    case = case.as_(dtype)
    known = {
        name.partition(" ")[2]: array
        for name, array in arrays(dtype).items()
        if name.startswith(f"{case.name} ") and name not in NOT_COMPARED
    }
    for port, drawn in zip(case.module.wired_ports, case.ins, strict=True):
        np.testing.assert_array_equal(drawn.astype(dtype), known[f"value {port.name}"], MAKE)
    ctx, outs, kept = case.run()
    ports = case.module.output_ports
    for port, out in zip(ports, outs, strict=True):
        assert error(out, known[port.name]) < VALUE[dtype]
    gouts = tuple(
        case.draws(f"gradient of {port.name}", out.shape) if out.dtype.kind == "f" else None
        for port, out in zip(ports, outs, strict=True)
    )
    gradients = case.module.vjp(ctx, gouts, kept, case.floats())
    for port, gradient in zip(case.module.wired_ports, gradients, strict=True):
        expected = known.get(f"gradient {port.name}")
        if expected is not None:
            found = sum_to(gradient, case.types[port.name].shape)
            assert error(found, expected) < GRADIENT[dtype], port.name
        for output in ports:
            expected = known.get(f"jacobian {output.name} {port.name}")
            if expected is not None:
                made = case.module.jacobian(ctx, port.name, output.name, kept)
                assert error(made.dense(), expected) < GRADIENT[dtype], port.name
