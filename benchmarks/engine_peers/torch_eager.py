"""PyTorch, as one writes it: modules, autograd, an SGD optimizer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional as f

import engine_works as works

Step = Callable[[], Any]


def step(spec: works.Spec) -> Step | None:
    """One step of a work."""
    torch.manual_seed(0)
    makers = {
        works.Mlp: mlp,
        works.Scalars: scalars,
        works.LeNet: lenet,
        works.Lstm: lstm,
        works.Transformer: transformer,
    }
    return makers[type(spec)](spec)


def fused(spec: works.Spec) -> Step | None:
    """The LSTM by `nn.LSTM`, which runs all steps in one call."""
    if not isinstance(spec, works.Lstm):
        return None
    net = nn.LSTM(spec.inputs, spec.units)
    x, t = map(torch.from_numpy, spec.samples())
    return _step(net, lambda: f.mse_loss(net(x)[0][-1], t))


def compiled(spec: works.Spec) -> Step | None:
    """The same networks behind `torch.compile`."""
    makers: dict[type, Callable[[Any], nn.Module]] = {
        works.Mlp: _mlp,
        works.LeNet: lambda _: _lenet(),
        works.Transformer: _Block,
    }
    if type(spec) not in makers:  # a loop over 50 steps is drawn out, and takes minutes to compile
        return None
    net: Any = torch.compile(makers[type(spec)](spec))
    loss_of = f.mse_loss if isinstance(spec, works.Transformer) else f.cross_entropy
    x, t = map(torch.from_numpy, spec.samples())
    return _step(net, lambda: loss_of(net(x), t))


def mlp(spec: works.Mlp) -> Step:
    """Cross-entropy over Linear and ReLU."""
    net = _mlp(spec)
    x, t = map(torch.from_numpy, spec.samples())
    return _step(net, lambda: f.cross_entropy(net(x), t))


def scalars(spec: works.Scalars) -> Step:
    """Each node a 0-d tensor."""
    parameters = [torch.tensor(float(v), dtype=torch.float64) for v in spec.values()]
    for parameter in parameters:
        parameter.requires_grad_()
    plan = spec.plan()
    calls = {"add": torch.add, "multiply": torch.mul}
    optimizer = torch.optim.SGD(parameters, lr=works.RATE)

    def act() -> Any:
        found = list(parameters)
        for kind, one, other in plan:
            if kind in calls:
                found.append(calls[kind](found[one], found[other]))
            else:
                found.append(torch.tanh(found[one]) if kind == "tanh" else torch.relu(found[one]))
        optimizer.zero_grad()
        found[-1].backward()
        optimizer.step()
        return found[-1]

    return act


def lenet(spec: works.LeNet) -> Step:
    """Convolutions and pools, then three Linear."""
    net = _lenet()
    x, t = map(torch.from_numpy, spec.samples())
    return _step(net, lambda: f.cross_entropy(net(x), t))


def lstm(spec: works.Lstm) -> Step:
    """A Python loop of LSTMCell."""
    cell = nn.LSTMCell(spec.inputs, spec.units)
    x, t = map(torch.from_numpy, spec.samples())

    def loss() -> Any:
        h = c = torch.zeros(spec.batch, spec.units)
        for part in x:
            h, c = cell(part, (h, c))
        return f.mse_loss(h, t)

    return _step(cell, loss)


def transformer(spec: works.Transformer) -> Step:
    """Norm, scaled dot product attention, add; norm, FFN, add."""
    net = _Block(spec)
    x, t = map(torch.from_numpy, spec.samples())
    return _step(net, lambda: f.mse_loss(net(x), t))


class _Block(nn.Module):
    def __init__(self, spec: works.Transformer) -> None:
        super().__init__()
        d = spec.width
        self.heads = spec.heads
        self.norms = nn.ModuleList([nn.LayerNorm(d), nn.LayerNorm(d)])
        self.parts = nn.ModuleList([nn.Linear(d, d) for _ in range(3)])
        self.project = nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, spec.hidden), nn.Linear(spec.hidden, d)

    def forward(self, x: Any) -> Any:
        normed = self.norms[0](x)
        b, n, d = x.shape
        split = (part(normed).view(b, n, self.heads, -1).transpose(1, 2) for part in self.parts)
        seen = f.scaled_dot_product_attention(*split)
        x = x + self.project(seen.transpose(1, 2).reshape(b, n, d))
        return x + self.down(f.gelu(self.up(self.norms[1](x))))


def _mlp(spec: works.Mlp) -> nn.Module:
    layers: list[nn.Module] = []
    for number, (weight, bias) in enumerate(spec.weights()):
        linear = nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight))
            linear.bias.copy_(torch.from_numpy(bias))
        layers.append(linear)
        if number < len(spec.sizes) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


def _lenet() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
        nn.Linear(84, 10),
    )  # fmt: skip


def _step(net: nn.Module, loss_of: Callable[[], Any]) -> Step:
    optimizer = torch.optim.SGD(net.parameters(), lr=works.RATE)

    def act() -> Any:
        loss = loss_of()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return act
