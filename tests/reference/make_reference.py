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

from graph.module import Module
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
    "Dot": torch.dot,
    "Outer": torch.outer,
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
    "Stack": lambda m, *xs: torch.stack(xs, m.axis),
    "ExpandDims": lambda m, x: torch.unsqueeze(x, m.axis),
    "Squeeze": lambda m, x: torch.squeeze(x) if m.axis is None else torch.squeeze(x, m.axis),
    "BroadcastTo": lambda m, x: torch.broadcast_to(x, m.shape),
    "Split": lambda m, x: torch.split(x, _sizes(m, x), m.axis),
    "Slice": lambda m, x: _sliced(m, x),
    "Gather": lambda m, x, i: _taken(m, x, i),
    "Pad": lambda m, x: F.pad(x, _pairs(m.widths), value=m.value),
    "Max": lambda m, x: torch.amax(x, _axes(m, x), keepdim=m.keepdims),
    "Min": lambda m, x: torch.amin(x, _axes(m, x), keepdim=m.keepdims),
    "LogSumExp": lambda m, x: torch.logsumexp(x, _axes(m, x), keepdim=m.keepdims),
    "Norm": lambda m, x: torch.linalg.vector_norm(x, m.ord, m.axis, keepdim=m.keepdims),
    "ArgMax": lambda m, x: _place(m, x),
    "Einsum": lambda m, *xs: torch.einsum(m.equation, *xs),
    "Sum": lambda m, x: torch.sum(x, m.axis, keepdim=m.keepdims),
    "Mean": lambda m, x: torch.mean(x, m.axis, keepdim=m.keepdims),
    "Linear": lambda m, *ins: F.linear(*ins),
    "Embedding": lambda m, i, w: F.embedding(i, w),
    "LayerNorm": lambda m, x, w, *b: F.layer_norm(x, x.shape[-1:], w, *b, eps=m.eps),
    "RMSNorm": lambda m, x, w: F.rms_norm(x, x.shape[-1:], w, eps=m.eps),
    "Conv1d": lambda m, *ins: F.conv1d(*ins, **_sliding(m)),
    "Conv2d": lambda m, *ins: F.conv2d(*ins, **_sliding(m)),
    "ConvTranspose2d": lambda m, *ins: F.conv_transpose2d(*ins, **_sliding(m)),
    "MaxPool2d": lambda m, x: F.max_pool2d(
        x, m.kernel, m.strides, m.paddings, ceil_mode=m.ceil_mode
    ),
    "AvgPool2d": lambda m, x: F.avg_pool2d(x, m.kernel, m.strides, m.paddings, m.ceil_mode),
    "GlobalAvgPool2d": lambda m, x: F.adaptive_avg_pool2d(x, 1),
    "Attention": lambda m, *ins: _attention(m, *ins),
    "RNNCell": lambda m, x, h, *w: _batched(torch.rnn_tanh_cell, x, h, w),
    "GRUCell": lambda m, x, h, *w: _batched(torch.gru_cell, x, h, w),
    "LSTMCell": lambda m, x, h, c, *w: _batched(torch.lstm_cell, x, (h, c), w),
    "LastStep": lambda m, x: torch.select(x, 0, -1),
    "AtStep": lambda m, x: torch.select(x, 0, m.step),
    "AllSteps": lambda m, x: torch.stack(torch.unbind(x)),
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


def _sizes(m, x) -> list[int]:
    whole = x.shape[m.axis]
    fixed = sum(size for size in m.sizes if size >= 0)
    return [whole - fixed if size == -1 else size for size in m.sizes]


def _sliced(m, x):
    places = range(x.shape[m.axis])[m.start : m.stop : m.step]
    return torch.index_select(x, m.axis, torch.tensor(list(places), dtype=torch.int64))


def _taken(m, x, indices):
    axis = m.axis % x.ndim
    flat = torch.index_select(x, axis, indices.reshape(-1) % x.shape[axis])
    return flat.reshape((*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]))


def _pairs(widths) -> list[int]:
    """PyTorch counts the pairs from the last axis backwards."""
    pairs = list(zip(widths[::2], widths[1::2], strict=True))
    return [width for pair in reversed(pairs) for width in pair]


def _axes(m, x) -> tuple[int, ...]:
    return tuple(range(x.ndim)) if m.axis is None else m.axis


def _place(m, x):
    y = torch.argmax(x, m.axis, keepdim=m.keepdims and m.axis is not None)
    return y.reshape([1] * x.ndim) if m.keepdims and m.axis is None else y


def _sliding(m) -> dict:
    sizes = {"stride": m.strides, "padding": m.paddings, "dilation": m.dilations}
    return {**sizes, "groups": m.groups}


def _batched(cell, x, state, weights):
    """PyTorch's functions want a batch."""
    given = (*weights, None, None)[:4]
    if x.ndim > 1:
        return cell(x, state, *given)
    wide = tuple(s[None] for s in state) if isinstance(state, tuple) else state[None]
    made = cell(x[None], wide, *given)
    return tuple(array[0] for array in made) if isinstance(made, tuple) else made[0]


def _attention(m, query, key, value, mask=None):
    """PyTorch takes the heads as an axis of their own."""

    def by_head(x):
        return x.reshape(*x.shape[:-1], m.num_heads, -1).transpose(-2, -3)

    heads = (by_head(x) for x in (query, key, value))
    y = F.scaled_dot_product_attention(*heads, attn_mask=mask, is_causal=m.causal)
    return y.transpose(-2, -3).reshape(*query.shape[:-1], value.shape[-1])


def _batch_norm(case, x, weight, bias):
    mean, var = (torch.tensor(array) for array in case.states.values())
    m, trains = case.module, case.mode == "train"
    return F.batch_norm(x, mean, var, weight, bias, trains, m.momentum, m.eps)


def _dropout(case, x):
    """With our mask, for PyTorch's generator draws another."""
    if case.mode == "eval":
        return F.dropout(x, case.module.p, training=False)
    return x * torch.tensor(case.run()[2]["mask"]) / (1 - case.module.p)


OF_CASE = {"BatchNorm": _batch_norm, "Dropout": _dropout}
REDUCE = {"mean": torch.mean, "sum": torch.sum, "none": torch.nn.Identity()}


def compute(case: Case, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The case's outputs by PyTorch; KeyError for a module that is not listed above."""
    if case.module.name in OF_CASE:
        return (OF_CASE[case.module.name](case, *tensors),)
    return torch_outputs(case.module, *tensors)


def torch_outputs(module: Module, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """A module's outputs by PyTorch."""
    if module.name in PLAIN:
        made = PLAIN[module.name](*tensors)
    else:
        made = WITH_SETTINGS[module.name](module, *tensors)
    return made if isinstance(made, tuple) else (made,)


def reference(case: Case) -> dict[str, np.ndarray]:
    """The arrays of one case, by what they are."""
    tensors = [torch.tensor(array, requires_grad=array.dtype.kind == "f") for array in case.ins]
    outs = compute(case, *tensors)
    names = [port.name for port in case.module.output_ports]
    found = {name: out.detach().numpy() for name, out in zip(names, outs, strict=True)}
    found |= {f"value {p.name}": a for p, a in zip(case.module.wired_ports, case.ins, strict=True)}
    floating = [
        (name, out) for name, out in zip(names, outs, strict=True) if out.is_floating_point()
    ]
    if not floating:
        return found
    cotangents = [torch.tensor(case.draws(f"gradient of {n}", tuple(o.shape))) for n, o in floating]
    torch.autograd.backward([out for _, out in floating], cotangents)
    for place, port in enumerate(case.module.wired_ports):
        gradient = tensors[place].grad
        if gradient is None:
            continue
        found[f"gradient {port.name}"] = gradient.numpy()
        for name, out in floating:
            if 0 < out.numel() * gradient.numel() <= SMALL:
                made = jacobian(case, tensors, place, names.index(name))
                found[f"jacobian {name} {port.name}"] = made
    return found


def jacobian(case: Case, tensors: list[torch.Tensor], place: int, output: int) -> np.ndarray:
    """d output / d input as a matrix."""

    def at(x: torch.Tensor) -> torch.Tensor:
        return compute(case, *tensors[:place], x, *tensors[place + 1 :])[output]

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
