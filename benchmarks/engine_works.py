"""What `engine.py` measures: a training step each, with the same numbers for every peer.

A full step is forward, reverse and an SGD update, in float32 where nothing else is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

RATE = 1e-4  # small enough for thousands of steps to stay finite


@dataclass(frozen=True)
class Mlp:
    """Linear layers with ReLU between them, cross-entropy over the last."""

    sizes: tuple[int, ...]
    batch: int

    def weights(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Weight [out, in] and bias [out] of each layer."""
        random = np.random.RandomState(0)
        pairs = zip(self.sizes[:-1], self.sizes[1:], strict=True)
        return [
            (
                (random.standard_normal((b, a)) * (2 / a) ** 0.5).astype("float32"),
                np.zeros(b, "float32"),
            )
            for a, b in pairs
        ]

    def samples(self) -> tuple[np.ndarray, np.ndarray]:
        """x [batch, first size], class numbers t [batch]."""
        random = np.random.RandomState(1)
        x = random.standard_normal((self.batch, self.sizes[0])).astype("float32")
        return x, random.randint(0, self.sizes[-1], self.batch)


@dataclass(frozen=True)
class Scalars:
    """A graph of single numbers in float64: `nodes` of add, multiply, tanh, ReLU; parameters."""

    nodes: int = 1000
    parameters: int = 20

    def plan(self) -> list[tuple[str, int, int]]:
        """(operation, first operand, second operand); operands below `parameters` are those."""
        random = np.random.RandomState(2)
        found = []
        for number in range(self.nodes):
            known = self.parameters + number
            kind = ("add", "multiply", "tanh", "relu")[random.randint(4)]
            recent = max(0, known - 40)
            found.append((kind, int(random.randint(recent, known)), int(random.randint(known))))
        return found

    def values(self) -> np.ndarray:
        """The parameters."""
        return np.random.RandomState(3).uniform(-1, 1, self.parameters)


@dataclass(frozen=True)
class LeNet:
    """Two 5x5 convolutions (6 and 16 channels) with 2x2 max pools, then 120, 84 and 10 units."""

    batch: int = 64

    def samples(self) -> tuple[np.ndarray, np.ndarray]:
        """x [batch, 1, 28, 28], class numbers t [batch]."""
        random = np.random.RandomState(1)
        x = random.standard_normal((self.batch, 1, 28, 28)).astype("float32")
        return x, random.randint(0, 10, self.batch)


@dataclass(frozen=True)
class Lstm:
    """One LSTM over `steps`, mean square of its last output to a target."""

    steps: int = 50
    units: int = 64
    inputs: int = 32
    batch: int = 32

    def samples(self) -> tuple[np.ndarray, np.ndarray]:
        """x [steps, batch, inputs], t [batch, units]."""
        random = np.random.RandomState(1)
        x = random.standard_normal((self.steps, self.batch, self.inputs)).astype("float32")
        return x, random.standard_normal((self.batch, self.units)).astype("float32")


@dataclass(frozen=True)
class Transformer:
    """A pre-norm block: attention of 4 heads, FFN of 512 with the exact GELU, no dropout."""

    width: int = 128
    tokens: int = 64
    batch: int = 16
    heads: int = 4
    hidden: int = 512

    def samples(self) -> tuple[np.ndarray, np.ndarray]:
        """x and t [batch, tokens, width]."""
        random = np.random.RandomState(1)
        shape = (self.batch, self.tokens, self.width)
        x, t = (random.standard_normal(shape).astype("float32") for _ in range(2))
        return x, t


Spec = Mlp | Scalars | LeNet | Lstm | Transformer


@dataclass(frozen=True)
class Work:
    """One line of the table. `goals` are the least ratios (peer's time / ours) by peer."""

    title: str
    spec: Spec
    goals: dict[str, float] = field(default_factory=dict)


DEEP = (64, *[64] * 19, 10)
WORKS = {
    "xor": Work("XOR MLP 4x2-8-2", Mlp((2, 8, 2), 4), {"torch": 8, "jax": 1.5}),
    "small": Work(
        "MLP 64-64-64-10, batch 32",
        Mlp((64, 64, 64, 10), 32),
        {"torch": 5, "jax": 1.5, "numpy": 0.9},
    ),
    "deep": Work("deep MLP, 20 layers of 64, batch 32", Mlp(DEEP, 32), {"torch": 2.8, "jax": 0.95}),
    "wide": Work(
        "MLP 784-128-10, batch 64",
        Mlp((784, 128, 10), 64),
        {"torch": 1.7, "jax": 1.3, "products": 0.68},
    ),
    "large": Work(
        "MLP 784-512-512-10, batch 256",
        Mlp((784, 512, 512, 10), 256),
        {"torch": 1.03, "jax": 0.9, "products": 0.86},
    ),
    "scalar": Work(
        "scalar graph of 1,000 nodes, float64", Scalars(), {"torch": 15, "micrograd": 6}
    ),
    "lenet": Work("LeNet on 28x28, batch 64", LeNet(), {"torch": 0.8, "jax": 0.6}),
    "lstm": Work(
        "LSTM, 50 steps of 64 units, batch 32", Lstm(), {"torch": 1.5, "torch fused": 0.4}
    ),
    "transformer": Work("transformer block, d = 128, T = 64", Transformer(), {"torch": 0.75}),
}
