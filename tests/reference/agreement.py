"""How far the modules are from PyTorch's numbers, case by case: for the test and for the page."""

from __future__ import annotations

import functools

import numpy as np

from runtime.modules.door import sum_to
from tests.catalogue_cases import Case, error
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


@functools.cache
def arrays(dtype: str) -> dict[str, dict[str, np.ndarray]]:
    """PyTorch's arrays by case, then by what they are."""
    found: dict[str, dict[str, np.ndarray]] = {}
    for name, array in store.read(dtype).items():
        case, _, what = name.partition(" ")
        found.setdefault(case, {})[what] = array
    return found


def errors(case: Case) -> dict[str, float]:
    """The error of each array of a case: of `y`, `gradient x`, `jacobian y x`, and so on."""
    known = arrays(case.dtype)[case.name]
    for port, drawn in zip(case.module.wired_ports, case.ins, strict=True):
        np.testing.assert_array_equal(drawn.astype(case.dtype), known[f"value {port.name}"], MAKE)
    made = {what: array for what, array in _computed(case, set(known)) if what in known}
    return {
        what: error(array, known[what])
        for what, array in made.items()
        if f"{case.name} {what}" not in NOT_COMPARED
    }


def _computed(case: Case, wanted: set[str]):
    """(what, array) as the module gives them; Jacobians only where they are kept."""
    ctx, outs, kept = case.run()
    outputs, inputs = case.module.output_ports, case.module.wired_ports
    yield from ((port.name, out) for port, out in zip(outputs, outs, strict=True))
    gouts = tuple(
        case.draws(f"gradient of {port.name}", out.shape) if out.dtype.kind == "f" else None
        for port, out in zip(outputs, outs, strict=True)
    )
    gradients = case.module.vjp(ctx, gouts, kept, case.floats())
    for port, gradient in zip(inputs, gradients, strict=True):
        if gradient is not None:
            yield f"gradient {port.name}", sum_to(gradient, case.types[port.name].shape)
        for output in outputs:
            what = f"jacobian {output.name} {port.name}"
            if what in wanted:
                yield what, case.module.jacobian(ctx, port.name, output.name, kept).dense()
