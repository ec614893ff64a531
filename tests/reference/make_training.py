"""Write assets/reference/training.npz: how PyTorch's optimizers train the same graphs.

Run from the project's root, in an environment with PyTorch and this project's NumPy and networkx:

    python -m tests.reference.make_training

Of each run the losses of all steps are kept, and the parameters after the last one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from tests.training_cases import SETTINGS, STEPS, numbers

PATH = Path(__file__).parents[2] / "assets" / "reference" / "training.npz"
NETWORKS = {
    "mlp": lambda: nn.ModuleDict({"l1": nn.Linear(4, 6), "act": nn.Tanh(), "l2": nn.Linear(6, 3)}),
    "cnn": lambda: nn.ModuleDict(
        {
            "conv": nn.Conv2d(2, 3, 3),
            "act": nn.ReLU(),
            "flat": nn.Flatten(),
            "out": nn.Linear(27, 2),
        }
    ),
    "norm": lambda: nn.ModuleDict(
        {
            "l1": nn.Linear(4, 5, bias=False),
            "bn": nn.BatchNorm1d(5),
            "act": nn.Sigmoid(),
            "l2": nn.Linear(5, 2, bias=False),
        }
    ),
}


def optimizer_of(name: str, settings: dict[str, Any], parameters: Any) -> torch.optim.Optimizer:
    """PyTorch's optimizer of the same name."""
    kinds = {"RMSProp": torch.optim.RMSprop}
    return kinds.get(name, getattr(torch.optim, name, None))(parameters, **settings)


def schedule_of(optimizer: torch.optim.Optimizer, around: dict[str, Any]) -> Any:
    """The learning rate's way, if it has one."""
    if "cosine" in around:
        schedule = torch.optim.lr_scheduler
        share = schedule.CosineAnnealingLR(optimizer, around["cosine"])
        rest = schedule.LambdaLR(optimizer, lambda _: 0.0)
        return schedule.SequentialLR(optimizer, [share, rest], [around["cosine"]])
    if "every" in around:
        return torch.optim.lr_scheduler.StepLR(optimizer, around["every"])
    return None


def trained(graph: str, name: str) -> dict[str, np.ndarray]:
    """One run: `losses` [steps], the last parameters and running statistics by address."""
    kind, settings, around = SETTINGS[name]
    given = {ref: torch.tensor(array) for ref, array in numbers(graph).items()}
    network = NETWORKS[graph]().double()
    own = dict(network.named_parameters())
    with torch.no_grad():
        for ref, tensor in own.items():
            tensor.copy_(given[ref])
    optimizer = optimizer_of(kind, settings, network.parameters())
    schedule = schedule_of(optimizer, around)
    loss_of = nn.CrossEntropyLoss() if graph == "mlp" else nn.MSELoss()
    losses = []
    for _ in range(STEPS):
        y = given["x"]
        for module in network.values():
            y = module(y)
        loss = loss_of(y, given["t"])
        optimizer.zero_grad()
        loss.backward()
        if "norm" in around:
            nn.utils.clip_grad_norm_(network.parameters(), around["norm"])
        if "value" in around:
            nn.utils.clip_grad_value_(network.parameters(), around["value"])
        optimizer.step()
        if schedule is not None:
            schedule.step()
        losses.append(float(loss.detach()))
    found = {"losses": np.array(losses)} | {ref: p.detach().numpy() for ref, p in own.items()}
    for ref, buffer in network.named_buffers():
        if "running" in ref:
            found[ref] = buffer.numpy()
    return found


def main() -> None:
    arrays = {
        f"{graph}/{name}/{key}": array
        for graph in NETWORKS
        for name in SETTINGS
        for key, array in trained(graph, name).items()
    }
    np.savez_compressed(PATH, made_by=np.array(f"PyTorch {torch.__version__}"), **arrays)
    print(f"{PATH}: {len(arrays)} arrays, {PATH.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
