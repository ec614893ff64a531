"""The whole catalogue on a GPU: CuPy gives what NumPy gives. Skipped, with the reason, without."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.backend import Backend, to_numpy
from runtime.errors import BackendError
from runtime.modules.door import sum_to
from tests.catalogue_cases import Case, computing_cases, error

LIMIT = {"float64": 1e-10, "float32": 1e-4}
HALF = 2e-2


def cases() -> tuple[Case, ...]:
    """All cases where there is a GPU; without one the first, which says why it is skipped."""
    try:
        Backend.open("cuda:0")
    except BackendError:
        return computing_cases()[:1]
    return computing_cases()


CASES = cases()


def run(case: Case, backend: Backend) -> list[np.ndarray]:
    """Outputs, gradients, tangents and Jacobians of a case on a device, as NumPy arrays."""
    give = backend.asarray
    ctx = case.context(backend.xp, load_special=backend.load_special)
    ports = [port.name for port in (*case.module.wired_ports, *case.module.output_ports)]
    with backend.active(), np.errstate(all="ignore"):
        ins = tuple(give(array) for array in case.ins)
        outs = case.module.forward(ctx, ins)
        kept = dict(zip(ports, (*ins, *outs), strict=True)) | ctx.kept
        given = tuple(backend.xp.full(y.shape, 7, y.dtype) for y in outs)
        written = case.module.forward(ctx, ins, given)
        assert all(a is b for a, b in zip(given, written, strict=True))
        gouts = tuple(
            give(case.draws("gradient", y.shape)) if y.dtype.kind == "f" else None for y in outs
        )
        pulled = case.module.vjp(ctx, gouts, kept, case.floats())
        gradients = [sum_to(g, x.shape) for g, x in zip(pulled, ins, strict=True) if g is not None]
        tangents = tuple(
            give(case.draws("tangent", x.shape)) if wanted else None
            for x, wanted in zip(ins, case.floats(), strict=True)
        )
        pushed = case.module.jvp(ctx, tangents, kept)
        made = []
        for output, gout in zip(case.module.output_ports, gouts, strict=True):
            for port, wanted in zip(case.module.wired_ports, case.floats(), strict=True):
                if wanted:
                    linear = case.module.jacobian(ctx, port.name, output.name, kept)
                    assert linear.vjp(gout).shape == linear.in_shape
                    made.append(linear)
        moved = [tangent for tangent in pushed if tangent is not None]
        arrays = [*outs, *written, *gradients, *moved, *(linear.dense() for linear in made)]
        return [to_numpy(array) for array in arrays]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_gives_what_numpy_gives(gpu, case, dtype):
    case = case.as_(dtype)
    for found, expected in zip(run(case, gpu), run(case, Backend.open("cpu")), strict=True):
        assert found.dtype == expected.dtype
        assert error(found, expected) < LIMIT[dtype]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_half_precision_gives_nearly_what_float64_gives(gpu, case):
    half = case.as_("float16")
    with gpu.active(), np.errstate(all="ignore"):
        ctx = half.context(gpu.xp, load_special=gpu.load_special)
        ins = tuple(gpu.asarray(array) for array in half.ins)
        outs = half.module.forward(ctx, ins)
        ports = [port.name for port in (*half.module.wired_ports, *half.module.output_ports)]
        kept = dict(zip(ports, (*ins, *outs), strict=True)) | ctx.kept
        gouts = tuple(gpu.xp.ones_like(y) for y in outs)
        gradients = half.module.vjp(ctx, gouts, kept, half.floats())
    floating = [y.dtype.name for y in (*outs, *gradients) if y is not None and y.dtype.kind == "f"]
    assert set(floating) <= {"float16"}
    if max((np.abs(x).max() for x in half.ins if x.size), default=0) < 10:
        assert error(to_numpy(outs[0]), case.run()[1][0]) < HALF


@pytest.mark.parametrize("case", CASES, ids=str)
def test_this_test_itself_runs_on_the_cpu(case):
    """So that it is no surprise where a GPU is at hand."""
    assert all(isinstance(array, np.ndarray) for array in run(case, Backend.open("cpu")))
