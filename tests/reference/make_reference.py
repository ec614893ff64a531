"""Write assets/reference/*.npz: what PyTorch says of every module and example.

Run from the project's root, in an environment with PyTorch and this project's NumPy and networkx:

    python -m tests.reference.make_reference

For each case of the catalogue and each dtype it keeps the inputs, the output, the gradient of
every floating input for a fixed random cotangent, and the Jacobians that are small. Modules that
PyTorch lacks are written here in its operations. The tests read the files and need no PyTorch.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from tests.catalogue_cases import Case, computing_cases
from tests.reference.store import FOLDER, SMALL, write

PLAIN = {
    "Negate": torch.neg,
    "Exp": torch.exp,
    "Log": torch.log,
    "Sqrt": torch.sqrt,
    "Square": torch.square,
    "Abs": torch.abs,
    "Reciprocal": torch.reciprocal,
    "Sin": torch.sin,
    "Cos": torch.cos,
    "Sign": torch.sign,
    "Identity": torch.nn.Identity(),
    "ReLU": F.relu,
    "HardTanh": F.hardtanh,
    "SELU": F.selu,
    "SiLU": F.silu,
    "Softplus": F.softplus,
    "Sigmoid": torch.sigmoid,
    "Tanh": torch.tanh,
    "Add": torch.add,
    "Subtract": torch.sub,
    "Multiply": torch.mul,
    "Divide": torch.div,
    "Power": torch.pow,
    "Maximum": torch.maximum,
    "Minimum": torch.minimum,
    "MatMul": torch.matmul,
    "PReLU": F.prelu,
}

WITH_SETTINGS = {
    "Clip": lambda m, x: torch.clamp(x, m.min, m.max),
    "LeakyReLU": lambda m, x: F.leaky_relu(x, m.negative_slope),
    "ELU": lambda m, x: F.elu(x, m.alpha),
    "GELU": lambda m, x: F.gelu(x, approximate=m.approximate),
    "Softmax": lambda m, x: torch.softmax(x, m.axis),
    "LogSoftmax": lambda m, x: torch.log_softmax(x, m.axis),
    "Transpose": lambda m, x: torch.permute(x, m.axes or tuple(reversed(range(x.ndim)))),
    "Reshape": lambda m, x: torch.reshape(x, m.shape),
    "Flatten": lambda m, x: torch.flatten(x, m.start_axis),
    "Concat": lambda m, *xs: torch.cat(xs, m.axis),
    "Sum": lambda m, x: torch.sum(x, m.axis, keepdim=m.keepdims),
    "Mean": lambda m, x: torch.mean(x, m.axis, keepdim=m.keepdims),
    "Linear": lambda m, *ins: F.linear(*ins),
    "MSELoss": lambda m, p, t: F.mse_loss(p, t, reduction=m.reduction),
    "L1Loss": lambda m, p, t: F.l1_loss(p, t, reduction=m.reduction),
    "HuberLoss": lambda m, p, t: F.huber_loss(p, t, reduction=m.reduction, delta=m.delta),
    "BCELoss": lambda m, p, t: F.binary_cross_entropy(p, t, reduction=m.reduction),
    "BCEWithLogitsLoss": lambda m, p, t: F.binary_cross_entropy_with_logits(
        p, t, reduction=m.reduction
    ),
    "CrossEntropyLoss": lambda m, p, t: F.cross_entropy(p, t, reduction=m.reduction),
    "NLLLoss": lambda m, p, t: F.nll_loss(p, t, reduction=m.reduction),
    "KLDivLoss": lambda m, p, t: F.kl_div(p, t, reduction=m.reduction),
    "HingeLoss": lambda m, p, t: REDUCE[m.reduction](F.relu(1 - t * p)),
}
REDUCE = {"mean": torch.mean, "sum": torch.sum, "none": torch.nn.Identity()}


def compute(case: Case, *tensors: torch.Tensor) -> torch.Tensor:
    """The case's module by PyTorch; KeyError for a module that is not listed above."""
    if case.module.name in PLAIN:
        return PLAIN[case.module.name](*tensors)
    return WITH_SETTINGS[case.module.name](case.module, *tensors)


def reference(case: Case) -> dict[str, np.ndarray]:
    """The arrays of one case, by what they are."""
    tensors = [torch.tensor(array, requires_grad=array.dtype.kind == "f") for array in case.ins]
    y = compute(case, *tensors)
    cotangent = case.draws("gradient of y", tuple(y.shape))
    y.backward(torch.tensor(cotangent))
    found = {"y": y.detach().numpy()}
    for place, port in enumerate(case.module.wired_ports):
        found[f"value {port.name}"] = case.ins[place]
        if not tensors[place].requires_grad:
            continue
        gradient = tensors[place].grad
        found[f"gradient {port.name}"] = gradient.numpy()
        if y.numel() * gradient.numel() <= SMALL:
            found[f"jacobian {port.name}"] = jacobian(case, tensors, place)
    return found


def jacobian(case: Case, tensors: list[torch.Tensor], place: int) -> np.ndarray:
    """d y / d input as a matrix."""

    def at(x: torch.Tensor) -> torch.Tensor:
        return compute(case, *tensors[:place], x, *tensors[place + 1 :])

    made = torch.autograd.functional.jacobian(at, tensors[place].detach())
    return made.reshape(-1, tensors[place].numel()).numpy()


def main() -> None:
    """Write one file per dtype."""
    Path(FOLDER).mkdir(parents=True, exist_ok=True)
    for dtype in ("float64", "float32"):
        arrays = {
            f"{case.name} {what}": array
            for case in (case.as_(dtype) for case in computing_cases())
            for what, array in reference(case).items()
        }
        path = write(dtype, arrays, made_by=f"PyTorch {torch.__version__}")
        print(f"{path}: {len(arrays)} arrays, {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
