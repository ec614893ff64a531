"""Write assets/reference/time.npz: what PyTorch's recurrent networks say of the same numbers.

Run from the project's root, in an environment with PyTorch and this project's NumPy and networkx:

    python -m tests.reference.make_time

Plain networks are torch.nn.RNN, GRU and LSTM. A state that waits two steps runs as two networks,
one over the even steps and one over the odd; a truncated gradient is cut by `detach`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from tests.recurrent_cases import CASES, HIDDEN, WEIGHTS, delay_of, tensors, truncation_of

PATH = Path(__file__).parents[2] / "assets" / "reference" / "time.npz"


def reference(case: str, dtype: str) -> dict[str, np.ndarray]:
    """Outputs, loss and the gradient of everything that a case starts from."""
    given = {
        name: torch.tensor(array, dtype=getattr(torch, dtype), requires_grad=True)
        for name, array in tensors(case).items()
    }
    outputs = run(case, given)
    loss = outputs.square().mean()
    loss.backward()
    found = {"outputs": outputs, "loss": loss}
    found |= {f"d_{name}": tensor.grad for name, tensor in given.items()}
    return {name: tensor.detach().numpy() for name, tensor in found.items()}


def run(case: str, given: dict[str, torch.Tensor]) -> torch.Tensor:
    """The outputs [T, B, hidden] of PyTorch's network with the given weights."""
    kind = case.split("-")[0]
    network = getattr(torch.nn, kind)(given["x"].shape[-1], HIDDEN).to(given["x"].dtype)

    def over(x: torch.Tensor, state: dict[str, torch.Tensor]):
        first = (state["h"], state["c"]) if "c" in state else state["h"]
        weights = {f"{name}_l0": given[name] for name in WEIGHTS}
        outputs, last = torch.func.functional_call(network, weights, (x, first))
        named = zip("hc", last if isinstance(last, tuple) else (last,), strict=False)
        return outputs, dict(named)

    state = {name: given[name] for name in "hc" if name in given}
    if delay_of(case) == 2:
        parts = [over(given["x"][i::2], {"h": given["h"][i : i + 1]})[0] for i in (0, 1)]
        whole = torch.empty(len(given["x"]), *parts[0].shape[1:], dtype=given["x"].dtype)
        for i in (0, 1):
            whole[i::2] = parts[i]
        return whole
    length = truncation_of(case)
    if length is None:
        return over(given["x"], state)[0]
    outputs = []
    for t, x in enumerate(given["x"]):
        if t and (len(given["x"]) - t) % length == 0:
            state = {name: tensor.detach() for name, tensor in state.items()}
        output, state = over(x[None], state)
        outputs.append(output[0])
    return torch.stack(outputs)


def main() -> None:
    arrays = {
        f"{case}/{dtype}/{name}": array
        for case in CASES
        for dtype in ("float32", "float64")
        for name, array in reference(case, dtype).items()
    }
    np.savez_compressed(PATH, made_by=np.array(f"PyTorch {torch.__version__}"), **arrays)
    print(f"{PATH}: {len(arrays)} arrays, {PATH.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
